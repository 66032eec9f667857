"""With which earlier periods a report compares: those of which the council has records, and it says which."""

from __future__ import annotations

from datetime import UTC, datetime

from missing_coord.reporting.facts import EpisodeFact
from missing_coord.reporting.html import render_html
from missing_coord.reporting.known import known_at
from missing_coord.reporting.monthly import Report, report_of
from missing_coord.reporting.periods import month_of
from missing_coord.reporting.trends import Trend
from tests.builders.reporting import a_duty_fact, an_episode_fact, hours

LATER = datetime(2026, 11, 20, tzinfo=UTC)


def on(month: int, day: int = 5, *, year: int = 2026, brought_over: bool = False) -> EpisodeFact:
    """Return an episode that began on a day."""
    number = year * 10000 + month * 100 + day
    begun = datetime(year, month, day, 12, tzinfo=UTC)
    return an_episode_fact(number, started_at=begun, brought_over=brought_over)


def october(*episodes: EpisodeFact) -> Report:
    """Return the report of October 2026."""
    return report_of(month_of("2026-10"), known_at(LATER, episodes=episodes, duties=[]))


def compared(report: Report) -> list[str]:
    """Return the earlier months of its comparison."""
    return [each.period for each in report.trends[0].points[:-1]]


def named(report: Report, key: str) -> Trend:
    """Return one of its comparisons."""
    return next(each for each in report.trends if each.key == key)


def test_one_old_episode_that_was_brought_over_makes_no_empty_months() -> None:
    found = october(on(1, brought_over=True), on(7, 20), on(8), on(10))
    assert compared(found) == ["2026-08", "2026-09"], "nobody went missing in September: that is on record"
    assert found.compared == (
        "Compared with the 2 months before alone: of the month before them there are no records."
    )
    assert named(found, "incidents").verdict == "too little to compare with"
    assert found.compared in render_html(found)


def test_earlier_records_without_a_gap_count_and_so_does_the_month_in_which_they_give_way_to_ours() -> None:
    past = [on(month, brought_over=True) for month in (2, 4, 5, 6)]
    found = october(*past, on(7, 20), on(10))
    assert compared(found) == ["2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
    assert named(found, "incidents").verdict == "within the usual range"


def test_a_month_begun_without_any_record_does_not_count() -> None:
    assert compared(october(on(7, 20), on(10))) == ["2026-08", "2026-09"]
    assert october(on(10)).compared == "Not compared: there are no records of the month before."


def test_twelve_months_are_compared_where_there_are_as_many() -> None:
    found = october(on(9, year=2025), on(10))
    assert len(compared(found)) == 12
    assert found.compared == "Compared with the 12 months before."


def test_an_interview_of_which_earlier_records_say_nothing_is_not_one_that_was_not_offered() -> None:
    begun = on(8)
    told = a_duty_fact(
        1, returned_at=begun.started_at, offered_at=begun.started_at + hours(9), state="completed"
    )
    silent = a_duty_fact(
        2, returned_at=begun.started_at, state="not_recorded_before", resolved_at=begun.started_at
    )
    known = known_at(LATER, episodes=[on(7, 1), begun, on(10)], duties=[told, silent])
    found = report_of(month_of("2026-10"), known)
    (august,) = [each for each in named(found, "offered").points if each.period == "2026-08"]
    assert (august.numerator, august.denominator) == (1, 1)
    (august,) = [each for each in named(found, "eligible").points if each.period == "2026-08"]
    assert august.numerator == 2
