"""A council with one child, workers and due interviews in a real database, for the tests of return interviews."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.cases import Episode, Interview, InterviewEpisode
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.escalation import next_step
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.services.ports.work import Policy
from missing_coord.storage.database import Database
from missing_coord.storage.tables import people as tables
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from tests.builders.clocks import midweek_noon

# Row-level security hides what was closed long ago from workers, by the database's own clock.
NOW = midweek_noon()
COUNCIL = "E08000003"
POLICY = Policy(council=COUNCIL)
SYSTEM = system_actor("intake")
COORDINATOR = Actor(role=Role.COORDINATOR, name="Robin Ashdown", user_id=str(uuid.uuid4()))
OTHER_COORDINATOR = Actor(role=Role.COORDINATOR, name="Kit Larch", user_id=str(uuid.uuid4()))
MANAGER = Actor(role=Role.MANAGER, name="Mara Quint", user_id=str(uuid.uuid4()))
WORKER = Actor(role=Role.INTERVIEW_WORKER, name="Ade Farrow", user_id=str(uuid.uuid4()), worker_id="W01")
OTHER_WORKER = Actor(
    role=Role.INTERVIEW_WORKER, name="Bryn Calloway", user_id=str(uuid.uuid4()), worker_id="W02"
)


def ago(hours: float) -> datetime:
    """Return the instant `hours` before now."""
    return NOW - timedelta(hours=hours)


@dataclass(slots=True)
class Council:
    """A database with the rows of a council, and shortcuts to put more in."""

    database: Database
    clock: FixedClock

    @asynccontextmanager
    async def acting(self, actor: Actor) -> AsyncIterator[SqlUnitOfWork]:
        """Run one transaction as somebody."""
        async with self.database.unit_of_work(actor) as uow:
            yield uow

    async def rows(self, statement: str, **parameters: Any) -> list[Any]:
        """Return what the system sees."""
        async with self.acting(SYSTEM) as uow:
            return list((await uow.execute(text(statement), parameters)).all())

    async def audit(self) -> list[Any]:
        """Return the audit trail, oldest first."""
        return await self.rows("select action, actor, subject_id, detail from audit_trail order by seq")

    async def child(self, child_id: str = "C1", **changes: Any) -> str:
        """Put a child on the register."""
        row = {
            "child_id": child_id,
            "forename": "Tamsin",
            "surname": "Quill",
            "responsible_authority": COUNCIL,
        }
        async with self.acting(SYSTEM) as uow:
            await uow.execute(insert(tables.children).values(**{**row, **changes}))
        return child_id

    async def worker(self, worker_id: str, **changes: Any) -> str:
        """Put a commissioned worker, there every hour of every day of the week, into the workforce."""
        row = {
            "worker_id": worker_id,
            "name": f"Worker {worker_id}",
            "team": "commissioned",
            "employer": "Larch Trust",
            "fte": 1.0,
            "weekly_target": 15,
            "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            "working_hours": "08:00-20:00",
        }
        async with self.acting(SYSTEM) as uow:
            await uow.execute(insert(tables.workers).values(**{**row, **changes}))
        return worker_id

    async def episode(
        self, child_id: str, *, back: float | None, missing_for: float = 10, **changes: Any
    ) -> str:
        """Add an episode that ended `back` hours ago (None: it goes on), and return its id."""
        made = _episode(child_id, back, missing_for, changes)
        async with self.acting(SYSTEM) as uow:
            await uow.episodes.save([(made, ())])
        return made.episode_id

    async def interview(self, child_id: str, episodes: dict[str, float], **changes: Any) -> str:
        """Open an interview about episodes, given with the hours since the return."""
        first = max(episodes.values())
        interview = _interview(child_id, ago(first), changes)
        async with self.acting(SYSTEM) as uow:
            await uow.interviews.save([interview])
            await uow.interviews.save_links(
                [
                    _duty(interview.interview_id, episode_id, ago(back))
                    for episode_id, back in episodes.items()
                ]
            )
        return interview.interview_id

    async def due(self, child_id: str = "C1", *, back: float = 10, **changes: Any) -> str:
        """Add a child who came back `back` hours ago, with the interview due, and return the interview's id."""
        await self.child(child_id)
        episode_id = await self.episode(child_id, back=back)
        return await self.interview(child_id, {episode_id: back}, **changes)

    async def stands(self, interview_id: str) -> tuple[Interview, list[InterviewEpisode]]:
        """Return an interview and its duties as they stand."""
        async with self.acting(SYSTEM) as uow:
            return await uow.interviews.get(interview_id), await uow.interviews.links_of([interview_id])

    async def events(self) -> list[str]:
        """Return the last part of the type of each outgoing event, in order."""
        found = await self.rows("select type from outbox order by position")
        return [row[0].split(".")[2] for row in found]

    async def timeline(self, interview_id: str) -> list[Any]:
        """Return kind, answer, reason and note of each entry."""
        return await self.rows(
            "select kind, answer, reason, note, recorded_by from interview_events"
            " where interview_id = cast(:id as uuid) order by event_no",
            id=interview_id,
        )


