"""What became of the duty to interview: offered, accepted, completed, in time on both bases and both clocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from missing_coord.domain.population import Population
from missing_coord.reporting.facts import MISSING, DutyFact, EpisodeFact, Outcome
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import (
    Clock,
    Measure,
    MeasureGroup,
    counted,
    counted_children,
    hours_measure,
    met_share,
    parts,
)

MEDIAN, NINETIETH = 0.5, 0.9
ONE_DAY = timedelta(hours=24)
_OF_ALL = "Of all such episodes but the pending ones, those with a manager's decision that none is required included."
_OF_DONE = "Each episode by its own 72 elapsed hours; a talk before the return is in time."
_TOLD_CLOCK = (
    "72 elapsed hours from the return, or from when the council was told of it where that was later."
)


def interview_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return measures 6 to 8 for every episode whose child returned in the period, on the statutory clock."""
    duties = facts.own_duties
    clock = Clock(as_at=facts.as_at)
    done = [each for each in duties if each.completed]
    return MeasureGroup(
        title="Return interviews, by the date of return",
        measures=(
            counted("eligible", "Episodes for which an interview was to be offered", duties, _NONE_LEFT_OUT),
            counted_children(
                "eligible_children",
                "Children for whom an interview was to be offered",
                duties,
                "Different children among those episodes.",
            ),
            met_share("offered", "Interviews offered", duties, _offered, clock, _OF_ALL),
            met_share(
                "offered_72", "Offered within 72 hours of return", duties, _offered_in_time, clock, _OF_ALL
            ),
            met_share("accepted", "Interviews accepted", duties, _accepted, clock, _ACCEPTED),
            met_share("completed", "Interviews completed", duties, _completed, clock, _OF_ALL),
            counted(
                "completed_72_of_completed",
                "Completed within 72 hours of return, of those completed",
                [each for each in done if each.completed_in_time],
                _OF_DONE,
                of=done,
            ),
            met_share(
                "completed_72_of_eligible",
                "Completed within 72 hours of return, of all episodes",
                duties,
                _in_time,
                clock,
                _OF_ALL,
            ),
        ),
    )


_NONE_LEFT_OUT = "Every episode of an own child that ended with a return in the period, none left out."
_ACCEPTED = f"A yes on record, or an interview held. {_OF_ALL}"


def _offered(duty: DutyFact) -> bool:
    return duty.offered_at is not None


def _offered_in_time(duty: DutyFact) -> bool:
    return duty.offered_in_time


def _accepted(duty: DutyFact) -> bool:
    return duty.accepted


def _completed(duty: DutyFact) -> bool:
    return duty.completed


def _in_time(duty: DutyFact) -> bool:
    return duty.completed_in_time


def told_clock_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the same timeliness on the council's own clock, and how late the council was told."""
    duties = facts.own_duties
    clock = Clock(as_at=facts.as_at, due=lambda duty: duty.told_due_at)
    done = [each for each in duties if each.completed]
    lag = [(each.episode_id, max(each.told_ended_at - each.returned_at, timedelta(0))) for each in duties]
    late = [each for each in duties if each.told_ended_at - each.returned_at > ONE_DAY]
    return MeasureGroup(
        title="On the council's own clock, and how late the council was told",
        measures=(
            met_share(
                "offered_told",
                "Offered within 72 hours of being told",
                duties,
                lambda duty: duty.offered_in_told_time,
                clock,
                _TOLD_CLOCK,
            ),
            counted(
                "completed_told_of_completed",
                "Completed within 72 hours of being told, of those completed",
                [each for each in done if each.completed_in_told_time],
                _TOLD_CLOCK,
                of=done,
            ),
            met_share(
                "completed_told_of_eligible",
                "Completed within 72 hours of being told, of all episodes",
                duties,
                lambda duty: duty.completed_in_told_time,
                clock,
                _TOLD_CLOCK,
            ),
            hours_measure("lag_median", "Hours from return to being told: half within", lag, MEDIAN),
            hours_measure("lag_p90", "Hours from return to being told: nine in ten within", lag, NINETIETH),
            counted("told_after_24h", "Told more than 24 hours after the return", late, of=duties),
        ),
    )


