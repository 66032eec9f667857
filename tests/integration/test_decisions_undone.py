"""Undoing a decision brings every count back, and what was done in between goes with its episodes."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.services import interviews
from tests.builders.reviews import COORDINATOR, Said, child, decide, incident, there_and_back, whole_state
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database

KNOWN: Said = {
    "forename": "Tamsin",
    "surname": "Quillfeather",
    "date_of_birth": "2011-04-03",
    "local_child_id": "C1",
}
WORKER_ROW = {"worker_id": "W1", "name": "Ade Farrow", "team": "in_house", "fte": "1", "weekly_target": "15"}
AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OFFERED = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Two children on the register."""
    async with open_road(database) as opened:
        await feed(opened, "children", [child(), child("C2", forename="Bryn", surname="Calloway")])
        yield opened


async def interview_of(road: Application, reference: str) -> str:
    rows = await rows_of(
        road,
        "select d.interview_id::text as id from interview_episodes d join episode_incidents using (episode_id)"
        " join incidents i using (incident_id) where i.reference_key = lower(:reference)",
        reference=reference,
    )
    assert len({row["id"] for row in rows}) == 1
    return str(rows[0]["id"])


async def offer(road: Application, reference: str, note: str) -> None:
    interview_id = await interview_of(road, reference)
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await interviews.record_attempt(
            uow,
            interview_id=interview_id,
            at=datetime(2026, 11, 16, 10, 0, tzinfo=UTC),
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
            note=note,
        )


