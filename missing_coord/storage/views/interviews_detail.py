"""One interview in full, a worker's own list, and the managers' breaches; the database decides who sees what."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, text

from missing_coord.domain.cases import Interview, InterviewEvent
from missing_coord.domain.deadlines import ClockBasis, Deadline
from missing_coord.domain.errors import NotFound
from missing_coord.services.ports.planning import KeptProposal
from missing_coord.storage.mappers import from_row
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import (
    MOST_URGENT_FIRST,
    ROWS,
    QueueRow,
    may_read,
    open_rows,
    queue_row,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One episode that an interview is about, with its own deadline and what became of it."""

    episode_id: str
    references: tuple[str, ...]
    kind: str
    started_at: datetime
    ended_at: datetime | None
    found_at: datetime | None
    returned_at: datetime | None
    told_ended_at: datetime | None
    clock_from: datetime
    basis: str
    due_at: datetime
    provisional: bool
    first_offered_at: datetime | None
    breached_at: datetime | None
    resolved_at: datetime | None
    result: str

    @property
    def worked_out(self) -> str:
        """How the deadline was worked out, in a line."""
        return Deadline(
            due_at=self.due_at, clock_from=self.clock_from, basis=ClockBasis(self.basis)
        ).worked_out

    @property
    def told_lag(self) -> timedelta | None:
        """How long after the return we were told of it."""
        return None if self.told_ended_at is None else self.told_ended_at - self.clock_from


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLine:
    """One rung of the ladder that was reached, and the roles told."""

    episode_id: str
    step: str
    breach: bool
    recipients: tuple[str, ...]
    due_at: datetime
    fired_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewDetail:
    """Everything about one interview that its page shows; `worker_names` has the names that the actor may see."""

    row: QueueRow
    interview: Interview
    duties: tuple[DutyLine, ...]
    timeline: tuple[InterviewEvent, ...]
    escalations: tuple[EscalationLine, ...]
    proposal: KeptProposal | None
    worker_names: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MyInterview:
    """One of a worker's own interviews, and where the child is to be visited; no address when confidential."""

    row: QueueRow
    address: str
    postcode: str
    phone: str
    confidential: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachRow:
    """One open interview over its deadline: by how much, how late we were told, and who was told last."""

    row: QueueRow
    over: timedelta
    told_lag: timedelta | None
    told_after_deadline: bool
    last_step: str
    last_recipients: tuple[str, ...]


_ONE = text(f"{ROWS} where i.interview_id = cast(:id as uuid)")
_RETURNED = text(
    "select interview_id::text as interview_id from interviews where worker_id = :worker_id and worker_id <> ''"
    " and closed_at is not null and waits_for_rework(interview_id) order by closed_at"
)
_DUTIES = text("""
    select l.*, l.episode_id::text as episode, e.refs, e.kind, e.started_at, e.ended_at, e.found_at, e.returned_at,
        e.told_ended_at
    from interview_episodes l join episodes e using (episode_id)
    where l.interview_id = cast(:id as uuid) order by l.due_at, l.episode_id
""")
_TIMELINE = text(
    "select v.*, v.interview_id::text as interview_id from interview_events v"
    " where v.interview_id = cast(:id as uuid) order by v.event_no"
)
_ESCALATIONS = text("""
    select episode_id::text as episode, step, breach, recipients, due_at, fired_at, withdrawn_at
    from escalations s where interview_id = cast(:id as uuid) and not exists (
        select from escalations later where later.interview_id = s.interview_id and later.episode_id = s.episode_id
        and later.due_at = s.due_at and later.fired_at > s.fired_at and position('+' in later.step) > 0
        and split_part(later.step, '+', 1) = split_part(s.step, '+', 1))
    order by fired_at, escalation_id
""")  # of a reminder that goes on and on the latest says how often
_MINE = text(f"""
    select r.*, coalesce(p.confidential, false) as confidential, c.phone,
        case when p.placement_id is null then c.home_address else coalesce(a.address, '') end as address,
        case when p.placement_id is null then c.home_postcode else coalesce(a.postcode, '') end as postcode
    from ({ROWS} where i.closed_at is null and i.worker_id <> '' and i.worker_id = :worker_id
        {MOST_URGENT_FIRST}) r
    join children c on c.child_id = r.child_id
    left join lateral (select p.placement_id, p.confidential from placements p
        where p.child_id = r.child_id and p.start_date <= (cast(:now as timestamptz) at time zone 'Europe/London')::date
            and (p.end_date is null or (cast(:now as timestamptz) at time zone 'Europe/London')::date < p.end_date)
        order by p.start_date desc, p.placement_id desc limit 1) p on true
    left join placement_addresses a on a.placement_id = p.placement_id
    order by r.due_at nulls last, r.opened_at
""")
_OVER = text("""
    select l.interview_id::text, max(e.told_ended_at - l.clock_from) as told_lag,
        bool_or(e.told_ended_at > l.due_at) as told_after_deadline
    from interview_episodes l join episodes e using (episode_id)
    where l.resolved_at is null and l.due_at < :now group by l.interview_id
""")
_LAST_STEPS = text("""
    select distinct on (interview_id) interview_id::text, step, recipients, fired_at
    from escalations where withdrawn_at is null order by interview_id, fired_at desc, escalation_id desc
""")


