"""Capacity against demand on a real database: the page and the command say the same, and only managers read it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from missing_coord.domain.access import Role
from missing_coord.domain.cases import InterviewEvent
from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.domain.records import Weekday
from missing_coord.services.capacity import Capacity, Pattern, capacity, days_of, hours_of
from missing_coord.storage.views.capacity import SqlHistory
from tests.integration.interviews_council import COORDINATOR, MANAGER, POLICY, SYSTEM, ago
from tests.integration.web_scene import Site


async def _past(site: Site) -> None:
    """Three returns that asked for a visit (in time, late, never seen), a decline and an error."""
    held = {"state": "completed", "worker_id": "W01"}
    await site.council.due("C1", back=480, held_at=ago(470), closed_at=ago(470), **held)
    await site.council.due("C2", back=490, held_at=ago(400), closed_at=ago(400), **held)
    await site.council.due("C3", back=500)
    await site.council.due("C4", back=510, state="declined_by_child", closed_at=ago(505))
    await site.council.due("C5", back=520, state="cancelled_recorded_in_error", closed_at=ago(505))


async def _worked_out(site: Site, *, weeks: int = 4, patterns: tuple[Pattern, ...] = ()) -> Capacity:
    async with site.council.acting(MANAGER) as uow:
        return await capacity(
            uow, SqlHistory(uow), policy=POLICY, bank_holidays=(), weeks=weeks, patterns=patterns
        )


async def test_the_recorded_past_is_counted_as_it_was(site: Site) -> None:
    await _past(site)
    made = await _worked_out(site)
    past = made.recorded
    assert (past.needed, past.in_time, past.late, past.not_held, past.open) == (3, 1, 1, 1, 0)
    assert made.forecast.expected == 1.0, "four returns in four weeks, the error left out"
    assert made.visits_a_week == 30
    name, present = made.staffs[0]
    assert name == "The staff as it is"
    assert (present.needed, present.in_time) == (3, 3)
    assert [name for name, _ in made.staffs[1:]] == [
        "One full-time worker more",
        "One full-time worker fewer",
        "Everybody on Saturdays too, with the same weekly target",
        "The staff as it is, with every family's answer within 24 hours of the notice",
    ]


async def test_a_changed_pattern_is_tried_on_the_same_past(site: Site) -> None:
    await _past(site)
    never = [Pattern(worker_id=each, days=frozenset()) for each in ("W01", "W02")]
    made = await _worked_out(site, patterns=tuple(never))
    (_, present), (name, changed), _ = made.staffs
    assert (name, present.in_time, changed.unseen) == ("With the changed pattern", 3, 3)
    with pytest.raises(DomainError, match=r"^worker: there is no interview worker 'W99'"):
        await _worked_out(site, patterns=(Pattern(worker_id="W99"),))


async def test_visits_that_were_not_attended_are_needed_again(site: Site) -> None:
    interview_id = await site.council.due("C1", back=480)
    async with site.council.acting(SYSTEM) as uow:
        entry = InterviewEvent(
            interview_id=interview_id,
            kind="did_not_attend",
            at=ago(460),
            recorded_at=ago(460),
            recorded_by="x",
        )
        await uow.interviews.add_event(entry)
    made = await _worked_out(site)
    assert made.visits_needed_a_week == 0.5
    assert made.staffs[0][1].visits == 2


async def test_only_managers_work_it_out_and_only_for_2_to_52_weeks(site: Site) -> None:
    for weeks in (1, 53):
        with pytest.raises(DomainError, match=r"^weeks: "):
            await _worked_out(site, weeks=weeks)
    async with site.council.acting(COORDINATOR) as uow:
        with pytest.raises(NotAllowed):
            await capacity(uow, SqlHistory(uow), policy=POLICY, bank_holidays=())


async def test_the_page_shows_it_and_tries_a_pattern(site: Site) -> None:
    await _past(site)
    browser = await site.signed_in(Role.MANAGER)
    page = await browser.get("/capacity?weeks=4")
    assert page.status_code == 200
    assert "1 return a week is to be expected" in page.text
    assert "3 returns asked for a visit of ours and have passed the deadline or been seen" in page.text
    assert "Only 2 of them were held: too few to measure what was lost on the way" in page.text
    assert "whom nobody got through to stay unseen" in page.text
    assert "One full-time worker more" in page.text
    tried = (await browser.get("/capacity?weeks=4&worker_id=W01&days=Sat&hours=11:00-19:00")).text
    assert "With the changed pattern" in tried


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("weeks=many", "Give a number from 2 to 52"),
        ("worker_id=W01&hours=late", "as hours such as 11:00-19:00"),
        ("worker_id=W01&hours=11:00Z-19:00", "as hours such as 11:00-19:00"),
        ("worker_id=W01&days=Someday", "as days such as Mon,Tue,Sat"),
    ],
)
async def test_what_cannot_be_worked_out_is_said_beside_its_field(site: Site, query: str, said: str) -> None:
    page = await (await site.signed_in(Role.MANAGER)).get(f"/capacity?{query}")
    assert page.status_code == 422
    assert said in page.text


def test_days_and_hours_are_read_as_people_write_them() -> None:
    assert days_of("mon, Sat") == frozenset({Weekday.MON, Weekday.SAT})
    hours = hours_of("11:00-19:30")
    assert timedelta(hours=hours.end.hour - hours.start.hour) == timedelta(hours=8)
