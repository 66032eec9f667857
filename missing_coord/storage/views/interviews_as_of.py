"""The queue as it stood at an earlier time, read back from timelines, and what that cannot know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import text

from missing_coord.contracts.events import WIRE_TYPES
from missing_coord.domain.events import ReturnInterviewChanged, ReturnInterviewOpened
from missing_coord.domain.interviews import OPEN_STATES, EventKind, InterviewState
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import (
    MOST_URGENT_FIRST,
    ROWS,
    QueueRow,
    clock_of,
    may_read,
    queue_row,
)

_CANDIDATES = text(
    f"{ROWS} where i.opened_at <= :at and (i.closed_at is null or i.closed_at > :at) {MOST_URGENT_FIRST}"
)
_EVENTS = text("""
    select v.interview_id::text, v.kind, v.at, v.worker_id, v.answer, v.visit_starts_at
    from interview_events v
    where v.recorded_at <= :at and v.interview_id::text = any(:ids)
    order by v.event_no
""")
_TOLD = text("""
    select distinct on (o.body ->> 'interview_id') o.body ->> 'interview_id' as interview_id,
        cast(o.body ->> 'due_at' as timestamptz) as due_at, cast(o.body ->> 'provisional' as boolean) as provisional
    from outbox o
    where o.type = any(:types) and o.occurred_at <= :at and o.body ->> 'interview_id' = any(:ids)
    order by o.body ->> 'interview_id', o.position desc
""")
_TYPES = [WIRE_TYPES[each] for each in (ReturnInterviewOpened, ReturnInterviewChanged)]
KNOWN_NOW = "Names, references and whether the child was missing are as known now; all else, deadlines too, as of then."
_STATE_OF_KIND = {
    EventKind.ACCEPTED: InterviewState.ACCEPTED_SCHEDULED,
    EventKind.DID_NOT_ATTEND: InterviewState.DID_NOT_ATTEND,
    EventKind.UNABLE_TO_CONTACT: InterviewState.UNABLE_TO_CONTACT,
    EventKind.ON_HOLD: InterviewState.UNWELL_OR_DETAINED,
}
_TRIES = {EventKind.ATTEMPT, EventKind.OFFER, EventKind.DID_NOT_ATTEND}
_VISIT_GONE = {EventKind.UNASSIGNED, EventKind.DID_NOT_ATTEND, EventKind.ON_HOLD, EventKind.REOPENED}
_STATES = {state.value for state in InterviewState}

Event = tuple[str, str, datetime, str, str, datetime | None]


async def queue_as_of(uow: SqlUnitOfWork, at: datetime) -> list[QueueRow]:
    """Return the interviews that were open at `at`, as far as they were recorded by then, most urgent first.

    State, worker, visit and attempts are read back from the timeline, deadlines from the events of then; one of which
    no event tells (or for a role that reads none) is that of today. Names, references and whether the child was missing
    are those known now: how they read then is not kept. Proposals are left out.
    """
    result = await uow.execute(_CANDIDATES, {"at": at})
    rows = [queue_row(row, now=at) for row in result.mappings()]
    found = await uow.execute(_EVENTS, {"at": at, "ids": [row.interview_id for row in rows]})
    events: dict[str, list[Event]] = defaultdict(list)
    for event in found:
        events[event[0]].append(tuple(event))
    rows = await _with_deadlines(uow, rows, at=at)
    then = [row_as_of(row, events[row.interview_id], at=at) for row in rows]
    return sorted((row for row in then if row.state in OPEN_STATES), key=_urgency)


async def _with_deadlines(uow: SqlUnitOfWork, rows: list[QueueRow], *, at: datetime) -> list[QueueRow]:
    if not await may_read(uow, "outbox"):
        return rows
    values = {"at": at, "types": _TYPES, "ids": [row.interview_id for row in rows]}
    told = {each.interview_id: each for each in await uow.execute(_TOLD, values)}
    return [
        replace(
            row,
            due_at=then.due_at,
            provisional=bool(then.provisional),
            returned_at=row.returned_at if then.due_at else None,
        )
        if (then := told.get(row.interview_id))
        else row
        for row in rows
    ]


def _urgency(row: QueueRow) -> tuple[bool, datetime, str]:
    return row.due_at is None, row.due_at or row.opened_at, row.interview_id


def row_as_of(row: QueueRow, events: Sequence[Event], *, at: datetime) -> QueueRow:
    """Return a row with what its timeline said by then."""
    row = replace(
        row,
        state=InterviewState.NOT_OFFERED.value,
        worker_id="",
        visit_starts_at=None,
        first_offered_at=None,
        attempts=0,
        closed_at=None,
        clock=clock_of(row.due_at, None, now=at),
    )
    known_as = row.worker_name
    for event in events:
        row = _after(row, event)
    return replace(row, worker_name=known_as if row.worker_id else "")


def _after(row: QueueRow, event: Event) -> QueueRow:
    _, kind, at, worker_id, answer, visit = event
    if kind == EventKind.ASSIGNED:
        row = replace(row, worker_id=worker_id, visit_starts_at=visit)
    if kind == EventKind.ACCEPTED and visit is not None:
        row = replace(row, visit_starts_at=visit)
    if kind in _VISIT_GONE or answer == InterviewState.DECLINED_ONCE:
        row = replace(row, visit_starts_at=None)
    if kind == EventKind.UNASSIGNED:
        row = replace(row, worker_id="")
    if kind in (EventKind.OFFER, EventKind.ACCEPTED):
        row = replace(row, first_offered_at=min(row.first_offered_at or at, at))
    return replace(row, state=_state(row.state, kind, answer), attempts=row.attempts + (kind in _TRIES))


def _state(before: str, kind: str, answer: str) -> str:
    if answer in _STATES:
        return answer
    if kind in _STATE_OF_KIND:
        return _STATE_OF_KIND[EventKind(kind)].value
    if kind == EventKind.OFFER and before != InterviewState.ACCEPTED_SCHEDULED:
        return InterviewState.OFFERED_AWAITING.value
    return before
