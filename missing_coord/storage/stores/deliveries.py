"""Messages on their way to people, in PostgreSQL: who can be told, deliveries, leases, receipts and contacts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.rotas import kept_rota
from missing_coord.domain.access import Role
from missing_coord.domain.deliveries import Delivery, Urgency
from missing_coord.domain.directory import Directory, Person
from missing_coord.domain.messages import ChannelName, MessageState
from missing_coord.services.ports.messages import NewDelivery, Recent, Routed, Told
from missing_coord.storage.mappers import to_row
from missing_coord.storage.rows import insert_new, to_document
from missing_coord.storage.tables.escalation import deliveries

_TOLD = ", ".join(each.name for each in fields(Told))
_DELIVERY = ", ".join(each.name for each in fields(Delivery))
_UNROUTED = f"""
select {_TOLD} from messages where routed_at is null order by message_id limit :limit for update skip locked
"""
_ROUTED = """
update messages m set routed_at = :at, ways = w.ways
from jsonb_to_recordset(cast(:rows as jsonb)) as w(message_id bigint, ways integer, unreached text)
where m.message_id = w.message_id
"""
_MORE_WAYS = """
update messages m set ways = m.ways + w.more
from (select message_id, count(*) as more from unnest(cast(:ids as bigint[])) n(message_id) group by 1) w
where m.message_id = w.message_id
"""
_COPY = """
insert into messages (message_key, channel, recipient_role, recipient_user, subject_type, subject_id, kind, text, state,
                      planned_at, delivered_at, routed_at, alert_id)
select m.message_key || ':to:' || cast(:user as text), m.channel, :role, :user, m.subject_type, m.subject_id, m.kind,
       m.text, m.state, m.planned_at, m.delivered_at, m.planned_at, m.alert_id
from messages m where m.message_id = :id
on conflict (message_key) do nothing
"""
_LOST = "update messages set unreached = :why where message_id = :id"
_SOMEBODY_REACHED = """
select exists (select from messages m where m.subject_id = :subject_id and m.episode_id = :episode_id
    and m.alert_id = :alert_id and m.step = :step and m.due_at is not distinct from :due_at and m.unreached = '')
"""
_PEOPLE = """
select p.user_id::text, p.username, p.role, p.display_name,
       coalesce(jsonb_object_agg(c.channel, c.address order by c.channel) filter (where c.channel is not null), '{}')
           as contacts
from people_to_tell() p left join contacts c on c.user_id = p.user_id and c.broken_at is null
group by 1, 2, 3, 4 order by 2
"""
_OUTSIDE = """
select professional_alert_id::text, address from professional_alerts where closed_at is null and address <> ''
union all
select dispute_id::text, holder_email from dispute_stages where ended_on is null and holder_email <> ''
"""
_HOLDERS = "select dispute_id::text, holder from dispute_stages where ended_on is null and holder <> ''"
_TEAMS = """
select team, user_id::text from team_members
union select w.team, p.user_id::text from people_to_tell() p join workers w using (worker_id) where w.team <> ''
"""
_DUE = f"""
select {_DELIVERY} from deliveries where state in ('planned', 'sending') and next_attempt_at <= :at
order by urgency, next_attempt_at, delivery_id limit :limit for update skip locked
"""
_RECENT = """
select d.channel, d.address, count(distinct d.reference) as sendings, min(d.sent_at) as first_at
from deliveries d
join jsonb_to_recordset(cast(:rows as jsonb)) as w(channel text, address text) using (channel, address)
where d.sent_at > :since group by 1, 2
"""
_LEASE = """
update deliveries d set state = w.state, reference = w.reference, attempts = w.attempts,
    cut_off = d.cut_off + w.cut_off, next_attempt_at = w.next_attempt_at, held_until = w.held_until,
    give_up_at = w.give_up_at
from jsonb_to_recordset(cast(:rows as jsonb)) as w(delivery_id bigint, state text, reference text, attempts integer,
    cut_off integer, next_attempt_at timestamptz, held_until timestamptz, give_up_at timestamptz)
where d.delivery_id = w.delivery_id
"""
_SETTLE = """
update deliveries d set state = w.state, next_attempt_at = w.next_attempt_at, give_up_at = w.give_up_at,
    sent_at = coalesce(d.sent_at, w.sent_at), ended_at = w.ended_at,
    provider_id = case when w.provider_id = '' then d.provider_id else w.provider_id end, error = w.error
from jsonb_to_recordset(cast(:rows as jsonb)) as w(delivery_id bigint, state text, next_attempt_at timestamptz,
    give_up_at timestamptz, sent_at timestamptz, ended_at timestamptz, provider_id text, error text)
where d.delivery_id = w.delivery_id
"""
_OVERDUE = f"""
select {_DELIVERY} from deliveries
where (state = 'accepted' or (state = 'planned' and next_attempt_at <= :at)
       or (state = 'sending' and next_attempt_at <= :at)) and give_up_at <= :at
