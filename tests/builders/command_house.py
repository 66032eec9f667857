"""Runs commands in processes of their own that are forked from one which has imported the program already.

Started once for each run of the tests; reads one request a line from stdin and answers with its exit code.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
from typing import Any

NEEDED = (
    "missing_coord.bootstrap",
    "missing_coord.cli.app",
    "missing_coord.cli.regular",
    "missing_coord.demo.seed",
    "missing_coord.reporting.documents",
    "missing_coord.storage.embedded.cluster",
    "missing_coord.storage.migrate",
    "rich.progress",
    "sqlalchemy.ext.asyncio",
)


def answer_requests() -> None:
    """Run what is asked for, one command after the other, until stdin ends."""
    for name in NEEDED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _run(asked: dict[str, Any]) -> None:
    """Become the command: its own arguments, environment and streams; never returns."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["missing-coord", *asked["arguments"]]
    code: Any = 1
    try:
        importlib.import_module("missing_coord.cli").main()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    answer_requests()
