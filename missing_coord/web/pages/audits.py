"""Quality audits: closed interviews, the greatest risk first, and what first and second auditors record."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.audit_risk import POINTS, RISK_NAMES
from missing_coord.domain.audit_schemes import Mark, SchemeBook
from missing_coord.notify.wording import short_reference
from missing_coord.services.ports.work import Policy
from missing_coord.services.quality_audits import (
    Judgement,
    ThemesFound,
    read_feedback,
    record_audit,
    record_second_grade,
)
from missing_coord.storage.views import quality as views
from missing_coord.storage.views.quality import LISTS, AuditLine
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.interview_forms import RecordForm, Work
from missing_coord.web.pages.interviews import record_on_interview
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Auditors = Annotated[SignedIn, Depends(require(Role.QUALITY_AUDITOR))]
Workers = Annotated[SignedIn, Depends(require(Role.INTERVIEW_WORKER))]
PAGE_SIZE = 50
LABELS = {
    "waiting": "Not audited yet",
    "second": "For a second grade",
    "returned": "Returned for rework",
    "audited": "Audited",
}


@router.get("/audits")
async def audits(request: Request, who: Auditors) -> Response:
    """Show the closed interviews of `?list=`, by default those that nobody has audited."""
    asked = request.query_params.get("list", "")
    which = asked if asked in LISTS else LISTS[0]
    pages = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.audit_lines(uow, which, limit=PAGE_SIZE, offset=pages.offset)
        counts = await views.audit_counts(uow)
        book = await uow.audit_schemes.book()
    more = counts[which] > pages.offset + PAGE_SIZE
    context = {
        "tiles": [_tile(key, counts[key], current=which) for key in LISTS],
        "rows": [_line(each, book) for each in found],
        "pager": pages_of(request, pages, more=more, count=len(found), total=counts[which]),
    }
    return await page(request, "pages/audits.html", context)


@router.post("/interviews/{interview_id}/audit")
async def audit(request: Request, interview_id: str, who: Auditors) -> Response:
    """Record the quality audit of a closed interview."""
    return await record_on_interview(request, who, interview_id, await _with_marks(request, AUDIT))


@router.post("/interviews/{interview_id}/second-grade")
async def second_grade(request: Request, interview_id: str, who: Auditors) -> Response:
    """Record the second grade of an audit that was drawn."""
    return await record_on_interview(request, who, interview_id, await _with_marks(request, SECOND))


@router.post("/audits/{audit_id}/read")
async def read(request: Request, audit_id: int, who: Workers) -> Response:
    """Keep that the author has read an audit."""
    async with web_of(request).acting(who.actor) as uow:
        await read_feedback(uow, audit_id)
    return redirect(request, "/my-interviews", said="It is kept that you have read it.")


async def _with_marks(request: Request, kind: RecordForm) -> RecordForm:
    """Return a form that knows the marks that were posted, so that an error stands beside its criterion."""
    return replace(kind, fields=(*_mark_fields(await read_form(request)), *kind.fields))


def _mark_fields(form: Form) -> list[str]:
    return [f"mark_{code}" for code in form.text("criteria").split()]


def _judgement(form: Form) -> Judgement:
    marks, names = {}, _mark_fields(form)
    for number, name in enumerate(names, start=1):
        mark = form.choice(name, Mark, f"Mark criterion {number} of {len(names)}")
        if mark is not None:
            marks[name.removeprefix("mark_")] = mark
    return Judgement(
        scheme=form.text("scheme"),
        marks=marks,
        comment=form.required("comment", "Say what the grade rests on; the author reads it"),
        grade=form.text("grade"),
    )


def _audit(form: Form, policy: Policy) -> Work | None:
    judgement, returned = _judgement(form), form.text("returned")
    if returned not in ("yes", "no"):
        form.wrong("returned", "Choose whether it is returned for rework")
    return partial(record_audit, judgement=judgement, returned=returned == "yes")


def _second(form: Form, policy: Policy) -> Work | None:
    themes = ThemesFound(
        push=[each for each in form.many("push") if each], pull=[each for each in form.many("pull") if each]
    )
    return partial(record_second_grade, judgement=_judgement(form), themes=themes, lists=policy.record_lists)


AUDIT = RecordForm(
    name="audit", read=_audit, fields=("grade", "comment", "returned"), said="The audit is recorded."
)
SECOND = RecordForm(
    name="second",
    read=_second,
    fields=("grade", "comment", "push", "pull"),
    said="The second grade is recorded. Both grades are shown now.",
)


def _tile(key: str, count: int, *, current: str) -> show.View:
    return {
        "key": key,
        "label": LABELS[key],
        "count": count,
        "href": "/audits" if key == LISTS[0] else f"/audits?list={key}",
        "tone": "plain",
        "current": key == current,
    }


def _line(line: AuditLine, book: SchemeBook) -> show.View:
    return {
        "interview_id": line.interview_id,
        "short": short_reference(line.interview_id),
        "child_name": line.display_name,
        "state": line.state,
        "worker_name": line.worker_name or None,
        "points": sum(POINTS[each] for each in line.risks),
        "risks": [RISK_NAMES[each] for each in line.risks],
        "closed_at": line.closed_at,
        "grade": book.grade_words(line.scheme, line.grade) if line.grade else None,
        "audited_by": line.audited_by,
    }
