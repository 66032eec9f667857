"""Quality audits of closed return interviews: graded by somebody who wrote none of it, returned where need be."""

from __future__ import annotations

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.quality import AUDITED_STATES, Grade
from missing_coord.services.interviews_change import (
    InterviewChangedMeanwhile,
    Recorded,
    check_role,
    required,
    seen,
)
from missing_coord.services.ports_quality import QualityAudit, QualityWork


async def record_audit(
    uow: QualityWork,
    *,
    interview_id: str,
    grade: Grade,
    comment: str,
    returned: bool,
    expected_version: int | None = None,
    submission_key: str = "",
) -> Recorded:
    """Grade a closed interview; the same audit sent again changes nothing, as each closing has one audit.

    Raises DomainError for an open interview, for one's own work, and where somebody else was faster.
    """
    check_role(uow, {Role.QUALITY_AUDITOR})
    interview = await seen(uow, interview_id)
    if expected_version is not None and interview.version != expected_version:
        raise InterviewChangedMeanwhile(interview, now=uow.now)
    if interview.state not in AUDITED_STATES or interview.closed_at is None:
        raise DomainError(
            "not_closed", "grade: only an interview that is held, declined or given up is audited."
        )
    if uow.actor.name in await uow.quality.authors(interview_id):
        raise DomainError(
            "own_work", "grade: you recorded on this interview yourself; another auditor grades it."
        )
    audit = QualityAudit(
        interview_id=interview_id,
        closed_at=interview.closed_at,
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


async def _check_same(uow: QualityWork, audit: QualityAudit) -> None:
    kept = next(
        each
        for each in await uow.quality.of_interview(audit.interview_id)
        if each.closed_at == audit.closed_at
    )
    same = (kept.audited_by, kept.grade, kept.comment, kept.returned)
    if same != (audit.audited_by, audit.grade, audit.comment, audit.returned):
        raise DomainError("audited_already", f"grade: {kept.audited_by} has audited this interview already.")
