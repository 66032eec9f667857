"""Which rows of a table a role sees and changes, with real rows: a worker's own, confidential addresses, messages."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import ProgrammingError

from missing_coord.domain.access import PEOPLE_ROLES, Actor, Role
from missing_coord.storage.tables import cases as tables_cases
from missing_coord.storage.tables import patterns as tables_patterns
from missing_coord.storage.tables import people as tables
from tests.databases import Database
from tests.integration.interviews_council import (
    COORDINATOR,
    MANAGER,
    NOW,
    OTHER_WORKER,
    SYSTEM,
    WORKER,
    Council,
    open_council,
)

AUDITOR = Actor(role=Role.QUALITY_AUDITOR, name="Quill", user_id=str(uuid.uuid4()))
LEAD = Actor(role=Role.EXPLOITATION_LEAD, name="Lorne", user_id=str(uuid.uuid4()))
ADMINISTRATOR = Actor(role=Role.ADMINISTRATOR, name="Ada", user_id=str(uuid.uuid4()))
EVERYBODY = (COORDINATOR, MANAGER, WORKER, AUDITOR, LEAD, ADMINISTRATOR)
OF_A_CHILD = ("children", "episodes", "interviews", "placements")


@dataclass(slots=True)
class Scene:
    """Two children, each with the interview of another worker, and a third child with none."""

    council: Council
    own: str
    others: str

    async def sees(self, actor: Actor, statement: str, **parameters: Any) -> list[Any]:
        """Return the first column of what somebody sees."""
        async with self.council.acting(actor) as uow:
            return list((await uow.execute(text(statement), parameters)).scalars())

    async def changes(self, actor: Actor, statement: str, **parameters: Any) -> int:
        """Return how many rows somebody changed."""
        async with self.council.acting(actor) as uow:
            return (await uow.execute(text(statement), parameters)).rowcount

    async def refused(self, actor: Actor, statement: str, **parameters: Any) -> str:
        """Return why the database refuses a statement of somebody."""
        with pytest.raises(ProgrammingError) as refusal:
            await self.changes(actor, statement, **parameters)
        return str(refusal.value.orig)


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    """Put the scene into a database."""
    async with open_council(database.app_url) as council:
        own = await council.due("C1", worker_id="W01")
        others = await council.due("C2", worker_id="W02")
        await council.child("C3")
        await _placements(council)
        await _timelines(council, own, others)
        yield Scene(council=council, own=own, others=others)


async def _placements(council: Council) -> None:
    async with council.acting(SYSTEM) as uow:
        for child_id in ("C1", "C2", "C3"):
            for number, confidential in ((1, False), (2, True)):
                row = {"placement_id": f"{child_id}-P{number}", "child_id": child_id}
                flagged = {**row, "confidential": confidential}
                await uow.execute(insert(tables.placements).values(**flagged, start_date=NOW.date()))
                await uow.execute(
                    insert(tables.placement_addresses).values(**flagged, address="12 Alder Row")
                )


async def _timelines(council: Council, *interview_ids: str) -> None:
    async with council.acting(SYSTEM) as uow:
        for interview_id in interview_ids:
            row = {"interview_id": interview_id, "kind": "note", "at": NOW, "recorded_at": NOW}
            await uow.execute(insert(tables_cases.interview_events).values(**row, recorded_by="builder"))


@pytest.mark.parametrize("table", OF_A_CHILD)
async def test_a_worker_sees_the_children_of_their_own_interviews_only(scene: Scene, table: str) -> None:
    assert set(await scene.sees(WORKER, f"select child_id from {table}")) == {"C1"}


@pytest.mark.parametrize("table", ["interview_events", "interview_episodes"])
async def test_a_worker_sees_timelines_and_duties_of_their_own_interviews_only(
    scene: Scene, table: str
) -> None:
    assert set(await scene.sees(WORKER, f"select interview_id::text from {table}")) == {scene.own}


@pytest.mark.parametrize("table", [*OF_A_CHILD, "interview_events", "interview_episodes"])
async def test_a_worker_loses_everything_when_the_interview_goes_to_another(scene: Scene, table: str) -> None:
    statement = "update interviews set worker_id = 'W02' where interview_id = cast(:id as uuid)"
    assert await scene.changes(COORDINATOR, statement, id=scene.own) == 1
    assert await scene.sees(WORKER, f"select count(*) from {table}") == [0]


async def test_a_worker_without_an_id_sees_no_unassigned_interview(scene: Scene) -> None:
    await scene.changes(COORDINATOR, "update interviews set worker_id = ''")
    nobody = Actor(role=Role.INTERVIEW_WORKER, name="No number", user_id=str(uuid.uuid4()))
    assert await scene.sees(nobody, "select child_id from interviews") == []
    assert await scene.sees(nobody, "select child_id from children") == []


async def test_a_worker_sees_a_closed_interview_for_28_days(scene: Scene) -> None:
    statement = (
        "update interviews set closed_at = now() - make_interval(days => :days)"
        " where interview_id = cast(:id as uuid)"
    )
    await scene.changes(SYSTEM, statement, days=27, id=scene.own)
    assert await scene.sees(WORKER, "select child_id from children") == ["C1"]
    await scene.changes(SYSTEM, statement, days=29, id=scene.own)
    assert await scene.sees(WORKER, "select child_id from children") == []


async def test_a_worker_changes_no_interview_of_another(scene: Scene) -> None:
    statement = "update interviews set reason = 'mine' where interview_id = cast(:id as uuid)"
    assert await scene.changes(WORKER, statement, id=scene.others) == 0
    assert await scene.changes(WORKER, statement, id=scene.own) == 1
    assert await scene.changes(WORKER, "update interview_episodes set result = 'mine'") == 1
    assert await scene.sees(SYSTEM, "select count(*) from interview_episodes where result = 'mine'") == [1]


async def test_a_worker_hands_no_interview_to_another(scene: Scene) -> None:
    reason = await scene.refused(WORKER, "update interviews set worker_id = 'W02'")
    assert "row-level security" in reason


async def test_a_worker_reaches_no_child_by_naming_it_in_an_interview(scene: Scene) -> None:
    assert "own interviews" in await scene.refused(WORKER, "update interviews set child_id = 'C3'")
    opened = (
        "insert into interviews (interview_id, child_id, population, state, worker_id, opened_at, updated_at)"
        " values (cast(:id as uuid), 'C3', 'own_home_child', 'not_offered', 'W01', now(), now())"
    )
    assert "own interviews" in await scene.refused(WORKER, opened, id=str(uuid.uuid4()))
    upserted = f"{opened} on conflict (interview_id) do update set child_id = excluded.child_id"
    assert "own interviews" in await scene.refused(WORKER, upserted, id=scene.own)
    assert await scene.sees(WORKER, "select child_id from children") == ["C1"]


async def test_a_worker_takes_no_episode_of_another_child_into_an_interview(scene: Scene) -> None:
    [episode_id] = await scene.sees(SYSTEM, "select episode_id::text from episodes where child_id = 'C2'")
    statement = "update interview_episodes set episode_id = cast(:id as uuid)"
    assert "row-level security" in await scene.refused(WORKER, statement, id=episode_id)


async def test_a_worker_writes_on_no_timeline_of_another(scene: Scene) -> None:
    statement = (
        "insert into interview_events (interview_id, kind, at, recorded_at, recorded_by)"
        " values (cast(:id as uuid), 'note', now(), now(), 'me')"
    )
    assert "row-level security" in await scene.refused(WORKER, statement, id=scene.others)
    assert await scene.changes(WORKER, statement, id=scene.own) == 1


@pytest.mark.parametrize("actor", [COORDINATOR, MANAGER, WORKER, OTHER_WORKER])
async def test_nobody_sees_a_confidential_address_and_the_office_and_worker_see_the_others(
    scene: Scene, actor: Actor
) -> None:
    seen = await scene.sees(actor, "select placement_id from placement_addresses")
    own = {WORKER: {"C1-P1"}, OTHER_WORKER: {"C2-P1"}}
    assert set(seen) == own.get(actor, {"C1-P1", "C2-P1", "C3-P1"})


@pytest.mark.parametrize("actor", [AUDITOR, LEAD, ADMINISTRATOR])
async def test_auditor_lead_and_administrator_read_no_address_of_a_placement(
    scene: Scene, actor: Actor
) -> None:
    assert "permission denied" in await scene.refused(actor, "select placement_id from placement_addresses")


async def test_the_matching_and_planning_system_sees_every_address(scene: Scene) -> None:
    assert await scene.sees(SYSTEM, "select count(*) from placement_addresses") == [6]


@pytest.mark.parametrize(
    "table",
    [
        *OF_A_CHILD,
        "placement_addresses",
        "incidents",
        "notices",
        "quarantine",
        "messages",
        "patterns",
        "mentions",
    ],
)
async def test_an_administrator_reads_nothing_about_any_child(scene: Scene, table: str) -> None:
    assert "permission denied" in await scene.refused(ADMINISTRATOR, f"select * from {table}")


async def test_an_auditor_sees_the_children_who_have_an_interview(scene: Scene) -> None:
    assert set(await scene.sees(AUDITOR, "select child_id from children")) == {"C1", "C2"}


async def test_an_auditor_changes_nothing(scene: Scene) -> None:
    for statement in (
        "update interviews set reason = 'better'",
        "delete from interview_events",
        "update episodes set risk = 'low'",
    ):
        assert "permission denied" in await scene.refused(AUDITOR, statement)


async def test_patterns_and_their_children_are_the_exploitation_leads(scene: Scene) -> None:
    await _pattern(scene, "C1", "C2")
    assert await scene.sees(LEAD, "select count(*) from patterns") == [1]
    assert set(await scene.sees(LEAD, "select child_id from pattern_children")) == {"C1", "C2"}
    assert await scene.sees(MANAGER, "select count(*) from patterns") == [1]
    assert "permission denied" in await scene.refused(MANAGER, "select child_id from pattern_children")
    assert "permission denied" in await scene.refused(COORDINATOR, "select count(*) from patterns")


async def test_that_a_link_exists_is_told_only_to_those_who_may_open_the_child(scene: Scene) -> None:
    await _pattern(scene, "C1", "C3")
    statement = "select child_has_open_link(:child)"
    assert await scene.sees(COORDINATOR, statement, child="C3") == [True]
    assert await scene.sees(WORKER, statement, child="C1") == [True]
    assert await scene.sees(WORKER, statement, child="C3") == [False]
    assert await scene.sees(AUDITOR, statement, child="C1") == [True]
    assert await scene.sees(AUDITOR, statement, child="C3") == [False]
    assert "permission denied" in await scene.refused(ADMINISTRATOR, statement, child="C1")


async def test_messages_are_read_by_their_own_role_and_person_only(scene: Scene) -> None:
    for role in PEOPLE_ROLES:
        await _message(scene, role)
    await _message(scene, Role.INTERVIEW_WORKER, user_id=str(WORKER.user_id))
    statement = "select recipient_role || recipient_user from messages order by 1"
    assert await scene.sees(COORDINATOR, statement) == ["coordinator"]
    assert await scene.sees(WORKER, statement) == ["interview_worker", f"interview_worker{WORKER.user_id}"]
    assert await scene.sees(OTHER_WORKER, statement) == ["interview_worker"]
    assert await scene.changes(MANAGER, "update messages set seen_at = now(), seen_by = 'M'") == 1
    assert "permission denied" in await scene.refused(MANAGER, "update messages set text = 'changed'")


async def test_people_see_their_own_account_only_and_no_secret(scene: Scene) -> None:
    for actor in EVERYBODY:
        await _user(scene, actor)
    for actor in EVERYBODY[:-1]:
        assert await scene.sees(actor, "select user_id::text from users") == [actor.user_id]
        assert "permission denied" in await scene.refused(actor, "select user_id from user_secrets")
        assert "permission denied" in await scene.refused(actor, "select user_id from sessions")
    assert len(await scene.sees(ADMINISTRATOR, "select user_id from users")) == len(EVERYBODY)
    assert "permission denied" in await scene.refused(ADMINISTRATOR, "select password_hash from user_secrets")
    assert "permission denied" in await scene.refused(ADMINISTRATOR, "select token_hash from sessions")
    assert "permission denied" in await scene.refused(ADMINISTRATOR, "select key_hash from api_keys")
    assert "permission denied" in await scene.refused(SYSTEM, "select password_hash from user_secrets")


async def test_the_office_settles_a_quarantined_row_without_changing_what_was_received(scene: Scene) -> None:
    assert "permission denied" in await scene.refused(COORDINATOR, "update quarantine set raw = '{}'")
    assert await scene.changes(COORDINATOR, "update quarantine set resolved_by = 'me'") == 0


async def _pattern(scene: Scene, *child_ids: str) -> None:
    pattern_id = str(uuid.uuid4())
    async with scene.council.acting(SYSTEM) as uow:
        await uow.execute(
            insert(tables_patterns.patterns).values(
                pattern_id=pattern_id,
                kind="same_place",
                dedupe_key=pattern_id,
                rule_version="1",
                detail={},
                state="proposed",
                raised_at=NOW,
            )
        )
        for child_id in child_ids:
            row = {"pattern_id": pattern_id, "child_id": child_id, "episode_id": str(uuid.uuid4())}
            await uow.execute(insert(tables_patterns.pattern_children).values(**row))


async def _message(scene: Scene, role: Role, *, user_id: str = "") -> None:
    async with scene.council.acting(SYSTEM) as uow:
        await uow.execute(
            insert(tables_cases.messages).values(
                message_key=str(uuid.uuid4()),
                channel="product",
                recipient_role=role.value,
                recipient_user=user_id,
                subject_type="interview",
                subject_id=scene.own,
                kind="deadline_warned",
                text="An interview is due.",
                state="planned",
                planned_at=NOW,
            )
        )


async def _user(scene: Scene, actor: Actor) -> None:
    async with scene.council.acting(ADMINISTRATOR) as uow:
        await uow.execute(
            text(
                "insert into users (user_id, username, display_name, role, created_at)"
                " values (cast(:id as uuid), cast(:id as text), 'A user', :role, now())"
            ),
            {"id": actor.user_id, "role": actor.role.value},
        )
