"""Writing the record of an interview: drafts that lose nothing, submission with every error beside its field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interview_records import RecordKind, RecordOrigin
from missing_coord.domain.interviews import OPEN_STATES
from missing_coord.domain.london import LONDON
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.reporting.pdf import can_make_pdf
from missing_coord.services.interviews.change import seen
from missing_coord.services.interviews.drafts import (
    Desk,
    DraftChangedMeanwhile,
    desk,
    discard_draft,
    save_draft,
)
from missing_coord.services.interviews.records import Said, submit_record
from missing_coord.storage.audit import opened
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.children import ChildIdentity, child_identity
from missing_coord.storage.views.interviews_detail import DutyLine, interview_duties
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, label_of, read_form, submission_key
from missing_coord.web.record_fields import fields_of
from missing_coord.web.record_reading import Asked, read_record_form, rows_of
from missing_coord.web.record_view import first_fields, form_view, typed_fields
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import Web, web_of

router = APIRouter(include_in_schema=False)
Workers = Annotated[SignedIn, Depends(require(Role.INTERVIEW_WORKER))]
MORE_ROWS = {"add_entry": "entry", "add_action": "action"}
NAMES = {"contact_with": "carer_told_by", "independence_note": "child_request"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What the form stands on: the desk, the child, the episodes, and what the form holds when it is opened."""

    desk: Desk
    child: ChildIdentity
    duties: tuple[DutyLine, ...]
    fields: dict[str, list[str]]


@router.get("/interviews/{interview_id}/record/edit")
async def edit(request: Request, interview_id: str, who: Workers) -> Response:
    """Show the form with the draft, or with what a new version starts from."""
    web = web_of(request)
    wanted = request.query_params.get("kind", "")
    async with web.acting(who.actor) as uow:
        table = await _table(uow, web, interview_id, wanted=wanted)
        opened(uow, "interview", interview_id, child_id=table.desk.interview.child_id, part="record draft")
    form = Form(fields={name: tuple(values) for name, values in table.fields.items()})
    return await _form(request, table, form)


@router.post("/interviews/{interview_id}/record/draft")
async def draft(request: Request, interview_id: str, who: Workers) -> Response:
    """Keep what is typed so far; a page's own script gets the new version as JSON."""
    form = await read_form(request, whole=True)
    try:
        version = await _saved(request, who, interview_id, form)
    except DraftChangedMeanwhile as lost:
        return await _lost(request, who, interview_id, form, lost)
    web = web_of(request)
    if "application/json" in request.headers.get("accept", ""):
        at = web.now().astimezone(LONDON)
        return JSONResponse({"version": version, "said": f"Draft saved at {at:%H:%M}.{_too_long(form)}"})
    add = MORE_ROWS.get(form.text("do"), "")
    if not add:
        return redirect(
            request, f"/interviews/{interview_id}/record/edit", said=f"The draft is saved.{_too_long(form)}"
        )
    async with web.acting(who.actor) as uow:
        table = await _table(uow, web, interview_id)
    return await _form(request, table, form, add=add)


@router.post("/interviews/{interview_id}/record/submission")
async def submission(request: Request, interview_id: str, who: Workers) -> Response:
    """Submit the record; with anything wrong the draft is kept and the form comes back with the errors."""
    web, form = web_of(request), await read_form(request, whole=True)
    key = submission_key(request, who, form)
    async with web.acting(who.actor) as uow:
        await seen(uow, interview_id)
        repeated = await uow.records.submitted(interview_id, key)
        table = None if repeated else await _table(uow, web, interview_id)
    if table is None:
        return _submitted(request, interview_id)
    said = read_record_form(form, _asked(web, table.desk))
    try:
        version = await _saved(request, who, interview_id, form)
        if said is not None and await _written(request, who, interview_id, said, form, version, key):
            return _submitted(request, interview_id)
    except DraftChangedMeanwhile as lost:
        return await _lost(request, who, interview_id, form, lost)
    return await _form(request, table, form, version=version, status=422)


