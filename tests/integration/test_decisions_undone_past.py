"""Undoing a decision where earlier records, referrals and audits hang on the interviews: each child keeps its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from tests.builders.reviews import child, decide, there_and_back, whole_state
from tests.builders.road import NOW, feed, findings, open_road, rows_of
from tests.databases import Database
from tests.integration.test_decisions_undone import KNOWN

PAST = {
    "child_id": "C1",
    "episode_id": "M7",
    "started_at": "10/11/2026 18:00",
    "ended_at": "11/11/2026 06:30",
    "outcome": "declined_by_parent",
    "declined_at": "12/11/2026",
}


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    async with open_road(database) as opened:
        await feed(opened, "children", [child(), child("C2", forename="Bryn", surname="Calloway")])
        yield opened


async def hanging(road: Application) -> list[dict[str, Any]]:
    """Return whose interviews they are, with their states and the referrals and audits that hang on them."""
    return await rows_of(
        road,
        "select case when i.child_id like 'P-%' then 'provisional' else i.child_id end as child, i.state,"
        " i.closed_at is null as open, (select count(*) from interview_episodes l where l.interview_id ="
        " i.interview_id) as duties, (select count(*) from support_referrals s where s.interview_id ="
        " i.interview_id) as referrals, (select count(*) from quality_audits q where q.interview_id ="
        " i.interview_id) as audits from interviews i order by 1, 2, 3",
    )


EARLIER = {**PAST, "episode_id": "M6", "started_at": "01/11/2026 10:00", "ended_at": "02/11/2026 10:00"}


@pytest.mark.parametrize("past", [[PAST], [PAST, EARLIER]])
@pytest.mark.parametrize("known", [False, True])
async def test_what_was_brought_over_goes_back_to_its_own_child(
    road: Application, past: list[dict[str, str]], known: bool
) -> None:
    await feed(road, "history", past)
    await feed(road, "police", there_and_back())
    if known:
        await feed(road, "police", there_and_back("MP/9", day=13, **KNOWN))
    before, hung = await whole_state(road), await hanging(road)
    await decide(road, "same", child_id="C1")
    assert await findings(road) == []
    await decide(road, "undo")
    assert await findings(road) == []
    assert await hanging(road) == hung
    assert await whole_state(road) == before


async def test_history_that_comes_between_a_decision_and_its_undoing_stays_with_its_child(
    road: Application,
) -> None:
    await feed(road, "police", there_and_back())
    await decide(road, "same", child_id="C1")
    await feed(road, "history", [PAST])
    assert await findings(road) == []
    await decide(road, "undo")
    assert await findings(road) == []
    assert [(each["child"], each["open"], each["duties"]) for each in await hanging(road)] == [
        ("C1", False, 1),
        ("provisional", True, 1),
    ]


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("closed", [False, True])
async def test_a_referral_and_an_audit_stay_with_the_interview_that_they_are_about(
    road: Application, known: bool, closed: bool
) -> None:
    await feed(road, "police", there_and_back())
    if known:
        await feed(road, "police", there_and_back("MP/9", day=13, **KNOWN))
    await decide(road, "same", child_id="C1")
    async with road.database.unit_of_work(system_actor("test")) as uow:
        if closed:
            await uow.execute(text(_CLOSE), {"at": NOW - timedelta(days=1)})
        await uow.execute(text(_REFER), {"now": NOW})
    await decide(road, "undo")
    assert await findings(road) == []
    kept = [each for each in await hanging(road) if each["referrals"]]
    assert [(each["child"], each["referrals"], each["duties"]) for each in kept] == [
        ("C1" if known else "provisional", 1, 1)
    ]


_CLOSE = """
with shut as (update interviews set state = 'completed', closed_at = :at, held_at = :at, closed_by = 'Ade'
              where closed_at is null returning interview_id)
update interview_episodes set resolved_at = :at, result = 'late', next_step_at = null
where interview_id in (select interview_id from shut)
"""
_REFER = """
insert into support_referrals
    (referral_id, interview_id, kind, to_whom, referred_on, ask_on, assessment, kept_by, kept_at)
select gen_random_uuid(), interview_id, 'early_help', 'North hub', '2026-11-19', '2027-05-19', 'not_known',
    'Robin', :now
from interviews where state <> 'recorded_in_error'
"""