def _episode(child_id: str, back: float | None, missing_for: float, changes: dict[str, Any]) -> Episode:
    started = ago((back or 0) + missing_for)
    ended = None if back is None else ago(back)
    known: dict[str, Any] = {
        "episode_id": str(uuid.uuid4()),
        "child_id": child_id,
        "kind": "M",
        "status": "open" if back is None else "ended",
        "started_at": started,
        "start_known": True,
        "ended_at": ended,
        "end_basis": "" if back is None else "returned",
        "returned_at": ended,
        "told_at": started,
        "told_ended_at": ended,
        "population": "own_home_child",
        "responsible_authority": COUNCIL,
        "refs": [f"Northshire/{child_id}-{started:%d%H}"],
        "flags": [],
        "created_at": NOW,
        "updated_at": NOW,
        **changes,
    }
    texts = ("risk", "placement_id", "place_code", "provider_code", "provider_name", "urn", "host_authority")
    instants = ("last_seen_at", "reported_at", "found_at", "safe_and_well_at", "distance_miles")
    return Episode(**{**dict.fromkeys(texts, ""), **dict.fromkeys(instants), **known})


def _interview(child_id: str, returned_at: datetime, changes: dict[str, Any]) -> Interview:
    known: dict[str, Any] = {
        "interview_id": str(uuid.uuid4()),
        "child_id": child_id,
        "population": "own_home_child",
        "state": "not_offered",
        "child_missing": False,
        "returned_at": returned_at,
        "due_at": returned_at + timedelta(hours=72),
        "provisional": False,
        "opened_at": returned_at,
        "updated_at": NOW,
        "changed_by": "intake",
        "version": 0,
        **changes,
    }
    texts = ("worker_id", "independence_basis", "independence_note", "closed_by", "reason")
    instants = ("visit_starts_at", "visit_ends_at", "first_offered_at", "held_at", "closed_at")
    return Interview(**{**dict.fromkeys(texts, ""), **dict.fromkeys(instants), **known})


def _duty(interview_id: str, episode_id: str, returned_at: datetime) -> InterviewEpisode:
    due_at = returned_at + timedelta(hours=72)
    return InterviewEpisode(
        interview_id=interview_id,
        episode_id=episode_id,
        clock_from=returned_at,
        basis="returned",
        due_at=due_at,
        provisional=False,
        first_offered_at=None,
        breached_at=None,
        resolved_at=None,
        result="",
        next_step=1,
        next_step_at=next_step(DEFAULT_LADDER, 1, due_at),
        ladder_version=DEFAULT_LADDER.version,
    )


@asynccontextmanager
async def open_council(url: str) -> AsyncIterator[Council]:
    """Open the council on a fresh database, with two workers."""
    clock = FixedClock(NOW)
    database = Database.open(url, clock=clock, pool_size=3)
    council = Council(database=database, clock=clock)
    try:
        await council.worker("W01", name="Ade Farrow")
        await council.worker("W02", name="Bryn Calloway")
        yield council
    finally:
        await database.close()
