"""Seventy-two elapsed hours, to the second, across every clock change of 2026 and 2027."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.deadlines import ClockBasis, deadline, within_deadline

LONDON = ZoneInfo("Europe/London")
CHANGES = (  # the UTC instants at which London's clocks change: last Sundays of March and October, 01:00 UTC
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2027, 10, 31, 1, tzinfo=UTC),
)


def seconds_since_epoch(instant: datetime) -> int:
    """An oracle that does no datetime arithmetic: it reads the wall clock and its offset, and counts seconds."""
    offset = instant.utcoffset()
    assert offset is not None
    return calendar.timegm(instant.timetuple()[:6]) - int(offset.total_seconds())


around_a_change = st.builds(
    lambda change, seconds, zone: (change + timedelta(seconds=seconds)).astimezone(zone),
    st.sampled_from(CHANGES),
    st.integers(min_value=-5 * 86_400, max_value=5 * 86_400),
    st.sampled_from((UTC, LONDON, timezone(timedelta(hours=1)))),
)


@given(around_a_change)
def test_the_deadline_is_259200_seconds_after_the_return(returned_at: datetime) -> None:
    due = deadline(returned_at, ClockBasis.RETURNED)
    assert seconds_since_epoch(due.due_at) - seconds_since_epoch(returned_at) == 72 * 60 * 60
    assert seconds_since_epoch(due.due_at.astimezone(LONDON)) == seconds_since_epoch(due.due_at)


@given(around_a_change)
def test_one_second_decides(returned_at: datetime) -> None:
    due = deadline(returned_at, ClockBasis.RETURNED).due_at
    assert within_deadline(due, due)
    assert not within_deadline(due + timedelta(seconds=1), due)


@pytest.mark.parametrize(
    ("returned", "due"),
    [
        ("2026-10-24T14:00", "Tue 27 Oct 13:00"),  # one wall-clock hour earlier
        ("2026-03-28T14:00", "Tue 31 Mar 15:00"),  # one later
        ("2027-03-27T14:00", "Tue 30 Mar 15:00"),
        ("2027-10-30T14:00", "Tue 02 Nov 13:00"),
        ("2026-07-01T14:00", "Sat 04 Jul 14:00"),
    ],
)
def test_the_wall_clock_shows_what_a_coordinator_must_expect(returned: str, due: str) -> None:
    start = datetime.fromisoformat(returned).replace(tzinfo=LONDON)
    assert f"{deadline(start, ClockBasis.RETURNED).due_at.astimezone(LONDON):%a %d %b %H:%M}" == due


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_happens_twice_is_two_different_deadlines(fold: int) -> None:
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=fold)
    assert deadline(twice, ClockBasis.RETURNED).due_at == datetime(2026, 10, 28, fold, 30, tzinfo=UTC)


def test_an_interview_before_the_return_is_in_time() -> None:
    returned = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert within_deadline(returned - timedelta(hours=3), deadline(returned, ClockBasis.RETURNED).due_at)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset from UTC"):
        deadline(datetime(2026, 6, 1, 12), ClockBasis.RETURNED)  # noqa: DTZ001


@pytest.mark.parametrize("basis", list(ClockBasis))
def test_only_a_known_return_is_not_provisional(basis: ClockBasis) -> None:
    due = deadline(datetime(2026, 6, 1, 12, tzinfo=UTC), basis)
    assert due.provisional == (basis is not ClockBasis.RETURNED)
    assert due.worked_out.startswith("72 elapsed hours from")
