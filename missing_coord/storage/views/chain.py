"""The rules of the chain: each row has another that tells of it, so that one taken away by hand is missed by name."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import ForeignKeyConstraint

from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.interviews import EventKind
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.past_episodes import FROM_HISTORY
from missing_coord.storage.rows import to_document
from missing_coord.storage.schema import metadata
from missing_coord.storage.stores.alerts import CAUSES
from missing_coord.storage.stores.professionals import CARE, LATE, LOOK_BACK
from missing_coord.storage.verify_rules import GRACE, Rule

SECRET = ("sessions", "user_secrets", "api_keys")
"""Tables that nobody but sign-in reads."""
_ENTRIES = ", ".join(f"'interview_{kind}'" for kind in EventKind)
_TOLD_EVENTS = (
    "select event_id, body->>'interview_id' as interview_id, cast(body->>'episode_id' as uuid) as episode_id,"
    " body->>'step' as step, cast(body->>'due_at' as timestamptz) as due_at from outbox"
    " where topic = 'missing-coord.escalations.v1'"
)


def _orphans() -> tuple[Rule, ...]:
    """Return one rule for each table that refers to others: what a row names is there."""
    return tuple(
        Rule(
            name=f"{table.name}_lead_somewhere",
            says=f"A row of {table.name} belongs to a record that is not there any more.",
            query=" union all ".join(_orphans_of(table.name, key) for key in table.foreign_key_constraints),
        )
        for table in metadata.sorted_tables
        if table.foreign_key_constraints and table.name not in SECRET
    )


def _orphans_of(table: str, key: ForeignKeyConstraint) -> str:
    pairs = [
        (column.name, element.column.name) for column, element in zip(key.columns, key.elements, strict=True)
    ]
    parent = key.referred_table.name
    joined = " and ".join(f"p.{there} = c.{here}" for here, there in pairs)
    named = " || ' ' || ".join(f"c.{here}" for here, _ in pairs)
    given = " and ".join(f"c.{here} is not null" for here, _ in pairs)
    return (
        f"select '{parent} ' || {named} from {table} c where {given}"
        f" and not exists (select from {parent} p where {joined})"
    )


def alert_steps_of(book: LadderBook) -> str:
    """Return the steps of every version of the other clocks' ladders as one JSON document."""
    return to_document(
        [
            {"clock": clock.value, "version": version, "rung": rung, "step": step.name}
            for (clock, version), ladder in book.ladders.items()
            if clock in CAUSES
            for rung, step in enumerate(ladder.steps)
        ]
    )


def firsts_of(book: LadderBook, now: datetime) -> str:
    """Return for each of the other clocks after how long its first step is due, as one JSON document."""
    ladders = {clock: book.in_force(clock, now) for clock in CAUSES}
    return json.dumps(
        {
            clock.value: f"{(ladder.due_after + ladder.steps[0].offset).total_seconds()} seconds"
            for clock, ladder in ladders.items()
        }
    )


def _causes(clock: ClockKind) -> Rule:
    return Rule(
        name=f"{clock.value}_is_alerted",
        says="A clock ran to its first step more than 10 minutes ago, but there is no alert. Is the scheduler running?",
        query=f"select '{clock.value} ' || c.subject_type || ' ' || c.subject_id from ({CAUSES[clock]}) c where"
        f" greatest(c.started_at + cast(cast(:firsts as jsonb)->>'{clock.value}' as interval), (select i.opened_at"
        " from interviews i where i.interview_id::text = c.subject_id))"
        f" < cast(:now as timestamptz) - {GRACE} and not exists ("
        f" select from alerts a where a.clock = '{clock.value}' and a.subject_id = c.subject_id"
        " and (a.closed_at is null or a.closed_at >= c.started_at))",
    )


