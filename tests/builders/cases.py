"""Valid children, episodes, interviews and duties, put straight into the database; a test states what matters."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from missing_coord.domain.access import system_actor
from missing_coord.domain.cases import Episode, Interview, InterviewEpisode
from missing_coord.domain.deadlines import ClockBasis, deadline
from missing_coord.domain.escalation import Ladder, next_step
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.storage.database import Database
from missing_coord.storage.mappers import to_row
from missing_coord.storage.tables.cases import episodes, interview_episodes, interviews
from missing_coord.storage.tables.people import children

RETURNED = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
BUILDER = system_actor("builder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One child's ended episode and the return interview that is due for it."""

    returned_at: datetime = RETURNED
    worker_id: str = ""
    ladder: Ladder = DEFAULT_LADDER
    child_id: str = field(default_factory=lambda: f"C-{uuid.uuid4().hex[:10]}")
    episode_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    interview_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def due_at(self) -> datetime:
        """When the interview is due."""
        return deadline(self.returned_at, ClockBasis.RETURNED).due_at

    def episode(self) -> Episode:
        """Return the episode of this case."""
        return an_episode(self)

    def interview(self) -> Interview:
        """Return the open interview of this case."""
        return an_interview(self)

    def duty(self) -> InterviewEpisode:
        """Return the duty of this case, armed with the first rung of its ladder."""
        return a_duty(self)


def an_episode(case: Case) -> Episode:
    """Return a valid ended episode."""
    started_at = case.returned_at - timedelta(hours=20)
    return Episode(
        episode_id=case.episode_id,
        child_id=case.child_id,
        kind="M",
        status="ended",
        started_at=started_at,
        start_known=True,
        ended_at=case.returned_at,
        end_basis=ClockBasis.RETURNED.value,
        last_seen_at=started_at,
        reported_at=started_at + timedelta(hours=2),
        found_at=case.returned_at - timedelta(hours=1),
        returned_at=case.returned_at,
        safe_and_well_at=None,
        told_at=started_at + timedelta(hours=3),
        told_ended_at=case.returned_at + timedelta(hours=1),
        risk="medium",
        population="own_lac_in_area",
        placement_id="",
        place_code="",
        provider_code="",
        provider_name="",
        urn="",
        responsible_authority="E08000003",
        host_authority="E08000003",
        distance_miles=None,
        refs=["GMP/2026-1"],
        flags=[],
        created_at=case.returned_at,
        updated_at=case.returned_at,
    )


def an_interview(case: Case) -> Interview:
    """Return a valid open interview."""
    return Interview(
        interview_id=case.interview_id,
        child_id=case.child_id,
        population="own_lac_in_area",
        state="not_offered",
        child_missing=False,
        returned_at=case.returned_at,
        due_at=case.due_at,
        provisional=False,
        worker_id=case.worker_id,
        visit_starts_at=None,
        visit_ends_at=None,
        first_offered_at=None,
        independence_basis="",
        independence_note="",
        held_at=None,
        closed_at=None,
        closed_by="",
        reason="",
        opened_at=case.returned_at,
        updated_at=case.returned_at,
        changed_by="builder",
    )


def a_duty(case: Case) -> InterviewEpisode:
    """Return a valid unresolved duty at the foot of its ladder."""
    return InterviewEpisode(
        interview_id=case.interview_id,
        episode_id=case.episode_id,
        clock_from=case.returned_at,
        basis=ClockBasis.RETURNED.value,
        due_at=case.due_at,
        provisional=False,
        first_offered_at=None,
        breached_at=None,
        resolved_at=None,
        result="",
        next_step=0,
        next_step_at=next_step(case.ladder, 0, case.due_at),
        ladder_version=case.ladder.version,
    )


async def keep(database: Database, *cases: Case) -> None:
    """Put whole cases into the database."""
    async with database.unit_of_work(BUILDER) as uow:
        await uow.execute(children.insert(), [{"child_id": case.child_id} for case in cases])
        await uow.execute(episodes.insert(), [to_row(case.episode()) for case in cases])
        await uow.execute(interviews.insert(), [to_row(case.interview()) for case in cases])
        await uow.execute(interview_episodes.insert(), [to_row(case.duty()) for case in cases])


async def keep_user(database: Database, *, role: str, worker_id: str = "") -> str:
    """Put a user into the database and return their id."""
    user_id = str(uuid.uuid4())
    async with database.unit_of_work(BUILDER) as uow:
        await uow.execute(
            text(
                "insert into users (user_id, username, display_name, role, worker_id, created_at)"
                " values (cast(:id as uuid), cast(:id as text), 'A user', :role, :worker, now())"
            ),
            {"id": user_id, "role": role, "worker": worker_id},
        )
    return user_id


async def resolve(database: Database, case: Case, *, at: datetime, result: str = "completed") -> None:
    """Say that the duty of a case is done, declined or decided."""
    async with database.unit_of_work(BUILDER) as uow:
        await uow.execute(
            text(
                "update interview_episodes set resolved_at = :at, result = :result"
                " where interview_id = cast(:id as uuid)"
            ),
            {"at": at, "result": result, "id": case.interview_id},
        )


async def rearm(database: Database, case: Case, *, returned_at: datetime) -> None:
    """Give the duty of a case a new clock, as intake does when a better return time comes in."""
    moved = Case(
        returned_at=returned_at,
        child_id=case.child_id,
        episode_id=case.episode_id,
        interview_id=case.interview_id,
        ladder=case.ladder,
    )
    async with database.unit_of_work(BUILDER) as uow:
        await uow.interviews.save_links([moved.duty()])
        await uow.execute(
            text(
                "update interviews set due_at = :due_at, returned_at = :returned_at"
                " where interview_id = cast(:id as uuid)"
            ),
            {"due_at": moved.due_at, "returned_at": returned_at, "id": case.interview_id},
        )


async def rows(database: Database, query: str, **values: object) -> Sequence[tuple[object, ...]]:
    """Return the rows of a query as the system sees them."""
    async with database.unit_of_work(BUILDER) as uow:
        return [tuple(row) for row in await uow.execute(text(query), values)]
