"""Who sees the child: assigning, taking back and visit times; independence is checked and recorded every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Unpack

from missing_coord.domain.cases import Interview
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.domain.events import Event, InterviewAssigned, InterviewUnassigned
from missing_coord.domain.interviews import EventKind, IndependenceBasis, InterviewState, check_open
from missing_coord.domain.london import london_day
from missing_coord.planning.eligibility import independence_basis, refusal
from missing_coord.planning.situation import OpenInterview, WorkerSituation
from missing_coord.planning.weeks import week_number, weekly_allowance, weekly_capacity
from missing_coord.services.interviews.change import (
    CLOCKS_DIFFER,
    OFFICE,
    Change,
    Recorded,
    Submission,
    Taken,
    change,
    check_role,
    seen,
)
from missing_coord.services.interviews.contact import VISIT, with_visit
from missing_coord.services.ports.work import Policy, UnitOfWork


async def assign(
    uow: UnitOfWork,
    *,
    policy: Policy,
    worker_id: str,
    starts_at: datetime | None = None,
    child_preference: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Give an interview to a worker, with the visit's time where there is one; a coordinator or manager does it.

    Refuses a worker who is not independent unless `child_preference` records what the child asked for. What else
    speaks against the worker comes back as `warnings`. A visit agreed with another worker does not stay.
    """
    interview_id = submission["interview_id"]
    wanted, worker = await _facts(uow, interview_id, worker_id)
    basis = _basis(wanted, worker, policy.council, child_preference)

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        before = taken.interview
        interview = before if before.worker_id == worker_id else _without_visit(before)
        interview = replace(
            interview,
            worker_id=worker_id,
            independence_basis=basis.value,
            independence_note=child_preference.strip(),
        )
        if starts_at is not None:
            interview = with_visit(interview, starts_at, not_before=taken.now - CLOCKS_DIFFER)
        return _assigned(taken, interview, warnings=_warnings(wanted, worker, basis, interview, taken.now))

    made = await change(uow, plan, kinds={EventKind.ASSIGNED}, roles=OFFICE, **submission)
    await uow.planning.drop_proposal(interview_id)
    return made


