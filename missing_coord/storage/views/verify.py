"""The rules that the database must always keep, one query each; every row that a query returns breaks its rule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.ladders import LadderBook
from missing_coord.services.verify import Finding, NoticeCounts
from missing_coord.storage.stores.ladders import SqlLadders
from missing_coord.storage.verify_history import HISTORY
from missing_coord.storage.verify_rules import GRACE, KNOWN, SHOWN, Rule
from missing_coord.storage.views.chain import CHAIN, alert_steps_of, firsts_of
from missing_coord.storage.views.proof import COUNTS, TELLING, steps_of

LOST = (
    Rule(
        name="accepted_notices_are_kept",
        says="A batch says that it accepted more notices than are kept, or fewer.",
        query="select 'batch ' || b.batch_id from intake_batches b"
        " cross join lateral (select count(*) as kept from notices n where n.batch_id = b.batch_id) k,"
        " lateral generate_series(1, abs(b.accepted - k.kept)) where b.kind = 'police'",
    ),
    Rule(
        name="every_notice_has_an_incident",
        says="A notice is kept but was counted to no incident.",
        query="select 'notice ' || n.notice_id from notices n left join incidents i using (incident_id)"
        " where i.incident_id is null",
    ),
    Rule(
        name="every_incident_has_a_child",
        says="An incident is about a child who has no record.",
        query="select 'incident ' || i.incident_id from incidents i left join children c using (child_id)"
        " where c.child_id is null",
    ),
    Rule(
        name="every_incident_has_an_episode",
        says="An incident belongs to no missing episode, not even a cancelled one.",
        query="select 'incident ' || i.incident_id from incidents i where i.facts <> '[]'::jsonb"
        " and not exists (select from episode_incidents ei where ei.incident_id = i.incident_id)",
    ),
    Rule(
        name="quarantine_is_kept",
        says="Batches counted more rows into quarantine than are kept there, or fewer.",
        query="select 'rows of the kind ' || kind from"
        " (select kind, sum(quarantined) as counted from intake_batches group by kind) b"
        " full join (select kind, sum(times) as kept from quarantine group by kind) q using (kind),"
        " lateral generate_series(1, abs(coalesce(counted, 0) - coalesce(kept, 0)))",
    ),
)

BROKEN = (
    Rule(
        name="batches_balance",
        says="In a batch accepted, repeated and quarantined rows do not add up to the rows read.",
        query="select 'batch ' || batch_id from intake_batches where rows <> accepted + duplicates + quarantined",
    ),
    Rule(
        name="batches_are_finished",
        says="A batch was never finished: its run was stopped. Take in the same file again; nothing comes in twice.",
        query="select 'batch ' || b.batch_id || ' from ' || b.source from intake_batches b"
        f" where b.finished_at is null and b.started_at < :now - {GRACE} and not exists ("
        "  select from intake_batches later where later.kind = b.kind and later.finished_at is not null"
        "  and later.content_sha256 = b.content_sha256 and later.started_at >= b.started_at)",
    ),
    Rule(
        name="missing_list_lines_have_an_incident",
        says="A line of the council's own missing list was counted to no incident.",
        query="select 'missing list line ' || m.entry_key from missing_list_entries m"
        " left join incidents i using (incident_id) where m.source = 'missing_list' and i.incident_id is null",
    ),
    Rule(
        name="every_ended_episode_has_one_duty",
        says="An episode is over, but no return interview, or more than one, is due for it.",
        query="select 'episode ' || e.episode_id from episodes e left join interview_episodes d using (episode_id)"
        " where e.status = 'ended' group by e.episode_id having count(d.episode_id) <> 1",
    ),
    Rule(
        name="no_duty_without_an_ended_episode",
        says="A return interview is due for an episode that is not over.",
        query="select 'episode ' || e.episode_id from interview_episodes d join episodes e using (episode_id)"
        " where d.resolved_at is null and e.status <> 'ended'",
    ),
    Rule(
        name="open_duties_are_on_the_ladder",
        says="An interview is due, but nobody would ever be warned: it has no next step.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id from interview_episodes d"
        " where d.resolved_at is null and d.next_step_at is null",
    ),
    Rule(
        name="open_duties_have_an_open_interview",
        says="An interview is closed, but the duty about one of its episodes is not resolved.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id from interview_episodes d"
        " join interviews i using (interview_id) where d.resolved_at is null and i.closed_at is not null",
    ),
    Rule(
        name="one_open_interview_per_child",
        says="A child has two open return interviews.",
        query="select 'child ' || child_id from interviews where closed_at is null"
        " group by child_id having count(*) > 1",
    ),
    Rule(
        name="one_open_episode_per_child",
        says="A child is missing twice at the same time.",
        query="select 'child ' || child_id from episodes where status = 'open'"
        " group by child_id having count(*) > 1",
    ),
    Rule(
        name="sweep_is_up_to_date",
        says="The sweep is behind: a step of the ladder is overdue by more than 10 minutes. Run `missing-coord sweep`.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id from interview_episodes d"
        f" where d.next_step_at is not null and {KNOWN.format('d.next_step_at')} < :now - {GRACE}"
        " order by d.next_step_at",
    ),
    Rule(
        name="presumed_returns_are_told",
        says="Nobody has answered whether a child is back, and nobody was told. Run `missing-coord sweep`.",
        query="select 'presumed return ' || presumed_return_id from presumed_returns where state = 'waiting'"
        f" and (next_step_at is null or next_step_at < :now - {GRACE}) order by next_step_at",
    ),
    Rule(
        name="no_silent_breach",
        says="72 hours are over and nothing says so.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id from interview_episodes d"
        f" where d.resolved_at is null and d.breached_at is null"
        f" and {KNOWN.format('d.due_at')} < :now - {GRACE} order by d.due_at",
    ),
    Rule(
        name="breaches_were_escalated",
        says="A deadline is marked as breached, but no escalation was recorded.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id from interview_episodes d"
        " where d.breached_at is not null and not exists (select from escalations e"
        " where e.episode_id = d.episode_id and e.breach)",
    ),
    Rule(
        name="interviews_show_their_first_deadline",
        says="An open interview shows another deadline than the first of its episodes' own.",
        query="select 'interview ' || i.interview_id from interviews i"
        " join interview_episodes d on d.interview_id = i.interview_id and d.resolved_at is null"
        " where i.closed_at is null group by i.interview_id, i.due_at having i.due_at is distinct from min(d.due_at)",
    ),
    Rule(
        name="events_are_sent",
        says="An event has waited for more than 10 minutes to be sent. Is the relay running?",
        query=f"select 'event ' || event_id from outbox where sent_at is null and occurred_at < :now - {GRACE}"
        " order by position",
    ),
)

_COUNTS = """
select coalesce(sum(rows), 0), coalesce(sum(accepted + duplicates + quarantined), 0) - waiting, waiting
from intake_batches, (select count(*) as waiting from quarantine where kind = 'police' and resolved_at is null) q
where kind = 'police' group by waiting
"""


class SqlChecks:
    """Reads the whole database against the rules."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def notice_counts(self) -> NoticeCounts:
        """Return how many rows of police notices came in and what became of them."""
        rows, accounted, quarantined = (await self._connection.execute(text(_COUNTS))).one_or_none() or (
            0,
            0,
            0,
        )
        return NoticeCounts(notices_in=rows, accounted=accounted, quarantined=quarantined)

    async def lost(self) -> list[Finding]:
        """Return what says that a notice was received and went nowhere."""
        return await self._findings(LOST, {})

    async def broken(self, now: datetime) -> list[Finding]:
        """Return every other rule that is broken."""
        book: LadderBook = await SqlLadders(self._connection, now, "").book()
        values = {
            "now": now,
            "steps": steps_of(book),
            "alert_steps": alert_steps_of(book),
            "firsts": firsts_of(book, now),
        }
        return await self._findings((*BROKEN, *TELLING, *CHAIN, *HISTORY), values)

    async def counts(self) -> dict[str, int]:
        """Return the numbers of the proof's line."""
        return dict((await self._connection.execute(text(COUNTS))).mappings().one())

    async def audit_head(self) -> dict[str, Any] | None:
        """Return number and hash of the newest row of the audit trail, None while there is none."""
        query = "select seq, encode(row_hash, 'hex') as row_hash from audit_trail order by seq desc limit 1"
        row = (await self._connection.execute(text(query))).mappings().one_or_none()
        return None if row is None else dict(row)

    async def audit_broken_at(self) -> int | None:
        """Return the number of the first row at which the audit chain is broken, None while it is whole."""
        number: int | None = (await self._connection.execute(text("select audit_broken_at()"))).scalar_one()
        return number

    async def _findings(self, rules: tuple[Rule, ...], values: dict[str, Any]) -> list[Finding]:
        found = []
        for rule in rules:
            used = {name: value for name, value in values.items() if f":{name}" in rule.query}
            references = [row[0] for row in await self._connection.execute(text(rule.query), used)]
            if references:
                found.append(
                    Finding(
                        rule=rule.name,
                        says=rule.says,
                        count=len(references),
                        references=tuple(dict.fromkeys(references[:SHOWN])),
                    )
                )
        return found
