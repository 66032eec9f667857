"""A submitted record to read and print: every version for those who may read it, and copies that leave things out."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import NotFound
from missing_coord.domain.interview_copies import Copy
from missing_coord.notify.wording import short_reference
from missing_coord.reporting.pdf import can_make_pdf, pdf_of
from missing_coord.services.interviews.change import seen
from missing_coord.services.interviews.drafts import version_of
from missing_coord.services.quality_audits import waits_for_rework
from missing_coord.storage.audit import opened
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.children import child_identity
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.record_document import document_view, version_line
from missing_coord.web.rendering import render
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import Web, web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[SignedIn, Depends(require(Role.INTERVIEW_WORKER, Role.MANAGER, Role.QUALITY_AUDITOR))]
MOST_DIGITS = 9  # of a version's number


@router.get("/interviews/{interview_id}/record")
async def record(request: Request, interview_id: str, who: Readers) -> Response:
    """Show a version, by default the newest, and write in the audit trail that it was opened."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        context = await _read(request, uow, web, interview_id, who)
    return await page(
        request,
        "pages/interview_record.html",
        {**context, "can_pdf": can_make_pdf()},
        reference=f"Interview {context['short']}, version {context['number']}",
    )


@router.get("/interviews/{interview_id}/record.pdf")
async def record_pdf(request: Request, interview_id: str, who: Readers) -> Response:
    """Answer with a version as PDF; the file's name has the reference only."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        context = await _read(request, uow, web, interview_id, who)
        made_at = uow.now
    html = render(
        "prints/interview_record.html", {**context, "council": web.council_name, "made_at": made_at}
    )
    name = f"interview-{context['short']}-version-{context['number']}.pdf"
    return Response(
        await asyncio.to_thread(pdf_of, html, made_at=made_at),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _read(
    request: Request, uow: SqlUnitOfWork, web: Web, interview_id: str, who: SignedIn
) -> dict[str, object]:
    policy, asked = web.application.policy, request.query_params
    copy = Copy.PLACEMENT if asked.get("copy") == Copy.PLACEMENT else Copy.FULL
    number = _number(asked.get("version", ""))
    interview = await seen(uow, interview_id)
    heads = await uow.records.heads(interview_id)
    head = version_of(heads, number)
    kept = await uow.records.get(interview_id, head.number)
    child = await child_identity(uow, interview.child_id, council=policy.council)
    actions = await uow.actions.of_interview(interview_id)
    audits = await uow.quality.of_interview(interview_id)
    # Whoever may still give the second grade does not see the first one.
    uncoded = who.role is Role.QUALITY_AUDITOR and any(each.first is None for each in audits)
    opened(
        uow,
        "interview",
        interview_id,
        child_id=interview.child_id,
        part="record",
        number=head.number,
        copy=copy.value,
    )
    return {
        **document_view(kept, actions, lists=policy.record_lists, copy=copy, uncoded=uncoded),
        "interview_id": interview_id,
        "short": short_reference(interview_id),
        "child": show.identity(child, now=uow.now, areas=web.areas),
        "held_at": head.held_at,
        "number": head.number,
        "newest": heads[0].number,
        "copy": copy.value,
        "versions": [version_line(each) for each in heads],
        "may_write": who.role is Role.INTERVIEW_WORKER,
        "returned": bool(audits) and waits_for_rework(audits[0], heads[0].number),
    }


def _number(given: str) -> int | None:
    """Return the version that is asked for, None for the newest; raises NotFound for one that no record can have."""
    if not re.fullmatch(r"[0-9]+", given):
        return None
    if len(given) > MOST_DIGITS:
        raise NotFound("There is no such version of this record.")
    return int(given)
