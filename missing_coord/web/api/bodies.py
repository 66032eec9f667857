"""From the body of a call to rows: JSON read strictly, CloudEvents opened, each item with its record or its faults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from missing_coord.contracts.json_text import load_json
from missing_coord.contracts.parsing import as_kept, as_written, open_envelope, parse
from missing_coord.contracts.readings import Fault
from missing_coord.messaging.rows import Row
from missing_coord.web.api.limits import ITEM_LIMIT
from missing_coord.web.problems import Problem


def rows_of(body: bytes, kind: str) -> list[Row]:
    """Return the rows of a body; raises Problem 400 when it is no JSON, 413 or 422 when it is no list of objects."""
    read = _read(body)
    items = read if isinstance(read, list) else [read]
    if not isinstance(read, list | dict):
        raise Problem(422, "An object or an array is needed", "Send one JSON object, or an array of objects.")
    if len(items) > ITEM_LIMIT:
        raise Problem(
            413,
            "Too many items",
            f"The array has {len(items):,} items; at most {ITEM_LIMIT:,} are taken in one call. Nothing was taken.",
        )
    return [row_of(item, kind) for item in items]


def _read(body: bytes) -> Any:
    try:
        return load_json(body.decode("utf-8-sig"), constant=_no_number)
    except UnicodeDecodeError as error:
        raise _malformed("the body is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise _malformed(
            f"the JSON breaks off or is wrong at line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise _malformed("it is nested too deeply; rows are flat objects") from error
    except ValueError as error:
        raise _malformed(
            "it holds a number that JSON does not have, or one of thousands of digits"
        ) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _malformed(what: str) -> Problem:
    return Problem(
        400, "The body cannot be read", f"Nothing was taken: {what}. Send it again once it is mended."
    )


def row_of(item: object, kind: str) -> Row:
    """Return one item as a row: its fields as texts, and its record or its faults."""
    if not isinstance(item, Mapping):
        fault = Fault(field="item", reason="one flat JSON object is needed")
        return Row(raw={"item": as_written(item)}, line=None, record=None, faults=(fault,))
    opened = open_envelope(kind, item)
    if isinstance(opened, Fault):
        return Row(raw=as_kept(item), line=None, record=None, faults=(opened,))
    raw = as_kept(opened)
    parsed = parse(kind, opened)
    return Row(raw=raw, line=None, record=parsed.record, faults=parsed.faults)
