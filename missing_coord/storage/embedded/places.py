"""Where a private PostgreSQL keeps its data, socket, log and passwords, and as whom it runs."""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from missing_coord.storage.embedded.binaries import EmbeddedPostgresError, open_folder

RECORD = "postgres.json"
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100  # bytes; the kernel stops at 107
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating system account that the server runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """One private server, as recorded in `<home>/postgres.json` (mode 0600)."""

    folder: str
    socket: str
    admin_password: str = field(repr=False)
    owner_password: str = field(repr=False)
    app_password: str = field(repr=False)

    @property
    def data(self) -> Path:
        """The server's data folder."""
        return Path(self.folder) / "data"

    @property
    def account(self) -> Account:
        """Whoever owns the cluster's folder runs its server."""
        status = os.stat(self.folder)
        return Account(uid=status.st_uid, gid=status.st_gid)


def prepare_home(home: Path) -> None:
    """Create the home folder and its log folder for their owner only; existing ones stay as they are."""
    for folder in (home, home / "log"):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
            _give(folder, like=home.parent if folder == home else home)


def open_private(path: Path) -> int:
    """Open a file of ours for appending, created with mode 0600 and owned by the owner of its folder."""
    fresh = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if fresh:
        _give(path, like=path.parent)
    return descriptor


def recorded_cluster(home: Path) -> Cluster | None:
    """Read the record of this home, or None when it has never had a server."""
    path = home / RECORD
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{path} belongs to another account: run as that account, or choose another MISSING_COORD_HOME"
        ) from error
    try:
        return _located(Cluster(**json.loads(content)), home=home)
    except (ValueError, TypeError) as error:
        raise EmbeddedPostgresError(f"{path} is not a record of a private PostgreSQL: {error}") from error


def new_cluster(home: Path, *, system_folder: Path) -> Cluster:
    """Make the folders of a new server and record them; nothing is started."""
    folder = _system_cluster(home, system_folder=system_folder) if os.geteuid() == 0 else home / "postgres"
    if not folder.is_dir():
        folder.mkdir(mode=0o700)
    cluster = Cluster(
        folder=str(folder),
        socket=str(folder / "socket"),
        admin_password=secrets.token_urlsafe(24),
        owner_password=secrets.token_urlsafe(24),
        app_password=secrets.token_urlsafe(24),
    )
    return with_socket_folder(home, cluster=cluster)


def with_socket_folder(home: Path, *, cluster: Cluster) -> Cluster:
    """Make sure that the private socket folder exists and record the cluster that names it."""
    socket = Path(cluster.socket)
    if len(os.fsencode(socket / SOCKET_NAME)) > LONGEST_SOCKET_PATH or _taken(socket, cluster=cluster):
        socket = _short_socket_folder()
    elif not socket.is_dir():
        socket.mkdir(mode=0o700)
    account = cluster.account
    if socket.stat().st_uid != account.uid:
        os.chown(socket, account.uid, account.gid)
    return _record(home, cluster=replace(cluster, socket=str(socket)))


def forget_cluster(home: Path, *, cluster: Cluster) -> None:
    """Delete the data, the socket folder and the record of a stopped server."""
    (home / RECORD).unlink(missing_ok=True)
    shutil.rmtree(cluster.folder, ignore_errors=True)
    shutil.rmtree(cluster.socket, ignore_errors=True)


def _record(home: Path, *, cluster: Cluster) -> Cluster:
    if recorded_cluster(home) == cluster:
        return cluster
    staging = home / f".{RECORD}"
    staging.unlink(missing_ok=True)
    descriptor = open_private(staging)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(_relative(cluster, home=home)), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    staging.replace(home / RECORD)
    return cluster


def _relative(cluster: Cluster, *, home: Path) -> Cluster:
    """Record places below the home relative to it, so that the whole home can be moved."""
    folder, socket = cluster.folder.removeprefix(f"{home}/"), cluster.socket.removeprefix(f"{home}/")
    return replace(cluster, folder=folder, socket=socket)


def _located(cluster: Cluster, *, home: Path) -> Cluster:
    return replace(cluster, folder=str(home / cluster.folder), socket=str(home / cluster.socket))


def _system_cluster(home: Path, *, system_folder: Path) -> Path:
    """Make a folder outside a home that the unprivileged account may not be able to enter."""
    open_folder(system_folder)
    if system_folder.stat().st_uid != 0:
        raise EmbeddedPostgresError(f"{system_folder} must belong to root when missing-coord runs as root")
    digest = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    folder = _first_free(system_folder, name=digest)
    account = unprivileged_account()
    os.chown(folder, account.uid, account.gid)
    return folder


def _first_free(parent: Path, *, name: str) -> Path:
    """Create `name`, or `name-2` and so on: data of an earlier home at the same path are never taken over."""
    for number in range(1, 1000):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise EmbeddedPostgresError(f"{parent} holds 999 databases of deleted homes: delete what is not needed")


def unprivileged_account() -> Account:
    """Return the account that a server started by root runs as; no account is created."""
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(uid=entry.pw_uid, gid=entry.pw_gid)
    raise EmbeddedPostgresError(
        "run as an ordinary user: root cannot run PostgreSQL, and none of the accounts "
        f"{', '.join(UNPRIVILEGED)} exists"
    )


def _taken(socket: Path, *, cluster: Cluster) -> bool:
    """Say whether the recorded folder is lost or no longer private to the server's account."""
    try:
        status = socket.lstat()
    except FileNotFoundError:
        return socket.parent != Path(cluster.folder)
    private = stat.S_ISDIR(status.st_mode) and stat.S_IMODE(status.st_mode) & 0o077 == 0
    return not private or status.st_uid not in (cluster.account.uid, os.geteuid())


def _short_socket_folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    top = runtime if runtime and len(runtime) < 60 and os.access(runtime, os.W_OK) else "/tmp"  # noqa: S108
    return Path(tempfile.mkdtemp(prefix="missing-coord-", dir=top))


def _give(path: Path, *, like: Path) -> None:
    """Let root leave no files behind that the owner of a folder cannot open later."""
    owner = like.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.chown(path, owner.st_uid, owner.st_gid)
