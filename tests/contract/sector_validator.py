"""Runs the sector's own SSDA903 validator over sets of files; started with the Python of its own environment.

Reads one JSON a line from stdin: {"year", "ruleset", "rules": [code], "sets": {name: {"This year": {file: csv text},
"Prev year": {...}}}}; answers with {"ran": [code], "skipped": [code], "failed": [code], "sets": {name: {code: {table:
[row]}}}}.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
from typing import Any


def validate(request: dict[str, Any]) -> dict[str, Any]:
    """Return what each rule found in each set of files."""
    from lac_validator.lac_validator import LacValidator  # type: ignore[import-not-found]

    logging.disable(logging.CRITICAL)
    registry = importlib.import_module(f"lac_validator.rules.{request['ruleset']}").registry
    answer: dict[str, Any] = {"sets": {}, "ran": set(), "skipped": set(), "failed": set()}
    for name, years in request["sets"].items():
        files = [
            {"name": f"{table}.csv", "description": year, "file_content": text.encode()}
            for year, tables in years.items()
            for table, text in tables.items()
        ]
        metadata = {"collectionYear": str(request["year"]), "localAuthority": "E08000003"}
        done = LacValidator(
            metadata=metadata, files=files, registry=registry, selected_rules=request["rules"]
        )
        answer["ran"] |= set(map(str, done.dones))
        answer["skipped"] |= set(map(str, done.skips))
        answer["failed"] |= set(map(str, done.fails))
        answer["sets"][name] = _found(done.ds_results)
    return {key: sorted(value) if isinstance(value, set) else value for key, value in answer.items()}


def _found(tables: dict[str, Any]) -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = {}
    for table, frame in tables.items():
        for column in getattr(frame, "columns", ()):
            if str(column).startswith("ERR_"):
                rows = [int(row) for row in frame.index[frame[column] == True]]  # noqa: E712
                found.setdefault(str(column)[4:], {})[table] = rows
    return found


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(validate(json.loads(line)))}\n")
        sys.stdout.flush()
