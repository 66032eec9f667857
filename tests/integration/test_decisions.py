"""Deciding whose notice it is: what moves, who follows, what is refused, and what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from missing_coord.bootstrap import Application
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound, TransientError
from missing_coord.services import decisions
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from tests.builders.reviews import (
    COORDINATOR,
    MANAGER,
    WORKER,
    Said,
    audit_rows,
    child,
    decide,
    incident,
    notice,
    there_and_back,
)
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """A register of two children and one ended episode of somebody whom nobody knows."""
    async with open_road(database) as opened:
        await feed(opened, "children", [child(), child("C2", forename="Bryn", surname="Calloway")])
        await feed(opened, "police", there_and_back())
        yield opened


async def open_interviews(road: Application) -> list[dict[str, Any]]:
    return await rows_of(
        road, "select interview_id::text, child_id from interviews where closed_at is null order by 1"
    )


async def test_the_same_child_takes_the_episode_and_the_interview_with_its_address(road: Application) -> None:
    before = await open_interviews(road)
    decided = await decide(road, "same", child_id="C1")
    after = await open_interviews(road)
    assert (decided.child_id, decided.match_state) == ("C1", "confirmed")
    assert decided.moved_from.startswith("P-")
    assert [row["child_id"] for row in after] == ["C1"]
    assert [row["interview_id"] for row in after] == [row["interview_id"] for row in before]
    assert [row["child_id"] for row in await rows_of(road, "select child_id from episodes")] == ["C1"]


async def test_a_decision_is_written_by_the_person_and_told_by_reference(road: Application) -> None:
    seen = await incident(road)
    await decide(road, "same", child_id="C1")
    kept = await rows_of(
        road, "select verdict, child_id, decided_by, moved_from, reason from match_decisions"
    )
    assert kept == [
        {
            "verdict": "same",
            "child_id": "C1",
            "decided_by": COORDINATOR.name,
            "moved_from": seen["child_id"],
            "reason": "Asked the social worker",
        }
    ]
    trail = await audit_rows(road, "match_decided")
    assert [(row["actor"], row["actor_role"]) for row in trail] == [(COORDINATOR.name, "coordinator")]
    assert "Asked" not in str(trail)
    events = await rows_of(road, "select body from outbox where type like '%match-decided%'")
    assert [each["body"]["moved_from"] for each in events] == [seen["child_id"]]


async def test_waiting_notices_in_the_same_words_follow(road: Application) -> None:
    await feed(road, "police", there_and_back("MP/2", day=14))
    decided = await decide(road, "same", child_id="C1")
    other = await incident(road, "MP/2")
    assert decided.followers == (other["incident_id"],)
    assert (other["child_id"], other["match_state"]) == ("C1", "automatic")


async def test_a_later_notice_in_the_same_words_follows_the_remembered_decision(road: Application) -> None:
    await decide(road, "same", child_id="C1")
    await feed(road, "police", [notice("MP/3", day=16)])
    assert (await incident(road, "MP/3"))["child_id"] == "C1"


async def test_a_follower_may_be_told_apart_from_the_one_it_followed(road: Application) -> None:
    await feed(road, "police", there_and_back("MP/2", day=14))
    await decide(road, "same", child_id="C1")
    await decide(road, "not_same", reference="MP/2", child_id="C1")
    assert (await incident(road, "MP/1"))["child_id"] == "C1"
    assert (await incident(road, "MP/2"))["child_id"].startswith("P-")


async def test_a_child_ruled_out_is_no_candidate_any_more_even_when_the_register_comes_again(
    database: Database,
) -> None:
    near: Said = {"surname": "Quillfeather", "date_of_birth": "2011-04-03", "forename": ""}
    async with open_road(database) as road:
        await feed(road, "children", [child(), child("C2", forename="Tegan")])
        await feed(road, "police", [notice(**near)])
        assert {"C1", "C2"} <= await candidates(road)
        await decide(road, "not_same", child_id="C1")
        assert "C1" not in await candidates(road)
        await feed(road, "children", [child("C3", forename="Nia", surname="Other")])
        assert "C1" not in await candidates(road)


async def candidates(road: Application) -> set[str]:
    rows = await rows_of(road, "select candidates from incidents")
    return {each["child_id"] for row in rows for each in row["candidates"]}


async def test_not_on_the_register_ends_the_review_and_keeps_the_clock(road: Application) -> None:
    decided = await decide(road, "not_on_register")
    assert decided.match_state == "not_on_register"
    assert [row["child_id"] for row in await open_interviews(road)] == [decided.child_id]


async def test_not_on_the_register_takes_an_incident_away_from_a_wrong_automatic_match(
    database: Database,
) -> None:
    async with open_road(database) as road:
        await feed(road, "children", [child()])
        exact: Said = {
            "forename": "Tamsin",
            "surname": "Quillfeather",
            "date_of_birth": "2011-04-03",
            "local_child_id": "C1",
        }
        await feed(road, "police", there_and_back(**exact))
        assert (await incident(road))["child_id"] == "C1"
        await decide(road, "not_on_register")
        assert (await incident(road))["child_id"].startswith("P-")
        assert (await open_interviews(road))[0]["child_id"].startswith("P-")


async def test_not_on_the_register_needs_a_reason(road: Application) -> None:
    with pytest.raises(DomainError, match="reason: say how you know"):
        await decide(road, "not_on_register", reason=" ")


async def test_a_child_who_is_not_on_the_register_cannot_be_chosen(road: Application) -> None:
    with pytest.raises(DomainError, match="child_id: there is no child C999"):
        await decide(road, "same", child_id="C999")
    provisional = (await incident(road))["child_id"]
    with pytest.raises(DomainError, match="on the register"):
        await decide(road, "same", child_id=provisional)


async def test_a_closed_record_cannot_be_chosen(road: Application) -> None:
    await feed(road, "children", [child("C8", status="closed")])
    with pytest.raises(DomainError, match="record of C8 is closed"):
        await decide(road, "same", child_id="C8")


async def test_a_decided_notice_is_undone_before_it_is_decided_otherwise(road: Application) -> None:
    await decide(road, "same", child_id="C1")
    with pytest.raises(DomainError, match="Undo that first"):
        await decide(road, "same", child_id="C2")


async def test_nothing_to_undo_is_said(road: Application) -> None:
    with pytest.raises(DomainError, match="Nobody has decided"):
        await decide(road, "undo")


async def test_a_lost_race_names_who_was_faster_and_when(road: Application) -> None:
    seen = await incident(road)
    await decide(road, "same", child_id="C1", actor=MANAGER)
    with pytest.raises(ConcurrencyConflict, match=r"changed by Sam Hollis at 12:00"):
        await decide(road, "same", child_id="C2", version=seen["version"])


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(road: Application) -> None:
    answers = await asyncio.gather(
        decide(road, "same", child_id="C1", version=1),
        decide(road, "same", child_id="C2", version=1, actor=MANAGER),
        return_exceptions=True,
    )
    lost = [each for each in answers if isinstance(each, BaseException)]
    assert len(lost) == 1
    assert isinstance(lost[0], ConcurrencyConflict | TransientError)
    assert len(await rows_of(road, "select 1 from match_decisions")) == 1


async def test_a_worker_cannot_decide(road: Application) -> None:
    seen = await incident(road)
    with pytest.raises(NotAllowed):
        async with road.database.unit_of_work(WORKER) as uow:
            await decisions.preview(uow, incident_id=seen["incident_id"], child_ids=["C1"])


async def test_an_unknown_notice_is_not_found(road: Application) -> None:
    with pytest.raises(NotFound):
        async with road.database.unit_of_work(COORDINATOR) as uow:
            await decisions.preview(uow, incident_id="nonsense", child_ids=["C1"])


async def test_the_preview_counts_what_then_moves(road: Application) -> None:
    await feed(road, "police", there_and_back("MP/2", day=14))
    await feed(road, "police", there_and_back("MP/9", day=10, local_child_id="C1", forename="Tamsin",
                                              surname="Quillfeather", date_of_birth="2011-04-03"))  # fmt: skip
    seen = await incident(road)
    async with road.database.unit_of_work(COORDINATOR) as uow:
        moves = await decisions.preview(uow, incident_id=seen["incident_id"], child_ids=["C1", "C2"])
    assert (moves["C1"].episodes, moves["C1"].interviews, moves["C1"].followers) == (2, 1, 1)
    assert (moves["C1"].joins, moves["C2"].joins) == (1, 0)
    assert "2 episodes, 1 return interview and 0 offers or attempts" in moves["C1"].words
    await decide(road, "same", child_id="C1")
    live = await rows_of(road, "select child_id from episodes where status <> 'cancelled'")
    assert [row["child_id"] for row in live] == ["C1", "C1"]


async def role_of(uow: SqlUnitOfWork) -> str:
    return str((await uow.execute(text("select current_user"))).scalar_one())


async def stop_as_system(uow: SqlUnitOfWork) -> None:
    async with uow.as_system():
        assert await role_of(uow) == "mc_system"
        raise ValueError("stop")


async def test_as_system_gives_the_persons_role_back_after_an_error_too(road: Application) -> None:
    async with road.database.unit_of_work(COORDINATOR) as uow:
        with pytest.raises(ValueError, match="stop"):
            await stop_as_system(uow)
        assert await role_of(uow) == "mc_coordinator"


async def write_after_system(road: Application) -> None:
    async with road.database.unit_of_work(COORDINATOR) as uow:
        async with uow.as_system():
            await role_of(uow)
        await uow.execute(text("update episodes set risk = 'low'"))


async def test_a_coordinator_still_cannot_write_what_only_the_system_writes(road: Application) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await write_after_system(road)


async def test_a_decision_that_fails_leaves_nothing(road: Application) -> None:
    nobody = replace(COORDINATOR, name="Robin Ashdown")
    with pytest.raises(DomainError):
        await decide(road, "same", child_id="C404", actor=nobody)
    assert await rows_of(road, "select 1 from match_decisions") == []
    assert await audit_rows(road, "match_decided") == []
