"""Writing records as the CSV files of the contract, so that reading them gives the same records."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from missing_coord.contracts.layout import Layout
from missing_coord.contracts.parsing import KINDS, LAYOUTS
from missing_coord.contracts.readings import Record
from missing_coord.contracts.ssda903 import EPISODES, HEADER, MISSING, UASC
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.london import london_day
from missing_coord.domain.records import MissingType, WorkingHours
from missing_coord.domain.ssda903_records import Ssda903Episode, Ssda903Header, Ssda903Missing, Ssda903Uasc

_SSDA903: dict[type, Layout] = {
    Ssda903Header: HEADER,
    Ssda903Episode: EPISODES,
    Ssda903Uasc: UASC,
    Ssda903Missing: MISSING,
}
_DATE_ONLY = {"started_at": "started_date_only", "ended_at": "ended_date_only"}


def write_csv(path: Path, kind: str, records: Iterable[Record]) -> int:
    """Write records in the contract's column order, unknown columns last; returns how many were written."""
    held = list(records)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table(kind, held))
    return len(held)


def table(kind: str, records: Iterable[Record]) -> Iterator[list[str]]:
    """The header row and one row of text for each record; PermanentError for no such kind."""
    held = list(records)
    layout = _layout(kind, held)
    names = [column.name for column in layout.columns]
    extra = sorted({name for record in held for name in record.extra if name not in names})
    upper = kind == "ssda903"
    yield [name.upper() if upper else name for name in names] + extra
    for record in held:
        cells = [cell(record, name) for name in names]
        yield cells + [record.extra.get(name, "") for name in extra]


def cell(record: Record, name: str) -> str:
    """One field as text; a field that could not be read is written as it came."""
    value = getattr(record, name)
    if value is None or value == ():
        return record.extra.get(name, "")
    if isinstance(value, datetime):
        if getattr(record, _DATE_ONLY.get(name, ""), False):
            return london_day(value).isoformat()
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return _text(value, ssda903=isinstance(record, tuple(_SSDA903)))


def _text(value: object, *, ssda903: bool) -> str:
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y") if ssda903 else value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, WorkingHours):
        return f"{value.start:%H:%M}-{value.end:%H:%M}"
    if isinstance(value, tuple):
        return ";".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return value.value if isinstance(value, MissingType) else str(value)


def _layout(kind: str, held: list[Record]) -> Layout:
    if kind == "ssda903":
        layouts = {_SSDA903.get(type(record)) for record in held}
        layout = layouts.pop() if len(layouts) == 1 else None
        if layout is None:
            raise PermanentError("an SSDA903 file holds records of one of its four kinds")
        return layout
    if kind not in LAYOUTS:
        raise PermanentError(f"there is no kind of file {kind!r}; one of {', '.join(KINDS)} is needed")
    return LAYOUTS[kind]
