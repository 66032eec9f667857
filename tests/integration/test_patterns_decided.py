"""The lead decides about patterns, on a real database: what it changes, what is told, and who may read what."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.storage.schema import metadata
from missing_coord.storage.views.meeting_pack import meeting_pack
from missing_coord.storage.views.messages import unseen
from missing_coord.storage.views.patterns import (
    PatternFilter,
    kind_counts,
    pattern_list,
    pattern_view,
)
from tests.builders.pattern_road import LEAD, MANAGER, NAMES, a_child, decide, find, kinds, notice
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Open the application with four children on the register, each at a home of its own."""
    async with open_road(database) as opened:
        await feed(opened, "children", [a_child(n, name) for n, name in enumerate(NAMES, start=1)])
        yield opened


async def test_the_lead_decides_once_with_a_reason(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    with pytest.raises(DomainError, match="reason"):
        await decide(road, pattern_id, "confirmed", reason="  ")
    with pytest.raises(NotAllowed):
        await decide(road, pattern_id, "confirmed", actor=MANAGER)
    with pytest.raises(ConcurrencyConflict):
        await decide(road, pattern_id, "confirmed", version=7)
    with pytest.raises(NotFound):
        await decide(road, "00000000-0000-0000-0000-00000000000f", "confirmed")
    await decide(road, pattern_id, "confirmed")
    with pytest.raises(DomainError, match="confirmed by Sol Wren already"):
        await decide(road, pattern_id, "rejected", version=2)
    assert await kinds(road, "confirmed") == ["linked_children"]
    (event,) = await rows_of(road, "select body from outbox where type like '%pattern-decided%'")
    assert event["body"] == {"child_id": "C1", "pattern_id": pattern_id, "state": "confirmed"}


async def test_a_decision_made_by_mistake_is_taken_back_and_counts_no_more(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    [before] = await pattern_rows(road)
    await decide(road, pattern_id, "rejected")
    await decide(road, pattern_id, "parked", reason="The wrong button", version=2)
    assert await find(road) == ()
    [after] = await pattern_rows(road)
    assert (after["state"], after["strength"], after["reason"]) == (
        "parked",
        before["strength"],
        "The wrong button",
    )
    await decide(road, pattern_id, "confirmed", version=after["version"])
    assert await kinds(road, "confirmed") == ["linked_children"]


async def pattern_rows(road: Application) -> list[dict[str, object]]:
    query = "select state, reason, version, detail ->> 'strength' as strength from patterns"
    return await rows_of(road, query)


async def test_a_rejected_proposal_comes_back_only_with_something_else_that_ties_the_children(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    await decide(road, pattern_id, "rejected")
    assert await find(road) == ()
    await feed(road, "police", [notice(n, phone="07700 900951", days_ago=9 + n) for n in (1, 2)])
    assert len(await find(road, since=NOW)) == 1


async def test_a_parked_proposal_waits_again_when_another_child_is_named(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    await decide(road, pattern_id, "parked")
    assert await find(road) == ()
    assert await kinds(road, "parked") == ["linked_children"]
    await feed(road, "police", [notice(3, vehicles="QD19 XKV")])
    assert await find(road, since=NOW) == ()
    assert await kinds(road) == ["emerging_group"]


async def test_what_the_lead_rejected_makes_the_same_thing_tell_less(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    await decide(road, pattern_id, "rejected", reason="The car of the youth club.")
    await feed(road, "police", [notice(3, vehicles="QD19 XKV"), notice(4, vehicles="QD19 XKV")])
    assert await find(road, since=NOW) == ()


async def test_another_child_who_names_a_confirmed_car_is_raised_as_near_a_known_concern(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    await decide(road, pattern_id, "confirmed")
    await feed(road, "police", [notice(3, vehicles="QD19 XKV")])
    (again,) = await find(road, since=NOW)
    async with road.database.unit_of_work(LEAD) as uow:
        view = await pattern_view(uow, again)
    assert view.row.text == "A known concern near another child: 3 children linked by 1 vehicle"
    assert (view.history.confirmed, view.history.waiting) == (1, 1)


async def test_several_new_proposals_are_told_in_one_message(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    await feed(road, "police", [notice(n, phone="07700 900951", reference=f"MP/p{n}") for n in (3, 4)])
    assert len(await find(road)) == 2
    (told,) = await rows_of(road, "select subject_type, text from messages where kind = 'pattern'")
    assert told["subject_type"] == "patterns"
    assert told["text"] == "Patterns: 2 new ones wait for your decision. http://127.0.0.1:8000/patterns"
    async with road.database.unit_of_work(LEAD) as uow:
        assert await unseen(uow) == 1


async def test_a_list_narrowed_to_a_kind_agrees_with_its_count(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    await feed(road, "police", [notice(3, days_ago=days) for days in (80, 50, 3)])
    await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        assert await kind_counts(uow, PatternFilter()) == {"linked_children": 1, "repeat_missing": 1}
        assert await kind_counts(uow, PatternFilter(weak_too=False)) == {"linked_children": 1}
        (row,) = await pattern_list(uow, PatternFilter(kind="repeat_missing"))
    assert (row.kind, row.children, row.band) == ("repeat_missing", 1, "weak")


async def test_the_pack_of_a_mapping_meeting_holds_what_was_confirmed_by_child_and_by_vehicle(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="qd19xkv")])
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        assert await meeting_pack(uow, "person") == []
    await decide(road, pattern_id, "confirmed")
    async with road.database.unit_of_work(LEAD) as uow:
        (car,) = await meeting_pack(uow, "person")
        children = [each.heading for each in await meeting_pack(uow, "child")]
    assert (car.kind, car.children, car.episodes, car.pattern_ids) == (
        "vehicle",
        ("C1", "C2"),
        2,
        (pattern_id,),
    )
    assert children == ["C1", "C2"]


async def test_a_worker_of_one_child_learns_that_a_link_exists_and_reads_nothing_of_the_other(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.connection.exec_driver_sql("update interviews set worker_id = 'W01' where child_id = 'C1'")
    worker = Actor(role=Role.INTERVIEW_WORKER, name="Ade Farrow", worker_id="W01")
    async with road.database.unit_of_work(worker) as uow:
        told = await uow.execute(text("select child_has_open_link('C1'), child_has_open_link('C2')"))
        assert tuple(told.one()) == (True, False)
        assert [row[0] for row in await uow.execute(text("select child_id from children"))] == ["C1"]
        own = await uow.execute(text("select distinct child_id from episodes"))
        assert [row[0] for row in own] == ["C1"]
    for table in ("pattern_children", "mentions", "patterns"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with road.database.unit_of_work(worker) as uow:
                await uow.execute(select(metadata.tables[table]))
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with road.database.unit_of_work(worker) as uow:
            await pattern_view(uow, pattern_id)


async def test_others_see_no_evidence_and_change_nothing(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(MANAGER) as uow:
        assert [each.pattern_id for each in await pattern_list(uow)] == [pattern_id]
        with pytest.raises(ProgrammingError, match="permission denied"):
            await pattern_view(uow, pattern_id)
    worker = Actor(role=Role.INTERVIEW_WORKER, name="Ade Farrow", worker_id="W01")
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with road.database.unit_of_work(worker) as uow:
            await pattern_list(uow)
