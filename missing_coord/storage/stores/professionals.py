"""Professionals outside in PostgreSQL: who is to be told of what, found in one statement over the last two days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.errors import NotFound
from missing_coord.domain.past_episodes import FROM_HISTORY
from missing_coord.domain.past_records import EARLIER_RECORDS
from missing_coord.domain.professionals import (
    Confirmation,
    Matter,
    NewProfessionalAlert,
    Professional,
    Strategy,
)
from missing_coord.storage.stores.alerts import TOLD_HARM

LOOK_BACK = timedelta(days=2)
LATE = "interval '28 days'"
"""How long before the look-back an episode may have begun that police told of late, or whose child was found late."""
CARE = "('own_looked_after_in_area', 'own_looked_after_out_of_area')"
_OWN_RECORDS = ("council list", EARLIER_RECORDS)
"""What stands for a force in the references of the council's own list and earlier records."""
_HARM = f"""
    select 'told_harm' as matter, 'interview' as subject_type, r.interview_id::text as subject_id, d.episode_id
    from ({TOLD_HARM}) r join interview_episodes d using (interview_id) where r.submitted_at > :since
"""
_HARM_OF_ONE = f"{_HARM} and r.interview_id = cast(:interview_id as uuid)"
# Each part reads by an index of its own. An episode counts from when it was last told of or given to its child.
_EVERYTHING = f"""
    select 'went_missing' as matter, 'episode' as subject_type, e.episode_id::text as subject_id, e.episode_id
    from episodes e where e.started_at > cast(:since as timestamptz) - {LATE} and e.updated_at > :since
        and e.status <> 'cancelled' and not '{FROM_HISTORY}' = any(e.flags)
    union all
    select 'breach', 'interview', x.interview_id::text, x.episode_id
    from escalations x where x.breach and x.fired_at > :since and x.withdrawn_at is null
    union all {_HARM}
"""
_RAISE = f"""
with found as ({{found}}),
concerned as (
    select distinct f.matter, f.subject_type, f.subject_id, p.professional, p.name, p.email
    from found f join episodes e using (episode_id) join children c on c.child_id = e.child_id and not c.provisional
    cross join lateral (values
        ('social_worker', c.social_worker, c.social_worker_email, true),
        ('iro', c.iro, c.iro_email, e.population in {CARE}),
        ('placement_provider', e.provider_name, '', f.matter = 'breach' and e.provider_name <> ''),
        ('responsible_authority', e.responsible_authority, '', e.population = 'other_authority_placed_here'),
        ('police', coalesce((select split_part(r, '/', 1) from unnest(e.refs) r
            where split_part(r, '/', 1) not in {_OWN_RECORDS} order by r limit 1), ''), '', f.matter = 'told_harm')
    ) p(professional, name, email, is_told) where p.is_told),
told as (
    select c.matter, c.subject_type, c.subject_id, c.professional, c.name,
           coalesce(nullif(c.email, ''), nullif(own.email, ''), nullif(service.email, ''), '') as address
    from concerned c
    left join professional_contacts own
        on own.professional = c.professional and own.name = c.name and c.name <> ''
    left join professional_contacts service on service.professional = c.professional and service.name = '')
insert into professional_alerts (professional_alert_id, matter, subject_type, subject_id, professional, name, address,
                                 answer_wanted, raised_at)
select gen_random_uuid(), t.matter, t.subject_type, t.subject_id, t.professional, t.name, t.address,
       t.matter <> 'went_missing' or (t.professional = 'iro' and t.address = ''), :now
from told t
on conflict on constraint uq_professional_alerts_once do nothing
returning professional_alert_id::text, professional, matter, address
"""
_CLOSE = """
update professional_alerts set how = :how, who = :who, note = :note, closed_by = :by, closed_at = :at
where professional_alert_id::text = :id and closed_at is null returning 1
"""
_WANT_ANSWER = """
update professional_alerts set answer_wanted = true where professional_alert_id::text = :id and closed_at is null
"""
_DECIDE = f"""
insert into strategy_decisions (interview_id, record_number, decision, reason, decided_by, decided_at)
select d.interview_id, max(d.number), :decision, :reason, :by, :at from ({TOLD_HARM}) d
where d.interview_id::text = :id group by d.interview_id
on conflict (interview_id, record_number) do nothing returning 1
"""


class SqlProfessionals:
    """What professionals outside are told of, and what they said."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def raise_new(self, now: datetime) -> list[NewProfessionalAlert]:
        """Keep what professionals are to be told of that came up in the last two days, each once; return what is new.

        Whoever the child's record names now is told: after a wrong match is undone, the right child's professionals.
        """
        return await self._raise(_EVERYTHING, {"now": now, "since": now - LOOK_BACK})

    async def raise_harm(self, now: datetime, *, interview_id: str) -> list[NewProfessionalAlert]:
        """Keep who is to be told of the harm that one interview's record tells of; return what is new."""
        values = {"now": now, "since": now - LOOK_BACK, "interview_id": interview_id}
        return await self._raise(_HARM_OF_ONE, values)

    async def _raise(self, found: str, values: dict[str, Any]) -> list[NewProfessionalAlert]:
        result = await self._connection.execute(text(_RAISE.replace("{found}", found)), values)
        return [
            NewProfessionalAlert(
                professional_alert_id=row[0],
                professional=Professional(row[1]),
                matter=Matter(row[2]),
                address=row[3],
            )
            for row in result
        ]

    async def want_answer(self, professional_alert_id: str) -> None:
        """Let somebody who could not be told by e-mail be chased until they confirm."""
        await self._connection.execute(text(_WANT_ANSWER), {"id": professional_alert_id})

    async def confirm(self, professional_alert_id: str, confirmation: Confirmation) -> None:
        """Write down that somebody outside knows; raises NotFound when it is not open."""
        values: dict[str, Any] = {
            "id": professional_alert_id,
            "how": confirmation.how.value,
            "who": confirmation.who,
            "note": confirmation.note,
            "by": confirmation.by,
            "at": confirmation.at,
        }
        if (await self._connection.execute(text(_CLOSE), values)).one_or_none() is None:
            raise NotFound("There is nothing of this reference that waits for an answer.")

    async def decide(
        self, interview_id: str, *, decision: Strategy, reason: str, by: str, at: datetime
    ) -> None:
        """Keep what was decided about a strategy meeting; raises NotFound when there is nothing to decide."""
        values = {"id": interview_id, "decision": decision.value, "reason": reason, "by": by, "at": at}
        if (await self._connection.execute(text(_DECIDE), values)).one_or_none() is None:
            raise NotFound("There is no told harm of this reference that waits for a decision.")
