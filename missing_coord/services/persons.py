"""Tells apart the persons of one police reference: one reference may cover several children."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from missing_coord.domain.cases import StoredNotice
from missing_coord.domain.records import PoliceNotice, comparable
from missing_coord.matching.normalise import clean_id, clean_name
from missing_coord.matching.variants import may_be_same_name


def persons_of(notices: Sequence[StoredNotice]) -> list[list[StoredNotice]]:
    """Split the notices of one reference by person; the same set of notices always splits in the same way.

    Different local ids, or clearly different forenames, are different persons. A notice that says too little to tell
    goes to the only person there is, or to the first when there are several.
    """
    ordered = sorted(notices, key=lambda each: (each.notice.issued_at, each.notice.content_hash))
    telling = [each for each in ordered if _tells(each.notice)]
    groups: list[list[StoredNotice]] = []
    for each in telling:
        fitting = [
            group for group in groups if any(_same_person(each.notice, other.notice) for other in group)
        ]
        joined = [other for group in fitting for other in group] + [each]
        groups = [group for group in groups if group not in fitting] + [joined]
    silent = [each for each in ordered if not _tells(each.notice)]
    groups.sort(key=lambda group: min((m.notice.issued_at, m.notice.content_hash) for m in group))
    if silent:
        groups = [groups[0] + silent, *groups[1:]] if groups else [silent]
    return groups


def signature_of(notice: PoliceNotice) -> str:
    """Return the words by which a person is known again, empty when they say too little to be sure."""
    forename, surname = clean_name(notice.forename or ""), clean_name(notice.surname or "")
    if not (forename and surname and notice.date_of_birth):
        return ""
    return f"{surname}|{forename}|{notice.date_of_birth.isoformat()}"


def _tells(notice: PoliceNotice) -> bool:
    return bool(notice.local_child_id or notice.forename)


def _same_person(one: PoliceNotice, other: PoliceNotice) -> bool:
    if one.local_child_id and other.local_child_id:
        return clean_id(one.local_child_id) == clean_id(other.local_child_id)
    if not (one.forename and other.forename):
        return comparable(one.surname or "") == comparable(other.surname or "") or not (
            one.surname and other.surname
        )
    return _alike(one.forename, other.forename) or _swapped(one, other)


def _alike(one: str, other: str) -> bool:
    first, second = clean_name(one), clean_name(other)
    if first == second or may_be_same_name(first, second):
        return True
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
