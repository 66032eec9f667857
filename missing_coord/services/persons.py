"""Tells apart the persons of one police reference: one reference may cover several children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from rapidfuzz.distance import OSA

from missing_coord.domain.cases import StoredNotice
from missing_coord.domain.records import PoliceNotice
from missing_coord.matching.normalise import clean_id, clean_name
from missing_coord.matching.variants import may_be_same_name


def persons_of(notices: Sequence[StoredNotice]) -> list[list[StoredNotice]]:
    """Split the notices of one reference by person; the same set of notices always splits in the same way.

    Two persons are never joined by a notice that fits both: it becomes an incident of its own, which is matched by
    what it says itself or waits for a coordinator. Persons and their notices come oldest first.
    """
    ordered = sorted(notices, key=_age)
    if len({_WHO(each.notice) for each in ordered}) == 1:
        return [ordered]
    groups: list[list[StoredNotice]] = []
    for wanted in (_NAMED, _NUMBERED, _REST):
        alone: list[list[StoredNotice]] = []
        for each in (n for n in ordered if _kind(n.notice) == wanted):
            fitting = _certain_first(
                [group for group in (*groups, *alone) if _fits(each.notice, group)], each
            )
            (fitting[0] if len(fitting) == 1 else _new_group(alone)).append(each)
        groups += alone
    return sorted((sorted(group, key=_age) for group in groups), key=lambda group: _age(group[0]))


def _age(each: StoredNotice) -> tuple[datetime, str]:
    return each.notice.issued_at, each.notice.content_hash


_WHO = attrgetter("local_child_id", "forename", "surname", "date_of_birth")
_NAMED, _NUMBERED, _REST = range(3)


def _kind(notice: PoliceNotice) -> int:
    if notice.forename:
        return _NAMED
    return _NUMBERED if notice.local_child_id else _REST


def _certain_first(fitting: list[list[StoredNotice]], each: StoredNotice) -> list[list[StoredNotice]]:
    """Return only the groups that carry the notice's own number, where there are any."""
    number = clean_id(each.notice.local_child_id or "")
    certain = [group for group in fitting if number and number in _numbers([m.notice for m in group])]
    return certain or fitting


def _numbers(notices: Sequence[PoliceNotice]) -> set[str]:
    return {clean_id(each.local_child_id) for each in notices if each.local_child_id}


def _new_group(groups: list[list[StoredNotice]]) -> list[StoredNotice]:
    groups.append([])
    return groups[-1]


def _fits(notice: PoliceNotice, group: Sequence[StoredNotice]) -> bool:
    """Whether a notice may be about the person of a group: it agrees with one of its notices and contradicts none."""
    others = [each.notice for each in group]
    if _kind(notice) == _NUMBERED and _numbers(others) == {clean_id(notice.local_child_id or "")}:
        return True
    if any(_contradict(notice, other) for other in others):
        return False
    return any(_same_person(notice, other) for other in others)


def signature_of(notices: Sequence[PoliceNotice]) -> str:
    """Return the words by which a person is known again, from notices oldest first; empty when they say too little."""
    forename, surname, born = (
        _last_known(notices, name) for name in ("forename", "surname", "date_of_birth")
    )
    given, family = clean_name(forename or ""), clean_name(surname or "")
    return f"{family}|{given}|{born.isoformat()}" if given and family and born else ""


_DESCRIBING = (
    "forename",
    "surname",
    "aliases",
    "date_of_birth",
    "sex",
    "ethnicity",
    "home_address",
    "home_postcode",
    "phone",
    "looked_after",
    "responsible_authority",
)


def pooled(notices: Sequence[PoliceNotice]) -> PoliceNotice:
    """Return the last of notices, oldest first, with the last known value of everything that describes the person."""
    return replace(notices[-1], **{name: _last_known(notices, name) for name in _DESCRIBING})


_SAID = attrgetter(
    *_DESCRIBING, "age", "local_child_id", "missing_from", "missing_from_postcode", "phone_numbers"
)


def said_once(notices: Sequence[PoliceNotice]) -> list[PoliceNotice]:
    """Return notices, oldest first, without those that say the same about the person as the one before."""
    return [next(same) for _, same in groupby(notices, key=_said)]


def _said(notice: PoliceNotice) -> tuple[Any, ...]:
    """What a notice says about the person; an age counts with the day on which it was said."""
    return _SAID(notice), None if notice.age is None else notice.issued_at


def _last_known(notices: Sequence[PoliceNotice], name: str) -> Any:
    for notice in reversed(notices):
        value = getattr(notice, name)
        if value not in (None, "", ()):
            return value
    return getattr(notices[-1], name)


def _contradict(one: PoliceNotice, other: PoliceNotice) -> bool:
    """Whether two notices cannot be about one person: other numbers, other forenames, or other surnames and births."""
    if one.local_child_id and other.local_child_id:
        return clean_id(one.local_child_id) != clean_id(other.local_child_id)
    if one.forename and other.forename and not (_alike(one, other) or _swapped(one, other)):
        return True
    names_agree = bool(one.forename and other.forename) and _alike(one, other)
    return _other_surname(one, other) and not names_agree


def _same_person(one: PoliceNotice, other: PoliceNotice) -> bool:
    """Whether two notices that do not contradict each other say enough to be about one person."""
    if not (one.forename and other.forename) and _other_birth(one, other):
        return bool(one.local_child_id and other.local_child_id)
    return True


def _other_surname(one: PoliceNotice, other: PoliceNotice) -> bool:
    if not (one.surname and other.surname) or _swapped(one, other):
        return False
    first, second = set(clean_name(one.surname).split()), set(clean_name(other.surname).split())
    return not first & second and OSA.distance(" ".join(sorted(first)), " ".join(sorted(second))) > 1


def _other_birth(one: PoliceNotice, other: PoliceNotice) -> bool:
    return bool(one.date_of_birth and other.date_of_birth) and one.date_of_birth != other.date_of_birth


def _alike(one: PoliceNotice, other: PoliceNotice) -> bool:
    """Whether two forenames are one name; a slip or an initial counts only where the dates of birth agree."""
    first, second = clean_name(one.forename or ""), clean_name(other.forename or "")
    if first == second:
        return True
    if _other_birth(one, other):
        return False
    if may_be_same_name(first, second):
        return True
    if not (one.date_of_birth and other.date_of_birth):
        return False
    shortest = min(len(first), len(second))
    if shortest == 1:
        return first[:1] == second[:1]
    return shortest >= 4 and OSA.distance(first, second) <= 1


def _swapped(one: PoliceNotice, other: PoliceNotice) -> bool:
    return (
        bool(one.surname and other.surname)
        and clean_name(one.forename or "") == clean_name(other.surname or "")
        and clean_name(one.surname or "") == clean_name(other.forename or "")
    )
