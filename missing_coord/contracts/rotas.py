"""Rotas as JSON: shifts by weekday and London time, overrides and absences by instant."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from missing_coord.contracts.members import YEARS, check_known, wrong
from missing_coord.contracts.text import storable
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.records import wall_clock
from missing_coord.domain.rotas import ALWAYS_FROM, ALWAYS_TO, Absence, Override, Rota, Shift

SPAN_MEMBERS = ("person", "starts_at", "ends_at", "reason")
PART_MEMBERS = {
    "shifts": ("person", "days", "starts", "ends", "first_day", "last_day"),
    "overrides": SPAN_MEMBERS,
    "absences": SPAN_MEMBERS,
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read_rota(name: str, body: Mapping[str, Any]) -> Rota:
    """Return the rota of a JSON object; PermanentError names the member that is wrong and what would be right."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", name):
        raise wrong("name", "must be 1 to 60 letters, digits, dots, hyphens or underscores")
    _check_members(body)
    rota = kept_rota(name, body)
    if rota.faults:
        raise PermanentError(rota.faults[0])
    return rota


def _check_members(body: Mapping[str, Any]) -> None:
    """Raise PermanentError for a member that means nothing, such as a misspelt one."""
    check_known(body, PART_MEMBERS)
    for part, members in PART_MEMBERS.items():
        for number, each in enumerate(_list(body, part)):
            check_known(each, members, f"{part}[{number}].")


def kept_rota(name: str, body: Mapping[str, Any]) -> Rota:
    """Return a rota as it was kept, whatever it says: dates the wrong way round put nobody on duty.

    What is wrong is in its `faults`; a part that cannot be read at all is left out.
    """
    found: dict[str, list[Any]] = {part: [] for part in PART_MEMBERS}
    faults: list[str] = []
    for part, made in found.items():
        try:
            rows = _list(body, part)
        except PermanentError as error:
            faults.append(str(error))
            continue
        for number, each in enumerate(rows):
            place = f"{part}[{number}]"
            try:
                read = _READERS[part](each, place)
                made.append(read)
                _check_order(read, place)
            except PermanentError as error:
                faults.append(str(error))
    return Rota(name=name, faults=tuple(faults), **{part: tuple(made) for part, made in found.items()})


def _check_order(read: Shift | Override | Absence, place: str) -> None:
    """Raise PermanentError for dates the wrong way round."""
    if isinstance(read, Shift):
        if read.last_day < read.first_day:
            raise wrong(f"{place}.last_day", "must not be before first_day")
    elif read.ends_at <= read.starts_at:
        raise wrong(f"{place}.ends_at", "must be after starts_at, both with their offset")


def check_rota(rota: Rota, *, known: Collection[str]) -> None:
    """Raise PermanentError unless a rota has a shift and names only user names of `known`."""
    if not rota.shifts:
        raise wrong("shifts", "must have at least one, with its person, days and times")
    for part in ("shifts", "overrides", "absences"):
        for number, each in enumerate(getattr(rota, part)):
            if each.person not in known:
                raise wrong(f"{part}[{number}].person", "must be the user name of somebody who can sign in")


def write_rota(rota: Rota) -> dict[str, Any]:
    """Return a rota in the form that `read_rota` takes."""
    return {
        "shifts": [_written(each) for each in rota.shifts],
        "overrides": [_span_written(each) for each in rota.overrides],
        "absences": [_span_written(each) for each in rota.absences],
    }


def _written(shift: Shift) -> dict[str, Any]:
    body: dict[str, Any] = {
        "person": shift.person,
        "days": [DAYS[each] for each in shift.weekdays],
        "starts": shift.starts.isoformat("minutes"),
        "ends": shift.ends.isoformat("minutes"),
    }
    if shift.first_day != ALWAYS_FROM:
        body["first_day"] = shift.first_day.isoformat()
    if shift.last_day != ALWAYS_TO:
        body["last_day"] = shift.last_day.isoformat()
    return body


def _span_written(span: Override | Absence) -> dict[str, str]:
    return {
        "person": span.person,
        "starts_at": span.starts_at.isoformat(),
        "ends_at": span.ends_at.isoformat(),
        "reason": span.reason,
    }


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    found = body.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise wrong(name, "must be a list of objects")
    return found


def _shift(found: dict[str, Any], place: str) -> Shift:
    days = found.get("days")
    if not isinstance(days, list) or not days or any(each not in DAYS for each in days):
        raise wrong(f"{place}.days", f"must name at least one of {', '.join(DAYS)}")
    return Shift(
        person=_person(found, place),
        weekdays=tuple(DAYS.index(each) for each in days),
        starts=_read(wall_clock, found.get("starts"), f"{place}.starts", "a London time such as 17:30"),
        ends=_read(wall_clock, found.get("ends"), f"{place}.ends", "a London time such as 09:00"),
        first_day=_day(found, "first_day", place) or ALWAYS_FROM,
        last_day=_day(found, "last_day", place) or ALWAYS_TO,
    )


def _day(found: dict[str, Any], name: str, place: str) -> date | None:
    if name not in found:
        return None
    day: date = _read(date.fromisoformat, found[name], f"{place}.{name}", "a date such as 2026-12-24")
    return day


def _span(found: dict[str, Any], place: str) -> dict[str, Any]:
    right = "a time with its offset, such as 2026-12-24T17:00:00+00:00"
    starts_at = _read(datetime.fromisoformat, found.get("starts_at"), f"{place}.starts_at", right)
    ends_at = _read(datetime.fromisoformat, found.get("ends_at"), f"{place}.ends_at", right)
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise wrong(f"{place}.ends_at", "must be after starts_at, both with their offset")
    if not (starts_at.year in YEARS and ends_at.year in YEARS):
        raise wrong(f"{place}.ends_at", "must lie in the years 2000 to 2099, like starts_at")
    return {
        "person": _person(found, place),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "reason": storable(str(found.get("reason", ""))),
    }


_READERS: Mapping[str, Callable[[dict[str, Any], str], Any]] = {
    "shifts": _shift,
    "overrides": lambda found, place: Override(**_span(found, place)),
    "absences": lambda found, place: Absence(**_span(found, place)),
}


def _person(found: dict[str, Any], place: str) -> str:
    person = found.get("person")
    if not isinstance(person, str) or not person.strip():
        raise wrong(f"{place}.person", "must be the user name of somebody")
    return storable(person.strip())


def _read(read: Any, value: Any, place: str, right: str) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise wrong(place, f"must be {right}") from error