async def notes(road: Application) -> dict[str, list[str]]:
    """Return the notes on the timeline of each child's open interview."""
    rows = await rows_of(
        road,
        "select i.child_id, v.note from interview_events v join interviews i using (interview_id)"
        " where i.closed_at is null and v.note <> '' order by v.event_no",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        who = "provisional" if row["child_id"].startswith("P-") else row["child_id"]
        found.setdefault(who, []).append(row["note"])
    return found


async def test_decided_and_undone_is_as_it_was(road: Application) -> None:
    await feed(road, "police", there_and_back())
    before = await whole_state(road)
    await decide(road, "same", child_id="C1")
    assert await whole_state(road) != before
    await decide(road, "undo")
    assert await whole_state(road) == before


async def test_undone_is_as_it_was_when_the_child_had_an_interview_already(road: Application) -> None:
    await feed(road, "police", [*there_and_back(), *there_and_back("MP/9", day=12, **KNOWN)])
    await offer(road, "MP/1", "rang the unknown")
    await offer(road, "MP/9", "rang Tamsin")
    before = await whole_state(road)
    await decide(road, "same", child_id="C1")
    assert await notes(road) == {"C1": ["rang the unknown", "rang Tamsin"]}
    await decide(road, "undo")
    assert await notes(road) == {"provisional": ["rang the unknown"], "C1": ["rang Tamsin"]}
    assert await whole_state(road) == before


async def test_undone_is_as_it_was_when_two_reports_became_one_episode(road: Application) -> None:
    await feed(road, "police", [*there_and_back(), *there_and_back("MP/9", **KNOWN)])
    await offer(road, "MP/1", "rang the unknown")
    before = await whole_state(road)
    await decide(road, "same", child_id="C1")
    assert len(await rows_of(road, "select 1 from episodes where status <> 'cancelled'")) == 1
    assert await notes(road) == {"C1": ["rang the unknown"]}
    await decide(road, "undo")
    assert await whole_state(road) == before


async def test_what_was_recorded_between_goes_back_with_the_episode_that_moved(road: Application) -> None:
    await feed(road, "police", there_and_back())
    await decide(road, "same", child_id="C1")
    await offer(road, "MP/1", "rang after the decision")
    await decide(road, "undo")
    assert await notes(road) == {"provisional": ["rang after the decision"]}
    assert await rows_of(road, "select 1 from interviews where closed_at is not null") == []


async def test_what_was_recorded_between_stays_with_a_child_whose_own_episode_it_was_about_too(
    road: Application,
) -> None:
    await feed(road, "police", [*there_and_back(), *there_and_back("MP/9", day=12, **KNOWN)])
    await offer(road, "MP/1", "rang the unknown")
    await decide(road, "same", child_id="C1")
    await offer(road, "MP/1", "rang about both")
    await decide(road, "undo")
    assert await notes(road) == {"provisional": ["rang the unknown"], "C1": ["rang about both"]}


async def test_a_closed_interview_goes_with_its_episode_and_comes_back(road: Application) -> None:
    await feed(road, "police", there_and_back())
    interview_id = await interview_of(road, "MP/1")
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await interviews.record_deceased(uow, interview_id=interview_id, reason="The police told us")
    before = await whole_state(road)
    await decide(road, "same", child_id="C1")
    assert await rows_of(road, "select child_id from interviews") == [{"child_id": "C1"}]
    await decide(road, "undo")
    assert await whole_state(road) == before


async def test_an_undone_interview_that_was_held_for_another_child_does_not_count_for_this_one(
    road: Application,
) -> None:
    await feed(road, "police", [*there_and_back(), *there_and_back("MP/9", day=12, **KNOWN)])
    await decide(road, "same", child_id="C1")
    interview_id = await interview_of(road, "MP/1")
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await interviews.record_deceased(uow, interview_id=interview_id, reason="The police told us")
    await decide(road, "undo")
    opened = await rows_of(road, "select child_id from interviews where closed_at is null")
    assert [row["child_id"][:2] for row in opened] == ["P-"]


async def test_followers_come_back_too(road: Application) -> None:
    await feed(road, "police", [*there_and_back(), *there_and_back("MP/2", day=14)])
    before = await whole_state(road)
    await decide(road, "same", child_id="C1")
    await decide(road, "undo")
    assert await whole_state(road) == before


async def test_a_child_ruled_out_comes_back_as_a_candidate(road: Application) -> None:
    await feed(road, "police", there_and_back(surname="Quillfeather", date_of_birth="2011-04-03"))
    before = await whole_state(road)
    await decide(road, "not_same", child_id="C1")
    await decide(road, "undo")
    assert await whole_state(road) == before


async def test_decisions_are_undone_one_by_one_the_newest_first(road: Application) -> None:
    await feed(road, "police", there_and_back())
    first = await whole_state(road)
    await decide(road, "not_same", child_id="C2")
    second = await whole_state(road)
    await decide(road, "same", child_id="C1")
    await decide(road, "undo")
    assert await whole_state(road) == second
    await decide(road, "undo")
    assert await whole_state(road) == first
    undone = await rows_of(road, "select undone_by, undone_reason from match_decisions")
    assert {row["undone_by"] for row in undone} == {COORDINATOR.name}
    assert {row["undone_reason"] for row in undone} == {"Asked the social worker"}


async def test_the_worker_and_the_offer_agreed_before_come_back_exactly(road: Application) -> None:
    await feed(road, "workers", [WORKER_ROW])
    await feed(road, "police", [*there_and_back(), *there_and_back("MP/9", day=12, **KNOWN)])
    interview_id = await interview_of(road, "MP/1")
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await interviews.assign(uow, policy=road.policy, interview_id=interview_id, worker_id="W1")
        await interviews.record_offer(
            uow,
            policy=road.policy,
            interview_id=interview_id,
            at=OFFERED,
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
        )
    before = await whole_state(road)
    await decide(road, "same", child_id="C1")
    agreed = await rows_of(road, "select worker_id, state from interviews where closed_at is null")
    assert agreed == [{"worker_id": "W1", "state": "offered_awaiting"}]
    await decide(road, "undo")
    assert await whole_state(road) == before


@pytest.mark.parametrize("seed", [1, 2])
async def test_any_decision_undone_brings_back_every_count_of_a_busy_month(
    database: Database, seed: int
) -> None:
    council = generate_council(seed=seed, as_of=AS_OF, looked_after=60, at_home=20, guests=4)
    history = generate_history(council, now=AS_OF, months=1, per_month=40)
    chance = random.Random(seed)
    async with open_road(database) as road:
        await feed(road, "children", list(council.children))
        await feed(road, "placements", list(council.placements))
        await feed(road, "police", list(history.notices))
        before = await whole_state(road)
        waiting = await rows_of(
            road,
            "select incident_id::text, reference_key, child_id, candidates from incidents where reference_key in"
            " (select reference_key from incidents group by 1 having count(*) = 1) order by 1",
        )
        busy = [row["child_id"] for row in await rows_of(road, "select distinct child_id from episodes where"
                                                               " child_id not like 'P-%' order by 1")]  # fmt: skip
        for row in chance.sample(waiting, 12):
            verdict, child_id = chosen(chance, row, busy)
            await decide(road, verdict, reference=row["reference_key"], child_id=child_id)
            await decide(road, "undo", reference=row["reference_key"])
            assert await whole_state(road) == before, (verdict, row["reference_key"])


def chosen(chance: random.Random, row: dict[str, Any], busy: list[str]) -> tuple[str, str]:
    """Return a decision that a person might take, right or wrong."""
    verdict = chance.choice(["same", "same", "not_same", "not_on_register"])
    own = [row["child_id"]] if not row["child_id"].startswith("P-") else []
    return verdict, chance.choice(own if own and verdict == "not_same" else busy)


async def test_the_review_is_open_again_after_the_undoing(road: Application) -> None:
    await feed(road, "police", there_and_back(surname="Quillfeather", date_of_birth="2011-04-03"))
    state = (await incident(road))["match_state"]
    await decide(road, "same", child_id="C1")
    await decide(road, "undo")
    assert (await incident(road))["match_state"] == state
