"""The rules of telling people: every step passed is on record, told, on its way or at an end."""

from __future__ import annotations

from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.ladders import LadderBook
from missing_coord.storage.rows import to_document
from missing_coord.storage.verify_rules import GRACE, Rule


def steps_of(book: LadderBook) -> str:
    """Return the steps of every version of the statutory ladder as one JSON document."""
    return to_document(
        [
            {"version": version, "rung": rung, "step": step.name}
            for (clock, version), ladder in book.ladders.items()
            if clock is ClockKind.INTERVIEW
            for rung, step in enumerate(ladder.steps)
        ]
    )


TELLING = (
    Rule(
        name="passed_steps_are_on_record",
        says="A step of the ladder was passed, but there is no record of it.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id || ', step ' || s.step"
        " from interview_episodes d"
        " join jsonb_to_recordset(cast(:steps as jsonb)) as s(version text, rung integer, step text)"
        " on s.version = d.ladder_version and s.rung < d.next_step where not exists (select from escalations e"
        " where e.episode_id = d.episode_id and e.step = s.step"
        # A return that is corrected after the interview moves the deadline of steps that were told before.
        " and (e.due_at = d.due_at or d.resolved_at is not null))",
    ),
    Rule(
        name="told_steps_have_messages",
        says="A step of the ladder says that somebody was told, but there is no message.",
        query="select 'interview ' || e.interview_id || ', step ' || e.step || ', ' || r.name from escalations e"
        " cross join unnest(e.recipients) r(name) where r.name <> 'interview_worker' and not exists ("
        " select from messages m where m.episode_id = e.episode_id::text and m.step = e.step and m.due_at = e.due_at"
        " and r.name in (m.recipient_role, m.target))",
    ),
    Rule(
        name="told_alerts_have_messages",
        says="An alert says that somebody was told, but there is no message.",
        query="select 'alert ' || s.alert_id || ', step ' || s.step || ', ' || r.name from alert_steps s"
        " cross join unnest(s.recipients) r(name) where not exists (select from messages m"
        " where m.alert_id = s.alert_id::text and m.step = s.step and r.name in (m.recipient_role, m.target))",
    ),
    Rule(
        name="messages_are_routed",
        says="A message has waited for more than 10 minutes to be given to anybody. Is the scheduler running?",
        query="select 'message ' || message_id from messages where routed_at is null"
        f" and planned_at < :now - {GRACE} order by message_id",
    ),
    Rule(
        name="messages_keep_their_deliveries",
        says="A message was given to more people than there are deliveries of it.",
        query="select 'message ' || m.message_id from messages m where m.ways > 0"
        " and m.ways > (select count(*) from deliveries d where d.message_id = m.message_id)",
    ),
    Rule(
        name="deliveries_come_to_an_end",
        says="A delivery is neither delivered nor failed, and its time is over. Is the scheduler running?",
        query="select 'message ' || message_id || ', delivery ' || delivery_id from deliveries"
        " where state not in ('delivered', 'failed')"
        f" and greatest(give_up_at, next_attempt_at) < :now - {GRACE} order by delivery_id",
    ),
    Rule(
        name="undelivered_messages_say_so",
        says="Every delivery of a message failed, but the message does not say that it reached nobody.",
        query="select 'message ' || m.message_id from messages m where m.ways > 0 and m.unreached = '' and not exists ("
        " select from deliveries d where d.message_id = m.message_id and d.state <> 'failed')",
    ),
    Rule(
        name="somebody_can_be_told",
        says="A step reached nobody, and nobody above it on the ladder either. Look at contacts, rotas and accounts.",
        query="select 'interview ' || d.interview_id || ', episode ' || d.episode_id from interview_episodes d"
        " where d.resolved_at is null and exists (select from messages m where m.subject_id = d.interview_id::text"
        " and m.unreached <> '' and m.due_at = d.due_at) and not exists (select from messages m"
        " where m.subject_id = d.interview_id::text and m.unreached = '' and m.due_at = d.due_at)"
        " order by d.due_at, d.interview_id, d.episode_id",
    ),
    Rule(
        name="alerts_are_up_to_date",
        says="A step of an alert is overdue by more than 10 minutes. Is the scheduler running?",
        query=f"select 'alert ' || alert_id from alerts where next_step_at < :now - {GRACE} order by next_step_at",
    ),
    Rule(
        name="promises_come_to_an_end",
        says="A promise ran out more than 10 minutes ago, and nobody looked whether it was kept.",
        query="select subject_type || ' ' || subject_id || ', promise ' || promise_id from promises"
        f" where ended_at is null and until_at < :now - {GRACE} order by until_at",
    ),
)

COUNTS = """
select (select count(*) from episodes where status = 'ended') as returns,
       (select count(*) from interview_episodes) as duties,
       (select count(*) from interview_episodes where resolved_at is not null) as outcomes,
       (select count(*) from interview_episodes where resolved_at is null and next_step_at is not null) as live_steps,
       (select count(*) from escalations) as steps_fired,
       (select count(*) from alerts where closed_at is null) as alerts_open,
       (select count(*) from messages) as messages,
       (select count(*) from messages where routed_at is null) as messages_waiting,
       (select count(*) from messages where unreached <> '') as messages_unreached,
       (select count(*) from deliveries where state = 'delivered') as delivered,
       (select count(*) from deliveries where state = 'failed') as failed,
       (select count(*) from deliveries where state not in ('delivered', 'failed')) as on_their_way
"""
