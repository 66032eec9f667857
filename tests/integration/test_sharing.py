"""Passing a pattern on and disrupting it: only what the gateway lets through leaves, and every word of it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.domain.sharing import DisruptionKind, Effect, Footing, Gateway
from missing_coord.services.disruption import Plan, close_disruption, plan_disruption
from missing_coord.services.ports.sharing import Piece, Subject
from missing_coord.services.sharing import Recipient, share_summary, summary_of
from missing_coord.storage.views.places import named_places
from missing_coord.storage.views.sharing import (
    disruption_counts,
    disruptions_of,
    overview,
    shared_content,
    shared_lines,
)
from tests.builders.pattern_road import LEAD, MANAGER, NAMES, a_child, decide, find, notice
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database, plain

POLICE = Recipient(
    organisation="Greater Manchester Police",
    person="Public protection desk",
    gateway=Gateway.AGREED,
    reason="The number is in use now.",
)
PLAN = Plan(kind=DisruptionKind.LICENSING, what="Visit the shop", owner="Licensing team", due_on=NOW.date())
PLAN_ID = "10000000-0000-0000-0000-000000000001"


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """A confirmed pattern: two children, one car, one place."""
    async with open_road(database) as opened:
        await feed(opened, "children", [a_child(n, name) for n, name in enumerate(NAMES, start=1)])
        said = {"vehicles": "grey QD19 XKV", "places": "Flat 9, 3 Quay Street, M3 4AE"}
        await feed(opened, "police", [notice(1, **said), notice(2, days_ago=5, **said)])
        yield opened


async def confirmed(road: Application) -> str:
    (pattern_id,) = await find(road)
    await decide(road, pattern_id, "confirmed")
    return pattern_id


async def share(
    road: Application, pattern_id: str, *, version: int = 2, key: str = "k1", **changes: Any
) -> int:
    async with road.database.unit_of_work(changes.get("actor", LEAD)) as uow:
        return await share_summary(
            uow,
            pattern_id=pattern_id,
            expected_version=version,
            to=changes.get("to", POLICE),
            submission_key=key,
        )


def piece(number: int, footing: Footing) -> Piece:
    return Piece(child_id=f"C{number}", at=NOW, said=f"words {number}", source="Interview", footing=footing)


@pytest.mark.parametrize(
    ("gateway", "passing"),
    [
        (Gateway.AGREED, [1, 2, 3]),
        (Gateway.SAFEGUARDING, [1, 2, 3, 4, 5]),
        (Gateway.SERIOUS_HARM, [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_gateway_lets_through_what_it_says_and_the_text_holds_nothing_else(
    gateway: Gateway, passing: list[int]
) -> None:
    subject = Subject(
        pattern_id="a" * 32,
        headline="6 children linked by 1 telephone",
        state="confirmed",
        version=2,
        decided_by="Sol Wren",
        decided_at=NOW,
        pieces=tuple(piece(n, footing) for n, footing in enumerate(Footing, start=1)),
    )
    to = Recipient(organisation="Police", person="Desk", gateway=gateway, reason="Risk.")
    made = summary_of(subject, to, by="Sol Wren", at=NOW)
    assert [int(each.said.split()[1]) for each in made.passing] == passing
    assert [number for number in range(1, 7) if f"words {number}." in made.text] == passing
    assert len(made.passing) + len(made.held_back) == 6
    assert not any(f"C{number}" in made.text for number in range(1, 7))


async def test_what_left_is_kept_to_the_word_and_can_be_changed_by_nobody(
    road: Application, database: Database
) -> None:
    pattern_id = await confirmed(road)
    number = await share(road, pattern_id)
    assert await share(road, pattern_id) == number
    async with road.database.unit_of_work(LEAD) as uow:
        line, reason, content = await shared_content(uow, number)
        assert [each.disclosure_id for each in await shared_lines(uow)] == [number]
    assert (line.organisation, line.gateway, line.held_back) == ("Greater Manchester Police", "agreed", 0)
    assert reason == "The number is in use now."
    assert "grey QD19 XKV" in content
    assert not any(name.split()[1] in content for name in NAMES)
    (audited,) = await rows_of(road, "select detail from audit_trail where action = 'intelligence_shared'")
    assert set(audited["detail"]) == {"disclosure", "gateway", "pieces", "held_back"}
    with psycopg.connect(plain(database.app_url), autocommit=True) as app:
        for role in ("mc_system", "mc_exploitation_lead", "mc_manager"):
            app.execute(f"set role {role}")
            for statement in ("update disclosures set content = ''", "delete from disclosures"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(statement)


async def test_a_manager_sees_the_log_and_how_patterns_stand_but_no_word(road: Application) -> None:
    pattern_id = await confirmed(road)
    number = await share(road, pattern_id)
    async with road.database.unit_of_work(MANAGER) as uow:
        assert [each.disclosure_id for each in await shared_lines(uow)] == [number]
        (kind,) = await overview(uow, strong=90)
        assert (kind.kind, kind.waiting, kind.confirmed) == ("linked_children", 0, 1)
    with pytest.raises(Exception, match="permission denied"):
        async with road.database.unit_of_work(MANAGER) as uow:
            await shared_content(uow, number)


async def test_only_a_confirmed_pattern_as_it_was_read_is_passed_on_by_the_lead(road: Application) -> None:
    (pattern_id,) = await find(road)
    with pytest.raises(DomainError, match="confirmed"):
        await share(road, pattern_id, version=1)
    await decide(road, pattern_id, "confirmed")
    with pytest.raises(ConcurrencyConflict):
        await share(road, pattern_id, version=1)
    with pytest.raises(NotAllowed):
        await share(road, pattern_id, actor=Actor(role=Role.MANAGER, name="Mara Quint"))
    with pytest.raises(NotFound):
        await share(road, "no-such-pattern")
    for field in ("organisation", "person", "reason"):
        values = {name: getattr(POLICE, name) for name in ("organisation", "person", "gateway", "reason")}
        with pytest.raises(DomainError, match="say"):
            await share(road, pattern_id, to=Recipient(**{**values, field: " "}))
    assert await rows_of(road, "select * from disclosures") == []


async def test_a_disruption_is_planned_once_and_closed_once_with_what_came_of_it(road: Application) -> None:
    pattern_id = await confirmed(road)
    async with road.database.unit_of_work(LEAD) as uow:
        assert await plan_disruption(uow, disruption_id=PLAN_ID, pattern_id=pattern_id, plan=PLAN)
        assert not await plan_disruption(uow, disruption_id=PLAN_ID, pattern_id=pattern_id, plan=PLAN)
    async with road.database.unit_of_work(LEAD) as uow:
        await _close(uow)
    with pytest.raises(ConcurrencyConflict):
        async with road.database.unit_of_work(LEAD) as uow:
            await _close(uow)
    async with road.database.unit_of_work(LEAD) as uow:
        (line,) = await disruptions_of(uow, pattern_id)
    assert (line.state, line.outcome, line.effect) == ("done", "The shop lost its licence.", "less")
    assert (line.before, line.after) == (2, 0)
    async with road.database.unit_of_work(MANAGER) as uow:
        assert await disruption_counts(uow) == [
            {"kind": "licensing", "planned": 0, "overdue": 0, "done": 1, "not_done": 0, "less": 1}
        ]


async def _close(uow: Any) -> None:
    await close_disruption(
        uow,
        disruption_id=PLAN_ID,
        expected_version=1,
        done=True,
        outcome="The shop lost its licence.",
        effect=Effect.LESS,
    )


async def test_a_disruption_of_what_nobody_confirmed_or_in_the_past_is_refused(road: Application) -> None:
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        with pytest.raises(DomainError, match="confirmed"):
            await plan_disruption(uow, disruption_id=PLAN_ID, pattern_id=pattern_id, plan=PLAN)
    await decide(road, pattern_id, "confirmed")
    past = Plan(kind=PLAN.kind, what=PLAN.what, owner=PLAN.owner, due_on=date(2020, 1, 1))
    async with road.database.unit_of_work(LEAD) as uow:
        with pytest.raises(DomainError, match="due_on"):
            await plan_disruption(uow, disruption_id=PLAN_ID, pattern_id=pattern_id, plan=past)


async def test_places_of_patterns_have_their_children_times_and_position(road: Application) -> None:
    await feed(road, "police", [notice(3, vehicles="QD19 XKV", days_ago=1)])
    await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        (place,) = await named_places(uow)
    assert place.said == "Flat 9, 3 Quay Street, M3 4AE"
    assert {each.child_id for each in place.namings} == {"C1", "C2"}
    assert {each.started_at for each in place.namings} == {NOW - timedelta(days=2), NOW - timedelta(days=5)}
    assert not place.hot_spot
    assert place.position is not None