async def unassign(
    uow: UnitOfWork,
    *,
    reason: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Take an interview back from its worker, the visit with it."""

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        worker_id = _worker_of(taken.interview)
        interview = replace(
            _without_visit(taken.interview), worker_id="", independence_basis="", independence_note=""
        )
        return Change(
            interview=interview,
            entries=(taken.entry(EventKind.UNASSIGNED, reason=reason.strip()),),
            events=(_unassigned(interview, worker_id),),
            detail={"worker_id": worker_id},
        )

    return await change(uow, plan, kinds={EventKind.UNASSIGNED}, roles=OFFICE, **submission)


async def change_visit_time(
    uow: UnitOfWork,
    *,
    policy: Policy,
    starts_at: datetime | None,
    **submission: Unpack[Submission],
) -> Recorded:
    """Give the visit of the assigned worker another time, or none; independence is checked again."""
    check_role(uow, OFFICE)
    before = await seen(uow, submission["interview_id"])
    wanted, worker = await _facts(uow, before.interview_id, _worker_of(before))
    asked_for = before.independence_basis == IndependenceBasis.CHILD_PREFERENCE
    basis = _basis(wanted, worker, policy.council, before.independence_note if asked_for else "")

    def plan(taken: Taken) -> Change:
        check_open(InterviewState(taken.interview.state))
        if taken.interview.worker_id != worker.worker_id:
            raise DomainError(
                "worker_changed", "worker_id: another worker was assigned. Load the interview again."
            )
        interview = replace(_without_visit(taken.interview), independence_basis=basis.value)
        if starts_at is not None:
            interview = with_visit(interview, starts_at, not_before=taken.now - CLOCKS_DIFFER)
        return _assigned(taken, interview, warnings=_warnings(wanted, worker, basis, interview, taken.now))

    return await change(uow, plan, kinds={EventKind.ASSIGNED}, roles=OFFICE, **submission)


def _assigned(taken: Taken, interview: Interview, *, warnings: tuple[str, ...]) -> Change:
    before = taken.interview
    entry = taken.entry(
        EventKind.ASSIGNED,
        worker_id=interview.worker_id,
        visit_starts_at=interview.visit_starts_at,
        reason=interview.independence_note,
    )
    events: list[Event] = []
    if before.worker_id and before.worker_id != interview.worker_id:
        events.append(_unassigned(interview, before.worker_id))
    events.append(
        InterviewAssigned(
            child_id=interview.child_id,
            interview_id=interview.interview_id,
            worker_id=interview.worker_id,
            starts_at=interview.visit_starts_at,
        )
    )
    detail = {"worker_id": interview.worker_id, "independence_basis": interview.independence_basis}
    return Change(
        interview=interview, entries=(entry,), events=tuple(events), detail=detail, warnings=warnings
    )


async def _facts(uow: UnitOfWork, interview_id: str, worker_id: str) -> tuple[OpenInterview, WorkerSituation]:
    """Return the child to be seen and the worker, without this interview in the worker's diary."""
    check_role(uow, OFFICE)
    await seen(uow, interview_id)
    cases = await uow.planning.cases([interview_id])
    if not cases:
        raise NotFound(f"There is no interview {interview_id} that you may see.")
    workers = await uow.planning.workers(without=[interview_id])
    worker = next((each for each in workers if each.worker_id == worker_id), None)
    if worker is None:
        raise DomainError("worker_unknown", f"worker_id: there is no interview worker {worker_id!r}.")
    return cases[0].wanted, worker


def _basis(
    wanted: OpenInterview, worker: WorkerSituation, council: str, child_preference: str
) -> IndependenceBasis:
    if child_preference.strip():
        wanted = replace(wanted, child_preference_worker_id=worker.worker_id)
    basis = independence_basis(wanted, worker, council=council)
    if basis is IndependenceBasis.NOT_INDEPENDENT:
        wall = refusal(wanted, worker, basis)
        why = wall.reason if wall else "not independent"
        raise DomainError(
            "not_independent",
            f"worker_id: {why}. Choose another worker, or record the child's own request for this one.",
        )
    return basis


def _warnings(
    wanted: OpenInterview,
    worker: WorkerSituation,
    basis: IndependenceBasis,
    interview: Interview,
    now: datetime,
) -> tuple[str, ...]:
    """Return what a coordinator should know of this choice; none of it forbids the choice."""
    said = []
    wall = refusal(wanted, worker, basis)
    if wall is not None:
        said.append(wall.reason)
    day = london_day(interview.visit_starts_at or now)
    left = weekly_allowance(weekly_capacity(worker.fte, worker.weekly_target), week_number(day))
    if left - worker.booked.get(day.isocalendar()[:2], 0) < 1:
        said.append("the weekly target is reached")
    start = interview.visit_starts_at
    if start is not None:
        end = start + VISIT
        if any(a.starts_at < end and (a.ends_at is None or a.ends_at > start) for a in worker.absences):
            said.append("absent at that time")
        if any(v.starts_at < end and v.ends_at > start for v in worker.visits):
            said.append("has another visit at that time")
        if interview.due_at is not None and end > interview.due_at:
            said.append("the visit ends after the deadline")
    return tuple(said)


def _worker_of(interview: Interview) -> str:
    if not interview.worker_id:
        raise DomainError("worker_needed", "worker_id: no worker has this interview. Assign one first.")
    return interview.worker_id


def _without_visit(interview: Interview) -> Interview:
    return replace(interview, visit_starts_at=None, visit_ends_at=None)


def _unassigned(interview: Interview, worker_id: str) -> InterviewUnassigned:
    return InterviewUnassigned(
        child_id=interview.child_id, interview_id=interview.interview_id, worker_id=worker_id
    )
