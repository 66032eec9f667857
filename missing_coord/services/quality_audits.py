"""Quality audits of closed return interviews: graded by somebody who wrote none of it, returned where need be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Interview
from missing_coord.domain.errors import DomainError
from missing_coord.domain.quality import AUDITED_STATES, Grade
from missing_coord.services.interviews.change import (
    InterviewChangedMeanwhile,
    Recorded,
    check_role,
    required,
    seen,
)
from missing_coord.services.ports.quality import QualityAudit
from missing_coord.services.ports.records import RecordWork


async def record_audit(
    uow: RecordWork,
    *,
    interview_id: str,
    grade: Grade,
    comment: str,
    returned: bool,
    expected_version: int | None = None,
    submission_key: str = "",
) -> Recorded:
    """Grade a closed interview; the same audit sent again changes nothing.

    Each closing has one audit, and one more for each version that was written because an audit returned it.
    Raises DomainError for an open interview, for one's own work, and where somebody else was faster.
    """
    check_role(uow, {Role.QUALITY_AUDITOR})
    interview = await seen(uow, interview_id)
    if expected_version is not None and interview.version != expected_version:
        raise InterviewChangedMeanwhile(interview, now=uow.now)
    closed_at = await _check_auditable(uow, interview)
    audit = QualityAudit(
        interview_id=interview_id,
        closed_at=closed_at,
        record_number=await _version_to_audit(uow, interview_id, closed_at),
        grade=grade.value,
        comment=required("comment", comment, why="say what the grade rests on; the author reads it."),
        returned=returned,
        audited_by=uow.actor.name,
        audited_at=uow.now,
    )
    repeated = not await uow.quality.add(audit)
    if repeated:
        await _check_same(uow, audit)
    else:
        uow.audit("quality_audited", subject_type="interview", subject_id=interview_id, returned=returned)
    return Recorded(
        interview_id=interview_id,
        child_id=interview.child_id,
        state=interview.state,
        version=interview.version,
        repeated=repeated,
    )


async def _check_auditable(uow: RecordWork, interview: Interview) -> datetime:
    """Return when the interview was closed; raises DomainError where the actor may not audit it."""
    if interview.state not in AUDITED_STATES or interview.closed_at is None:
        raise DomainError(
            "not_closed", "grade: only an interview that is held, declined or given up is audited."
        )
    if uow.actor.name in await uow.quality.authors(interview.interview_id):
        raise DomainError(
            "own_work", "grade: you recorded on this interview yourself; another auditor grades it."
        )
    return interview.closed_at


async def _version_to_audit(uow: RecordWork, interview_id: str, closed_at: datetime) -> int:
    heads = await uow.records.heads(interview_id)
    audits = await uow.quality.of_interview(interview_id)
    newest = heads[0].number if heads else 0
    waiting = to_be_audited(audits, closed_at=closed_at, number=newest)
    return newest if waiting else audits[0].record_number


def waits_for_rework(newest: QualityAudit, number: int) -> bool:
    """Say whether an interview that its newest audit returned still waits for a version after the one audited."""
    return newest.returned and number <= newest.record_number


def to_be_audited(audits: Sequence[QualityAudit], *, closed_at: datetime, number: int) -> bool:
    """Say whether this closing waits for an auditor: nobody has audited it, or the rework asked for is done."""
    of_closing = [each for each in audits if each.closed_at == closed_at]
    if not of_closing:
        return True
    return of_closing[0].returned and not waits_for_rework(of_closing[0], number)


async def _check_same(uow: RecordWork, audit: QualityAudit) -> None:
    kept = next(
        each
        for each in await uow.quality.of_interview(audit.interview_id)
        if (each.closed_at, each.record_number) == (audit.closed_at, audit.record_number)
    )
    same = (kept.audited_by, kept.grade, kept.comment, kept.returned)
    if same != (audit.audited_by, audit.grade, audit.comment, audit.returned):
        raise DomainError("audited_already", f"grade: {kept.audited_by} has audited this interview already.")
