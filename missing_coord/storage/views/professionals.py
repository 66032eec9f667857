"""What the pages about professionals outside show: who is to be told of what, their answers, and told harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, text

from missing_coord.domain.errors import NotFound
from missing_coord.storage.unit_of_work import SqlUnitOfWork

Row = RowMapping
_LINES = """
select p.professional_alert_id::text, p.matter, p.subject_type, p.subject_id, p.professional, p.name,
       p.address <> '' as has_address, p.answer_wanted, p.raised_at, p.how, p.who, p.note, p.closed_by, p.closed_at,
       coalesce(d.state, case when m.unreached <> '' then 'failed' end, '') as sent
from professional_alerts p
left join messages m on m.subject_type = 'professional_alert' and m.subject_id = p.professional_alert_id::text
    and m.target <> ''
left join lateral (select state from deliveries d where d.message_id = m.message_id order by delivery_id desc limit 1) d
    on true
"""
_OPEN = """
where p.closed_at is null and (p.answer_wanted or (p.address = '' and p.raised_at > :recently))
"""
_NAMED = """
where replace(p.professional_alert_id::text, '-', '') like lower(:start) escape '!'
    or lower(p.name) like '%' || lower(:start) escape '!'
"""
_ORDER = "order by p.closed_at is not null, p.answer_wanted desc, p.raised_at, p.professional_alert_id"
RECENTLY = timedelta(days=7)
"""So long somebody whom nobody could write to stands on the list, though no answer is wanted."""
_CONTACTS = "select professional, name, email, phone from professional_contacts order by professional, name"
_KEEP = """
insert into professional_contacts (professional, name, email, phone, saved_by, saved_at)
values (:professional, :name, :email, :phone, :by, :now)
on conflict (professional, name) do update set email = excluded.email, phone = excluded.phone,
    saved_by = excluded.saved_by, saved_at = excluded.saved_at
"""
_TOLD_HARM = """
select r.interview_id::text, max(r.number) as number, max(r.submitted_at) as told_at, bool_or(r.act_now) as act_now,
       s.decision, s.reason, s.decided_by, s.decided_at
from interview_records r left join lateral (select * from strategy_decisions s where s.interview_id = r.interview_id
    order by s.record_number desc limit 1) s on true
where r.interview_id::text = :id group by r.interview_id, s.decision, s.reason, s.decided_by, s.decided_at
"""


async def listed_alerts(
    uow: SqlUnitOfWork, *, words: str = "", limit: int, offset: int
) -> tuple[list[Row], int]:
    """Return what professionals have yet to confirm or could not be written of, and how many there are.

    With `words` everything of that reference (its first signs) or name instead, what is confirmed too.
    """
    start = words.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    values: dict[str, Any] = {"start": start} if words.strip() else {"recently": uow.now - RECENTLY}
    which = _NAMED if words.strip() else _OPEN
    counted = await uow.execute(text(f"select count(*) from professional_alerts p {which}"), values)
    asked = {**values, "limit": limit, "offset": offset}
    found = await uow.execute(text(f"{_LINES} {which} {_ORDER} limit :limit offset :offset"), asked)
    return list(found.mappings()), int(counted.scalar_one())


async def one_alert(uow: SqlUnitOfWork, professional_alert_id: str) -> Row:
    """Return one matter of which a professional is told; raises NotFound."""
    query = text(f"{_LINES} where p.professional_alert_id::text = :id")
    row = (await uow.execute(query, {"id": professional_alert_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("There is nothing of this reference.")
    return row


async def contacts(uow: SqlUnitOfWork) -> list[Row]:
    """Return the addresses that the council keeps itself."""
    return list((await uow.execute(text(_CONTACTS))).mappings())


async def keep_contact(uow: SqlUnitOfWork, *, professional: str, name: str, email: str, phone: str) -> None:
    """Keep an address; an empty name is the service as a whole."""
    values = {"professional": professional, "name": name, "email": email, "phone": phone}
    await uow.execute(text(_KEEP), {**values, "by": uow.actor.name, "now": uow.now})


async def told_harm(uow: SqlUnitOfWork, interview_id: str) -> Row:
    """Return what is known of the record of an interview and of the last decision; raises NotFound."""
    row = (await uow.execute(text(_TOLD_HARM), {"id": interview_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no record of this interview.")
    return row
