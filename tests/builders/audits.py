"""What auditors say: judgements for use cases and the fields of their forms, by the criteria as shipped."""

from __future__ import annotations

from typing import Any

from missing_coord.domain.audit_schemes import SHIPPED_SCHEME, Mark
from missing_coord.domain.quality import AuditKind, kind_of
from missing_coord.services.quality_audits import Judgement

MARKS = tuple(Mark)


async def judgement_on(uow: Any, interview_id: str, *, turn: int, grade: str = "") -> Judgement:
    """Return a judgement by the criteria that the interview asks for, its marks by the turn."""
    book, interview = await uow.audit_schemes.book(), await uow.interviews.get(interview_id)
    audits = await uow.quality.of_interview(interview_id)
    scheme = book.schemes[audits[0].scheme] if audits else book.in_force(uow.now)
    criteria = scheme.criteria(kind_of(interview.state))
    marks = {each.code: MARKS[(turn + n) % 7 % 4] for n, each in enumerate(criteria)}
    return Judgement(scheme=scheme.version, marks=marks, comment="Read.", grade=grade)


def marked(mark: str = "met", *, kind: AuditKind = AuditKind.HELD, **changes: str) -> dict[str, str]:
    """Return the fields of an auditor's form with every criterion marked alike."""
    codes = [each.code for each in SHIPPED_SCHEME.criteria(kind)]
    marks = {f"mark_{code}": mark for code in codes}
    return {
        "scheme": SHIPPED_SCHEME.version,
        "criteria": " ".join(codes),
        **marks,
        "comment": "The child's own words are there.",
        **changes,
    }
