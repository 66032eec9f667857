"""What the recorded past says of what a visit loses on its way, so that a replay of the past loses as much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median, quantiles

from missing_coord.planning.capacity import ARRANGED_WITHIN, Demand, Span
from missing_coord.planning.situation import Absence, OpenInterview

HOUR = timedelta(hours=1)
SUDDEN = timedelta(days=3)
"""An absence of at most so long is taken to have been known only when it began; leave is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReturn:
    """A return of the past: its area, whether it asked for a visit of ours, what was done about it, how it ended.

    `told_at` is when we first heard of the return, `agreed_at` when child or family last said yes before the visit;
    `contacts` counts offers and attempts, `missed` visits not attended; `gone` are times missing again.
    """

    interview_id: str
    returned_at: datetime
    due_at: datetime
    area: str
    state: str
    held_at: datetime | None
    missed: int
    asks_for_visit: bool
    told_at: datetime | None = None
    first_contact_at: datetime | None = None
    agreed_at: datetime | None = None
    contacts: int = 0
    declined_at_door: int = 0
    gone: tuple[Span, ...] = ()

    @property
    def known_at(self) -> datetime:
        """When we first knew of the return."""
        return max(self.told_at or self.returned_at, self.returned_at)

    @property
    def yes_at(self) -> datetime | None:
        """When the family said yes, or was first spoken to where no answer is on record."""
        return self.agreed_at or (self.first_contact_at if self.held_at else None)

    @property
    def reached(self) -> bool:
        """Whether anybody got through to the child or the family, or nobody tried."""
        return bool(self.held_at or self.agreed_at or not self.contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What the past lost between a return and its visit; times in hours, the counts are of returns.

    `yes_hours` run from when we were told to the yes of the family, `slow_hours` is the same of the slowest in ten;
    `ahead_hours` is how long after that yes the soonest quarter of the visits came.
    """

    told_hours: float = 0.0
    yes_hours: float = 0.0
    slow_hours: float = 0.0
    ahead_hours: float = 0.0
    contacts_for_each: float = 0.0
    missed: int = 0
    out_of_reach: int = 0
    not_approached: int = 0
    declined_visits: int = 0
    missing_again: int = 0
    sudden_absences: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Absences:
    """Absences by worker: those known beforehand, and those known only when they began."""

    known: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)
    sudden: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)


def absences_apart(away: Mapping[str, Sequence[Absence]]) -> Absences:
    """Tell leave from sudden absences."""
    return Absences(
        known={key: tuple(each for each in spans if not _sudden(each)) for key, spans in away.items()},
        sudden={key: tuple(each for each in spans if _sudden(each)) for key, spans in away.items()},
    )


def _sudden(absence: Absence) -> bool:
    return absence.ends_at is not None and absence.ends_at - absence.starts_at <= SUDDEN


def losses_of(past: Sequence[PastReturn], absences: Absences) -> Losses:
    """Return what these returns, declined ones included, lost on their way."""
    asked = [each for each in past if each.asks_for_visit]
    held = [each for each in asked if each.held_at is not None]
    to_yes = [(yes - each.known_at) / HOUR for each in asked if (yes := each.yes_at) is not None]
    ahead = [
        (each.held_at - each.agreed_at) / HOUR
        for each in held
        if each.held_at is not None and each.agreed_at is not None
    ]
    return Losses(
        told_hours=_middle([(each.known_at - each.returned_at) / HOUR for each in asked]),
        yes_hours=_middle(to_yes),
        slow_hours=_part(to_yes, 9, 10),
        ahead_hours=_part(ahead, 1, 4),
        contacts_for_each=round(sum(each.contacts for each in asked) / len(held), 1) if held else 0.0,
        missed=sum(each.missed for each in asked),
        out_of_reach=sum(not each.reached for each in asked),
        not_approached=sum(each.held_at is None and not each.contacts for each in asked),
        declined_visits=sum(_door_visits(each) for each in past if not each.asks_for_visit),
        missing_again=sum(bool(each.gone) for each in asked),
        sudden_absences=sum(len(each) for each in absences.sudden.values()),
    )


def demand_of(
    past: Sequence[PastReturn],
    wanted: Mapping[str, OpenInterview],
    losses: Losses,
    *,
    answer_within: timedelta | None = None,
) -> list[Demand]:
    """Return what asked for a visit, each from when it could have been visited by what is on record.

    Declined ones are in it where somebody went for nothing. With `answer_within` every family says yes so soon after we
    were told, where it was later on record.
    """
    asked = [each for each in past if each.asks_for_visit or _door_visits(each)]
    return [
        _demand(each, wanted[each.interview_id], losses, answer_within)
        for each in asked
        if each.interview_id in wanted
    ]


def _demand(
    each: PastReturn, interview: OpenInterview, losses: Losses, answer_within: timedelta | None
) -> Demand:
    ready = _ready(each, losses)
    if answer_within is not None:
        ready = min(ready, each.known_at + answer_within + losses.ahead_hours * HOUR)
    visits = each.missed if each.asks_for_visit else _door_visits(each) - 1
    return Demand(
        interview=replace(interview, earliest_at=each.returned_at, due_at=each.due_at),
        area=each.area,
        missed=visits,
        ready_at=ready,
        gone=each.gone,
        reached=each.reached or not each.asks_for_visit,
        counts=each.asks_for_visit,
    )


def _ready(each: PastReturn, losses: Losses) -> datetime:
    """Return from when a child could be visited: told, said yes, and the family's own notice given.

    Whoever was not approached at all is taken to have been as slow as the slowest in ten; a visit that was held could
    be when it was.
    """
    ahead = losses.ahead_hours * HOUR
    yes = each.yes_at or each.first_contact_at
    ready = yes + ahead if yes else each.known_at + losses.slow_hours * HOUR + ahead
    ready = max(ready, each.returned_at + ARRANGED_WITHIN)
    return ready if each.held_at is None else max(each.returned_at, min(ready, each.held_at - HOUR))


def _door_visits(each: PastReturn) -> int:
    return each.missed + each.declined_at_door


def _middle(hours: Sequence[float]) -> float:
    return round(median(hours), 1) if hours else 0.0


def _part(hours: Sequence[float], part: int, of: int) -> float:
    if len(hours) < 2:
        return round(max(0.0, *hours, 0.0), 1)
    return round(max(0.0, quantiles(hours, n=of)[part - 1]), 1)
