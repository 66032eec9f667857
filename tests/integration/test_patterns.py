"""Patterns on a real database: found from notices through the real intake, kept up to date, decided by the lead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, OVER_24_HOURS, PatternPolicy
from missing_coord.linking.proposals import PatternState
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.patterns import decide_pattern, find_patterns
from missing_coord.storage.schema import metadata
from missing_coord.storage.views_meeting_pack import meeting_pack
from missing_coord.storage.views_messages import unseen
from missing_coord.storage.views_patterns import (
    PatternFilter,
    kind_counts,
    pattern_counts,
    pattern_list,
    pattern_view,
)
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database

LEAD = Actor(role=Role.EXPLOITATION_LEAD, name="Sol Wren", user_id="00000000-0000-0000-0000-000000000001")
MANAGER = Actor(role=Role.MANAGER, name="Mara Quint", user_id="00000000-0000-0000-0000-000000000002")
WRITE = RecorderChannel("http://127.0.0.1:8000").write
NAMES = ("Tamsin Quill", "Jory Ashdown", "Perran Vale", "Wenna Larch")


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Open the application with four children on the register, each at a home of its own."""
    async with open_road(database) as opened:
        await feed(opened, "children", [_child(n, name) for n, name in enumerate(NAMES, start=1)])
        yield opened


def _child(number: int, name: str) -> dict[str, str]:
    forename, surname = name.split()
    return {
        "child_id": f"C{number}",
        "forename": forename,
        "surname": surname,
        "date_of_birth": f"201{number}-03-0{number}",
        "home_address": f"{number} Larch Road, Manchester",
        "home_postcode": "M4 1AB",
        "phone": f"07700 90010{number}",
        "status": "child_in_need",
        "responsible_authority": "E08000003",
    }


def notice(number: int, *, days_ago: float = 2, reference: str = "", **changes: str) -> dict[str, str]:
    """Return a police notice that a child was missing for five hours, so many days ago."""
    child = _child(number, NAMES[number - 1])
    start = NOW - timedelta(days=days_ago)
    row = {
        "force": "Greater Manchester Police",
        "reference": reference or f"MP/{number}/{days_ago}",
        "message": "returned",
        "issued_at": (start + timedelta(hours=6)).isoformat(),
        "category": "missing",
        "last_seen_at": start.isoformat(),
        "found_at": (start + timedelta(hours=4)).isoformat(),
        "returned_at": (start + timedelta(hours=5)).isoformat(),
        "local_child_id": child["child_id"],
        **{
            name: child[name]
            for name in ("forename", "surname", "date_of_birth", "home_address", "home_postcode")
        },
    }
    return row | changes


async def find(
    road: Application, *, since: datetime | None = None, policy: PatternPolicy = DEFAULT_PATTERN_POLICY
) -> tuple[str, ...]:
    """Find patterns as the system."""
    async with road.database.unit_of_work(system_actor("patterns")) as uow:
        return await find_patterns(uow, write=WRITE, since=since, policy=policy)


async def kinds(road: Application, state: str = "proposed") -> list[str]:
    """Return the kinds of the patterns in a state."""
    found = await rows_of(road, "select kind from patterns where state = :state order by kind", state=state)
    return [each["kind"] for each in found]


async def decide(road: Application, pattern_id: str, state: str, *, version: int = 1, **changes: Any) -> None:
    """Decide as the exploitation lead."""
    async with road.database.unit_of_work(changes.get("actor", LEAD)) as uow:
        await decide_pattern(
            uow,
            pattern_id=pattern_id,
            expected_version=version,
            state=PatternState(state),
            reason=changes.get("reason", "Known to the panel."),
        )


async def test_a_vehicle_named_for_two_children_is_proposed_to_the_lead_with_its_words(
    road: Application,
) -> None:
    await feed(
        road, "police", [notice(1, vehicles="grey QD19 XKV"), notice(2, vehicles="qd19xkv", days_ago=5)]
    )
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        view = await pattern_view(uow, pattern_id)
        counts = await pattern_counts(uow)
    assert counts == {"proposed": 1, "parked": 0, "confirmed": 0, "rejected": 0, "withdrawn": 0}
    assert view.row.text == "2 children linked by 1 vehicle"
    assert [(each.child_id, each.text) for each in view.evidence] == [
        ("C2", "qd19xkv"),
        ("C1", "grey QD19 XKV"),
    ]
    assert [(each.child_id, each.episodes) for each in view.children] == [("C1", 1), ("C2", 1)]
    assert {each.source for each in view.evidence} == {
        "Greater Manchester Police MP/1/2",
        "Greater Manchester Police MP/2/5",
    }


