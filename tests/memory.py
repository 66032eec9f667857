"""Keeps the databases of a test run in memory where there is room: a thousand of them are made, filled and dropped."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from missing_coord.storage.embedded.binaries import find_binaries, reachable_binaries

FOLDER = "MISSING_COORD_SERVER_FOLDER"
ON_DISK = Path("/var/lib/missing-coord")
MEMORY = Path("/dev/shm")
ROOM = 3 * 1024**3  # bytes
NAME = "missing-coord-tests-"


def server_folder() -> Path:
    """Return where the servers of this run live."""
    return Path(os.environ.get(FOLDER) or ON_DISK)


def keep_databases_in_memory() -> None:
    """Let all servers of this process, and of those that it starts, live in memory; a folder that is set is kept."""
    if FOLDER in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    for left in MEMORY.glob(f"{NAME}*"):
        if not Path(f"/proc/{re.sub('[^0-9]', '', left.name)}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = _own()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    os.environ[FOLDER] = str(folder)
    if os.geteuid() == 0:
        _link_programs(folder)


def folder_in_memory() -> Path | None:
    """Return the folder in memory, or None where everything stays on the disk."""
    folder = server_folder()
    return folder if MEMORY in folder.parents else None


def forget_databases_in_memory() -> None:
    """Give the memory back; for whoever took it."""
    shutil.rmtree(_own(), ignore_errors=True)


def _own() -> Path:
    return MEMORY / f"{NAME}{os.getpid()}"


def _link_programs(folder: Path) -> None:
    """Nothing may be run from where memory is mounted, so the programs stay on the disk."""
    programs = reachable_binaries(find_binaries(), system_folder=ON_DISK)
    if programs.wheel is not None:
        version = programs.folder.parents[2]
        (folder / version.name).symlink_to(version)
