"""Alerts and promises in PostgreSQL; what causes an alert is one query for each clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.contracts.parsing import DAILY_KINDS
from missing_coord.domain.alerts import Alert, Promise
from missing_coord.domain.errors import NotFound
from missing_coord.domain.escalation import ClockKind, Ladder
from missing_coord.domain.past_records import EARLIER_RECORDS
from missing_coord.domain.quality import AUDITED_STATES
from missing_coord.storage.rows import to_document
from missing_coord.storage.stores.intake import TYPED

SIXTY_DAYS_AGO = "cast(:now as timestamptz) - interval '60 days'"
_AUDITED = ", ".join(f"'{each.value}'" for each in sorted(AUDITED_STATES))
TOLD_HARM = (
    "select r.interview_id, r.number, r.submitted_at from interview_records r"
    " left join record_contents c using (interview_id, number) where r.act_now or coalesce(c.harm, '{}') <> '{}'"
)
_SENT = (
    "b.kind = 'police' and b.content_sha256 = '' and b.started_at > cast(:now as timestamptz) - interval '42 days'"
    f" and b.source not like '{TYPED} %' and b.source not like 'quarantine %'"
)
ONE_FORCE = (
    "select 'feed', 'police from ' || b.source, max(b.started_at) from intake_batches b join (select b.source,"
    f" max(b.started_at) as last_at, max(max(b.started_at)) over () as latest from intake_batches b where {_SENT}"
    f" group by b.source) l using (source) where {_SENT} and b.started_at > l.last_at - interval '14 days'"
    " and l.last_at < l.latest group by b.source"
    " having count(distinct (b.started_at at time zone 'Europe/London')::date) >= 10"
)
"""A sender of police notices by HTTP or topic that sent on 10 of 14 days: others that go on do not hide its silence."""
CAUSES = {
    # Every time a child was missing asks for an offer of its own: one made before the child went again is none.
    ClockKind.OFFER: "select 'interview' as subject_type, i.interview_id::text as subject_id,"
    " min(d.clock_from) as started_at from interviews i join interview_episodes d using (interview_id)"
    " where i.closed_at is null and d.resolved_at is null and d.first_offered_at is null group by i.interview_id",
    ClockKind.UNALLOCATED: "select 'interview' as subject_type, interview_id::text as subject_id,"
    " opened_at as started_at from interviews where closed_at is null and worker_id = '' and returned_at is not null",
    ClockKind.UNMATCHED: "select 'incident' as subject_type, incident_id::text as subject_id, created_at as started_at"
    " from incidents where match_state in ('review', 'unmatched')",
    ClockKind.UNACKNOWLEDGED: "select 'interview' as subject_type, d.interview_id::text as subject_id,"
    " min(e.fired_at) as started_at from interview_episodes d"
    " join escalations e on e.interview_id = d.interview_id and e.episode_id = d.episode_id and e.breach"
    " and e.due_at = d.due_at where d.resolved_at is null and d.breached_at is not null and not exists (select from"
    " promises p where p.subject_id = d.interview_id::text and p.made_at >= e.fired_at) group by d.interview_id",
    # The last of each kind by the index, and never all batches; what people type or correct is no sign of a feed.
    ClockKind.QUIET_FEED: "select 'feed' as subject_type, k.kind as subject_id, last.started_at"
    f" from unnest(array[{', '.join(repr(kind) for kind in DAILY_KINDS)}]) k(kind)"
    " cross join lateral (select max(b.started_at) as started_at from intake_batches b where b.kind = k.kind"
    f" and b.source not like '{TYPED} %' and b.source not like 'quarantine %') last"
    f" where last.started_at is not null union all {ONE_FORCE}",
    ClockKind.AUDIT: "select 'interview' as subject_type, i.interview_id::text as subject_id, i.closed_at as started_at"
    f" from interviews i where i.state in ({_AUDITED}) and i.closed_at > {SIXTY_DAYS_AGO}"
    f" and i.closed_by <> '{EARLIER_RECORDS}'"
    " and not exists (select from quality_audits q"
    " where q.interview_id = i.interview_id and q.closed_at = i.closed_at)",
    ClockKind.ACTION: "select 'interview' as subject_type, interview_id::text as subject_id,"
    " (min(due_on) + 1)::timestamp at time zone 'Europe/London' as started_at from interview_actions"
    " where state = 'open' and due_on < (cast(:now as timestamptz) at time zone 'Europe/London')::date group by 2",
    ClockKind.PROFESSIONAL: "select 'professional_alert' as subject_type, professional_alert_id::text as subject_id,"
    " raised_at as started_at from professional_alerts where closed_at is null and answer_wanted",
    ClockKind.TOLD_HARM: f"select 'told_harm' as subject_type, d.interview_id::text as subject_id,"
    f" min(d.submitted_at) as started_at from ({TOLD_HARM}) d where d.submitted_at > {SIXTY_DAYS_AGO}"
    " and not exists (select from strategy_decisions s"
    " where s.interview_id = d.interview_id and s.record_number >= d.number) group by 2",
    ClockKind.DISPUTE: "select 'dispute' as subject_type, dispute_id::text as subject_id,"
    " (due_on + 1)::timestamp at time zone 'Europe/London' as started_at from dispute_stages where ended_on is null"
    " and due_on < (cast(:now as timestamptz) at time zone 'Europe/London')::date",
    ClockKind.ROTA_GAP: "select subject_type, subject_id, started_at from jsonb_to_recordset(cast(:causes as jsonb))"
    " as w(subject_type text, subject_id text, started_at timestamptz)",
}
_OPEN = """
insert into alerts (alert_id, clock, subject_type, subject_id, started_at, due_at, opened_at, next_step, next_step_at,
                    ladder_version)
