"""The quality audits of an interview as its page shows them, and the form of an auditor."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from missing_coord.domain.audit_schemes import MARK_NAMES, AuditScheme, Criterion, Mark, SchemeBook
from missing_coord.domain.quality import AuditKind, kind_of
from missing_coord.domain.record_lists import RecordLists
from missing_coord.services.ports.quality import Grading, QualityAudit
from missing_coord.services.quality_audits import second_of
from missing_coord.storage.views.interviews_detail import InterviewDetail
from missing_coord.web.interview_paper import Paper
from missing_coord.web.show import View

AS_MARKED = ("", "As the marks give")
MARKS = [(mark.value, words) for mark, words in MARK_NAMES.items()]


def audit_context(
    found: InterviewDetail, paper: Paper, *, may: Collection[str], now: datetime, lists: RecordLists
) -> Mapping[str, object]:
    """Return what partials/interview/audit.html shows: the audits, and the form that the person may fill in."""
    return {
        "audits": [audit_view(each, paper.book) for each in paper.audits],
        "audit_form": _form(found, paper, may=may, now=now, lists=lists),
    }


def _form(
    found: InterviewDetail, paper: Paper, *, may: Collection[str], now: datetime, lists: RecordLists
) -> View | None:
    if "audit" in may:
        scheme, kind = paper.book.in_force(now), kind_of(found.interview.state)
        return {
            "name": "audit",
            "themes": None,
            "record": paper.number,
            "held": kind is AuditKind.HELD,
            **scheme_view(scheme, kind),
        }
    if "second" not in may or found.interview.closed_at is None:
        return None
    audit = second_of(paper.audits, closed_at=found.interview.closed_at, by="")
    if audit is None:
        return None
    themes = {"push": list(lists.push.items()), "pull": list(lists.pull.items())}
    return {
        "name": "second",
        "themes": themes if audit.record_number else None,
        "record": audit.record_number,
        **scheme_view(paper.book.schemes[audit.scheme], AuditKind(audit.kind)),
    }


def scheme_view(scheme: AuditScheme, kind: AuditKind) -> View:
    """Return the fields of one version of the criteria."""
    return {
        "scheme": scheme.version,
        "criteria": [(f"mark_{each.code}", each.words, each.weight) for each in scheme.criteria(kind)],
        "marks": MARKS,
        "grades": [AS_MARKED, *scheme.grade_names().items()],
    }


def audit_view(audit: QualityAudit, book: SchemeBook) -> View:
    """Return one audit; what it rests on is None for those who may still grade it a second time."""
    scheme, kind = book.schemes[audit.scheme], AuditKind(audit.kind)
    return {
        "audit_id": audit.audit_id,
        "first": _grading(audit.first, scheme, kind),
        "second": _grading(audit.second, scheme, kind),
        "returned": audit.returned,
        "sampled": audit.sampled,
        "scheme": audit.scheme,
        "by": audit.audited_by,
        "at": audit.audited_at,
        "read_at": audit.read_at,
    }


def _grading(grading: Grading | None, scheme: AuditScheme, kind: AuditKind) -> View | None:
    if grading is None:
        return None
    return {
        "grade": scheme.grade_names()[grading.grade],
        "score": grading.score,
        "changed": grading.grade != scheme.grade_of(grading.score),
        "comment": grading.comment,
        "by": grading.graded_by,
        "at": grading.graded_at,
        "short_of": short_of(scheme.criteria(kind), grading.marks),
    }


def short_of(criteria: Sequence[Criterion], marks: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the criteria that were met partly or not at all, each with its mark in words."""
    lacking = (Mark.PARTLY.value, Mark.NOT_MET.value)
    return [
        (each.words, MARK_NAMES[Mark(marks[each.code])])
        for each in criteria
        if marks.get(each.code) in lacking
    ]
