"""The measures of the monthly report, counted from plain rows: numerator, denominator, pending, definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.population import Population
from missing_coord.reporting.facts import (
    IN_CARE,
    DutyFact,
    EpisodeFact,
    Outcome,
    known_duty,
    known_episode,
)
from missing_coord.reporting.month import Month

MISSING, AWAY = "M", "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure: `denominator` is None for a plain count, `pending` for what cannot be waiting for anything.

    Pending duties are in neither numerator nor denominator: they can still succeed, so they have not failed.
    """

    key: str
    name: str
    numerator: int
    denominator: int | None = None
    definition: str = ""
    pending: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureGroup:
    """A table of the report; `parts_of_whole` when its counts add up to one total."""

    title: str
    measures: tuple[Measure, ...]
    parts_of_whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """What is known of a month at an instant; own children and those of other authorities apart."""

    as_at: datetime
    own_episodes: tuple[EpisodeFact, ...]
    other_episodes: tuple[EpisodeFact, ...]
    own_duties: tuple[DutyFact, ...]
    other_duties: tuple[DutyFact, ...]
    looked_after: int


def facts_of_month(
    month: Month,
    as_at: datetime,
    *,
    episodes: Iterable[EpisodeFact],
    duties: Iterable[DutyFact],
    looked_after: int,
) -> MonthFacts:
    """Return what belongs to a month: episodes by their start, duties by the return that starts their clock."""
    begun = [each for each in episodes if month.holds(each.started_at) and known_episode(each, as_at)]
    returned = [known_duty(each, as_at) for each in duties if month.holds(each.returned_at)]
    known = [each for each in returned if each is not None]
    return MonthFacts(
        as_at=as_at,
        own_episodes=tuple(each for each in begun if each.population is not Population.OTHER_AUTHORITY),
        other_episodes=tuple(each for each in begun if each.population is Population.OTHER_AUTHORITY),
        own_duties=tuple(each for each in known if each.population is not Population.OTHER_AUTHORITY),
        other_duties=tuple(each for each in known if each.population is Population.OTHER_AUTHORITY),
        looked_after=looked_after,
    )


def children(facts: Iterable[EpisodeFact] | Iterable[DutyFact]) -> int:
    """Return how many different children these rows are about."""
    return len({each.child_id for each in facts})


def missing_measures(facts: MonthFacts) -> MeasureGroup:
    """Return measures 1 to 5: who went missing, and how often."""
    missing = [each for each in facts.own_episodes if each.kind == MISSING]
    in_care = [each for each in missing if each.population in IN_CARE]
    counted = (
        Measure(
            key="children_missing",
            name="Children reported missing",
            numerator=children(missing),
            definition="Different children with a missing episode (type M) that began in the month.",
        ),
        Measure(
            key="incidents",
            name="Missing incidents",
            numerator=len(missing),
            definition="Missing episodes (type M) that began in the month.",
        ),
        Measure(
            key="looked_after",
            name="Looked-after children",
            numerator=facts.looked_after,
            definition="Own looked-after children with a placement on any day of the month.",
        ),
        Measure(
            key="looked_after_missing",
            name="Looked-after children who went missing",
            numerator=children(in_care),
            denominator=facts.looked_after,
            definition="Of the looked-after children, those with a missing episode (type M) that began in the month.",
        ),
        Measure(
            key="looked_after_incidents",
            name="Missing incidents of looked-after children",
            numerator=len(in_care),
            denominator=len(missing),
            definition="Of the missing incidents, those of looked-after children.",
        ),
        *_away_measures(facts),
    )
    return MeasureGroup(title="Children and incidents, by the start of the episode", measures=counted)