order by delivery_id limit 1000 for update skip locked
"""
_OF_REFERENCE = f"""
select {_DELIVERY} from deliveries where reference = any(:references) and reference <> ''
order by delivery_id for update
"""
_ALIVE = "select distinct message_id from deliveries where message_id = any(:ids) and state <> 'failed'"
_BREAK = """
update contacts set broken_at = :at, broken_why = :why
where user_id::text = :user and channel = :channel and address = :address and broken_at is null
"""


class SqlRouting:
    """Messages on their way to people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def unrouted(self, *, limit: int) -> list[Told]:
        """Hold and return messages that were not routed, the oldest first, passing over those held by others."""
        result = await self._connection.execute(text(_UNROUTED), {"limit": limit})
        return [_told(row) for row in result.mappings()]

    async def messages(self, message_ids: Collection[int]) -> list[Told]:
        """Return messages."""
        query = f"select {_TOLD} from messages where message_id = any(:ids) order by message_id"
        result = await self._connection.execute(text(query), {"ids": list(message_ids)})
        return [_told(row) for row in result.mappings()]

    async def directory(self, *, outside: bool = False) -> Directory:
        """Return who can be told at all, with `outside` also professionals of open alerts and holders of stages."""
        people = [_person(row) for row in (await self._connection.execute(text(_PEOPLE))).mappings()]
        teams: dict[str, set[str]] = {}
        for team, user_id in await self._connection.execute(text(_TEAMS)):
            teams.setdefault(team, set()).add(user_id)
        rotas = await self._connection.execute(text("select name, body from rotas order by name"))
        others = await self._connection.execute(text(_OUTSIDE)) if outside else ()
        holders = await self._connection.execute(text(_HOLDERS)) if outside else ()
        return Directory(
            people=tuple(people),
            teams=teams,
            rotas={row.name: kept_rota(row.name, row.body) for row in rotas},
            professionals={row[0]: row[1] for row in others},
            holders={row[0]: row[1] for row in holders},
        )

    async def routed(self, results: Sequence[Routed], at: datetime) -> None:
        """Keep what routing came to."""
        rows = to_document([to_row(each) for each in results])
        await self._connection.execute(text(_ROUTED), {"at": at, "rows": rows})

    async def more_ways(self, message_ids: Sequence[int]) -> None:
        """Count further deliveries of messages, one for each time that a message is named."""
        if message_ids:
            await self._connection.execute(text(_MORE_WAYS), {"ids": list(message_ids)})

    async def copy_to(self, message: Told, people: Sequence[tuple[str, str]]) -> None:
        """Show a message in the product to (role, user id) as well."""
        values = [{"id": message.message_id, "role": role, "user": user} for role, user in people]
        if values:
            await self._connection.execute(text(_COPY), values)

    async def lost(self, message: Told, why: str) -> bool:
        """Write down that nobody is reached by a message; say whether nobody is by any message of its step."""
        await self._connection.execute(text(_LOST), {"why": why, "id": message.message_id})
        values = {
            name: getattr(message, name)
            for name in ("subject_id", "episode_id", "alert_id", "step", "due_at")
        }
        found = await self._connection.execute(text(_SOMEBODY_REACHED), values)
        return not found.scalar_one()


class SqlDeliveries:
    """Deliveries on their way."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, planned: Sequence[NewDelivery]) -> None:
        """Plan deliveries; one that is there already is not planned again."""
        rows = [
            {**to_row(each), "state": MessageState.PLANNED.value, "next_attempt_at": each.planned_at}
            for each in planned
        ]
        if rows:
            await insert_new(self._connection, deliveries, rows)

    async def due(self, at: datetime, *, limit: int) -> list[Delivery]:
        """Hold and return deliveries whose next attempt is due: breaches, then first alerts, then repeats."""
        return await self._found(_DUE, at=at, limit=limit)

    async def recent(
        self, addresses: Collection[tuple[ChannelName, str]], since: datetime
    ) -> dict[tuple[ChannelName, str], Recent]:
        """Return what these addresses were sent since then."""
        rows = to_document([{"channel": channel, "address": address} for channel, address in addresses])
        result = await self._connection.execute(text(_RECENT), {"rows": rows, "since": since})
        return {
            (ChannelName(row.channel), row.address): Recent(count=row.sendings, first_at=row.first_at)
            for row in result
        }

    async def lease(self, changes: Sequence[dict[str, Any]]) -> None:
        """Mark deliveries as being sent, or as held."""
        if changes:
            await self._connection.execute(text(_LEASE), {"rows": to_document(changes)})

    async def of_reference(self, references: Collection[str]) -> list[Delivery]:
        """Hold and return the deliveries of sendings."""
        return await self._found(_OF_REFERENCE, references=list(references))

    async def overdue(self, at: datetime) -> list[Delivery]:
        """Hold and return deliveries that took longer than their channel may take."""
        return await self._found(_OVERDUE, at=at)

    async def settle(self, changes: Sequence[dict[str, Any]]) -> None:
        """Write down new states."""
        if changes:
            await self._connection.execute(text(_SETTLE), {"rows": to_document(changes)})

    async def alive(self, message_ids: Collection[int]) -> set[int]:
        """Return those of the messages that have a delivery which did not fail."""
        result = await self._connection.execute(text(_ALIVE), {"ids": list(message_ids)})
        return {row[0] for row in result}

    async def break_contact(self, delivery: Delivery, why: str, at: datetime) -> None:
        """Write down that an address does not work."""
        values = {
            "user": delivery.recipient_user,
            "channel": delivery.channel.value,
            "address": delivery.address,
            "why": why[:200],
            "at": at,
        }
        await self._connection.execute(text(_BREAK), values)

    async def _found(self, query: str, **values: Any) -> list[Delivery]:
        result = await self._connection.execute(text(query), values)
        return [_delivery(row) for row in result.mappings()]


def _told(row: Any) -> Told:
    return Told(**{**row, "channels": tuple(ChannelName(each) for each in row["channels"])})


def _delivery(row: Any) -> Delivery:
    return Delivery(
        **{
            **row,
            "channel": ChannelName(row["channel"]),
            "urgency": Urgency(row["urgency"]),
            "state": MessageState(row["state"]),
            "fallbacks": tuple(ChannelName(each) for each in row["fallbacks"]),
        }
    )


def _person(row: Any) -> Person:
    return Person(
        user_id=row["user_id"],
        username=row["username"],
        role=Role(row["role"]),
        display_name=row["display_name"],
        contacts={ChannelName(channel): address for channel, address in row["contacts"].items()},
    )