select gen_random_uuid(), :clock, c.subject_type, c.subject_id, c.started_at,
       c.started_at + cast(:due as interval), :now, 0, c.started_at + cast(:first as interval), :version
from ({causes}) c where c.started_at + cast(:first as interval) <= :now
  and (cast(:only as text) is null or c.subject_id = :only)
  and not exists (select from alerts a where a.clock = :clock and a.subject_id = c.subject_id and a.closed_at is null)
on conflict do nothing
"""
_CLOSE = """
update alerts set closed_at = :now, closed_why = 'the cause is gone', next_step_at = null
where clock = :clock and closed_at is null and not exists (select from ({causes}) c
    where c.subject_id = alerts.subject_id
        and (c.started_at = alerts.started_at or :clock not in ('quiet_feed', 'dispute')))
"""
ALERT = """
select a.alert_id::text, a.clock, a.subject_type, a.subject_id, a.started_at, a.due_at, a.opened_at, a.closed_at,
       a.next_step, a.next_step_at, a.ladder_version,
       (select max(p.until_at) from promises p where p.ended_at is null and p.subject_id = a.alert_id::text)
           as promised_until
from alerts a
"""
_RECORD = """
insert into alert_steps (alert_id, step, recipients, planned_at, fired_at)
select alert_id, step, recipients, planned_at, fired_at from jsonb_to_recordset(cast(:rows as jsonb))
     as w(alert_id uuid, step text, recipients text[], planned_at timestamptz, fired_at timestamptz)
on conflict do nothing
"""
_ADVANCE = """
update alerts a set next_step = w.next_step, next_step_at = w.next_step_at from jsonb_to_recordset(cast(:rows as jsonb))
     as w(alert_id uuid, next_step integer, next_step_at timestamptz) where a.alert_id = w.alert_id
"""
_RUN_OUT = """
select p.promise_id, p.subject_type, p.subject_id, p.made_by, p.reason, p.made_at, p.until_at,
    case when p.subject_type = 'alert'
         then not exists (select from alerts a where a.alert_id::text = p.subject_id and a.closed_at is null)
         else not exists (select from interviews i where i.interview_id = cast(p.subject_id as uuid)
                          and i.closed_at is null and (i.visit_starts_at is null or i.visit_starts_at <= :now))
    end as kept
