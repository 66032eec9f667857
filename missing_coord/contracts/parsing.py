"""From one row of any source to a record: the same rules for files, HTTP and Kafka."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeGuard

from missing_coord.contracts.code_lists import DEFAULT_RULES, ReadingRules
from missing_coord.contracts.history import HISTORY
from missing_coord.contracts.json_text import GivenTwice, load_json
from missing_coord.contracts.layout import Layout, build
from missing_coord.contracts.police import POLICE_NOTICE
from missing_coord.contracts.readings import Fault, ParsedRow
from missing_coord.contracts.register import CHILD, MISSING_LIST, PLACEMENT
from missing_coord.contracts.ssda903 import recognise
from missing_coord.contracts.text import cached_column_key, extra_name, storable
from missing_coord.contracts.workforce import ABSENCE, WORKER
from missing_coord.domain.errors import PermanentError

LAYOUTS: dict[str, Layout] = {
    layout.kind: layout for layout in (POLICE_NOTICE, CHILD, PLACEMENT, WORKER, ABSENCE, MISSING_LIST)
}
KINDS = (*LAYOUTS, "ssda903")
"""Every kind of file that is taken in from other systems again and again."""
DAILY_KINDS = ("police", "children", "placements", "missing-list")
"""The kinds that come every day: silence of one is a fault. Workers, absences and the return come when needed."""
FILE_LAYOUTS = {**LAYOUTS, HISTORY.kind: HISTORY}
FILE_KINDS = (*KINDS, HISTORY.kind)
"""Every kind of file that can be read: the earlier records, which come once, too."""

EVENT_TYPES = {
    "police": "missing-coord.police-notice.v1",
    "children": "missing-coord.child.v1",
    "placements": "missing-coord.placement.v1",
    "workers": "missing-coord.worker.v1",
    "absences": "missing-coord.absence.v1",
    "missing-list": "missing-coord.missing-list-entry.v1",
}
"""The CloudEvents type of one row of each kind."""

_NO_KIND = f"one of {', '.join(FILE_KINDS)} is needed"
_CELL_LIMIT = 1_000_000
_LONGEST_KEPT = 100_000
_TWICE = "is given twice with different values"


def parse(kind: str, raw: Mapping[str, object], *, rules: ReadingRules = DEFAULT_RULES) -> ParsedRow:
    """Read one flat object: a record, or faults that name their fields; PermanentError for no such kind."""
    texts, faults = as_texts(raw)
    return ParsedRow(faults=faults) if faults else parse_texts(kind, texts, rules=rules)


def parse_texts(kind: str, raw: Mapping[str, str], *, rules: ReadingRules = DEFAULT_RULES) -> ParsedRow:
    """Read one row whose values are text already."""
    layout = layout_of(kind, raw)
    if layout is None:
        return _refused("CHILD", "these are the columns of no SSDA903 file (Header, Episodes, UASC, Missing)")
    if raw.keys() <= layout.by_name.keys():
        return build(layout, raw, {}, rules=rules)
    cells: dict[str, str] = {}
    extra: dict[str, str] = {}
    for header, text in raw.items():
        column = layout.column(header)
        if column is None:
            name = extra_name(header[:200])
            extra[name if name not in extra else f"{name}_{len(extra)}"] = text
        elif column.name in cells and text.strip() != cells[column.name].strip():
            return _refused(column.name, _TWICE)
        else:
            cells[column.name] = text
    return build(layout, cells, extra, rules=rules)


def layout_of(kind: str, columns: Mapping[str, str]) -> Layout | None:
    """The layout of a kind; for SSDA903 that of the file that has these columns, or None."""
    if kind == "ssda903":
        return recognise(cached_column_key(name[:200]) for name in columns)
    if kind not in FILE_LAYOUTS:
        raise PermanentError(_NO_KIND)
    return FILE_LAYOUTS[kind]


def open_envelope(kind: str, body: Mapping[str, object]) -> Mapping[str, object] | Fault:
    """The flat object inside a CloudEvents envelope, or the object itself when it is in none."""
    if "specversion" not in body:
        return body
    wanted = EVENT_TYPES.get(kind)
    if wanted is not None and str(body.get("type", "")).strip().casefold() != wanted:
        return Fault(field="type", reason=f"the envelope's type must be {wanted}")
    data = body.get("data")
    if isinstance(data, str):
        data = _json_or_none(data)
    if not isinstance(data, Mapping):
        return Fault(field="data", reason="the envelope's data must be one flat object")
    return data


def as_texts(raw: Mapping[str, object]) -> tuple[dict[str, str], tuple[Fault, ...]]:
    """The values of a flat object as a file would write them, fit to be stored; nested values are faults."""
    written = {name: value if isinstance(value, str) else _as_text(value) for name, value in raw.items()}
    if _all_storable(written):
        return written, ()
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name, value in raw.items():
        text = value if isinstance(value, str) else _as_text(value)
        if text is None or len(text) > _CELL_LIMIT:
            faults.append(Fault(field=storable(str(name))[:60], reason=_fault_of(value, text)))
        else:
            texts[storable(str(name))] = storable(text)
    return texts, tuple(faults)


def _all_storable(written: Mapping[str, str | None]) -> TypeGuard[dict[str, str]]:
    """Whether every name and every value is text that can be kept as it is: one look at all of them together."""
    texts = [text for text in written.values() if text is not None]
    together = "".join((*written, *texts))
    return len(texts) == len(written) and len(together) <= _CELL_LIMIT and storable(together) == together


def as_kept(raw: Mapping[str, object]) -> dict[str, str]:
    """The fields of an object as texts for the quarantine; a value that is no text is kept as the JSON it came as."""
    texts, _ = as_texts(raw)
    names = {storable(str(name)): value for name, value in raw.items()}
    return {**texts, **{name: as_written(value) for name, value in names.items() if name not in texts}}


def as_written(value: object) -> str:
    """A JSON value as text, fit to be stored, cut at 100,000 characters."""
    try:
        return storable(json.dumps(value, ensure_ascii=False))[:_LONGEST_KEPT]
    except (RecursionError, ValueError):
        return "(nested too deeply to be kept)"


def _fault_of(value: object, text: str | None) -> str:
    if isinstance(value, GivenTwice):
        return _TWICE
    return "a single value or a list of texts is needed" if text is None else "the value is too long"


def _as_text(value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else None
    if isinstance(value, GivenTwice):
        return None
    if isinstance(value, list | tuple) and all(isinstance(item, str | int) for item in value):
        return ";".join(str(item).replace(";", ",") for item in value)
    return None


def _json_or_none(text: str) -> object:
    try:
        return load_json(text)
    except (ValueError, RecursionError):
        return None


def _refused(field: str, reason: str) -> ParsedRow:
    return ParsedRow(faults=(Fault(field=field, reason=reason),))