@router.post("/interviews/{interview_id}/record/discard")
async def discard(request: Request, interview_id: str, who: Workers) -> Response:
    """Throw the draft away that the person saw; one that was saved since stays."""
    form = await read_form(request)
    expected = form.version()
    async with web_of(request).acting(who.actor) as uow:
        await discard_draft(uow, interview_id=interview_id, expected_version=expected)
    return redirect(request, f"/interviews/{interview_id}", said="The draft is thrown away.")


def _too_long(form: Form) -> str:
    """Return which fields are too long to be submitted, empty when none is."""
    names = ", ".join(label_of(name) for name in form.errors)
    return f" Too long to be submitted: {names}." if names else ""


async def _saved(request: Request, who: SignedIn, interview_id: str, form: Form) -> int:
    web = web_of(request)
    kind = RecordKind.FOLLOW_UP if form.text("kind") == RecordKind.FOLLOW_UP else RecordKind.FULL
    async with web.acting(who.actor) as uow:
        return await save_draft(
            uow,
            lists=web.application.policy.record_lists,
            interview_id=interview_id,
            kind=kind,
            fields=typed_fields(form),
            expected_version=form.version(),
        )


async def _written(
    request: Request, who: SignedIn, interview_id: str, said: Said, form: Form, version: int, key: str
) -> bool:
    web = web_of(request)
    try:
        async with web.acting(who.actor) as uow:
            await submit_record(
                uow,
                policy=web.application.policy,
                interview_id=interview_id,
                said=said,
                draft_version=version,
                write=RecorderChannel(web.application.settings.address).write,
                submission_key=key,
            )
    except DomainError as error:
        form.refused(error, known=("kind", *form.fields), names=NAMES | _action_days(form))
        return False
    return True


def _action_days(form: Form) -> dict[str, str]:
    """Return the field of the day of each action by the name that the rules give it: they count filled rows only."""
    rows = [number for number in rows_of(form, "action") if form.text(f"action-{number}-what")]
    return {f"actions_{nth}": f"action-{number}-due_on" for nth, number in enumerate(rows, start=1)}


def _submitted(request: Request, interview_id: str) -> Response:
    return redirect(request, f"/interviews/{interview_id}/record", said="The record is submitted and locked.")


async def _lost(
    request: Request, who: SignedIn, interview_id: str, form: Form, lost: DraftChangedMeanwhile
) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"said": str(lost)}, status_code=409)
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        table = await _table(uow, web, interview_id)
    return await _form(request, table, form, status=409, changed=str(lost))


async def _table(uow: SqlUnitOfWork, web: Web, interview_id: str, *, wanted: str = "") -> Table:
    policy = web.application.policy
    found = await desk(uow, lists=policy.record_lists, interview_id=interview_id)
    duties = await interview_duties(uow, interview_id)
    child = await child_identity(uow, found.interview.child_id, council=policy.council)
    if found.draft is not None:
        fields = {name: list(values) for name, values in found.draft.fields.items()}
    elif found.heads:
        fields = fields_of(await uow.records.get(interview_id, found.heads[0].number))
    else:
        short = wanted == RecordKind.FOLLOW_UP and found.short_form
        kind = RecordKind.FOLLOW_UP if short else RecordKind.FULL
        fields = first_fields(found, duties, kind=kind, now=uow.now)
    return Table(desk=found, child=child, duties=duties, fields=fields)


def _asked(web: Web, found: Desk) -> Asked:
    return Asked(
        lists=web.application.policy.record_lists,
        completing=found.interview.state in OPEN_STATES,
        reason=found.origin is not RecordOrigin.FIRST,
        worker_id=found.interview.worker_id,
    )


async def _form(
    request: Request,
    table: Table,
    form: Form,
    *,
    status: int = 200,
    version: int | None = None,
    changed: str = "",
    add: str = "",
) -> Response:
    web = web_of(request)
    policy = web.application.policy
    kept = table.desk.draft.version if table.desk.draft else 0
    context = {
        **form_view(
            table.desk,
            table.duties,
            lists=policy.record_lists,
            form=form,
            version=kept if version is None else version,
            add=add,
        ),
        "child": show.identity(table.child, now=web.now(), areas=web.areas),
        "changed": changed,
        "can_pdf": can_make_pdf(),
    }
    return await page(request, "pages/interview_record_form.html", context, status=status)
