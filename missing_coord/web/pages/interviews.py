"""A return interview's page, and every form on it: assign, record, decide, open again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.services.interviews import InterviewChangedMeanwhile, Recorded
from missing_coord.storage.views.children import child_identity
from missing_coord.storage.views.interviews_detail import interview_detail
from missing_coord.storage.views.state import interview_state
from missing_coord.web import interview_forms as forms
from missing_coord.web.answers import fragment, page, redirect
from missing_coord.web.audit_view import audit_context
from missing_coord.web.forms import Form, read_form, submission_key
from missing_coord.web.interview_forms import RecordForm
from missing_coord.web.interview_paper import read_paper
from missing_coord.web.interview_view import form_context, may, page_context, state_lines
from missing_coord.web.session import OFFICE, OPENERS, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[SignedIn, Depends(require(*OPENERS))]
Recorders = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER))]
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
Managers = Annotated[SignedIn, Depends(require(Role.MANAGER))]


@router.get("/interviews/{interview_id}")
async def interview(request: Request, interview_id: str, who: Readers) -> Response:
    """Show an interview, and write in the audit trail that the page was opened."""
    return await _shown(request, who, interview_id, opened=request.query_params.get("record", ""))


@router.get("/interviews/{interview_id}/state")
async def state(request: Request, interview_id: str, who: Readers) -> Response:
    """Answer with where the interview stands, for its open page."""
    async with web_of(request).acting(who.actor) as uow:
        found = await interview_state(uow, interview_id, now=uow.now)
        now = uow.now
    lines = state_lines(found.interview, found.clock, now=now)
    return fragment(request, "partials/interview/state.html", {"interview": lines})


@router.post("/interviews/{interview_id}/assignment")
async def assign(request: Request, interview_id: str, who: Office) -> Response:
    """Give the interview to a worker, as proposed or by hand."""
    return await record_on_interview(request, who, interview_id, forms.ASSIGNMENT)


@router.post("/interviews/{interview_id}/unassignment")
async def unassign(request: Request, interview_id: str, who: Office) -> Response:
    """Take the interview back from its worker."""
    return await record_on_interview(request, who, interview_id, forms.UNASSIGNMENT)


@router.post("/interviews/{interview_id}/attempts")
async def record_attempt(request: Request, interview_id: str, who: Recorders) -> Response:
    """Record an attempt to make contact."""
    return await record_on_interview(request, who, interview_id, forms.ATTEMPT)


@router.post("/interviews/{interview_id}/offers")
async def record_offer(request: Request, interview_id: str, who: Recorders) -> Response:
    """Record an offer and its answer."""
    return await record_on_interview(request, who, interview_id, forms.OFFER)


@router.post("/interviews/{interview_id}/acceptance")
async def record_acceptance(request: Request, interview_id: str, who: Recorders) -> Response:
    """Record a yes to an offer that was made before."""
    return await record_on_interview(request, who, interview_id, forms.ACCEPTANCE)


@router.post("/interviews/{interview_id}/decline")
async def record_decline(request: Request, interview_id: str, who: Recorders) -> Response:
    """Record that the interview was declined."""
    return await record_on_interview(request, who, interview_id, forms.DECLINE)


@router.post("/interviews/{interview_id}/completion")
async def record_completion(request: Request, interview_id: str, who: Recorders) -> Response:
    """Record that the interview was held, or only a carer's information."""
    return await record_on_interview(request, who, interview_id, forms.COMPLETION)


@router.post("/interviews/{interview_id}/not-held")
async def record_not_held(request: Request, interview_id: str, who: Recorders) -> Response:
    """Record that the interview was not held."""
    return await record_on_interview(request, who, interview_id, forms.NOT_HELD)


@router.post("/interviews/{interview_id}/decision")
async def record_decision(request: Request, interview_id: str, who: Managers) -> Response:
    """Record a named manager's decision that the interview is not held."""
    return await record_on_interview(request, who, interview_id, forms.DECISION)


@router.post("/interviews/{interview_id}/reopen")
async def reopen(request: Request, interview_id: str, who: Office) -> Response:
    """Open a closed interview again."""
    return await record_on_interview(request, who, interview_id, forms.REOPENING)


async def record_on_interview(
    request: Request, who: SignedIn, interview_id: str, kind: RecordForm
) -> Response:
    """Record what a form says once, however often it is sent; refused, the page comes back with all that was typed."""
    form = await read_form(request)
    try:
        recorded = await _written(request, who, interview_id, kind, form)
    except InterviewChangedMeanwhile as lost:
        return await _shown(request, who, interview_id, kind=kind, form=form, lost=lost)
    if recorded is None:
        return await _shown(request, who, interview_id, kind=kind, form=form)
    said = " ".join((kind.said, *(f"Please note: {warning}." for warning in recorded.warnings)))
    tone = "warning" if recorded.warnings else "success"
    return redirect(request, f"/interviews/{recorded.interview_id}", said=said, tone=tone)


async def _written(
    request: Request, who: SignedIn, interview_id: str, kind: RecordForm, form: Form
) -> Recorded | None:
    web = web_of(request)
    work = kind.read(form, web.application.policy)
    version, key = form.version(), submission_key(request, who, form)
    if form.errors or work is None:
        return None
    try:
        async with web.acting(who.actor) as uow:
            return await work(uow, interview_id=interview_id, expected_version=version, submission_key=key)
    except DomainError as error:
        forms.refuse(kind, form, error)
        return None


async def _shown(
    request: Request,
    who: SignedIn,
    interview_id: str,
    *,
    kind: RecordForm | None = None,
    form: Form | None = None,
    lost: InterviewChangedMeanwhile | None = None,
    opened: str = "",
) -> Response:
    """Show the page; after a lost race as it is now, with what was typed kept, if the form still applies."""
    web = web_of(request)
    council = web.application.policy.council
    async with web.acting(who.actor) as uow:
        found = await interview_detail(uow, interview_id, now=uow.now)
        child = await child_identity(uow, found.row.child_id, council=council)
        audits = await uow.quality.of_interview(interview_id)
        paper = await read_paper(uow, found, audits, who=who)
        now = uow.now
    allowed = may(who, found, paper)
    if lost is not None and kind is not None and kind.name not in allowed:
        raise lost
    context = {
        **page_context(found, child, paper, who=who, now=now, areas=web.areas),
        **audit_context(found, paper, may=allowed, now=now, lists=web.application.policy.record_lists),
        "may": allowed,
    }
    changed = (
        f"{lost} Look at it as it is now, then send your form again if it is still right." if lost else ""
    )
    more = form_context(kind.name if kind else None, form, opened=opened, changed=changed)
    status = 409 if lost else 422 if kind else 200
    return await page(
        request,
        "pages/interview.html",
        {**context, **more},
        status=status,
        live=f"interview:{found.interview.interview_id}",
        reference=f"Interview {context['short']}",
    )
