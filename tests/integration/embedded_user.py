"""One process that opens the private PostgreSQL of a home, says so, and closes it when told to.

Run by the tests as `python -m tests.integration.embedded_user HOME [UID]`. With a UID it becomes that account
after its imports, because the interpreter itself may lie where that account cannot go.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

import psycopg

from missing_coord.storage.embedded.cluster import open_embedded
from tests.databases import FAST, plain


def _become(uid: int) -> None:
    with contextlib.suppress(psycopg.OperationalError):  # loads everything that a connection needs
        psycopg.connect("host=/nowhere user=nobody dbname=none")
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


def _hold(home: Path) -> None:
    with open_embedded(home, options=FAST) as postgres:
        said = {
            "app_url": plain(postgres.app_url),
            "admin_url": plain(postgres.admin_url),
            "uid": os.geteuid(),
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        sys.stdin.readline()


def _try_to_connect(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=5):
            answer = "connected"
    except psycopg.OperationalError as error:
        answer = str(error)
    sys.stdout.write(json.dumps({"answer": answer}) + "\n")


def main() -> None:
    """Hold a home open, or try to reach a database address."""
    if len(sys.argv) > 2:
        _become(int(sys.argv[2]))
    if sys.argv[1].startswith("postgresql:"):
        _try_to_connect(sys.argv[1])
    else:
        _hold(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
