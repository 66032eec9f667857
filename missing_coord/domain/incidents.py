"""An incident: one person in one police reference, folded from every notice received about it, in any order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.quick import quick
from missing_coord.domain.records import NoticeMessage, PoliceNotice


class EpisodeKind(StrEnum):
    """The Department's two types: whereabouts unknown, or known but not where expected."""

    MISSING = "M"
    AWAY = "A"


class Source(StrEnum):
    """Who told us of an incident."""

    POLICE = "police"
    COUNCIL_LIST = "council_list"
    HISTORY = "history"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """What all notices about one incident say together; every instant is UTC, `end_*` are None while still missing."""

    source: Source
    force: str
    reference: str
    kind: EpisodeKind
    started_at: datetime
    start_known: bool
    end_at: datetime | None
    end_basis: ClockBasis | None
    last_seen_at: datetime | None
    reported_at: datetime | None
    found_at: datetime | None
    returned_at: datetime | None
    safe_and_well_at: datetime | None
    told_at: datetime
    told_ended_at: datetime | None
    last_issued_at: datetime
    risk: str
    category: str
    returned_to: str
    cancelled: bool
    tolerance: timedelta
    notices: int


POLICE_TOLERANCE = timedelta(hours=6)
LIST_TOLERANCE = timedelta(hours=30)
_ENDING = (NoticeMessage.FOUND, NoticeMessage.RETURNED, NoticeMessage.SAFE_AND_WELL)


def fold_notices(
    notices: Iterable[PoliceNotice], *, tolerance: timedelta = POLICE_TOLERANCE
) -> tuple[IncidentFacts, ...]:
    """Fold every notice about one person in one reference into its facts; the order of arrival does not matter.

    A reference that police open again (last seen after the return) gives one further set of facts for each time.
    """
    ordered = sorted(notices, key=lambda n: (n.issued_at, _MESSAGE_ORDER[n.message], n.content_hash))
    return tuple(_fold_round(each, tolerance=tolerance) for each in _rounds(ordered))


def _rounds(ordered: list[PoliceNotice]) -> list[list[PoliceNotice]]:
    rounds: list[list[PoliceNotice]] = [[]]
    for notice in ordered:
        if notice.message is NoticeMessage.MISSING and _opens_again(notice, rounds[-1]):
            rounds.append([])
        rounds[-1].append(notice)
    return rounds


def _opens_again(notice: PoliceNotice, before: list[PoliceNotice]) -> bool:
    ended = _end(before) if before else None
    seen = notice.last_seen_at or notice.reported_at
    return ended is not None and seen is not None and seen > ended[0]


def _fold_round(ordered: list[PoliceNotice], *, tolerance: timedelta) -> IncidentFacts:
    started_at, start_known = _start(ordered)
    ended = _end(ordered)
    end_at, end_basis = ended if ended else (None, None)
    if end_at is not None and end_at < started_at:
        started_at, start_known = end_at, False
    ending = [n for n in ordered if n.message in _ENDING]
    return IncidentFacts(
        source=Source.POLICE,
        force=ordered[0].force,
        reference=ordered[0].reference,
        kind=_kind(ordered),
        started_at=started_at,
        start_known=start_known,
        end_at=end_at,
        end_basis=end_basis,
        last_seen_at=_latest(ordered, "last_seen_at"),
        reported_at=_latest(ordered, "reported_at"),
        found_at=_latest(ordered, "found_at"),
        returned_at=_latest(ordered, "returned_at"),
        safe_and_well_at=_latest(ordered, "safe_and_well_at"),
        told_at=ordered[0].issued_at,
        told_ended_at=ending[0].issued_at if ending else None,
        last_issued_at=ordered[-1].issued_at,
        risk=_latest(ordered, "risk") or "",
        category=_latest(ordered, "category") or "",
        returned_to=_latest(ordered, "returned_to") or "",
        cancelled=ordered[-1].message is NoticeMessage.CANCELLED,
        tolerance=tolerance,
        notices=len(ordered),
    )


_MESSAGE_ORDER = {
    NoticeMessage.MISSING: 0,
    NoticeMessage.UPDATE: 1,
    NoticeMessage.FOUND: 2,
    NoticeMessage.RETURNED: 3,
    NoticeMessage.SAFE_AND_WELL: 4,
    NoticeMessage.CANCELLED: 5,
}


def _latest(notices: list[PoliceNotice], field: str) -> Any:
    for notice in reversed(notices):
        value = getattr(notice, field)
        if value:
            return value
    return None


def _start(ordered: list[PoliceNotice]) -> tuple[datetime, bool]:
    for field in ("last_seen_at", "reported_at"):
        value: datetime | None = _latest(ordered, field)
        if value is not None:
            return value, True
    reports = [n.issued_at for n in ordered if n.message in (NoticeMessage.MISSING, NoticeMessage.UPDATE)]
    if reports:
        return min(reports), True
    known: list[datetime] = [
        value
        for field in ("found_at", "returned_at", "safe_and_well_at")
        if (value := _latest(ordered, field)) is not None
    ]
    return min([*known, ordered[0].issued_at]), False


def _end(ordered: list[PoliceNotice]) -> tuple[datetime, ClockBasis] | None:
    for field, basis in (
        ("returned_at", ClockBasis.RETURNED),
        ("found_at", ClockBasis.FOUND),
        ("safe_and_well_at", ClockBasis.SAFE_AND_WELL),
    ):
        value: datetime | None = _latest(ordered, field)
        if value is not None:
            return value, basis
    ending = [n.issued_at for n in ordered if n.message in _ENDING]
    return (min(ending), ClockBasis.NOTICE) if ending else None


_AWAY_WORDS = ("absent", "away", "no apparent risk")


def _kind(ordered: list[PoliceNotice]) -> EpisodeKind:
    """Missing at any point makes the episode type M: the type may only be lowered by never having been M."""
    away = {_says_away(n.category) for n in ordered if n.category}
    return EpisodeKind.AWAY if away == {True} else EpisodeKind.MISSING


@lru_cache(maxsize=1024)
def _says_away(category: str) -> bool:
    folded = category.casefold()
    return any(word in folded for word in _AWAY_WORDS)
