"""Patterns on a real database: found from notices through the real intake, kept up to date, decided by the lead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, OVER_24_HOURS
from missing_coord.storage.schema import metadata
from missing_coord.storage.views.patterns import pattern_view
from tests.builders.pattern_road import LEAD, NAMES, a_child, find, kinds, notice
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Open the application with four children on the register, each at a home of its own."""
    async with open_road(database) as opened:
        await feed(opened, "children", [a_child(n, name) for n, name in enumerate(NAMES, start=1)])
        yield opened


async def test_a_vehicle_named_for_two_children_is_proposed_to_the_lead_with_its_words(
    road: Application,
) -> None:
    await feed(
        road, "police", [notice(1, vehicles="grey QD19 XKV"), notice(2, vehicles="qd19xkv", days_ago=5)]
    )
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        view = await pattern_view(uow, pattern_id)
    assert view.row.status == "proposed"
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