from promises p where p.ended_at is null and p.until_at <= :now order by p.until_at limit :limit
for update of p skip locked
"""
_PROMISE = """
insert into promises (subject_type, subject_id, made_by, made_by_user, reason, made_at, until_at)
values (:subject_type, :subject_id, :by, :user_id, :reason, :now, :until_at)
"""
_OPEN_SUBJECT = {
    "interview": "select 1 from interviews where interview_id::text = :id and closed_at is null",
    "alert": "select 1 from alerts where alert_id::text = :id and closed_at is null",
}


class SqlAlerts:
    """Alerts and the steps that were told of them."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def open_for_causes(
        self, ladder: Ladder, *, causes: Sequence[dict[str, Any]] | None = None, subject_id: str | None = None
    ) -> int:
        """Open an alert for each cause without one, of all or of one subject, whose first step is due; count them."""
        values = {"due": ladder.due_after, "version": ladder.version, **self._of(ladder, causes)}
        values["only"] = subject_id
        query = _OPEN.replace("{causes}", CAUSES[ladder.clock])
        return (await self._connection.execute(text(query), values)).rowcount

    async def close_without_cause(
        self, ladder: Ladder, *, causes: Sequence[dict[str, Any]] | None = None
    ) -> int:
        """Close the open alerts whose cause is gone; return how many."""
        values = self._of(ladder, causes)
        del values["first"]
        query = _CLOSE.replace("{causes}", CAUSES[ladder.clock])
        return (await self._connection.execute(text(query), values)).rowcount

    def _of(self, ladder: Ladder, causes: Sequence[dict[str, Any]] | None) -> dict[str, Any]:
        values: dict[str, Any] = {"clock": ladder.clock.value, "now": self._now}
        values["first"] = ladder.due_after + ladder.steps[0].offset
        return values if causes is None else {**values, "causes": to_document(causes)}

    async def get(self, alert_id: str) -> Alert:
        """Return one alert; raises NotFound."""
        query = text(f"{ALERT} where a.alert_id::text = :id")
        row = (await self._connection.execute(query, {"id": alert_id})).mappings().one_or_none()
        if row is None:
            raise NotFound("There is no such alert.")
        return alert_of(row)

    async def take_due(self, at: datetime, *, limit: int) -> list[Alert]:
        """Hold and return alerts whose next step is due, passing over those held by others."""
        query = f"{ALERT} where a.next_step_at <= :at order by a.next_step_at limit :limit for update of a skip locked"
        result = await self._connection.execute(text(query), {"at": at, "limit": limit})
        return [alert_of(row) for row in result.mappings()]

    async def take_due_of(self, clock: ClockKind, subject_id: str, at: datetime) -> list[Alert]:
        """Hold and return the alert of one subject if its next step is due."""
        query = (
            f"{ALERT} where a.clock = :clock and a.subject_id = :id and a.next_step_at <= :at for update of a"
        )
        values = {"clock": clock.value, "id": subject_id, "at": at}
        return [alert_of(row) for row in (await self._connection.execute(text(query), values)).mappings()]

    async def record(self, steps: Sequence[tuple[str, str, list[str], datetime, datetime]]) -> None:
        """Keep (alert, step, recipients, planned, fired); one that is there already stays."""
        names = ("alert_id", "step", "recipients", "planned_at", "fired_at")
        rows = [dict(zip(names, each, strict=True)) for each in steps]
        if rows:
            await self._connection.execute(text(_RECORD), {"rows": to_document(rows)})

    async def advance(self, advances: Sequence[dict[str, Any]]) -> None:
        """Move alerts to their next step."""
        if advances:
            await self._connection.execute(text(_ADVANCE), {"rows": to_document(advances)})


class SqlPromises:
    """Promises about interviews and alerts."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def check_open(self, subject_type: str, subject_id: str) -> None:
        """Raise NotFound unless there is an open interview or alert of this id."""
        found = await self._connection.execute(text(_OPEN_SUBJECT[subject_type]), {"id": subject_id})
        if found.one_or_none() is None:
            raise NotFound(f"There is no open {subject_type} of this reference.")

    async def add(
        self, *, subject_type: str, subject_id: str, by: str, user_id: str, reason: str, until_at: datetime
    ) -> None:
        """Keep a promise."""
        values = {
            "subject_type": subject_type,
            "subject_id": subject_id,
            "by": by,
            "user_id": user_id,
            "reason": reason,
            "until_at": until_at,
            "now": self._now,
        }
        await self._connection.execute(text(_PROMISE), values)

    async def end_for(self, subject_type: str, subject_id: str, *, outcome: str) -> None:
        """End the promise that runs about a subject, if any."""
        query = (
            "update promises set ended_at = :now, outcome = :outcome where ended_at is null"
            " and subject_type = :type and subject_id = :id"
        )
        values = {"now": self._now, "outcome": outcome, "type": subject_type, "id": subject_id}
        await self._connection.execute(text(query), values)

    async def end(self, promise_id: int, *, outcome: str) -> None:
        """End one promise."""
        query = "update promises set ended_at = :now, outcome = :outcome where promise_id = :id"
        await self._connection.execute(text(query), {"now": self._now, "outcome": outcome, "id": promise_id})

    async def run_out(self, *, limit: int) -> list[tuple[Promise, bool]]:
        """Hold and return promises whose time has come, and whether each was kept."""
        result = await self._connection.execute(text(_RUN_OUT), {"now": self._now, "limit": limit})
        rows = [dict(row) for row in result.mappings()]
        return [(Promise(**{name: row[name] for name in row if name != "kept"}), row["kept"]) for row in rows]


def alert_of(row: Any) -> Alert:
    """Return an alert of a row of ALERT."""
    return Alert(**{**row, "clock": ClockKind(row["clock"])})
