"""Help after interviews: referrals, what came of them, and half a year later whether it helped."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.london import LONDON
from missing_coord.domain.support import (
    ASSESSMENT_NAMES,
    HELPED_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    WHY_NAMES,
    Assessment,
    Helped,
    HelpedWhy,
    Referral,
    SupportKind,
    SupportState,
    ask_day,
    check_helped,
    check_outcome,
    check_referred,
)
from missing_coord.storage.audit import opened
from missing_coord.storage.stores import support as store
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import A_DAY, Form, day_of, read_form, submission_key
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
PAGE_SIZE = 50
E = TypeVar("E", bound=StrEnum)
LABELS = {
    "to_ask": "Ask whether it helped",
    "open": "No answer yet",
    "later": "To be asked later",
    "asked": "Asked",
}
FIELDS = ("kind", "to_whom", "referred_on", "assessment", "state", "outcome_on", "helped", "helped_why")


@router.get("/support")
async def support(request: Request, who: Office) -> Response:
    """Show the referrals of `?list=`, by default those of which it is to be asked whether they helped."""
    which = request.query_params.get("list", "")
    which = which if which in store.LISTS else store.LISTS[0]
    pages = Pages.asked(request, size=PAGE_SIZE)
    async with web_of(request).acting(who.actor) as uow:
        today = _today(request)
        counts = await store.counts(uow, today=today)
        found = await store.lines(uow, which, today=today, limit=PAGE_SIZE, offset=pages.offset)
    more = counts[which] > pages.offset + PAGE_SIZE
    context = {
        "tiles": [
            {
                "key": key,
                "label": LABELS[key],
                "count": counts[key],
                "href": f"/support?list={key}",
                "tone": "breached" if key == "to_ask" and counts[key] else "plain",
                "current": key == which,
            }
            for key in store.LISTS
        ],
        "rows": [
            {
                "interview_id": row["interview_id"],
                "child_name": row["display_name"],
                "kind": KIND_NAMES[SupportKind(row["kind"])],
                "to_whom": row["to_whom"],
                "referred_on": row["referred_on"],
                "ask_on": row["ask_on"],
                "state": STATE_NAMES[SupportState(row["state"])],
                "helped": HELPED_NAMES[Helped(row["helped"])] if row["helped"] else None,
            }
            for row in found
        ],
        "pager": pages_of(request, pages, more=more, count=len(found), total=counts[which], path="/support"),
    }
    return await page(request, "pages/support.html", context)


@router.get("/interviews/{interview_id}/support")
async def of_interview(request: Request, interview_id: str, who: Office) -> Response:
    """Show the referrals after an interview, and write in the audit trail that they were opened."""
    return await _show(request, who, interview_id, Form(fields={}), form="")


@router.post("/interviews/{interview_id}/support")
async def refer(request: Request, interview_id: str, who: Office) -> Response:
    """Keep a referral after an interview."""
    form = await read_form(request)
    kind = form.choice("kind", SupportKind, "Choose what kind of help it is")
    to_whom = form.required("to_whom", "Say to whom: the service or the team")
    form.at_most("to_whom", 200)
    referred_on = form.day("referred_on", A_DAY)
    assessment = form.choice("assessment", Assessment, "Choose whether an assessment is registered")
    if not form.errors and kind and referred_on and assessment:
        try:
            async with web_of(request).acting(who.actor) as uow:
                about = await store.about_interview(uow, interview_id)
                check_referred(referred_on, held_on=about["held_on"], today=_today(request))
                referral = Referral(
                    referral_id=str(uuid.UUID(submission_key(request, who, form))),
                    interview_id=interview_id,
                    kind=kind,
                    to_whom=to_whom,
                    referred_on=referred_on,
                    ask_on=ask_day(referred_on),
                    assessment=assessment,
                )
                await store.refer(uow, referral)
        except DomainError as error:
            form.refused(error, known=FIELDS, names={})
    if form.errors:
        return await _show(request, who, interview_id, form, form="refer")
    return redirect(request, f"/interviews/{interview_id}/support", said="The referral is kept.")


@router.post("/support/{referral_id}")
async def settle(request: Request, referral_id: str, who: Office) -> Response:
    """Keep what came of a referral."""
    form = await read_form(request)
    state = form.choice("state", SupportState, "Choose what came of it")
    assessment = form.choice("assessment", Assessment, "Choose whether an assessment is registered")
    outcome_on = day_of(form.text("outcome_on"))

    def changed(referral: Referral, today: date) -> Referral:
        if state is None or assessment is None:
            return referral
        check_outcome(referral, state=state, outcome_on=outcome_on, today=today)
        day = None if state is SupportState.OPEN else outcome_on
        return replace(referral, state=state, assessment=assessment, outcome_on=day)

    return await _change(request, who, referral_id, form, changed, what="settled")


@router.post("/support/{referral_id}/helped")
async def helped(request: Request, referral_id: str, who: Office) -> Response:
    """Keep the answer to whether it helped, with a code for why."""
    form = await read_form(request)
    answer = form.choice("helped", Helped, "Choose whether it helped")
    why = form.choice("helped_why", HelpedWhy, "Choose what is closest to why")

    def changed(referral: Referral, today: date) -> Referral:
        check_helped(referral, today=today)
        return replace(referral, helped=answer, helped_why=why, helped_on=today)

    return await _change(request, who, referral_id, form, changed, what="asked")


async def _change(
    request: Request,
    who: SignedIn,
    referral_id: str,
    form: Form,
    changed: Callable[[Referral, date], Referral],
    *,
    what: str,
) -> Response:
    version = form.version()
    async with web_of(request).acting(who.actor) as uow:
        referral = await store.one_referral(uow, referral_id)
    if not form.errors:
        try:
            async with web_of(request).acting(who.actor) as uow:
                after = changed(referral, _today(request))
                await store.change(uow, after, expected_version=version, what=what)
        except DomainError as error:
            form.refused(error, known=FIELDS, names={})
        except ConcurrencyConflict as error:
            form.wrong("state" if what == "settled" else "helped", str(error))
    if form.errors:
        name = f"{'settle' if what == 'settled' else 'helped'}-{referral_id}"
        return await _show(request, who, referral.interview_id, form, form=name)
    return redirect(request, f"/interviews/{referral.interview_id}/support", said="It is kept.")


async def _show(request: Request, who: SignedIn, interview_id: str, given: Form, *, form: str) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        about = await store.about_interview(uow, interview_id)
        found = await store.referrals_of(uow, interview_id)
        opened(uow, "interview", interview_id, child_id=about["child_id"])
    today = _today(request)
    context = {
        "interview_id": interview_id,
        "child_id": about["child_id"],
        "child_name": about["display_name"],
        "rows": [_line(each, today) for each in found],
        "kinds": _choices(KIND_NAMES),
        "states": _choices(STATE_NAMES),
        "assessments": _choices(ASSESSMENT_NAMES),
        "answers": _choices(HELPED_NAMES),
        "whys": [("", "Choose one"), *_choices(WHY_NAMES)],
        "form": form or None,
        "values": given.values(),
        "errors": given.errors,
    }
    return await page(request, "pages/interview_support.html", context, status=422 if given.errors else 200)


def _choices(names: Mapping[E, str]) -> list[tuple[str, str]]:
    return [(each.value, name) for each, name in names.items()]


def _line(referral: Referral, today: date) -> show.View:
    return {
        "referral_id": referral.referral_id,
        "kind": KIND_NAMES[referral.kind],
        "to_whom": referral.to_whom,
        "referred_on": referral.referred_on,
        "ask_on": referral.ask_on,
        "may_ask": referral.helped is None and today >= referral.ask_on,
        "assessment": ASSESSMENT_NAMES[referral.assessment],
        "state": STATE_NAMES[referral.state],
        "outcome_on": referral.outcome_on,
        "helped": HELPED_NAMES[referral.helped] if referral.helped else None,
        "helped_why": WHY_NAMES[referral.helped_why] if referral.helped_why else None,
        "helped_on": referral.helped_on,
        "now": {
            "state": referral.state.value,
            "assessment": referral.assessment.value,
            "outcome_on": referral.outcome_on.isoformat() if referral.outcome_on else "",
        },
        "version": referral.version,
    }


def _today(request: Request) -> date:
    return web_of(request).now().astimezone(LONDON).date()
