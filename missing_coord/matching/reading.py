"""Register rows and police notices (records, or mappings with the contract's column names) for the engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from missing_coord.matching.evidence import PersonEvidence, RegisterChild, Stay

_TRUE = frozenset({"true", "yes", "y", "1", "t"})
_FALSE = frozenset({"false", "no", "n", "0", "f"})
_BRITISH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def register_child(record: Any, *, placements: Iterable[Any] = ()) -> RegisterChild:
    """A register row (ChildRecord, or a mapping of the same columns) with that child's placements."""
    said, where = _cells(record), [_cells(row) for row in placements]
    return RegisterChild(
        child_id=_text(said("child_id")),
        forename=_text(said("forename")),
        middle_names=_text(said("middle_names")),
        surname=_text(said("surname")),
        aliases=_list(said("aliases")),
        date_of_birth=_date(said("date_of_birth")),
        sex=_text(said("sex")),
        home_postcode=_text(said("home_postcode")),
        previous_postcodes=_list(said("previous_postcodes")),
        stays=tuple(
            Stay(postcode, _date(row("start_date")), _date(row("end_date")))
            for row in where
            if (postcode := _text(row("postcode")))
        ),
        addresses=_present(
            _text(said("home_address")),
            *_list(said("previous_addresses")),
            *(_text(row("address")) for row in where),
        ),
        phones=_list(said("phone_numbers")) or _list(said("phone")),
        responsible_authority=_text(said("responsible_authority")),
        uasc=_truth(said("uasc")) or False,
        status=_text(said("status")),
    )


def notice_evidence(record: Any) -> PersonEvidence:
    """What one police notice (PoliceNotice, or a mapping of the same columns) says about the person."""
    said = _cells(record)
    age = _text(said("age"))
    return PersonEvidence(
        local_child_id=_text(said("local_child_id")),
        forename=_text(said("forename")),
        surname=_text(said("surname")),
        aliases=_list(said("aliases")),
        date_of_birth=_date(said("date_of_birth")),
        age=int(age) if age.isdigit() else None,
        age_on=_date(said("issued_at")) or _date(said("reported_at")) or _date(said("last_seen_at")),
        sex=_text(said("sex")),
        home_postcodes=_present(_text(said("home_postcode"))),
        missing_from_postcodes=_present(_text(said("missing_from_postcode"))),
        addresses=_present(_text(said("home_address")), _text(said("missing_from"))),
        phones=_list(said("phone_numbers")) or _list(said("phone")),
        responsible_authority=_text(said("responsible_authority")),
        looked_after=_truth(said("looked_after")),
    )


def evidence_from_data(data: Mapping[str, Any]) -> PersonEvidence:
    """Evidence as kept with an incident: plain data, dates as text, empty fields left out."""
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.items()
        if name in PersonEvidence.__dataclass_fields__
    }
    for name in ("date_of_birth", "age_on"):
        if said.get(name):
            said[name] = date.fromisoformat(said[name])
    return PersonEvidence(**said)


def _cells(record: Any) -> Callable[[str], Any]:
    """What a record or a mapping says under a column's name, None where it says nothing."""
    return record.get if isinstance(record, Mapping) else lambda name: getattr(record, name, None)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _list(value: Any) -> tuple[str, ...]:
    if not value:
        return ()
    parts = value.split(";") if isinstance(value, str) else value
    return _present(*(str(part).strip() for part in parts))


def _present(*texts: str) -> tuple[str, ...]:
    return tuple([text for text in texts if text])


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return _read_date(str(value).strip()) if value else None


def _read_date(text: str) -> date | None:
    """`yyyy-mm-dd...` or `dd/mm/yyyy...`; None for anything else, which counts as not said."""
    british = _BRITISH_DATE.match(text)
    try:
        if british:
            day, month, year = british.groups()
            return date(int(year), int(month), int(day))
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None
