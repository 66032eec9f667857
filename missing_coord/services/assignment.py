"""Proposals of who sees whom when, made anew as often as asked, and their confirmation by a coordinator."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import OPEN_STATES, InterviewState
from missing_coord.domain.population import Population
from missing_coord.planning.propose import propose
from missing_coord.planning.situation import Proposal
from missing_coord.services.interviews_assign import assign
from missing_coord.services.interviews_change import OFFICE, Recorded, check_role, seen
from missing_coord.services.ports import Policy, UnitOfWork
from missing_coord.services.ports_planning import KeptProposal, PlanningCase

OTHERS_DUTY = (
    "the authority responsible for this child has the duty: tell {authority}, assign by hand if they ask"
)
MISSING_AGAIN = "the child is missing again: a visit is proposed when the child is back"
ON_HOLD = "the child is unwell, in hospital or in custody: a visit is proposed when the hold ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """How many open interviews got a worker, how many of those come late, and how many got none."""

    with_worker: int
    late: int
    without_worker: int
    left_out: int


async def propose_all(uow: UnitOfWork, *, policy: Policy, bank_holidays: Collection[date]) -> Proposed:
    """Propose a worker and a time for every open interview without a visit; replaces all older proposals.

    Runs as the system, which alone sees confidential addresses.
    """
    check_role(uow, {Role.SYSTEM})
    cases = [case for case in await uow.planning.cases() if _needs_visit(case)]
    made, left_out = await _proposals(uow, cases, policy, bank_holidays)
    await uow.planning.replace_proposals([*made, *left_out])
    return _counted(made, left_out)


async def propose_for(
    uow: UnitOfWork, *, interview_ids: Collection[str], policy: Policy, bank_holidays: Collection[date]
) -> Proposed:
    """Propose anew for these interviews only; visits that are only proposed elsewhere do not stand in the way."""
    check_role(uow, {Role.SYSTEM})
    cases = [case for case in await uow.planning.cases(interview_ids) if _needs_visit(case)]
    made, left_out = await _proposals(uow, cases, policy, bank_holidays)
    await uow.planning.replace_proposals([*made, *left_out], instead_of=interview_ids)
    return _counted(made, left_out)


async def confirm_proposal(
    uow: UnitOfWork,
    *,
    policy: Policy,
    interview_id: str,
    worker_id: str | None = None,
    starts_at: datetime | None = None,
    child_preference: str = "",
    expected_version: int | None = None,
    submission_key: str = "",
) -> Recorded:
    """Assign as proposed, or with another worker or time than proposed."""
    check_role(uow, OFFICE)
    await seen(uow, interview_id)
    repeat = await uow.interviews.submitted(interview_id, submission_key)
    if repeat is not None:
        worker_id, starts_at = repeat.worker_id, repeat.visit_starts_at
    else:
        worker_id, starts_at = _chosen(
            await uow.planning.proposal(interview_id), worker_id, starts_at, uow.now
        )
    return await assign(
        uow,
        policy=policy,
        interview_id=interview_id,
        worker_id=worker_id,
        starts_at=starts_at,
        child_preference=child_preference,
        expected_version=expected_version,
        submission_key=submission_key,
    )


def _needs_visit(case: PlanningCase) -> bool:
    return not case.closed and case.state in OPEN_STATES and case.visit_starts_at is None


async def _proposals(
    uow: UnitOfWork, cases: Sequence[PlanningCase], policy: Policy, bank_holidays: Collection[date]
) -> tuple[list[Proposal], list[Proposal]]:
    reasons = {case.wanted.interview_id: _why_left_out(case) for case in cases}
    wanted = [case.wanted for case in cases if not reasons[case.wanted.interview_id]]
    workers = await uow.planning.workers(without=[each.interview_id for each in wanted])
    made = propose(wanted, workers, uow.now, bank_holidays=bank_holidays, council=policy.council)
    return list(made), [_no_proposal(interview_id, why) for interview_id, why in reasons.items() if why]


def _why_left_out(case: PlanningCase) -> str:
    if case.population == Population.OTHER_AUTHORITY:
        return OTHERS_DUTY.format(authority=case.wanted.responsible_authority or "that authority")
    if case.child_missing:
        return MISSING_AGAIN
    return ON_HOLD if case.state == InterviewState.UNWELL_OR_DETAINED else ""


def _no_proposal(interview_id: str, why: str) -> Proposal:
    return Proposal(
        interview_id=interview_id,
        worker_id=None,
        starts_at=None,
        ends_at=None,
        late=False,
        basis=None,
        reasons=(),
        passed_over=(),
        alternatives=(),
        earliest_possible=None,
        binding_reason=why,
    )


def _counted(made: Sequence[Proposal], left_out: Sequence[Proposal]) -> Proposed:
    found = [each for each in made if each.worker_id is not None]
    return Proposed(
        with_worker=len(found),
        late=sum(each.late for each in found),
        without_worker=len(made) - len(found),
        left_out=len(left_out),
    )


def _chosen(
    kept: KeptProposal | None, worker_id: str | None, starts_at: datetime | None, now: datetime
) -> tuple[str, datetime | None]:
    """Return the worker and time that a confirmation means; an alternative brings its own time."""
    if worker_id is None:
        worker_id = kept.worker_id if kept else ""
    if not worker_id:
        raise DomainError(
            "nothing_proposed", "worker_id: nobody is proposed for this interview. Choose a worker."
        )
    proposed_at = None if kept is None else _proposed_time(kept, worker_id)
    if starts_at is None and proposed_at is not None and proposed_at < now:
        raise DomainError(
            "proposal_passed",
            "starts_at: the proposed time has passed. Give a time, or have it proposed anew.",
        )
    return worker_id, starts_at or proposed_at


def _proposed_time(kept: KeptProposal, worker_id: str) -> datetime | None:
    if kept.worker_id == worker_id:
        return kept.starts_at
    for each in kept.detail.get("alternatives", ()):
        if each["worker_id"] == worker_id:
            return datetime.fromisoformat(each["starts_at"])
    return None
