"""Confirming what is proposed: a coordinator books the visit as proposed, or with another worker or time."""

from __future__ import annotations

from datetime import datetime

from missing_coord.domain.errors import DomainError
from missing_coord.services.interviews.assign import assign
from missing_coord.services.interviews.change import OFFICE, Recorded, check_role, seen
from missing_coord.services.ports.planning import KeptProposal
from missing_coord.services.ports.work import Policy, UnitOfWork


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
