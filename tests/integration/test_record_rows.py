"""Interview records in the database: kept whole, never changed, and read by those only who have to."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import NotFound
from tests.builders.interview_records import action, record
from tests.integration.interviews_council import (
    COORDINATOR,
    MANAGER,
    OTHER_WORKER,
    SYSTEM,
    WORKER,
    Council,
    ago,
)

AUDITOR = Actor(role=Role.QUALITY_AUDITOR, name="Quill", user_id=str(uuid.uuid4()))
LEAD = Actor(role=Role.EXPLOITATION_LEAD, name="Lorne", user_id=str(uuid.uuid4()))
LOCKED = ("interview_records", "record_contents", "record_reasons", "record_screen_answers", "record_entries")


async def submitted(council: Council, **changes: object) -> str:
    """Return an interview of W01 with a record of one version and an action."""
    interview_id = await council.due(worker_id="W01", **changes)
    async with council.acting(WORKER) as uow:
        await uow.records.add(record(interview_id))
        await uow.actions.add([action(interview_id)])
    return interview_id


async def count(council: Council, actor: Actor, table: str) -> int | str:
    """Return how many rows of a table somebody sees, or `refused`."""
    try:
        async with council.acting(actor) as uow:
            return int((await uow.execute(text(f"select count(*) from {table}"))).scalar_one())
    except ProgrammingError:
        return "refused"


async def test_a_record_comes_back_as_it_was_written(council: Council) -> None:
    interview_id = await submitted(council)
    async with council.acting(WORKER) as uow:
        kept = await uow.records.get(interview_id, 1)
        actions = await uow.actions.of_interview(interview_id)
    written = record(interview_id)
    assert (kept.head, kept.contents, kept.screen) == (written.head, written.contents, written.screen)
    assert {replace(e, entry_id="") for e in kept.entries} == {
        replace(e, entry_id="") for e in written.entries
    }
    assert [(each.what, each.due_on.isoformat()) for each in actions] == [
        ("Ask for a visit to Gran every Sunday.", "2026-11-27")
    ]


async def test_managers_and_auditors_read_records_coordinators_their_heads_and_leads_the_entries(
    council: Council,
) -> None:
    await submitted(council)
    sees = {
        who.role.value: tuple([await count(council, who, table) for table in LOCKED])
        for who in (WORKER, MANAGER, AUDITOR, COORDINATOR, LEAD)
    }
    assert sees == {
        "interview_worker": (1, 1, 1, 3, 2),
        "manager": (1, 1, 1, 3, 2),
        "quality_auditor": (1, 1, 1, 3, 2),
        "coordinator": (1, "refused", "refused", "refused", "refused"),
        "exploitation_lead": (1, "refused", "refused", "refused", 2),
    }


async def test_another_worker_sees_nothing_of_a_record_until_the_child_is_theirs_too_and_then_what_they_need(
    council: Council,
) -> None:
    await submitted(council, state="completed", held_at=ago(2), closed_at=ago(1))
    tables = (*LOCKED, "interview_actions", "record_drafts")
    before = [await count(council, OTHER_WORKER, table) for table in tables]
    again = await council.episode("C1", back=1, missing_for=2)
    await council.interview("C1", {again: 1}, worker_id="W02")
    after = [await count(council, OTHER_WORKER, table) for table in tables]
    assert before == [0, 0, 0, 0, 0, 0, 0]
    assert after == [1, 0, 0, 0, 0, 1, 0]


async def test_nobody_changes_or_deletes_what_was_submitted(council: Council) -> None:
    await submitted(council)
    for actor in (WORKER, MANAGER, AUDITOR, COORDINATOR, LEAD, SYSTEM):
        for table in LOCKED:
            for statement in (f"update {table} set number = 7", f"delete from {table}"):
                with pytest.raises(ProgrammingError, match="permission denied"):
                    async with council.acting(actor) as uow:
                        await uow.execute(text(statement))


async def test_what_hangs_on_an_interview_goes_with_it_to_another(council: Council) -> None:
    source = await submitted(council)
    target = await council.due("C2", worker_id="W01")
    async with council.acting(SYSTEM) as uow:
        await uow.interviews.move(source=source, target=target)
    async with council.acting(WORKER) as uow:
        assert (await uow.records.get(target, 1)).contents.child_words == "Nobody listens in there."
        assert [each.interview_id for each in await uow.actions.of_interview(target)] == [target]
        with pytest.raises(NotFound):
            await uow.records.get(source, 1)


async def test_an_invitation_follows_the_visit_and_is_cancelled_with_it(council: Council) -> None:
    interview_id = await council.due(worker_id="W01", visit_starts_at=ago(-5), visit_ends_at=ago(-6))
    asked = (
        "select worker_id, sequence, cancelled, starts_at = :at from visit_invites order by worker_id",
        {"at": ago(-9)},
    )
    seen = [await council.rows(asked[0], **asked[1])]
    for changes in (
        {"visit_starts_at": ago(-9), "visit_ends_at": ago(-10)},
        {"reason": "no change of the visit"},
        {"worker_id": "W02"},
        {"visit_starts_at": None, "visit_ends_at": None},
    ):
        async with council.acting(SYSTEM) as uow:
            interview = await uow.interviews.get(interview_id)
            await uow.interviews.save([replace(interview, **changes)])
        seen.append(await council.rows(asked[0], **asked[1]))
    assert seen == [
        [("W01", 0, False, False)],
        [("W01", 1, False, True)],
        [("W01", 1, False, True)],
        [("W01", 2, True, True), ("W02", 0, False, True)],
        [("W01", 2, True, True), ("W02", 1, True, True)],
    ]