def _away_measures(facts: MonthFacts) -> tuple[Measure, ...]:
    away = [each for each in facts.own_episodes if each.kind == AWAY]
    return (
        Measure(
            key="away_children",
            name="Children away without authorisation",
            numerator=children(away),
            definition="Different children with an episode of type A that began in the month; not counted above.",
        ),
        Measure(
            key="away_incidents",
            name="Episodes away without authorisation",
            numerator=len(away),
            definition="Episodes of type A that began in the month; not counted above.",
        ),
    )


def interview_measures(facts: MonthFacts) -> MeasureGroup:
    """Return measures 6 to 8 and timeliness on both bases, for every episode whose child returned in the month."""
    duties = facts.own_duties
    offered = _share(duties, lambda each: each.offered_at is not None, facts.as_at)
    offered_72 = _share(duties, lambda each: each.offered_in_time, facts.as_at)
    completed = _share(duties, lambda each: each.outcome is Outcome.COMPLETED, facts.as_at)
    in_time = _share(duties, lambda each: each.completed_in_time, facts.as_at)
    done = [each for each in duties if each.outcome is Outcome.COMPLETED]
    return MeasureGroup(
        title="Return interviews, by the date of return",
        measures=(
            Measure(
                key="eligible",
                name="Episodes for which an interview was to be offered",
                numerator=len(duties),
                definition="Every episode of an own child that ended with a return in the month, none left out.",
            ),
            Measure(
                key="eligible_children",
                name="Children for whom an interview was to be offered",
                numerator=children(duties),
                definition="Different children among those episodes.",
            ),
            _measure("offered", "Interviews offered", offered, _OF_ALL),
            _measure("offered_72", "Offered within 72 hours of return", offered_72, _OF_ALL),
            _measure("completed", "Interviews completed", completed, _OF_ALL),
            Measure(
                key="completed_72_of_completed",
                name="Completed within 72 hours of return, of those completed",
                numerator=sum(each.completed_in_time for each in done),
                denominator=len(done),
                definition="Each episode by its own 72 elapsed hours; a talk before the return is in time.",
            ),
            _measure(
                "completed_72_of_eligible",
                "Completed within 72 hours of return, of all episodes",
                in_time,
                _OF_ALL,
            ),
        ),
    )


_OF_ALL = "Of all such episodes but the pending ones, those with a manager's decision that none is required included."


_BUT_PENDING = "Of the episodes ended with a return but the pending ones."


def _share(
    duties: Sequence[DutyFact], met: Callable[[DutyFact], bool], as_at: datetime
) -> tuple[int, int, int]:
    """Return (met, base, pending): a duty not met is pending while it is open and its 72 hours are not over."""
    yes = sum(met(each) for each in duties)
    pending = sum(not met(each) and each.resolved_at is None and as_at <= each.due_at for each in duties)
    return yes, len(duties) - pending, pending


def _measure(key: str, name: str, counted: tuple[int, int, int], definition: str) -> Measure:
    yes, base, pending = counted
    return Measure(
        key=key, name=name, numerator=yes, denominator=base, pending=pending, definition=definition
    )


OUTCOME_NAMES = {
    Outcome.COMPLETED: "Completed",
    Outcome.DECLINED_BY_CHILD: "Declined by the child",
    Outcome.DECLINED_BY_PARENT: "Declined by a parent or carer",
    Outcome.CARER_INFO_ONLY: "Carer's information only (not an interview)",
    Outcome.NOT_REQUIRED: "Not required (manager's decision)",
    Outcome.NO_CONTACT: "Closed without contact (manager's decision)",
    Outcome.TRANSFERRED: "Transferred to another authority",
    Outcome.RECORDED_IN_ERROR: "Closed as recorded in error",
    Outcome.DECEASED: "Child has died",
    Outcome.OPEN_OFFERED: "Still open, offered",
    Outcome.OPEN_NOT_OFFERED: "Still open, not offered",
}


def outcome_measures(facts: MonthFacts) -> MeasureGroup:
    """Return what became of every eligible episode; the lines add up to all of them."""
    return _parts(
        "What became of each of these episodes",
        [
            (f"outcome_{each.value}", name, [duty for duty in facts.own_duties if duty.outcome is each])
            for each, name in OUTCOME_NAMES.items()
        ],
        of=len(facts.own_duties),
        definition="Of every such episode, the pending ones too, so that the lines add up to all of them.",
    )


