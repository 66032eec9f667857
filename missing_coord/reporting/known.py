"""What is known of a period at an instant, own children and those of other authorities apart."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction

from missing_coord.domain.audit_schemes import SchemeBook
from missing_coord.domain.population import Population
from missing_coord.reporting.facts import MISSING, DutyFact, EpisodeFact, known_duty, known_episode
from missing_coord.reporting.follow_up import (
    NOTHING,
    SHIPPED,
    ActionFact,
    ClosedFact,
    FollowUp,
    RecordFact,
    SupportFact,
)
from missing_coord.reporting.periods import Period
from missing_coord.reporting.targets import Target

REPEAT_WINDOW = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What one interviewer can hold in the period: `whole` without, `net` with their absences, in interviews."""

    worker_id: str
    team: str
    whole: Fraction
    net: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One rung of the escalation ladder that was told in the period, about one episode."""

    episode_id: str
    child_id: str
    population: Population
    step: str
    breach: bool
    seen_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Every row that a report may count, as it was known at `as_at`; not yet cut to a period.

    `episodes` and `duties` reach back before the period of the report, for comparison and for repeats.
    """

    as_at: datetime
    episodes: tuple[EpisodeFact, ...]
    duties: tuple[DutyFact, ...]
    looked_after: tuple[str, ...] = ()
    capacity: tuple[Capacity, ...] = ()
    told: tuple[Told, ...] = ()
    follow_up: FollowUp = NOTHING
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFacts:
    """What is known of one period: episodes by their start, duties by the return that starts their clock."""

    period: Period
    as_at: datetime
    own_episodes: tuple[EpisodeFact, ...]
    other_episodes: tuple[EpisodeFact, ...]
    own_duties: tuple[DutyFact, ...]
    other_duties: tuple[DutyFact, ...]
    lately: Mapping[str, int]
    looked_after: tuple[str, ...] = ()
    capacity: tuple[Capacity, ...] = ()
    told: tuple[Told, ...] = ()
    records: tuple[RecordFact, ...] = ()
    closed: tuple[ClosedFact, ...] = ()
    actions: tuple[ActionFact, ...] = ()
    schemes: SchemeBook = SHIPPED
    support: tuple[SupportFact, ...] = ()

    @property
    def missing(self) -> list[EpisodeFact]:
        """The missing episodes (type M) of own children."""
        return [each for each in self.own_episodes if each.kind == MISSING]


def known_at(
    as_at: datetime,
    *,
    episodes: Iterable[EpisodeFact],
    duties: Iterable[DutyFact],
    looked_after: Sequence[str] = (),
    capacity: Sequence[Capacity] = (),
    told: Sequence[Told] = (),
    follow_up: FollowUp = NOTHING,
    targets: Sequence[Target] = (),
) -> Known:
    """Return what was known at an instant of all these rows."""
    then = [known_episode(each, as_at) for each in episodes]
    due = [known_duty(each, as_at) for each in duties]
    return Known(
        as_at=as_at,
        episodes=tuple(each for each in then if each is not None),
        duties=tuple(each for each in due if each is not None),
        looked_after=tuple(looked_after),
        capacity=tuple(capacity),
        told=tuple(told),
        follow_up=follow_up,
        targets=tuple(targets),
    )


def facts_of(period: Period, known: Known) -> PeriodFacts:
    """Return what belongs to a period."""
    begun = [each for each in known.episodes if period.holds(each.started_at)]
    returned = [each for each in known.duties if period.holds(each.returned_at)]
    return PeriodFacts(
        period=period,
        as_at=known.as_at,
        own_episodes=tuple(each for each in begun if not _is_others(each)),
        other_episodes=tuple(each for each in begun if _is_others(each)),
        own_duties=tuple(each for each in returned if not _is_others(each)),
        other_duties=tuple(each for each in returned if _is_others(each)),
        lately=_lately(period, known.episodes),
        looked_after=known.looked_after,
        capacity=known.capacity,
        told=tuple(each for each in known.told if not _is_others(each)),
        records=tuple(
            each for each in known.follow_up.records if period.holds(each.held_at) and not each.others
        ),
        closed=tuple(
            each for each in known.follow_up.closed if period.holds(each.closed_at) and not each.others
        ),
        actions=tuple(
            each for each in known.follow_up.actions if period.holds(each.opened_at) and not each.others
        ),
        schemes=known.follow_up.schemes,
        support=tuple(
            each
            for each in known.follow_up.support
            if period.first <= each.referred_on < period.after and not each.others
        ),
    )


def facts_by_period(periods: Iterable[Period], known: Known) -> list[PeriodFacts]:
    """Return what belongs to each of many periods; each row is looked at for its own periods only."""
    episodes = sorted(known.episodes, key=lambda each: each.started_at)
    duties = sorted(known.duties, key=lambda each: each.returned_at)
    starts, returns = [each.started_at for each in episodes], [each.returned_at for each in duties]
    found = []
    for period in periods:
        first, after = period.starts_at, period.ends_at
        some = replace(
            known,
            episodes=tuple(
                episodes[bisect_left(starts, min(first, after - REPEAT_WINDOW)) : bisect_left(starts, after)]
            ),
            duties=tuple(duties[bisect_left(returns, first) : bisect_left(returns, after)]),
        )
        found.append(facts_of(period, some))
    return found


def supplied_by(facts: PeriodFacts, supplier: str) -> PeriodFacts:
    """Return only the interviews that one supplier of interviewers has or had."""
    duties = tuple(each for each in facts.own_duties if each.supplier == supplier)
    return replace(facts, own_duties=duties, own_episodes=(), other_episodes=(), other_duties=(), told=())


def placed_with(facts: PeriodFacts, provider: str) -> PeriodFacts:
    """Return only the episodes and duties of own children who were placed with one provider."""
    return replace(
        facts,
        own_episodes=tuple(each for each in facts.own_episodes if each.provider == provider),
        own_duties=tuple(each for each in facts.own_duties if each.provider == provider),
        other_episodes=(),
        other_duties=(),
        told=(),
    )


def _is_others(fact: EpisodeFact | DutyFact | Told) -> bool:
    return fact.population is Population.OTHER_AUTHORITY


def _lately(period: Period, episodes: Iterable[EpisodeFact]) -> Mapping[str, int]:
    """Return for each child the missing episodes (type M) begun in the 90 days that end with the period."""
    found: dict[str, int] = defaultdict(int)
    for each in episodes:
        if each.kind == MISSING and period.ends_at - REPEAT_WINDOW <= each.started_at < period.ends_at:
            found[each.child_id] += 1
    return found
