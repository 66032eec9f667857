"""The sweep in PostgreSQL: what is due is found, recorded, told and moved on in one statement for each batch.

Which rungs are due is said by `steps_due` of the domain too; a test compares the two on random ladders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.events import TOPIC_OF, WIRE_TYPES
from missing_coord.domain.access import Role
from missing_coord.domain.events import DeadlineBreached, DeadlineWarned
from missing_coord.domain.messages import ChannelName, MessageKind
from missing_coord.services.ports.escalation import Fired, Rung, SweepResult
from missing_coord.storage.rows import to_document

# The lock is taken in an inner query, so that the index on next_step_at finds the rows before anything is joined.
# A rung on record is looked for row by row (`limit 1`), so that a long record is never read as a whole.
_PLAN = """
with rungs as materialized (
    select * from jsonb_to_recordset(cast(:rungs as jsonb)) as r(version text, number integer, step text,
        after interval, breach boolean, recipients text[], channels text[], words text, repeat_every interval,
        last boolean)),
sign_ins as materialized (
    select worker_id, array_agg(user_id::text order by user_id) as users from users
    where worker_id <> '' and role = 'interview_worker' and disabled_at is null group by worker_id),
due as materialized (
    select d.*, i.child_id, coalesce(s.users, '{{}}') as users,
           to_char(d.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || case
               when date_trunc('second', d.due_at) = d.due_at then '' else to_char(d.due_at, '.US') end
               || '+00:00' as due_iso,
           exists (select from promises p where p.ended_at is null and p.subject_id = d.interview_id::text
                   and p.until_at > cast(:at as timestamptz)) as held
    from ({taken}) d join interviews i using (interview_id) left join sign_ins s on s.worker_id = i.worker_id),
standing as materialized (
    select d.*, case when lost.number is null then d.ladder_version else :fallback end as version,
           coalesce(lost.number::integer, d.next_step) as first
    from due d left join lateral (
        select count(*) filter (where not r.last and d.due_at + r.after < d.next_step_at) + coalesce(max(
            case when r.repeat_every is null then (d.due_at + r.after < d.next_step_at)::integer
            else ceil(greatest(0, extract(epoch from d.next_step_at - d.due_at - r.after)
                                  / extract(epoch from r.repeat_every))) end) filter (where r.last), 0) as number
        from rungs r where r.version = :fallback
            and not exists (select from rungs k where k.version = d.ladder_version) having count(*) > 0) lost on true),
passed as materialized (
    select d.interview_id, d.episode_id, d.version, d.child_id, d.due_at, d.due_iso, d.users, d.held,
           d.next_step_at as stood_at, r.number, r.step, d.due_at + r.after as planned_at, r.breach, r.recipients,
           r.channels, r.words, 0 as again
    from standing d join rungs r on r.version = d.version and r.number >= d.first
    where d.resolved_at is null and d.due_at + r.after <= cast(:at as timestamptz)
    union all
    select d.interview_id, d.episode_id, d.version, d.child_id, d.due_at, d.due_iso, d.users, d.held, d.next_step_at,
           r.number + n.again, r.step || '+' || n.again, d.due_at + r.after + r.repeat_every * n.again, r.breach,
           r.recipients, r.channels, r.words, n.again
    from standing d join rungs r on r.version = d.version and r.last and r.repeat_every is not null
    cross join lateral (select floor(extract(epoch from cast(:at as timestamptz) - d.due_at - r.after)
                                     / extract(epoch from r.repeat_every))::integer as again) n
    where d.resolved_at is null and n.again >= 1 and r.number + n.again >= d.first),
fresh as materialized (
    select p.*, p.breach or (not p.held and p.number = max(p.number) over duty) as told
    from passed p left join lateral (select 1 as there from escalations e where e.interview_id = p.interview_id
        and e.episode_id = p.episode_id and e.step = p.step and e.due_at = p.due_at and e.withdrawn_at is null
        limit 1) known on true
    where known.there is null window duty as (partition by p.interview_id, p.episode_id)),
fired as materialized (
    select *, case when not told then '{{}}' when users = '{{}}' then array_remove(recipients, 'interview_worker')
              else recipients end as reached from fresh)
"""
_TAKEN = """select * from interview_episodes where next_step_at <= cast(:at as timestamptz)
    order by next_step_at limit {limit} for update skip locked"""
_DUE = "select * from interview_episodes where next_step_at <= cast(:at as timestamptz)"
# The minimum is the first entry of the index; asked whether any row is due, a prepared plan reads the whole table.
_ANY = "select coalesce(min(next_step_at) <= cast(:at as timestamptz), false) from interview_episodes"
_FIRED = """
select (select count(*) from standing) as taken, f.interview_id::text, f.episode_id::text, f.step, f.breach, f.reached,
       f.due_at, f.planned_at, f.version, f.channels, f.number
from (select) one left join fired f on true order by f.stood_at, f.interview_id, f.episode_id, f.number
"""
_WRITE = f"""
, recorded as (
    insert into escalations (interview_id, episode_id, step, breach, recipients, due_at, planned_at, fired_at,
                             ladder_version)
    select interview_id, episode_id, step, breach, reached, due_at, planned_at, cast(:at as timestamptz), version
    from fired order by stood_at, interview_id, episode_id, number
    on conflict on constraint uq_escalations_once
        do update set withdrawn_at = null, fired_at = excluded.fired_at, recipients = excluded.recipients),
advanced as (
    update interview_episodes d
    set next_step = s.next, ladder_version = s.version, breached_at = coalesce(d.breached_at, s.breached_at),
        next_step_at = case when d.resolved_at is null then coalesce(d.due_at + r.after,
            d.due_at + l.after + l.repeat_every * (s.next - l.number)) end
    from (select t.interview_id, t.episode_id, t.version, coalesce(max(p.number) + 1, t.first) as next,
                 min(p.planned_at) filter (where p.breach) as breached_at
          from standing t left join passed p using (interview_id, episode_id) group by 1, 2, 3, t.first) s
    left join rungs r on r.version = s.version and r.number = s.next
    join rungs l on l.version = s.version and l.last
    where d.interview_id = s.interview_id and d.episode_id = s.episode_id),
announced as (
    insert into outbox (event_id, type, topic, key, body, occurred_at)
    select gen_random_uuid(), case when breach then '{WIRE_TYPES[DeadlineBreached]}'
               else '{WIRE_TYPES[DeadlineWarned]}' end, '{TOPIC_OF[DeadlineWarned]}', child_id,
           jsonb_build_object('child_id', child_id, 'interview_id', interview_id, 'episode_id', episode_id,
                              'step', step, 'due_at', due_iso), :now
    from fired order by stood_at, interview_id, episode_id, number),
said as (
    insert into messages (message_key, channel, recipient_role, recipient_user, subject_type, subject_id, kind, text,
                          state, planned_at, delivered_at, target, channels, step, episode_id, rung, due_at)
    select 'recorder:escalation:' || f.interview_id || ':' || f.episode_id || ':' || f.step || ':' || f.due_iso || ':'
               || t.recipient || ':' || u.user_id, 'recorder', case when t.is_role then t.recipient else '' end,
           u.user_id, 'interview', f.interview_id::text,
           case when f.breach then '{MessageKind.BREACH}' else '{MessageKind.ESCALATION}' end,
           replace(replace(replace(replace(f.words, '{{reference}}', upper(left(f.interview_id::text, 8))),
               '{{subject_id}}', f.interview_id::text), '{{again}}',
               case when f.again = 0 then '' else ' (reminder ' || f.again + 1 || ')' end), '{{due}}',
               to_char(f.due_at at time zone 'Europe/London', 'Dy DD Mon YYYY HH24:MI ') || case
                   when f.due_at at time zone 'Europe/London' = f.due_at at time zone 'UTC' then 'GMT' else 'BST' end),
           'delivered', cast(:at as timestamptz), cast(:at as timestamptz),
           case when t.is_role then '' else t.recipient end, f.channels, f.step, f.episode_id::text, f.number, f.due_at
    from fired f
    cross join lateral (select name as recipient, name = any(cast(:roles as text[])) as is_role, place
                        from unnest(f.reached) with ordinality n(name, place)) t
    cross join lateral unnest(case when t.recipient = 'interview_worker' then f.users
                              else array[''] end) with ordinality u(user_id, seat)
    order by f.stood_at, f.interview_id, f.episode_id, f.number, t.place, u.seat
    on conflict (message_key) do nothing)
"""


class SqlSweep:
    """Finds duties whose next step is due, and records, tells and moves them on."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def fire(self, rungs: Sequence[Rung], *, fallback: str, at: datetime, limit: int) -> SweepResult:
        """Fire what is due for up to `limit` duties, the longest due first, passing over those held by others.

        A duty whose version is in none of the `rungs` goes on with the version `fallback`.
        """
        if not (await self._connection.execute(text(_ANY), {"at": at})).scalar_one():
            return SweepResult(fired=[], more=False)
        query = _PLAN.format(taken=_TAKEN.format(limit=limit)) + _WRITE + _FIRED
        values = {"now": self._now, "roles": [role.value for role in Role]}
        taken, fired = await self._fired(query, rungs, fallback=fallback, at=at, **values)
        return SweepResult(fired=fired, more=taken == limit)

    async def would_fire(self, rungs: Sequence[Rung], *, fallback: str, at: datetime) -> list[Fired]:
        """Return what firing everything at a time would record, holding and writing nothing."""
        query = _PLAN.format(taken=_DUE) + _FIRED
        return (await self._fired(query, rungs, fallback=fallback, at=at))[1]

    async def _fired(
        self, query: str, rungs: Sequence[Rung], *, fallback: str, at: datetime, **values: Any
    ) -> tuple[int, list[Fired]]:
        document = to_document([_row(each) for each in rungs])
        result = await self._connection.execute(
            text(query), {"rungs": document, "fallback": fallback, "at": at, **values}
        )
        rows = result.all()
        return rows[0][0], [_fired(row, at) for row in rows if row[1] is not None]


def _row(rung: Rung) -> dict[str, Any]:
    repeat = rung.repeat_every
    return {
        **asdict(rung),
        "after": f"{rung.after.total_seconds()} seconds",
        "repeat_every": None if repeat is None else f"{repeat.total_seconds()} seconds",
    }


def _fired(row: Any, at: datetime) -> Fired:
    _, interview_id, episode_id, step, breach, reached, due_at, planned_at, version, channels, number = row
    return Fired(
        interview_id=interview_id,
        episode_id=episode_id,
        step=step,
        breach=breach,
        recipients=tuple(reached),
        due_at=due_at,
        planned_at=planned_at,
        fired_at=at,
        ladder_version=version,
        channels=tuple(map(ChannelName, channels)),
        rung=number,
    )
