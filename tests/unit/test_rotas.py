"""Who is on duty when: shifts by the London clock, overrides, absences, and where nobody is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.contracts.rotas import kept_rota, read_rota, write_rota
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.rotas import Absence, Override, Rota, Shift, gaps, on_duty

ALL_WEEK = tuple(range(7))
NIGHT = Shift(person="nia", weekdays=ALL_WEEK, starts=time(17, 0), ends=time(9, 0))
DAY = Shift(person="dee", weekdays=(0, 1, 2, 3, 4), starts=time(9, 0), ends=time(17, 0))
ROTA = Rota(name="duty", shifts=(DAY, NIGHT))
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def test_a_shift_over_midnight_covers_the_small_hours_of_the_next_day() -> None:
    assert on_duty(ROTA, at(1)) == ("nia",)
    assert on_duty(ROTA, at(7.99)) == ("nia",)
    assert on_duty(ROTA, at(8)) == ("dee",)  # 09:00 British Summer Time


def test_a_weekend_day_without_a_shift_is_a_gap_reported_ahead() -> None:
    found = gaps(ROTA, MONDAY, MONDAY + timedelta(days=7))
    saturday = datetime(2026, 6, 6, 8, 0, tzinfo=UTC)
    assert found == [
        (saturday, saturday + timedelta(hours=8)),
        (saturday + timedelta(days=1), saturday + timedelta(days=1, hours=8)),
    ]


def test_an_override_takes_the_place_of_regular_hours_and_only_for_its_time() -> None:
    rota = Rota(
        name="duty",
        shifts=(DAY, NIGHT),
        overrides=(Override(person="sam", starts_at=at(10), ends_at=at(12)),),
    )
    assert [on_duty(rota, at(hour)) for hour in (9.99, 10, 11.99, 12)] == [
        ("dee",),
        ("sam",),
        ("sam",),
        ("dee",),
    ]


def test_an_absence_leaves_a_gap_also_in_an_override() -> None:
    away = Absence(person="dee", starts_at=at(9), ends_at=at(13))
    rota = Rota(name="duty", shifts=(DAY, NIGHT), absences=(away,))
    assert gaps(rota, at(8), at(16)) == [(at(9), at(13))]


def test_somebody_who_can_no_longer_sign_in_leaves_a_gap() -> None:
    assert gaps(ROTA, at(8), at(16), away={"dee"}) == [(at(8), at(16))]


@pytest.mark.parametrize(
    ("sunday", "hours"),
    [(datetime(2026, 3, 28, 18, 0, tzinfo=UTC), 15), (datetime(2026, 10, 24, 17, 0, tzinfo=UTC), 17)],
)
def test_a_night_shift_over_a_clock_change_keeps_its_london_hours(sunday: datetime, hours: int) -> None:
    rota = Rota(name="nights", shifts=(NIGHT,))
    begin = sunday.replace(hour=17 if sunday.month == 3 else 16)
    assert on_duty(rota, begin + timedelta(hours=hours) - timedelta(seconds=1)) == ("nia",)
    assert on_duty(rota, begin + timedelta(hours=hours)) == ()


@given(
    starts=st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0)),
    ends=st.times(timezones=st.none()).map(lambda t: t.replace(second=0, microsecond=0)),
    days=st.sets(st.integers(0, 6), min_size=1),
    minute=st.integers(0, 7 * 24 * 60 - 1),
)
def test_an_instant_is_in_a_gap_exactly_when_nobody_is_on_duty(
    starts: time, ends: time, days: set[int], minute: int
) -> None:
    rota = Rota(name="r", shifts=(Shift(person="p", weekdays=tuple(days), starts=starts, ends=ends),))
    instant = MONDAY + timedelta(minutes=minute)
    in_gap = any(begin <= instant < end for begin, end in gaps(rota, MONDAY, MONDAY + timedelta(days=7)))
    assert in_gap == (on_duty(rota, instant) == ())


def test_a_rota_written_and_read_again_is_the_same() -> None:
    rota = Rota(
        name="duty",
        shifts=(DAY, NIGHT),
        overrides=(Override(person="sam", starts_at=at(1), ends_at=at(2), reason="swap"),),
        absences=(Absence(person="nia", starts_at=at(3), ends_at=at(4)),),
    )
    assert read_rota("duty", write_rota(rota)) == rota


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"shifts": "none"}, "shifts"),
        ({"shifts": [{"person": "a", "days": ["Funday"], "starts": "09:00", "ends": "17:00"}]}, r"shifts\[0\]\.days"),
        ({"shifts": [{"person": "a", "days": ["Mon"], "starts": "9am", "ends": "17:00"}]}, r"shifts\[0\]\.starts"),
        ({"shifts": [{"person": "", "days": ["Mon"], "starts": "09:00", "ends": "17:00"}]}, r"shifts\[0\]\.person"),
        ({"overrides": [{"person": "a", "starts_at": "2026-06-01T09:00", "ends_at": "2026-06-01T10:00"}]},
         r"overrides\[0\]\.ends_at"),
    ],
)  # fmt: skip
def test_a_rota_that_is_not_right_is_refused_with_the_member(body: dict[str, object], named: str) -> None:
    with pytest.raises(PermanentError, match=rf"^{named}: "):
        read_rota("duty", body)


def test_dates_the_wrong_way_round_are_refused_on_saving_and_read_with_a_flag_where_they_were_kept() -> None:
    row = {"person": "nia", "days": ["Mon"], "starts": "00:00", "ends": "00:00"}
    wrong = {**row, "person": "dee", "first_day": "2026-12-24", "last_day": "2026-12-01"}
    away = {"person": "nia", "starts_at": "2026-06-02T00:00:00+00:00", "ends_at": "2026-06-01T00:00:00+00:00"}
    body = {"shifts": [row, wrong, {"person": "sam"}], "absences": [away]}
    with pytest.raises(PermanentError, match=r"^shifts\[1\]\.last_day: must not be before first_day$"):
        read_rota("duty", body)
    kept = kept_rota("duty", body)
    assert [each.split(":")[0] for each in kept.faults] == [
        "shifts[1].last_day",
        "shifts[2].days",
        "absences[0].ends_at",
    ]
    assert on_duty(kept, at(12)) == ("nia",)
    assert [each.person for each in kept.shifts] == ["nia", "dee"]
