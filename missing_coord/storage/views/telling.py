"""What the pages of telling people show: alerts, deliveries, contacts, proofs, and the two clocks of an interview."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import RowMapping, text

from missing_coord.domain.alerts import Alert
from missing_coord.storage.stores.alerts import ALERT, alert_of
from missing_coord.storage.unit_of_work import SqlUnitOfWork

Row = RowMapping
_DELIVERIES = """
select d.delivery_id, d.channel, p.display_name, d.urgency, d.state, d.planned_at, d.held_until, d.sent_at, d.ended_at,
       d.attempts, d.error, d.text
from deliveries d left join people_to_tell() p on p.user_id::text = d.recipient_user
order by d.delivery_id desc limit :limit offset :offset
"""
_CONTACTS = """
select p.user_id::text, p.username, p.display_name, p.role,
       max(c.address) filter (where c.channel = 'email') as email,
       max(c.address) filter (where c.channel = 'sms') as sms,
       string_agg(c.channel || ': ' || c.broken_why, '; ') filter (where c.broken_at is not null) as broken,
       (select string_agg(t.team, '; ' order by t.team) from team_members t where t.user_id = p.user_id) as teams
from people_to_tell() p left join contacts c using (user_id) group by 1, 2, 3, 4, p.user_id order by p.display_name
"""
_KEEP_CONTACT = """
insert into contacts (user_id, channel, address, saved_by, saved_at)
values (cast(:user_id as uuid), :channel, :address, :by, :now)
on conflict (user_id, channel) do update set address = excluded.address, broken_at = null, broken_why = '',
    saved_by = excluded.saved_by, saved_at = excluded.saved_at
    where contacts.address <> excluded.address or contacts.broken_at is not null
"""
# As of a past moment: what came later is left out, and the next step is the one that came next.
_CLOCKS = """
select d.episode_id::text, d.basis, d.clock_from, d.due_at, d.provisional, d.result, d.ladder_version, e.told_ended_at,
       case when d.breached_at <= :at then d.breached_at end as breached_at,
       case when d.resolved_at <= :at then d.resolved_at end as resolved_at,
       case when d.resolved_at <= :at then null else coalesce((select min(x.planned_at) from escalations x
           where x.episode_id = d.episode_id and x.due_at = d.due_at and x.fired_at > :at), d.next_step_at)
           end as next_step_at
from interview_episodes d join episodes e using (episode_id)
where d.interview_id::text = :id order by d.due_at
"""
_STEPS = """
select e.step, e.recipients, e.planned_at, e.fired_at from escalations e
where e.interview_id::text = :id and e.fired_at <= :at order by e.escalation_id desc
"""
_PROMISES = """
select made_by, reason, made_at, until_at, case when ended_at <= :at then outcome else '' end as outcome from promises
where subject_type = :type and subject_id = :id and made_at <= :at order by promise_id desc
"""


async def open_alerts(uow: SqlUnitOfWork) -> list[Alert]:
    """Return the open alerts, the longest due first."""
    result = await uow.execute(text(f"{ALERT} where a.closed_at is null order by a.due_at, a.alert_id"))
    return [alert_of(row) for row in result.mappings()]


async def latest_proof(uow: SqlUnitOfWork) -> Row | None:
    """Return the last proof."""
    query = text("select at, balanced, line, heartbeat from proofs order by proof_id desc limit 1")
    return (await uow.execute(query)).mappings().one_or_none()


async def deliveries(uow: SqlUnitOfWork, *, limit: int, offset: int = 0) -> list[Row]:
    """Return deliveries, the newest first; addresses are left out."""
    result = await uow.execute(text(_DELIVERIES), {"limit": limit, "offset": offset})
    return list(result.mappings())


async def contacts(uow: SqlUnitOfWork) -> list[Row]:
    """Return everybody who can be told, with their addresses and teams."""
    return list((await uow.execute(text(_CONTACTS))).mappings())


async def keep_contact(uow: SqlUnitOfWork, user_id: str, channel: str, address: str) -> None:
    """Keep an address of somebody, as working; an empty one is taken away."""
    if not address:
        query = text("delete from contacts where user_id::text = :user_id and channel = :channel")
        await uow.execute(query, {"user_id": user_id, "channel": channel})
        return
    values = {
        "user_id": user_id,
        "channel": channel,
        "address": address,
        "by": uow.actor.name,
        "now": uow.now,
    }
    await uow.execute(text(_KEEP_CONTACT), values)


async def keep_teams(uow: SqlUnitOfWork, user_id: str, teams: list[str]) -> None:
    """Put somebody into exactly these teams."""
    await uow.execute(text("delete from team_members where user_id::text = :id"), {"id": user_id})
    for team in dict.fromkeys(teams):
        query = text("insert into team_members (team, user_id) values (:team, cast(:id as uuid))")
        await uow.execute(query, {"team": team, "id": user_id})


async def clocks(uow: SqlUnitOfWork, interview_id: str, at: datetime) -> list[Row]:
    """Return the duties of an interview as they stood at a time, with what both of their clocks start from."""
    return list((await uow.execute(text(_CLOCKS), {"id": interview_id, "at": at})).mappings())


async def steps_of(uow: SqlUnitOfWork, interview_id: str, at: datetime) -> list[Row]:
    """Return the steps that were on record of an interview at a time, the newest first."""
    return list((await uow.execute(text(_STEPS), {"id": interview_id, "at": at})).mappings())


async def promises_about(uow: SqlUnitOfWork, subject_type: str, subject_id: str, at: datetime) -> list[Row]:
    """Return the promises about a subject as they stood at a time, the newest first."""
    result = await uow.execute(text(_PROMISES), {"type": subject_type, "id": subject_id, "at": at})
    return list(result.mappings())


def lateness(held_at: datetime | None, due_at: datetime, now: datetime) -> float:
    """Return by how many hours a clock was missed or is over, 0 when it is not."""
    return max(0.0, ((held_at or now) - due_at).total_seconds() / 3600)