CHAIN = (
    *_orphans(),
    Rule(
        name="notices_have_their_batch",
        says="A notice was received in a batch that is not there any more.",
        query="select distinct 'batch ' || n.batch_id from notices n"
        " where not exists (select from intake_batches b where b.batch_id = n.batch_id)",
    ),
    Rule(
        name="told_steps_are_on_record",
        says="A step was announced, but there is no record of it.",
        query=f"select 'interview ' || o.interview_id || ', step ' || o.step from ({_TOLD_EVENTS}) o where not exists ("
        " select from escalations e where e.episode_id = o.episode_id and e.step = o.step and e.due_at = o.due_at)",
    ),
    Rule(
        name="steps_on_record_were_announced",
        says="A step is on record, but its event is not there any more.",
        query="select 'interview ' || e.interview_id || ', step ' || e.step from escalations e where not exists ("
        f" select from ({_TOLD_EVENTS}) o where e.episode_id = o.episode_id and e.step = o.step"
        " and e.due_at = o.due_at)",
    ),
    Rule(
        name="workers_told_have_messages",
        says="A step of the ladder says that the worker was told, but there is no message.",
        query="select 'interview ' || e.interview_id || ', step ' || e.step from escalations e"
        " where 'interview_worker' = any(e.recipients) and not exists (select from messages m"
        " where m.episode_id = e.episode_id::text and m.step = e.step and m.due_at = e.due_at"
        " and m.recipient_role = 'interview_worker')",
    ),
    Rule(
        name="people_told_have_their_copy",
        says="Somebody was sent a message by a team, rota or name, but it does not stand in the product for them.",
        query="select 'message ' || m.message_id from deliveries d join messages m using (message_id)"
        " where m.target <> '' and d.recipient_user <> '' and not exists (select from messages c"
        " where c.message_key = m.message_key || ':to:' || d.recipient_user)",
    ),
    Rule(
        name="messages_about_alerts_have_one",
        says="A message tells of an alert that is not there any more.",
        query="select distinct 'alert ' || m.alert_id from messages m where m.alert_id <> ''"
        " and not exists (select from alerts a where a.alert_id::text = m.alert_id)",
    ),
    Rule(
        name="passed_steps_of_alerts_are_on_record",
        says="A step of an alert was passed, but there is no record of it.",
        query="select 'alert ' || a.alert_id || ', step ' || s.step from alerts a"
        " join jsonb_to_recordset(cast(:alert_steps as jsonb)) as s(clock text, version text, rung integer, step text)"
        " on s.clock = a.clock and s.version = a.ladder_version and s.rung < a.next_step where not exists ("
        " select from alert_steps t where t.alert_id = a.alert_id and t.step = s.step)",
    ),
    Rule(
        name="told_steps_of_alerts_are_on_record",
        says="A message tells of a step of an alert, but there is no record of the step.",
        query="select 'alert ' || m.alert_id || ', step ' || m.step from messages m where m.alert_id <> ''"
        " and m.step <> '' and not exists (select from alert_steps t"
        " where t.alert_id::text = m.alert_id and t.step = m.step)",
    ),
    Rule(
        name="promises_are_kept_on_record",
        says="The audit trail says that somebody took it on, but the promise is not there any more.",
        query="select a.subject_type || ' ' || a.subject_id from (select subject_type, subject_id, count(*) as made"
        " from audit_trail where action = 'promised' group by 1, 2) a where a.made > (select count(*) from promises p"
        " where p.subject_type = a.subject_type and p.subject_id = a.subject_id)",
    ),
    Rule(
        name="entries_are_on_the_timeline",
        says="The audit trail says that something was recorded on an interview, but its entry is not there any more.",
        query="select 'interview ' || a.subject_id || ', ' || a.kind from (select subject_id,"
        " substr(action, 11) as kind, count(*) as made from audit_trail where subject_type = 'interview'"
        f" and action in ({_ENTRIES}) group by 1, 2) a where a.made > (select count(*) from interview_events v"
        " where v.interview_id::text = a.subject_id and v.kind = a.kind) and exists (select from (select"
        " substr(action, 11) as kind, count(*) as made from audit_trail where subject_type = 'interview'"
        f" and action in ({_ENTRIES}) group by 1) t where t.kind = a.kind and t.made >"
        " (select count(*) from interview_events v where v.kind = t.kind))",
    ),
    Rule(
        name="audit_trail_keeps_its_end",
        says="The audit trail ends before the row that an earlier proof saw.",
        query="select 'audit row ' || (p.evidence->'audit_head'->>'seq') from proofs p"
        " where p.evidence->'audit_head'->>'seq' is not null and not exists (select from audit_trail a"
        " where a.seq = cast(p.evidence->'audit_head'->>'seq' as bigint)"
        " and encode(a.row_hash, 'hex') = p.evidence->'audit_head'->>'row_hash')"
        " order by p.proof_id desc limit 1",
    ),
    Rule(
        name="iros_are_told",
        says="A looked-after child went missing, and nothing tells the IRO. Is the scheduler running?",
        query="select 'episode ' || e.episode_id from episodes e join children c using (child_id)"
        f" where e.updated_at > cast(:now as timestamptz) - interval '{LOOK_BACK.days} days'"
        f" and e.updated_at < cast(:now as timestamptz) - {GRACE}"
        f" and e.started_at > e.updated_at - {LATE} and e.population in {CARE} and e.status <> 'cancelled'"
        f" and not '{FROM_HISTORY}' = any(e.flags) and not c.provisional and not exists ("
        " select from professional_alerts p where p.matter = 'went_missing' and p.professional = 'iro'"
        " and p.subject_id = e.episode_id::text and p.name = c.iro)",
    ),
    *(_causes(clock) for clock in CAUSES if clock is not ClockKind.ROTA_GAP),
)
