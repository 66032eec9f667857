"""Return interviews, their duties and their timelines in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.cases import Interview, InterviewEpisode, InterviewEvent
from missing_coord.domain.errors import NotFound
from missing_coord.domain.interviews import EventKind
from missing_coord.storage.mappers import from_row, to_row
from missing_coord.storage.rows import among, among_given, as_array, upsert
from missing_coord.storage.tables.cases import (
    escalations,
    interview_episodes,
    interview_events,
    interviews,
    proposals,
)

_CARRIED = ("interview_events", "interview_actions", "spot_purchases", "support_referrals", "disputes")
_ONE_EACH = ("record_drafts", "interview_records", "interview_transfers")
_TOUCHED = " union ".join(
    f"select interview_id::text from {name} where interview_id = any(cast(:ids as uuid[]))"
    for name in (*_CARRIED, *_ONE_EACH, "escalations")
)
_OF_CHILDREN = (
    select(interviews)
    .where(among_given(interviews.c.child_id, "ids"))
    .order_by(interviews.c.opened_at, interviews.c.interview_id)
)
_LINKS = (
    select(interview_episodes)
    .where(among_given(interview_episodes.c.interview_id, "ids"))
    .order_by(interview_episodes.c.due_at, interview_episodes.c.episode_id)
)
_LINKS_HELD = _LINKS.with_for_update(key_share=True)


class SqlInterviews:
    """Return interviews, the episodes that they cover, and their timelines."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def of_children(self, child_ids: Iterable[str]) -> list[Interview]:
        """Return the children's interviews, closed ones included."""
        result = await self._connection.execute(_OF_CHILDREN, {"ids": as_array(child_ids)})
        return [_interview(row._mapping) for row in result]

    async def children_waiting(self, child_ids: Collection[str]) -> list[str]:
        """Return those of the children who have an open interview."""
        if not child_ids:
            return []
        statement = select(interviews.c.child_id).where(
            among(interviews.c.child_id, child_ids), interviews.c.closed_at.is_(None)
        )
        result = await self._connection.execute(statement.distinct().order_by(interviews.c.child_id))
        return [row[0] for row in result]

    async def links_of(
        self, interview_ids: Iterable[str], *, for_update: bool = False
    ) -> list[InterviewEpisode]:
        """Return the duties of the interviews, the earliest deadline first; held, when asked, against the sweep."""
        statement = _LINKS_HELD if for_update else _LINKS
        result = await self._connection.execute(statement, {"ids": as_array(interview_ids)})
        return [_link(row._mapping) for row in result]

    async def get(self, interview_id: str, *, for_update: bool = False) -> Interview:
        """Return one interview; raises NotFound when the actor may not see it."""
        statement = select(interviews).where(interviews.c.interview_id == interview_id)
        # Not "for update": that would wait for, and block, rows that only point at this one, such as escalations.
        held = statement.with_for_update(key_share=True) if for_update else statement
        row = (await self._connection.execute(held)).one_or_none()
        if row is None:
            raise NotFound(f"There is no interview {interview_id} that you may see.")
        return _interview(row._mapping)

    async def save(self, changed: Sequence[Interview]) -> None:
        """Insert or update interviews; each one's version grows by one."""
        rows = [{**to_row(each), "updated_at": self._now, "version": each.version + 1} for each in changed]
        await upsert(self._connection, interviews, rows, key=["interview_id"])

    async def save_links(self, links: Sequence[InterviewEpisode]) -> None:
        """Insert or update duties."""
        await upsert(
            self._connection,
            interview_episodes,
            links,
            key=["interview_id", "episode_id"],
        )

    async def remove_links(self, links: Sequence[tuple[str, str]]) -> None:
        """Remove (interview, episode) duties that are no duties any more, withdrawing their escalations."""
        for interview_id, episode_id in links:
            await self._connection.execute(
                delete(interview_episodes).where(
                    interview_episodes.c.interview_id == interview_id,
                    interview_episodes.c.episode_id == episode_id,
                )
            )
            await self._connection.execute(
                update(escalations)
                .where(
                    escalations.c.interview_id == interview_id,
                    escalations.c.episode_id == episode_id,
                    escalations.c.withdrawn_at.is_(None),
                )
                .values(withdrawn_at=self._now)
            )

    async def remove(self, interview_ids: Sequence[str]) -> None:
        """Remove interviews on which nothing hangs."""
        if not interview_ids:
            return
        ids = list(interview_ids)
        await self._connection.execute(delete(proposals).where(proposals.c.interview_id.in_(ids)))
        await self._connection.execute(delete(interviews).where(interviews.c.interview_id.in_(ids)))

    async def touched(self, interview_ids: Sequence[str]) -> set[str]:
        """Return those on which anything hangs: a timeline, an escalation, a record, a request or a dispute."""
        if not interview_ids:
            return set()
        result = await self._connection.execute(
            text(_TOUCHED),
            {"ids": list(interview_ids)},
        )
        return {row[0] for row in result}

    async def add_event(self, event: InterviewEvent) -> bool:
        """Write an entry on a timeline; False when the same submission was written before."""
        result = await self._connection.execute(
            insert(interview_events)
            .values(**to_row(event))
            .on_conflict_do_nothing(
                index_elements=["interview_id", "submission_key"], index_where=text("submission_key <> ''")
            )
            .returning(interview_events.c.event_no)
        )
        return result.one_or_none() is not None

    async def move(self, *, source: str, target: str) -> None:
        """Move the timeline of one interview, and what hangs on it, to another; a record stays where there is one."""
        for name in _CARRIED:
            await self._connection.execute(
                text(
                    f"update {name} set interview_id = cast(:target as uuid) where interview_id = cast(:source as uuid)"
                ),
                {"source": source, "target": target},
            )
        for name in _ONE_EACH:
            await self._connection.execute(
                text(
                    f"update {name} set interview_id = cast(:target as uuid) where interview_id = cast(:source as uuid)"
                    f" and not exists (select from {name} there where there.interview_id = cast(:target as uuid))"
                ),
                {"source": source, "target": target},
            )

    async def submitted(self, interview_id: str, submission_key: str) -> InterviewEvent | None:
        """Return the timeline entry that was written under this key; None for an empty key."""
        if not submission_key:
            return None
        result = await self._connection.execute(
            select(interview_events).where(
                interview_events.c.interview_id == interview_id,
                interview_events.c.submission_key == submission_key,
            )
        )
        row: Any = result.mappings().one_or_none()
        return None if row is None else from_row(InterviewEvent, row, interview_id=interview_id)

    async def starts_of(self, interview_id: str) -> dict[str, datetime]:
        """Return when each episode that the interview is about began."""
        result = await self._connection.execute(
            text(
                "select e.episode_id::text, e.started_at from interview_episodes l join episodes e using (episode_id)"
                " where l.interview_id = cast(:interview_id as uuid)"
            ),
            {"interview_id": interview_id},
        )
        return {row[0]: row[1] for row in result}

    async def declines(self, interview_id: str) -> list[InterviewEvent]:
        """Return every no on the interview's timeline, in the order in which they were recorded."""
        result = await self._connection.execute(
            select(interview_events)
            .where(
                interview_events.c.interview_id == interview_id,
                interview_events.c.kind == EventKind.DECLINED.value,
            )
            .order_by(interview_events.c.event_no)
        )
        rows: Any = result.mappings()
        return [from_row(InterviewEvent, row, interview_id=interview_id) for row in rows]

    async def move_links(self, episode_ids: Sequence[str], *, source: str, target: str) -> None:
        """Move duties, with what was escalated about them, from one interview to another."""
        for table in (interview_episodes, escalations):
            await self._connection.execute(
                update(table)
                .where(table.c.interview_id == source, table.c.episode_id.in_(list(episode_ids)))
                .values(interview_id=target)
            )


def _interview(row: Any) -> Interview:
    return from_row(Interview, row, interview_id=str(row["interview_id"]))


def _link(row: Any) -> InterviewEpisode:
    return from_row(
        InterviewEpisode,
        row,
        interview_id=str(row["interview_id"]),
        episode_id=str(row["episode_id"]),
    )
