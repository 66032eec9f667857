"""Register rows and police notices (records, or mappings with the contract's column names) for the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from missing_coord.matching.evidence import PersonEvidence, RegisterChild, Stay

_TRUE = frozenset({"true", "yes", "y", "1", "t"})
_FALSE = frozenset({"false", "no", "n", "0", "f"})
_BRITISH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def register_child(record: Any, *, placements: Iterable[Any] = ()) -> RegisterChild:
    """A register row (ChildRecord, or a mapping of the same columns) with that child's placements."""
    where = list(placements)
    return RegisterChild(
        child_id=_text(record, "child_id"),
        forename=_text(record, "forename"),
        middle_names=_text(record, "middle_names"),
        surname=_text(record, "surname"),
        aliases=_list(record, "aliases"),
        date_of_birth=_date(record, "date_of_birth"),
        sex=_text(record, "sex"),
        home_postcode=_text(record, "home_postcode"),
        previous_postcodes=_list(record, "previous_postcodes"),
        stays=tuple(
            Stay(postcode, _date(row, "start_date"), _date(row, "end_date"))
            for row in where
            if (postcode := _text(row, "postcode"))
        ),
        addresses=_present(
            _text(record, "home_address"),
            *_list(record, "previous_addresses"),
            *(_text(row, "address") for row in where),
        ),
        phones=_phones(record),
        responsible_authority=_text(record, "responsible_authority"),
        uasc=_truth(record, "uasc") or False,
        status=_text(record, "status"),
    )


def notice_evidence(record: Any) -> PersonEvidence:
    """What one police notice (PoliceNotice, or a mapping of the same columns) says about the person."""
    age = _text(record, "age")
    instant = _date(record, "issued_at") or _date(record, "reported_at") or _date(record, "last_seen_at")
    return PersonEvidence(
        local_child_id=_text(record, "local_child_id"),
        forename=_text(record, "forename"),
        surname=_text(record, "surname"),
        aliases=_list(record, "aliases"),
        date_of_birth=_date(record, "date_of_birth"),
        age=int(age) if age.isdigit() else None,
        age_on=instant,
        sex=_text(record, "sex"),
        home_postcodes=_present(_text(record, "home_postcode")),
        missing_from_postcodes=_present(_text(record, "missing_from_postcode")),
        addresses=_present(_text(record, "home_address"), _text(record, "missing_from")),
        phones=_phones(record),
        responsible_authority=_text(record, "responsible_authority"),
        looked_after=_truth(record, "looked_after"),
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


def _value(record: Any, name: str) -> Any:
    return record.get(name) if isinstance(record, Mapping) else getattr(record, name, None)


def _text(record: Any, name: str) -> str:
    value = _value(record, name)
    return "" if value is None else str(value).strip()


def _list(record: Any, name: str) -> tuple[str, ...]:
    value = _value(record, name)
    parts = value.split(";") if isinstance(value, str) else (value or ())
    return _present(*(str(part).strip() for part in parts))


def _present(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _phones(record: Any) -> tuple[str, ...]:
    return _list(record, "phone_numbers") or _list(record, "phone")


def _date(record: Any, name: str) -> date | None:
    value = _value(record, name)
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


def _truth(record: Any, name: str) -> bool | None:
    value = _value(record, name)
    if isinstance(value, bool):
        return value
    word = _text(record, name).lower()
    if word in _TRUE:
        return True
    return False if word in _FALSE else None
