"""A worker's own draft that is left behind: to read, to copy into another interview's record, or to throw away."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.notify.wording import short_reference
from missing_coord.services.interviews.left_drafts import copy_left, discard_left, own_left
from missing_coord.services.ports.records import RecordDraft
from missing_coord.storage.audit import opened
from missing_coord.storage.views.drafts import interviews_for
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, label_of, read_form
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Workers = Annotated[SignedIn, Depends(require(Role.INTERVIEW_WORKER))]


@router.get("/drafts/{interview_id}")
async def show_draft(request: Request, interview_id: str, who: Workers) -> Response:
    """Show what was typed, and write in the audit trail that it was opened."""
    return await _show(request, who, interview_id, Form(fields={}))


@router.post("/drafts/{interview_id}/copy")
async def copy_draft(request: Request, interview_id: str, who: Workers) -> Response:
    """Make it the draft of another interview of the same child."""
    form, web = await read_form(request), web_of(request)
    version, target = form.version(), form.required("target", "Choose an interview")
    if form.errors:
        return await _show(request, who, interview_id, form)
    try:
        async with web.acting(who.actor) as uow:
            if target not in await interviews_for(uow, interview_id):
                raise DomainError(
                    "another_child",
                    "target: choose an interview of yours of the same child that has no draft.",
                )
            await copy_left(
                uow,
                lists=web.application.policy.record_lists,
                interview_id=interview_id,
                target_id=target,
                expected_version=version,
            )
    except DomainError as error:
        form.refused(error, known=("target",), names={})
        return await _show(request, who, interview_id, form)
    return redirect(
        request, f"/interviews/{target}/record/edit", said="The draft is now that of this interview."
    )


@router.post("/drafts/{interview_id}/discard")
async def discard_draft(request: Request, interview_id: str, who: Workers) -> Response:
    """Throw it away."""
    form = await read_form(request)
    expected = form.version()
    async with web_of(request).acting(who.actor) as uow:
        await discard_left(uow, interview_id=interview_id, expected_version=expected)
    return redirect(request, "/my-interviews", said="The draft is thrown away.")


async def _show(request: Request, who: SignedIn, interview_id: str, form: Form) -> Response:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        draft = await own_left(uow, interview_id)
        targets = await interviews_for(uow, interview_id)
        opened(uow, "interview", interview_id, child_id="", part="draft left behind")
    context = {
        "interview_id": interview_id,
        "short": short_reference(interview_id),
        "saved_at": draft.saved_at,
        "ends_at": draft.left_at + timedelta(days=web.application.settings.draft_days)
        if draft.left_at
        else None,
        "lines": _lines(draft),
        "targets": [(each, f"Interview {short_reference(each)}") for each in targets],
        "version": draft.version,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/left_draft.html", context, status=422 if form.errors else 200)


def _lines(draft: RecordDraft) -> list[tuple[str, str]]:
    """Return what was typed as (label, text), empty fields left out."""
    shown = ((name, ", ".join(each for each in given if each)) for name, given in draft.fields.items())
    return [(label_of(name.replace("-", "_")), words) for name, words in shown if words and name != "kind"]
