"""Quality audits: the list of closed interviews, the highest risk first, and the audit that an auditor records."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.quality import GRADE_NAMES, Grade
from missing_coord.notify.wording import short_reference
from missing_coord.services.ports.work import Policy
from missing_coord.services.quality_audits import record_audit
from missing_coord.storage.views import quality as views
from missing_coord.storage.views.quality import LISTS, AuditLine
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.forms import Form
from missing_coord.web.interview_forms import RecordForm, Work
from missing_coord.web.pages.interviews import record_on_interview
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Auditors = Annotated[SignedIn, Depends(require(Role.QUALITY_AUDITOR))]
PAGE_SIZE = 50
LABELS = {"waiting": "Not audited yet", "returned": "Returned for rework", "audited": "Audited"}


@router.get("/audits")
async def audits(request: Request, who: Auditors) -> Response:
    """Show the closed interviews of `?list=`, by default those that nobody has audited."""
    asked = request.query_params.get("list", "")
    which = asked if asked in LISTS else LISTS[0]
    pages = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        found = await views.audit_lines(uow, which, limit=PAGE_SIZE, offset=pages.offset)
        counts = await views.audit_counts(uow)
    more = counts[which] > pages.offset + PAGE_SIZE
    context = {
        "tiles": [_tile(key, counts[key], current=which) for key in LISTS],
        "rows": [_line(each) for each in found],
        "pager": pages_of(request, pages, more=more, count=len(found), total=counts[which]),
    }
    return await page(request, "pages/audits.html", context)


@router.post("/interviews/{interview_id}/audit")
async def audit(request: Request, interview_id: str, who: Auditors) -> Response:
    """Record the quality audit of a closed interview."""
    return await record_on_interview(request, who, interview_id, AUDIT)


def _audit(form: Form, policy: Policy) -> Work | None:
    grade = form.choice("grade", Grade, "Choose a grade")
    comment = form.required("comment", "Say what the grade rests on; the author reads it")
    returned = form.text("returned")
    if returned not in ("yes", "no"):
        form.wrong("returned", "Choose whether it is returned for rework")
    return (
        None
        if grade is None
        else partial(record_audit, grade=grade, comment=comment, returned=returned == "yes")
    )


AUDIT = RecordForm(
    name="audit", read=_audit, fields=("grade", "comment", "returned"), said="The audit is recorded."
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


def _line(line: AuditLine) -> show.View:
    return {
        "interview_id": line.interview_id,
        "short": short_reference(line.interview_id),
        "child_name": line.display_name,
        "state": line.state,
        "worker_name": line.worker_name or None,
        "risk": line.risk,
        "closed_at": line.closed_at,
        "grade": GRADE_NAMES[Grade(line.grade)] if line.grade else None,
        "audited_by": line.audited_by,
    }
