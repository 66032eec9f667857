"""Times as senders write them, across every clock change of 2026 and 2027."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.contracts.readings import Unreadable
from missing_coord.contracts.times import day_after, read_date, read_moment, read_time

# Written out from the law (last Sundays of March and October, 01:00 UTC), not taken from a time zone library.
SUMMERS = (
    (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 10, 31, 1, tzinfo=UTC)),
)
CHANGES = [change for summer in SUMMERS for change in summer]
HOUR = timedelta(hours=1)

near_a_change = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-3 * 86_400, 3 * 86_400),
)


def is_summer(at: datetime) -> bool:
    return any(begin <= at < end for begin, end in SUMMERS)


def london_wall(at: datetime) -> str:
    return (at + (HOUR if is_summer(at) else timedelta())).strftime("%d/%m/%Y %H:%M:%S")


@given(near_a_change)
def test_a_london_time_is_read_as_the_first_instant_that_showed_it(at: datetime) -> None:
    earlier = at - HOUR
    shown_twice = not is_summer(at) and is_summer(earlier)
    read, flag = read_time(london_wall(at))
    assert read == (earlier if shown_twice else at)
    also_later = is_summer(at) and not is_summer(at + HOUR)
    assert flag == ("ambiguous_time" if shown_twice or also_later else None)


@given(st.sampled_from([begin for begin, _ in SUMMERS]), st.integers(0, 3599))
def test_a_london_time_that_never_was_is_refused(begin: datetime, seconds: int) -> None:
    wall = (begin + timedelta(seconds=seconds)).strftime("%d/%m/%Y %H:%M:%S")
    with pytest.raises(Unreadable, match="did not exist in London"):
        read_time(wall)


@given(near_a_change, st.integers(-14 * 60, 14 * 60))
def test_a_time_with_its_offset_is_never_ambiguous(at: datetime, minutes: int) -> None:
    sign, offset = "-" if minutes < 0 else "+", abs(minutes)
    local = (at + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S")
    text = f"{local}{sign}{offset // 60:02}:{offset % 60:02}"
    assert read_time(text) == (at, None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-01T13:30:00Z",
        "2026-07-01T14:30:00+01:00",
        "2026-07-01 14:30:00+0100",
        "2026-07-01T14:30+01:00",
        "2026-07-01T13:30:00.000z",
        "01/07/2026 14:30",
        "1/7/2026 14:30:00",
        "01/07/2026, 14:30",
    ],
)
def test_one_moment_has_many_spellings(text: str) -> None:
    assert read_time(text) == (datetime(2026, 7, 1, 13, 30, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-07-01T14:30:00", "offset is missing"),
        ("2026-07-01", "time of day is missing"),
        ("01/07/2026", "time of day is missing"),
        ("01/07/26 14:30", "four digits"),
        ("31/02/2026 14:30", "no such time in the calendar"),
        ("2026-02-30T14:30Z", "no such time in the calendar"),
        ("01/07/2026 24:00", "no such time in the calendar"),
        ("01/07/2026 14:61", "no such time in the calendar"),
        ("07/13/2026 14:30", "no such time in the calendar"),
        ("01/07/1926 14:30", "between 2000 and 2099"),
        ("0001-01-01T00:00:00+14:00", "no such time|between 2000"),
        ("46204.60416", "ISO 8601"),
        ("٠١/٠٧/٢٠٢٦ ١٤:٣٠", "ISO 8601"),
    ],
)
def test_a_time_that_cannot_be_read_says_what_would_be_right(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_time(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_times_and_dates(text: str) -> None:
    for reader in (read_time, read_date, read_moment):
        try:
            value, _ = reader(text)
        except Unreadable:
            continue
        assert value is None or value


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_dates_are_read_in_both_spellings(day: date) -> None:
    assert read_date(day.isoformat()) == (day, None)
    assert read_date(day.strftime("%d/%m/%Y")) == (day, None)


def test_a_day_alone_is_london_midnight_and_ends_at_the_next() -> None:
    moment, flag = read_moment("25/10/2026")
    assert moment is not None
    assert (moment.at, moment.date_only, flag) == (datetime(2026, 10, 24, 23, tzinfo=UTC), True, None)
    assert day_after(moment) == datetime(2026, 10, 26, tzinfo=UTC)
