"""Spoils a handful of the latest notices, so that a newcomer finds rows to mend and children to tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from missing_coord.demo.names import nickname
from missing_coord.demo.notices import Sent
from missing_coord.demo.rows import Row

T = TypeVar("T")
FAULTY_SINCE: Final = timedelta(hours=40)
"""How recent the notices are of which some cannot be read; they wait in quarantine."""
THIN_SINCE: Final = timedelta(days=3)
"""How recent the incidents are of which some say too little of the child; they wait for a review."""
THIN_INCIDENTS: Final = 6

_FAULTS: Final[tuple[Row, ...]] = (
    {"date_of_birth": "31/02/2011"},
    {"issued_at": "yesterday at half past nine"},
    {"reference": ""},
    {"message": "misper"},
    {"last_seen_at": "half past nine"},
    {"forename": "", "surname": ""},
)
_NOT_SAID: Final[Row] = {
    "date_of_birth": "",
    "aliases": "",
    "home_address": "",
    "home_postcode": "",
    "missing_from": "",
    "missing_from_postcode": "",
    "local_child_id": "",
    "phone": "",
}


def spoilt(sent: Sequence[Sent], *, now: datetime) -> tuple[Sent, ...]:
    """Return the notices with a handful of the latest made unreadable, and a handful of incidents made thin."""
    thin = set(_apart(_references(sent, now - THIN_SINCE, now), THIN_INCIDENTS))
    rows = [replace(each, row=_thinned(each.row)) if _key(each) in thin else each for each in sent]
    recent = [
        number
        for number, each in enumerate(rows)
        if now - FAULTY_SINCE < each.at <= now and _key(each) not in thin
    ]
    for number, fault in zip(_apart(recent, len(_FAULTS)), _FAULTS, strict=False):
        rows[number] = replace(rows[number], row=rows[number].row | fault)
    return tuple(rows)


def _references(sent: Iterable[Sent], since: datetime, until: datetime) -> list[tuple[str, str]]:
    """Return the references about known children that began in a span, in the order of their beginning."""
    begun = (each for each in sent if each.row["message"] == "missing" and since < each.at <= until)
    return list(dict.fromkeys(_key(each) for each in begun if each.child_id))


def _key(sent: Sent) -> tuple[str, str]:
    return sent.row["force"], sent.row["reference"]


def _thinned(row: Row) -> Row:
    return row | _NOT_SAID | {"forename": nickname(row["forename"])}


def _apart(found: Sequence[T], wanted: int) -> list[T]:
    """Return `wanted` of what was found, spread evenly."""
    step = max(1, len(found) // wanted)
    return list(found[::step][:wanted])