def lateness_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return by how much the late interviews were late."""
    late = [each for each in facts.own_duties if each.completed and not each.completed_in_time]
    over = [(each.episode_id, each.held_at - each.due_at) for each in late if each.held_at is not None]
    return MeasureGroup(
        title="Interviews completed late, and by how much",
        measures=(
            counted(
                "completed_late",
                "Completed after the 72 hours",
                late,
                of=[each for each in facts.own_duties if each.completed],
            ),
            hours_measure("late_median", "Hours late: half within", over, MEDIAN),
            hours_measure("late_p90", "Hours late: nine in ten within", over, NINETIETH),
        ),
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
    Outcome.NOT_RECORDED: "Nothing on the earlier records",
    Outcome.OPEN_OFFERED: "Still open, offered",
    Outcome.OPEN_NOT_OFFERED: "Still open, not offered",
}


def outcome_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return what became of every eligible episode; the lines add up to all of them."""
    lines = [
        (f"outcome_{each.value}", name, [duty for duty in facts.own_duties if duty.outcome is each])
        for each, name in OUTCOME_NAMES.items()
    ]
    return parts("What became of each of these episodes", lines, of=facts.own_duties, chart=True)


TEAM_NAMES = {
    "in_house": "The council's own team",
    "commissioned": "Commissioned provider",
    "spot_purchase": "Spot purchase",
    "": "Not recorded",
}


def team_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return measure 9: who held the completed interviews."""
    done = [each for each in facts.own_duties if each.completed]
    lines = [
        (f"team_{code or 'unknown'}", name, [each for each in done if _team(each) == code])
        for code, name in TEAM_NAMES.items()
    ]
    return parts("Who held the completed interviews", lines, of=done)


def _team(duty: DutyFact) -> str:
    return duty.team if duty.team in TEAM_NAMES else ""


INDEPENDENCE_NAMES = {
    "independent_of_placement_and_LA": "Independent of the placement and of the authority",
    "independent_of_care": "Independent of the child's care",
    "child_preference_exception": "Not independent, as the child asked",
    "not_independent": "Not independent",
    "": "Not recorded",
}


def independence_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return on what ground the interviewer of each completed interview counts as independent."""
    done = [each for each in facts.own_duties if each.completed]
    lines = [
        (f"independence_{code or 'unknown'}", name, [each for each in done if _ground(each) == code])
        for code, name in INDEPENDENCE_NAMES.items()
    ]
    return parts("Independence of the completed interviews", lines, of=done)


def _ground(duty: DutyFact) -> str:
    return duty.independence if duty.independence in INDEPENDENCE_NAMES else ""


_PLACES = (
    (Population.OWN_HOME, "home", "from home"),
    (Population.OWN_CARE_IN_AREA, "care_in_area", "from care, placed in area"),
    (Population.OWN_CARE_OUT_OF_AREA, "care_out_of_area", "from care, placed out of area"),
)


def place_measures(facts: PeriodFacts) -> tuple[MeasureGroup, ...]:
    """Return the same figures for home and care, in area and out of area."""
    return tuple(_of_place(facts, population, key, words) for population, key, words in _PLACES)


def _of_place(facts: PeriodFacts, population: Population, key: str, words: str) -> MeasureGroup:
    missing = [e for e in facts.missing if e.population is population]
    duties = [each for each in facts.own_duties if each.population is population]
    return MeasureGroup(title=f"Missing {words}", measures=_short(key, missing, duties, facts))


def other_authority_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the figures of children for whom another authority is responsible; in none of the other tables."""
    missing = [each for each in facts.other_episodes if each.kind == MISSING]
    return MeasureGroup(
        title="Children of other authorities placed here (in none of the tables above)",
        measures=_short("other_authority", missing, facts.other_duties, facts),
    )


def _short(
    key: str, missing: Sequence[EpisodeFact], duties: Sequence[DutyFact], facts: PeriodFacts
) -> tuple[Measure, ...]:
    clock = Clock(as_at=facts.as_at)
    shares: tuple[tuple[str, str, Callable[[DutyFact], bool]], ...] = (
        ("offered", "Interviews offered", _offered),
        ("completed", "Interviews completed", _completed),
        ("completed_72", "Completed within 72 hours of return, of all episodes", _in_time),
    )
    return (
        counted_children(f"{key}_children", "Children reported missing", missing),
        counted(f"{key}_incidents", "Missing incidents", missing),
        counted(f"{key}_eligible", "Episodes ended with a return", duties),
        *(met_share(f"{key}_{name}", words, duties, met, clock, "") for name, words, met in shares),
    )