PROVIDER_NAMES = {
    "in_house": "The council's own team",
    "commissioned": "Commissioned provider",
    "spot_purchase": "Spot purchase",
    "": "Not recorded",
}


def provider_measures(facts: MonthFacts) -> MeasureGroup:
    """Return measure 9: who held the completed interviews."""
    done = [each for each in facts.own_duties if each.outcome is Outcome.COMPLETED]
    return _parts(
        "Who held the completed interviews",
        [
            (f"provider_{code or 'unknown'}", name, [each for each in done if _provider(each) == code])
            for code, name in PROVIDER_NAMES.items()
        ],
        of=len(done),
        definition="Of the episodes whose interview was completed.",
    )


def _provider(duty: DutyFact) -> str:
    return duty.provider if duty.provider in PROVIDER_NAMES else ""


def _parts(
    title: str, parts: Sequence[tuple[str, str, Sequence[DutyFact]]], *, of: int, definition: str
) -> MeasureGroup:
    """Return lines that add up to the base `of`; the definition stands on the first, for all of them."""
    measures = tuple(
        Measure(
            key=key,
            name=name,
            numerator=len(rows),
            denominator=of,
            definition="" if number else definition,
        )
        for number, (key, name, rows) in enumerate(parts)
    )
    return MeasureGroup(title=title, measures=measures, parts_of_whole=True)


_PLACES = (
    (Population.OWN_HOME, "home", "from home"),
    (Population.OWN_CARE_IN_AREA, "care_in_area", "from care, placed in area"),
    (Population.OWN_CARE_OUT_OF_AREA, "care_out_of_area", "from care, placed out of area"),
)


def place_measures(facts: MonthFacts) -> tuple[MeasureGroup, ...]:
    """Return the same figures for home and care, in area and out of area."""
    return tuple(_of_place(facts, population, key, words) for population, key, words in _PLACES)


def _of_place(facts: MonthFacts, population: Population, key: str, words: str) -> MeasureGroup:
    missing = [e for e in facts.own_episodes if e.population is population and e.kind == MISSING]
    duties = [each for each in facts.own_duties if each.population is population]
    return MeasureGroup(title=f"Missing {words}", measures=_short(key, missing, duties, facts.as_at))


def _short(
    key: str, missing: Sequence[EpisodeFact], duties: Sequence[DutyFact], as_at: datetime
) -> tuple[Measure, ...]:
    offered = _share(duties, lambda each: each.offered_at is not None, as_at)
    completed = _share(duties, lambda each: each.outcome is Outcome.COMPLETED, as_at)
    in_time = _share(duties, lambda each: each.completed_in_time, as_at)
    return (
        Measure(key=f"{key}_children", name="Children reported missing", numerator=children(missing)),
        Measure(key=f"{key}_incidents", name="Missing incidents", numerator=len(missing)),
        Measure(key=f"{key}_eligible", name="Episodes ended with a return", numerator=len(duties)),
        _measure(f"{key}_offered", "Interviews offered", offered, _BUT_PENDING),
        _measure(f"{key}_completed", "Interviews completed", completed, _BUT_PENDING),
        _measure(
            f"{key}_completed_72",
            "Completed within 72 hours of return, of all episodes",
            in_time,
            _BUT_PENDING,
        ),
    )


def other_authority_measures(facts: MonthFacts) -> MeasureGroup:
    """Return the figures of children for whom another authority is responsible; in none of the other tables."""
    missing = [each for each in facts.other_episodes if each.kind == MISSING]
    return MeasureGroup(
        title="Children of other authorities placed here (in none of the tables above)",
        measures=_short("other_authority", missing, facts.other_duties, facts.as_at),
    )
