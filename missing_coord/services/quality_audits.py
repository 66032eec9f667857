"""Quality audits of closed return interviews: graded by somebody who wrote none of it, a share of them twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.audit_schemes import AuditScheme, Mark
from missing_coord.domain.cases import Interview
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.domain.quality import AUDITED_STATES, AuditKind, is_sampled, kind_of
from missing_coord.domain.record_lists import RecordLists
from missing_coord.services.interviews.change import (
    InterviewChangedMeanwhile,
    Recorded,
    check_role,
    required,
    seen,
)
from missing_coord.services.ports.quality import Grading, QualityAudit
from missing_coord.services.ports.records import RecordWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What an auditor says of an interview by one version of the criteria; an empty grade: as the marks give."""

    scheme: str
    marks: Mapping[str, Mark]
    comment: str
    grade: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemesFound:
    """The reasons that a second auditor found in a record, by the codes of the council's lists."""

    push: Collection[str]
    pull: Collection[str]


async def record_audit(
    uow: RecordWork,
    *,
    interview_id: str,
    judgement: Judgement,
    returned: bool,
    expected_version: int | None = None,
    submission_key: str = "",
) -> Recorded:
    """Grade a closed interview by the criteria in force; the same audit sent again changes nothing.

    Each closing has one audit, and one more for each version that was written because an audit returned it. A share of
    those that stand is drawn for a second auditor. Raises DomainError for an open interview, for one's own work, for
    criteria that are not in force any more, for returning what was not held, and where somebody else was faster.
    """
    check_role(uow, {Role.QUALITY_AUDITOR})
    interview = await seen(uow, interview_id)
    if expected_version is not None and interview.version != expected_version:
        raise InterviewChangedMeanwhile(interview, now=uow.now)
    closed_at = await _check_auditable(uow, interview)
    scheme = (await uow.audit_schemes.book()).in_force(uow.now)
    if judgement.scheme != scheme.version:
        raise DomainError(
            "criteria_changed",
            "grade: the criteria have changed meanwhile; open the page again and mark by them.",
        )
    kind = kind_of(interview.state)
    _check_returnable(returned, kind)
    first = _grading(uow, judgement, scheme, kind)
    number = await _version_to_audit(uow, interview_id, closed_at)
    audit = QualityAudit(
        interview_id=interview_id,
        closed_at=closed_at,
        record_number=number,
        kind=kind.value,
        scheme=scheme.version,
        returned=returned,
        sampled=not returned and is_sampled(interview_id, number, scheme.second_percent),
        audited_by=uow.actor.name,
        audited_at=uow.now,
    )
    repeated = not await uow.quality.add(audit, first)
    if repeated:
        await _check_same(uow, audit, first)
    else:
        uow.audit("quality_audited", subject_type="interview", subject_id=interview_id, returned=returned)
    return _recorded(interview, repeated=repeated)


def _check_returnable(returned: bool, kind: AuditKind) -> None:
    if returned and kind is AuditKind.EFFORT:
        raise DomainError(
            "nothing_to_rework",
            "returned: this interview was not held, so there is no record to work on again. If the child should be"
            " approached once more, ask the office to open the interview again.",
        )


async def record_second_grade(
    uow: RecordWork,
    *,
    interview_id: str,
    judgement: Judgement,
    themes: ThemesFound,
    lists: RecordLists,
    expected_version: int | None = None,
    submission_key: str = "",
) -> Recorded:
    """Grade again an audit that was drawn, without having seen the first grade, and code the record's reasons again.

    Raises DomainError where none waits, for the first auditor and the authors, and where somebody else was faster.
    """
    check_role(uow, {Role.QUALITY_AUDITOR})
    interview = await seen(uow, interview_id)
    closed_at = await _check_auditable(uow, interview)
    audits = await uow.quality.of_interview(interview_id)
    waiting = second_of(audits, closed_at=closed_at, by=uow.actor.name)
    if waiting is None:
        raise DomainError(
            "no_second_grade", "grade: no second grade is wanted from you here, or it is given."
        )
    scheme = (await uow.audit_schemes.book()).schemes[waiting.scheme]
    second = _grading(uow, judgement, scheme, AuditKind(waiting.kind), _themes(waiting, themes, lists))
    if not await uow.quality.add_second(waiting.audit_id, second):
        raise DomainError("graded_already", "grade: somebody else has given the second grade meanwhile.")
    uow.audit("quality_graded_again", subject_type="interview", subject_id=interview_id)
    return _recorded(interview, repeated=False)


async def read_feedback(uow: RecordWork, audit_id: int) -> None:
    """Keep that the author has read what an auditor wrote; raises NotFound for somebody else's."""
    check_role(uow, {Role.INTERVIEW_WORKER})
    if not await uow.quality.mark_read(audit_id, by=uow.actor.name, at=uow.now):
        raise NotFound("There is no such audit of an interview of yours.")


def second_of(audits: Sequence[QualityAudit], *, closed_at: datetime, by: str) -> QualityAudit | None:
    """Return the audit of this closing that somebody may grade a second time; never one of their own."""
    newest = next((each for each in audits if each.closed_at == closed_at), None)
    return newest if newest and newest.waits_for_second and newest.audited_by != by else None


def _grading(
    uow: RecordWork,
    judgement: Judgement,
    scheme: AuditScheme,
    kind: AuditKind,
    themes: ThemesFound | None = None,
) -> Grading:
    score = scheme.score(kind, judgement.marks)
    grade = judgement.grade or scheme.grade_of(score)
    if grade not in scheme.grade_names():
        raise DomainError("grade_unknown", f"grade: {grade} is no grade of version {scheme.version}.")
    return Grading(
        grade=grade,
        score=score,
        marks={code: mark.value for code, mark in judgement.marks.items()},
        comment=required(
            "comment", judgement.comment, why="say what the grade rests on; the author reads it."
        ),
        graded_by=uow.actor.name,
        graded_at=uow.now,
        push=tuple(sorted(themes.push)) if themes else None,
        pull=tuple(sorted(themes.pull)) if themes else None,
    )


def _themes(audit: QualityAudit, found: ThemesFound, lists: RecordLists) -> ThemesFound | None:
    if not audit.record_number:
        return None
    for name, codes, known in (("push", found.push, lists.push), ("pull", found.pull, lists.pull)):
        if unknown := sorted(set(codes) - set(known)):
            raise DomainError("theme_unknown", f"{name}: {unknown[0]} is not on the list.")
    return found


def _recorded(interview: Interview, *, repeated: bool) -> Recorded:
    return Recorded(
        interview_id=interview.interview_id,
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


async def _check_same(uow: RecordWork, audit: QualityAudit, first: Grading) -> None:
    kept = next(
        each
        for each in await uow.quality.of_interview(audit.interview_id)
        if (each.closed_at, each.record_number) == (audit.closed_at, audit.record_number)
    )
    said = kept.first and (kept.first.grade, dict(kept.first.marks), kept.first.comment)
    same = (kept.audited_by, said, kept.returned)
    if same != (audit.audited_by, (first.grade, first.marks, first.comment), audit.returned):
        raise DomainError("audited_already", f"grade: {kept.audited_by} has audited this interview already.")
