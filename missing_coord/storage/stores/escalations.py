"""Escalations, duties and messages in PostgreSQL, written many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.messages import Message
from missing_coord.services.ports.escalation import DueDuty, Fired

_DUTIES = """
select d.interview_id::text, d.episode_id::text, i.child_id, d.due_at, d.next_step, d.ladder_version,
       d.resolved_at is not null as resolved,
       coalesce((select array_agg(u.user_id::text order by u.user_id) from users u
                 where i.worker_id <> '' and u.worker_id = i.worker_id and u.role = 'interview_worker'
                   and u.disabled_at is null), '{}') as users
from interview_episodes d join interviews i on i.interview_id = d.interview_id
"""
# One JSON parameter holds all rows of a statement: a third of the cost of arrays, which psycopg writes item by item.
_RECORD = """
insert into escalations (interview_id, episode_id, step, breach, recipients, due_at, planned_at, fired_at,
                         ladder_version)
select interview_id, episode_id, step, breach, recipients, due_at, planned_at, fired_at, ladder_version
from jsonb_to_recordset(cast(:rows as jsonb))
     as w(interview_id uuid, episode_id uuid, step text, breach boolean, recipients text[], due_at timestamptz,
          planned_at timestamptz, fired_at timestamptz, ladder_version text)
on conflict on constraint uq_escalations_once
    do update set withdrawn_at = null, fired_at = excluded.fired_at, recipients = excluded.recipients
    where escalations.withdrawn_at is not null
returning escalation_id
"""
_TELL = """
insert into messages (message_key, channel, recipient_role, recipient_user, subject_type, subject_id, kind, text, state,
                      planned_at, delivered_at, target, channels, step, episode_id, alert_id, rung, due_at)
select * from jsonb_to_recordset(cast(:rows as jsonb))
     as w(message_key text, channel text, recipient_role text, recipient_user text, subject_type text, subject_id text,
          kind text, text text, state text, planned_at timestamptz, delivered_at timestamptz, target text,
          channels text[], step text, episode_id text, alert_id text, rung integer, due_at timestamptz)
on conflict (message_key) do nothing
"""


class SqlEscalations:
    """Escalations and the duties' places on the ladder."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def duty(self, interview_id: str, episode_id: str) -> DueDuty | None:
        """Return one duty, whether or not its next step is due; None when there is no such duty."""
        query = f"{_DUTIES} where d.interview_id = :interview_id and d.episode_id = :episode_id"
        values = {"interview_id": interview_id, "episode_id": episode_id}
        row = (await self._connection.execute(text(query), values)).one_or_none()
        return _duty(row) if row else None

    async def open_duties(self, interview_id: str) -> list[DueDuty]:
        """Return the unresolved duties of an interview."""
        query = f"{_DUTIES} where d.interview_id = :interview_id and d.resolved_at is null order by d.next_step_at"
        result = await self._connection.execute(text(query), {"interview_id": interview_id})
        return [_duty(row) for row in result]

    async def record(self, fired: Fired) -> bool:
        """Keep a rung, or put one that was withdrawn in force again; False when it is on record already."""
        result = await self._connection.execute(text(_RECORD), {"rows": _json([fired])})
        return result.one_or_none() is not None


class SqlMessages:
    """Messages to people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def users_of_worker(self, worker_id: str) -> list[str]:
        """Return the ids of the users who sign in as a worker and may still do so."""
        result = await self._connection.execute(
            text(
                "select user_id::text from users where worker_id = :worker and worker_id <> ''"
                " and role = 'interview_worker' and disabled_at is null order by user_id"
            ),
            {"worker": worker_id},
        )
        return [row[0] for row in result]

    async def add(self, planned: Sequence[Message]) -> None:
        """Keep messages; one that is there already is not written, and so not sent, again."""
        if planned:
            await self._connection.execute(text(_TELL), {"rows": _json(planned)})


def _json(records: Sequence[Any]) -> str:
    """Return records as one JSON document; their instants are UTC, their names those of the columns."""
    return orjson.dumps(records).decode()


def _duty(row: Any) -> DueDuty:
    return DueDuty(
        interview_id=row.interview_id,
        episode_id=row.episode_id,
        child_id=row.child_id,
        users=tuple(row.users),
        due_at=row.due_at,
        next_step=row.next_step,
        ladder_version=row.ladder_version,
        resolved=row.resolved,
    )