async def test_finding_again_raises_and_writes_nothing_new(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    assert len(await find(road)) == 1
    before = await rows_of(road, "select *, xmin::text as written from patterns")
    assert await find(road) == ()
    assert await find(road, since=NOW - timedelta(days=1)) == ()
    assert await rows_of(road, "select *, xmin::text as written from patterns") == before


async def test_looking_only_at_what_changed_gives_what_looking_at_everything_gives(road: Application) -> None:
    rows = [
        notice(n, days_ago=n + d / 10, vehicles="QD19 XKV", companions="Dez", places="Alder basin")
        for n in (1, 2, 3)
        for d in (0, 5, 9)
    ]
    for row in rows:
        await feed(road, "police", [row])
        await find(road, since=NOW)
    step_by_step = await rows_of(road, _CONTENT)
    async with road.database.unit_of_work(system_actor("test")) as uow:
        for table in ("pattern_children", "patterns"):
            await uow.execute(_delete(table))
    await find(road)
    assert await rows_of(road, _CONTENT) == step_by_step
    assert len(step_by_step) >= 6


_CONTENT = (
    "select p.kind, p.detail, p.state, pc.child_id, pc.episode_id, pc.incident_id, pc.said"
    " from patterns p join pattern_children pc using (pattern_id)"
    " order by p.kind, p.detail::text, child_id, episode_id, incident_id, said"
)


def _delete(table: str) -> Any:
    return metadata.tables[table].delete()


async def test_a_third_child_is_added_to_the_open_proposal_and_the_lead_is_told_once(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    await feed(road, "police", [notice(3, vehicles="QD19 XKV")])
    assert await find(road, since=NOW) == ()
    assert [each["child_id"] for each in await rows_of(road, _CONTENT)] == ["C1", "C2", "C3"]
    messages = await rows_of(
        road, "select recipient_role, subject_id, kind, text from messages where kind = 'pattern'"
    )
    assert [(each["recipient_role"], each["subject_id"]) for each in messages] == [
        ("exploitation_lead", pattern_id)
    ]
    assert not any(name.split()[0] in messages[0]["text"] for name in NAMES)


async def test_a_proposal_is_an_event_and_an_audit_row_with_references_only(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    (pattern_id,) = await find(road)
    (event,) = await rows_of(road, "select type, key, body from outbox where type like '%pattern%'")
    assert event["type"] == "missing-coord.patterns.pattern-proposed.v1"
    assert event["body"] == {"child_id": "C1", "pattern_id": pattern_id, "kind": "linked_children"}
    (audited,) = await rows_of(road, "select detail from audit_trail where subject_id = :id", id=pattern_id)
    assert audited["detail"] == {"kind": "linked_children"}


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


async def test_a_cancelled_episode_takes_its_evidence_away(road: Application) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    await find(road)
    later = (NOW - timedelta(hours=1)).isoformat()
    await feed(road, "police", [notice(2, message="cancelled", issued_at=later)])
    await find(road, since=NOW)
    assert (await kinds(road), await kinds(road, "withdrawn")) == ([], ["linked_children"])
    assert await rows_of(road, "select * from pattern_children") == []


async def test_evidence_that_went_without_a_trace_is_noticed_when_only_changes_are_looked_at(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, vehicles="QD19 XKV"), notice(2, vehicles="QD19 XKV")])
    await find(road)
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.connection.exec_driver_sql("update episodes set status = 'cancelled' where child_id = 'C2'")
    assert await find(road, since=NOW + timedelta(hours=1)) == ()
    assert (await kinds(road), await kinds(road, "withdrawn")) == ([], ["linked_children"])


async def test_own_homes_family_telephones_and_common_places_link_nobody(road: Application) -> None:
    said = {"phone": "07700 900101", "places": "1 Larch Road, M4 1AB;Northgate bus station"}
    await feed(road, "police", [notice(1, **said), notice(2, phone="07700 900102", places=said["places"])])
    assert await find(road) == ()


async def test_missing_together_by_one_reference_and_as_companions(road: Application) -> None:
    await feed(
        road,
        "police",
        [
            each
            for day in (2, 9)
            for each in (
                notice(1, reference=f"MP/9{day}", companions="Jory Ashdown", days_ago=day),
                notice(2, reference=f"MP/9{day}", days_ago=day - 0.05),
            )
        ],
    )
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        view = await pattern_view(uow, pattern_id)
    assert view.detail["reasons"] == ["named_as_companion", "same_police_reference"]
    assert view.row.text == "2 children linked by going missing together 2 times"
    assert "Jory Ashdown" in {each.text for each in view.evidence}


async def test_three_times_in_ninety_days_is_proposed_once_and_withdrawn_with_its_evidence(
    road: Application,
) -> None:
    await feed(road, "police", [notice(1, days_ago=days) for days in (80, 50, 3)])
    await find(road)
    assert await kinds(road) == ["repeat_missing"]
    await feed(road, "police", [notice(1, days_ago=1)])
    assert await find(road, since=NOW) == ()
    later = (NOW - timedelta(hours=1)).isoformat()
    await feed(road, "police", [notice(1, days_ago=d, message="cancelled", issued_at=later) for d in (50, 3)])
    await find(road, since=NOW)
    assert (await kinds(road), await kinds(road, "withdrawn")) == ([], ["repeat_missing"])


async def test_a_child_missing_for_more_than_a_day_is_proposed_where_the_council_has_that_rule(
    road: Application,
) -> None:
    policy = replace(DEFAULT_PATTERN_POLICY, long=(OVER_24_HOURS,))
    started = (NOW - timedelta(hours=23)).isoformat()
    gone = notice(1, message="missing", last_seen_at=started, issued_at=started, found_at="", returned_at="")
    await feed(road, "police", [gone])
    assert await find(road, policy=policy) == ()
    road.clock.instant = NOW + timedelta(hours=2)  # type: ignore[attr-defined]
    assert await find(road, since=NOW + timedelta(hours=1)) == ()
    assert len(await find(road, since=NOW + timedelta(hours=1), policy=policy)) == 1
    assert await kinds(road) == ["long_missing"]


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
