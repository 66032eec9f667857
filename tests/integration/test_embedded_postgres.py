"""The private PostgreSQL lets in nobody else, loosens nothing, is shared, and survives any kind of death."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from missing_coord.storage.embedded.binaries import find_binaries, reachable_binaries
from missing_coord.storage.embedded.cluster import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    discard_embedded,
    open_embedded,
)
from missing_coord.storage.embedded.places import recorded_cluster
from tests.databases import FAST, plain

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
STRANGER = 54321  # an account that owns nothing
SYSTEM_FOLDER = Path("/var/lib/missing-coord")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet, below a folder that only its owner may enter."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    place = private / "home"
    yield place
    discard_embedded(place)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running server for the tests that neither stop nor spoil it."""
    home = tmp_path_factory.mktemp("opened")
    with open_embedded(home, options=FAST) as postgres:
        yield postgres
    discard_embedded(home)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Another process that has the home open."""

    process: subprocess.Popen[str]
    app_url: str
    admin_url: str

    def let_go(self) -> None:
        """Close it properly and wait."""
        self.process.communicate("\n", timeout=60)
        assert self.process.returncode == 0

    def kill(self) -> None:
        """Kill it as the kernel would."""
        self.process.kill()
        self.process.communicate(timeout=60)


def _user_process(*arguments: str, uid: int | None = None) -> subprocess.Popen[str]:
    # The account may be unable to enter the wheel's folder; a copy that it can read stands first on its PATH.
    binaries = (
        reachable_binaries(find_binaries(), system_folder=SYSTEM_FOLDER) if IS_ROOT else find_binaries()
    )
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.embedded_user", *arguments, *([str(uid)] if uid else [])],
        cwd=ROOT,
        env={"PATH": f"{binaries.folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _hold(home: Path, *, uid: int | None = None) -> Holder:
    process = _user_process(str(home), uid=uid)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the other process could not open the home"
    said = json.loads(line)
    return Holder(process=process, app_url=said["app_url"], admin_url=said["admin_url"])


def _answer(url: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 42").fetchone()
        return row and row[0]


def _server_pid(home: Path) -> int:
    cluster = recorded_cluster(home)
    assert cluster is not None
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def _runs(home: Path) -> bool:
    cluster = recorded_cluster(home)
    return cluster is not None and (cluster.data / "postmaster.pid").exists()


def _modes(path: Path) -> dict[str, tuple[int, int]]:
    found = [place.stat() for place in (path, *path.parents)]
    return {str(p): (s.st_mode, s.st_uid) for p, s in zip((path, *path.parents), found, strict=True)}


def test_the_application_is_neither_superuser_nor_owner_nor_free_of_row_security(
    opened: EmbeddedPostgres,
) -> None:
    with psycopg.connect(plain(opened.app_url)) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        listening = connection.execute("SHOW listen_addresses").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")
    assert rights == (False, False, False, False)
    assert owner == ("missing_coord_owner",)
    assert listening == ("",)


def test_the_owner_can_migrate_without_being_superuser(opened: EmbeddedPostgres) -> None:
    with psycopg.connect(plain(opened.owner_url)) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE TABLE episodes (id int)")
        connection.execute("GRANT SELECT ON episodes TO missing_coord_app")
        superuser = connection.execute("SHOW is_superuser").fetchone()
    with psycopg.connect(plain(opened.app_url)) as connection:
        assert connection.execute("SELECT count(*) FROM episodes").fetchone() == (0,)
    assert superuser == ("off",)


def test_no_permission_of_any_folder_changes_and_secrets_are_private(home: Path) -> None:
    wheel = find_binaries().folder
    before = {**_modes(home.parent), **_modes(wheel)}
    with open_embedded(home, options=FAST):
        cluster = recorded_cluster(home)
        assert cluster is not None
        private = [cluster.data, Path(cluster.socket), Path(cluster.folder), home, home / "log"]
        assert [stat.S_IMODE(place.stat().st_mode) for place in private] == [0o700] * 5
        assert stat.S_IMODE((home / "postgres.json").stat().st_mode) == 0o600
        assert cluster.data.stat().st_uid != 0
    assert {**_modes(home.parent), **_modes(wheel)} == before


def test_a_home_that_exists_keeps_its_permissions(home: Path) -> None:
    home.mkdir(mode=0o750)
    with open_embedded(home, options=FAST):
        pass
    assert stat.S_IMODE(home.stat().st_mode) == 0o750


def test_another_local_account_cannot_connect_even_with_the_password(opened: EmbeddedPostgres) -> None:
    cluster = recorded_cluster(opened.home)
    assert cluster is not None
    assert stat.S_IMODE(Path(cluster.socket).stat().st_mode) & 0o077 == 0
    if IS_ROOT:  # only root can become somebody else to try it
        said, _ = _user_process(plain(opened.app_url), uid=STRANGER).communicate(timeout=60)
        assert "Permission denied" in json.loads(said)["answer"]


def test_nobody_gets_in_without_the_password(opened: EmbeddedPostgres) -> None:
    guessed = psycopg.conninfo.make_conninfo(plain(opened.admin_url), password="guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(guessed)


def test_the_server_is_out_of_reach_of_ctrl_c_in_the_terminal(opened: EmbeddedPostgres) -> None:
    assert os.getsid(_server_pid(opened.home)) != os.getsid(0)


def test_data_survive_the_killing_of_the_server(home: Path) -> None:
    with open_embedded(home) as postgres:
        with psycopg.connect(plain(postgres.owner_url)) as connection:
            connection.execute("CREATE TABLE episodes AS SELECT 7 AS id")
        os.kill(_server_pid(home), signal.SIGKILL)
    with open_embedded(home) as again, psycopg.connect(plain(again.owner_url)) as connection:
        assert connection.execute("SELECT id FROM episodes").fetchone() == (7,)


def test_a_server_killed_while_in_use_is_started_again_by_the_next_process(home: Path) -> None:
    with open_embedded(home, options=FAST):
        os.kill(_server_pid(home), signal.SIGKILL)
        with open_embedded(home, options=FAST) as second:
            assert _answer(plain(second.app_url)) == 42


def test_a_server_whose_user_was_killed_is_reused_and_then_stopped(home: Path) -> None:
    killed = _hold(home)
    pid = _server_pid(home)
    killed.kill()
    assert _runs(home)
    with open_embedded(home, options=FAST) as postgres:
        assert _server_pid(home) == pid
        assert _answer(plain(postgres.app_url)) == 42
    assert not _runs(home)


def test_two_processes_share_one_server_and_the_last_one_stops_it(home: Path) -> None:
    with open_embedded(home, options=FAST):
        other = _hold(home)
        pid = _server_pid(home)
    assert _server_pid(home) == pid
    assert _answer(other.app_url) == 42
    other.let_go()
    assert not _runs(home)


def test_processes_that_start_together_agree_on_one_server(home: Path) -> None:
    processes = [_user_process(str(home)) for _ in range(4)]
    lines = [json.loads(process.stdout.readline()) for process in processes if process.stdout]
    assert {_answer(line["app_url"]) for line in lines} == {42}
    assert len({line["app_url"] for line in lines}) == 1
    for process in processes:
        process.communicate("\n", timeout=60)
    assert not _runs(home)


def test_a_pid_file_that_now_names_another_program_does_no_harm(home: Path) -> None:
    with open_embedded(home, options=FAST):
        cluster = recorded_cluster(home)
        assert cluster is not None
        stale = (cluster.data / "postmaster.pid").read_text().splitlines()
    account = cluster.account
    with subprocess.Popen(["/bin/sleep", "60"], user=account.uid if IS_ROOT else None) as innocent:
        (cluster.data / "postmaster.pid").write_text("\n".join([str(innocent.pid), *stale[1:]]) + "\n")
        with open_embedded(home, options=FAST) as postgres:
            assert _answer(plain(postgres.app_url)) == 42
        assert innocent.poll() is None
        innocent.kill()


def test_a_first_start_that_was_cut_short_is_begun_again(home: Path) -> None:
    with open_embedded(home, options=FAST):
        cluster = recorded_cluster(home)
        assert cluster is not None
    cluster.data.rename(cluster.data.with_name("data.new"))
    (cluster.data.with_name("data.new") / "PG_VERSION").unlink()
    with open_embedded(home, options=FAST) as postgres:
        assert _answer(plain(postgres.app_url)) == 42


def test_data_of_another_major_version_are_refused_by_name(home: Path) -> None:
    with open_embedded(home, options=FAST):
        cluster = recorded_cluster(home)
        assert cluster is not None
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="was written by PostgreSQL 9, but"):
        open_embedded(home, options=FAST)


def test_the_data_of_a_home_in_use_cannot_be_discarded(opened: EmbeddedPostgres) -> None:
    with pytest.raises(EmbeddedPostgresError, match="in use"):
        discard_embedded(opened.home)
    assert _answer(plain(opened.app_url)) == 42


def test_a_home_with_a_very_long_name_gets_a_short_socket_folder(tmp_path: Path) -> None:
    home = tmp_path / ("h" * 120)
    try:
        with open_embedded(home, options=FAST) as postgres:
            assert _answer(plain(postgres.app_url)) == 42
    finally:
        discard_embedded(home)


@pytest.fixture
def ordinary_user() -> Iterator[tuple[int, Path]]:
    """An account that is not root, and a 0700 folder of its own."""
    uid = pwd.getpwnam("nobody").pw_uid if IS_ROOT else os.geteuid()
    folder = Path(tempfile.mkdtemp(prefix="ordinary-"))
    if IS_ROOT:
        os.chown(folder, uid, uid)
    yield uid, folder
    discard_embedded(folder / "home")
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["home", "h" * 110])
def test_it_works_for_an_ordinary_user_below_a_private_folder(
    ordinary_user: tuple[int, Path], name: str
) -> None:
    uid, folder = ordinary_user
    home = folder / name
    before = _modes(folder)
    holder = _hold(home, uid=uid if IS_ROOT else None)
    assert _answer(holder.app_url) == 42
    cluster = recorded_cluster(home)
    assert cluster is not None
    assert cluster.data.is_relative_to(home)
    assert cluster.data.stat().st_uid == uid
    holder.let_go()
    assert not _runs(home)
    assert _modes(folder) == before
    discard_embedded(home)


def test_a_home_of_an_ordinary_user_stays_theirs_when_root_uses_it(ordinary_user: tuple[int, Path]) -> None:
    uid, folder = ordinary_user
    first = _hold(folder / "home", uid=uid if IS_ROOT else None)
    first.let_go()
    with open_embedded(folder / "home", options=FAST) as postgres:
        assert _answer(plain(postgres.app_url)) == 42
    again = _hold(folder / "home", uid=uid if IS_ROOT else None)
    assert _answer(again.app_url) == 42
    again.let_go()


def test_a_home_can_be_moved(ordinary_user: tuple[int, Path]) -> None:
    uid, folder = ordinary_user
    _hold(folder / "home", uid=uid if IS_ROOT else None).let_go()
    (folder / "home").rename(folder / "moved")
    moved = _hold(folder / "moved", uid=uid if IS_ROOT else None)
    assert _answer(moved.app_url) == 42
    moved.let_go()
    discard_embedded(folder / "moved")
