"""Signs that a child who counts as missing is back though nobody told us; a person confirms or rejects each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from missing_coord.domain.access import Role
from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.escalation import ClockKind, Ladder, LadderStep
from missing_coord.domain.incidents import LIST_TOLERANCE
from missing_coord.domain.london import london_day, london_midnight
from missing_coord.domain.population import PlacementSpan

CONFIRM_WITHIN = timedelta(hours=12)
"""How long a sign may wait for somebody before it is unconfirmed, and the manager is told too."""

RETURN_LADDER = Ladder(
    version="2026-1",
    clock=ClockKind.PRESUMED_RETURN,
    due_after=CONFIRM_WITHIN,
    steps=(
        LadderStep(name="return_presumed", offset=-CONFIRM_WITHIN, recipients=(Role.COORDINATOR,)),
        LadderStep(
            name="return_unconfirmed", offset=timedelta(0), recipients=(Role.COORDINATOR, Role.MANAGER)
        ),
        LadderStep(
            name="return_still_unconfirmed",
            offset=timedelta(hours=24),
            recipients=(Role.COORDINATOR, Role.MANAGER),
            repeat_every=timedelta(hours=24),
        ),
    ),
)
"""A sign's own clock, counted from the time by which somebody should have confirmed or rejected it."""


class SignKind(StrEnum):
    """Where a sign comes from."""

    PLACEMENT = "placement"
    COUNCIL_LIST = "missing_list"
    LEFT_LIST = "left_missing_list"
    SSDA903 = "ssda903_missing"
    TOLD = "told"


class SignState(StrEnum):
    """What became of a sign; `withdrawn`: the episode ended otherwise, or what gave the sign was corrected."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSign:
    """One sign: the child was there at `seen_at` (UTC), of which with `by_day` only the London day is known."""

    kind: SignKind
    key: str
    seen_at: datetime
    by_day: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAbsence:
    """A line of a list as signs need it; dates alone are held as London midnights.

    `last_listed_at`: of a line that a later list leaves out, when a list had it last; None while it is listed.
    """

    kind: SignKind
    key: str
    started_at: datetime
    start_by_day: bool
    ended_at: datetime | None
    end_by_day: bool
    last_listed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedReturn:
    """A return that a person has confirmed, about the episode of an incident."""

    incident_id: str
    returned_at: datetime
    basis: ClockBasis
    confirmed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PresumedReturn:
    """A sign as kept, with its own clock and what a person answered."""

    presumed_return_id: str
    incident_id: str
    sign: ReturnSign
    state: SignState
    raised_at: datetime
    confirm_by: datetime
    next_step: int
    next_step_at: datetime | None
    answered_by: str = ""
    answered_at: datetime | None = None
    returned_at: datetime | None = None
    basis: str = ""
    reason: str = ""
    version: int = 0


def signs_of_return(
    *, started_at: datetime, now: datetime, spans: Iterable[PlacementSpan], listed: Iterable[ListedAbsence]
) -> list[ReturnSign]:
    """Return what speaks for it that a child who is missing since `started_at` is back, in the order of time.

    A placement that began on a later day, or a line of the council's list or the SSDA903 return about this absence
    that has an end, or that a later list leaves out. What lies in the future is no sign yet.
    """
    found = [sign for span in spans if (sign := _of_placement(span, started_at)) is not None]
    found += [sign for line in listed if (sign := _of_line(line, started_at)) is not None]
    return sorted(
        (each for each in found if each.seen_at <= now), key=lambda each: (each.seen_at, each.kind, each.key)
    )


def _of_placement(span: PlacementSpan, started_at: datetime) -> ReturnSign | None:
    lasts_a_day = span.end_date is None or span.end_date > span.start_date
    if span.start_date <= london_day(started_at) or not lasts_a_day:
        return None
    return ReturnSign(
        kind=SignKind.PLACEMENT, key=span.placement_id, seen_at=london_midnight(span.start_date), by_day=True
    )


def _of_line(line: ListedAbsence, started_at: datetime) -> ReturnSign | None:
    if not _about(line, started_at):
        return None
    if line.ended_at is None:
        return _of_left_line(line, started_at)
    ended_on = london_day(line.ended_at)
    over = ended_on >= london_day(started_at) if line.end_by_day else line.ended_at > started_at
    if not over:
        return None
    seen_at = max(line.ended_at, started_at) if line.end_by_day else line.ended_at
    return ReturnSign(kind=line.kind, key=line.key, seen_at=seen_at, by_day=line.end_by_day)


def _of_left_line(line: ListedAbsence, started_at: datetime) -> ReturnSign | None:
    """The child was there at some time after a list had it last: the earliest of these is the safe side."""
    if line.last_listed_at is None:
        return None
    seen_at = max(line.last_listed_at, started_at)
    return ReturnSign(kind=SignKind.LEFT_LIST, key=line.key, seen_at=seen_at, by_day=True)


def _about(line: ListedAbsence, started_at: datetime) -> bool:
    over_at = line.ended_at or line.last_listed_at
    if over_at is not None and line.started_at <= started_at < over_at:
        return True
    if line.start_by_day:
        return abs(london_day(line.started_at) - london_day(started_at)) <= timedelta(days=1)
    return abs(line.started_at - started_at) <= LIST_TOLERANCE