async def interview_detail(uow: SqlUnitOfWork, interview_id: str, *, now: datetime) -> InterviewDetail:
    """Return one interview in full and write in the audit trail that it was opened; raises NotFound."""
    row = await _one(uow, interview_id)
    wanted = {"id": row["id"]}
    timeline = (await uow.execute(_TIMELINE, wanted)).mappings().all()
    steps = (await uow.execute(_ESCALATIONS, wanted)).mappings().all()
    uow.audit("opened", subject_type="interview", subject_id=row["id"], child_id=row["child_id"])
    return InterviewDetail(
        row=queue_row(row, now=now),
        interview=await uow.interviews.get(row["id"]),
        duties=await interview_duties(uow, row["id"]),
        timeline=tuple(from_row(InterviewEvent, dict(each)) for each in timeline),
        escalations=tuple(_escalation(each) for each in steps),
        proposal=await _proposal(uow, row),
        worker_names=await worker_names(uow),
    )


async def interview_duties(uow: SqlUnitOfWork, interview_id: str) -> tuple[DutyLine, ...]:
    """Return the episodes that an interview is about."""
    return tuple(_duty(each) for each in (await uow.execute(_DUTIES, {"id": interview_id})).mappings())


async def my_interviews(uow: SqlUnitOfWork, *, now: datetime) -> list[MyInterview]:
    """Return the open interviews of the worker who acts, most urgent first; none for anybody else."""
    result = await uow.execute(_MINE, {"worker_id": uow.actor.worker_id or "", "now": now})
    return [
        MyInterview(
            row=queue_row(row, now=now),
            address=row["address"],
            postcode=row["postcode"],
            phone=row["phone"],
            confidential=row["confidential"],
        )
        for row in result.mappings()
    ]


async def returned_to_me(uow: SqlUnitOfWork) -> list[str]:
    """Return the closed interviews of the worker who acts whose record an auditor has returned, the oldest first."""
    found = await uow.execute(_RETURNED, {"worker_id": uow.actor.worker_id or ""})
    return [row.interview_id for row in found]


async def breaches(uow: SqlUnitOfWork, *, now: datetime) -> list[BreachRow]:
    """Return the open interviews over their deadline, the longest over first."""
    rows = [row for row in await open_rows(uow, now=now) if row.breached]
    over = {each["interview_id"]: each for each in (await uow.execute(_OVER, {"now": now})).mappings()}
    last = {each["interview_id"]: each for each in (await uow.execute(_LAST_STEPS)).mappings()}
    return [_breach(row, over.get(row.interview_id), last.get(row.interview_id), now=now) for row in rows]


async def _one(uow: SqlUnitOfWork, interview_id: str) -> RowMapping:
    try:
        wanted = str(uuid.UUID(interview_id))
    except ValueError:
        raise NotFound(f"There is no interview {interview_id} that you may see.") from None
    row = (await uow.execute(_ONE, {"id": wanted})).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no interview {interview_id} that you may see.")
    return row


async def _proposal(uow: SqlUnitOfWork, row: RowMapping) -> KeptProposal | None:
    booked = row["closed_at"] is not None or row["visit_starts_at"] is not None
    if booked or not await may_read(uow, "proposals"):
        return None
    return await uow.planning.proposal(row["id"])


async def worker_names(uow: SqlUnitOfWork) -> dict[str, str]:
    """Return the workers that the actor may see, by id."""
    result = await uow.execute(text("select worker_id, name from workers order by name, worker_id"))
    return {row["worker_id"]: row["name"] for row in result.mappings()}


def _duty(row: RowMapping) -> DutyLine:
    names = [name for name in DutyLine.__dataclass_fields__ if name not in ("episode_id", "references")]
    return DutyLine(
        episode_id=row["episode"], references=tuple(row["refs"]), **{name: row[name] for name in names}
    )


def _escalation(row: RowMapping) -> EscalationLine:
    return EscalationLine(
        episode_id=row["episode"],
        step=row["step"],
        breach=row["breach"],
        recipients=tuple(row["recipients"]),
        due_at=row["due_at"],
        fired_at=row["fired_at"],
        withdrawn_at=row["withdrawn_at"],
    )


def _breach(row: QueueRow, over: RowMapping | None, last: RowMapping | None, *, now: datetime) -> BreachRow:
    recipients: Sequence[str] = last["recipients"] if last else ()
    return BreachRow(
        row=row,
        over=now - row.due_at if row.due_at else timedelta(0),
        told_lag=over["told_lag"] if over else None,
        told_after_deadline=bool(over and over["told_after_deadline"]),
        last_step=last["step"] if last else "",
        last_recipients=tuple(recipients),
    )
