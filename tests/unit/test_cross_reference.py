"""How two lists of absences are compared: what is one absence, what differs, and what is to be done next."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from missing_coord.domain.cross_reference import (
    Absence,
    Difference,
    Line,
    Period,
    Standing,
    cross_reference,
)
from missing_coord.domain.cross_reference_words import next_step
from missing_coord.domain.incidents import EpisodeKind
from missing_coord.domain.population import Population

AT = datetime(2026, 11, 10, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = Period(name="10 November 2026", starts_at=AT - 18 * HOUR, ends_at=AT + 6 * HOUR)


def absence(key: str = "a", **changes: object) -> Absence:
    plain = Absence(
        key=key,
        child_id="C1",
        reference="GMP/MP/1",
        kind=EpisodeKind.MISSING,
        started_at=AT,
        ended_at=AT + 4 * HOUR,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def lines(police: list[Absence], council: list[Absence]) -> tuple[Line, ...]:
    return cross_reference(police, council, period=DAY).lines


def test_an_absence_on_both_lists_needs_nothing() -> None:
    (line,) = lines([absence()], [absence("c", started_at=AT + 5 * HOUR)])
    assert (line.standing, next_step(line)) == (Standing.BOTH, "Nothing to do.")


def test_an_end_may_be_the_time_of_finding_or_of_the_return() -> None:
    police = absence(ended_at=AT + 30 * HOUR, ends=(AT + 20 * HOUR, AT + 30 * HOUR))
    (line,) = lines([police], [absence("c", ended_at=AT + 20 * HOUR)])
    assert line.standing is Standing.BOTH


def test_dates_alone_are_compared_as_london_days() -> None:
    midnight = datetime(2026, 11, 10, tzinfo=UTC)
    council = absence("c", started_at=midnight, start_by_day=True, ended_at=midnight, end_by_day=True)
    assert lines([absence()], [council])[0].standing is Standing.BOTH
    late = replace(council, ended_at=midnight + 24 * HOUR)
    assert lines([absence()], [late])[0].differences == (Difference.END,)


def test_an_absence_of_a_day_before_that_is_still_open_is_on_the_days_list() -> None:
    (line,) = lines([absence(started_at=AT - 100 * HOUR, ended_at=None)], [])
    assert line.standing is Standing.POLICE_ONLY
    assert "today" in next_step(line)


def test_what_lies_outside_the_day_is_left_out() -> None:
    assert lines([absence(started_at=AT - 60 * HOUR, ended_at=AT - 50 * HOUR)], []) == ()
    assert lines([], [absence(started_at=AT + 7 * HOUR, ended_at=None)]) == ()


def test_a_line_that_was_never_closed_does_not_swallow_later_absences() -> None:
    police = [
        absence("p1", started_at=AT - 200 * HOUR, ended_at=AT - 190 * HOUR),
        absence("p2"),
    ]
    council = [absence("c", started_at=AT - 200 * HOUR, ended_at=None)]
    assert [(line.standing, line.differences) for line in lines(police, council)] == [
        (Standing.DISAGREEING, (Difference.OPEN,)),
        (Standing.POLICE_ONLY, ()),
    ]


@pytest.mark.parametrize("population", [Population.OWN_HOME, Population.OTHER_AUTHORITY])
def test_children_who_are_on_no_such_list_are_counted_apart(population: Population) -> None:
    found = cross_reference([absence(population=population)], [], period=DAY)
    assert (found.lines, len(found.outside)) == ((), 1)
    unsure = cross_reference([absence(population=population, unsure=True)], [], period=DAY)
    assert "which child" in next_step(unsure.lines[0])


def test_a_home_child_who_is_on_the_list_all_the_same_is_compared() -> None:
    (line,) = lines([absence(population=Population.OWN_HOME)], [absence("c", kind=EpisodeKind.AWAY)])
    assert line.differences == (Difference.TYPE,)


def test_a_report_that_police_cancelled_is_named_beside_the_councils_line() -> None:
    (line,) = lines([absence(cancelled=True)], [absence("c", reference="")])
    assert line.standing is Standing.COUNCIL_ONLY
    assert "cancelled GMP/MP/1" in next_step(line)


def test_every_kind_of_line_says_what_to_do_next() -> None:
    council = absence("c", reference="")
    said = {
        next_step(line)
        for police, listed in (
            ([absence()], []),
            ([absence(ended_at=None)], []),
            ([absence(unsure=True)], []),
            ([absence(on_register=False)], []),
            ([], [council]),
            ([], [replace(council, ended_at=None)]),
            ([], [replace(council, kind=EpisodeKind.AWAY)]),
            ([], [replace(council, on_register=False)]),
            ([absence(ended_at=None)], [council]),
            ([absence()], [replace(council, ended_at=None)]),
            ([absence()], [replace(council, kind=EpisodeKind.AWAY)]),
            ([absence()], [replace(council, started_at=AT - 20 * HOUR)]),
            ([absence()], [replace(council, ended_at=AT + 9 * HOUR)]),
            ([absence()], [replace(council, ended_at=AT + 2 * HOUR), absence("d", started_at=AT + 2 * HOUR)]),
        )
        for line in lines(police, listed)
    }
    assert len(said) == 14


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_either_list_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    drawn = [_drawn(chance, f"k{number}") for number in range(14)]
    police, council = drawn[:7], drawn[7:]
    before = lines(police, council)
    chance.shuffle(police)
    chance.shuffle(council)
    assert lines(police, council) == before
    assert sum(len(line.police) for line in before) == len(police)
    assert sum(len(line.council) for line in before) == len(council)


def _drawn(chance: random.Random, key: str) -> Absence:
    start = AT - chance.randint(0, 12) * HOUR
    ended = None if chance.random() < 0.3 else start + chance.randint(13, 60) * HOUR
    return absence(key, started_at=start, ended_at=ended)
