"""The exit survey: a link that a young person uses once, paper answers, and counts of quarters that are over."""

from __future__ import annotations

import re
import secrets
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.survey import (
    ANSWER_NAMES,
    BELOW,
    CHOICES,
    MOST_LINKS,
    QUESTIONS,
    VALID_DAYS,
    Answer,
    quarter_words,
)
from missing_coord.reporting.measures import Measure, MeasureGroup
from missing_coord.reporting.suppression import hidden_figures
from missing_coord.services.calendars import hash_of
from missing_coord.storage.stores import survey as store
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form, submission_key
from missing_coord.web.session import OFFICE, Open, SignedIn, require
from missing_coord.web.state import address_of, web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
ByLink = Annotated[None, Depends(Open(why="a young person answers by a link, without a name or an account"))]
GATE = Actor(role=Role.SIGN_IN, name="exit survey")
KEPT = "The paper answers are kept."
KEPT_BEFORE = (
    "This form was sent twice: the paper answers are kept once. Type another paper into the form below."
)
ASKED = [(name, words) for name, words in QUESTIONS.items()]


@router.get("/tell-us/{secret}")
async def asked(request: Request, secret: str, _: ByLink) -> Response:
    """Show the questions, or that the link was used or is too old."""
    async with web_of(request).acting(GATE) as uow:
        valid = await store.is_valid(uow, hash_of(secret))
    return await _questions(request, secret, "ask" if valid else "gone")


@router.post("/tell-us/{secret}")
async def told(request: Request, secret: str, _: ByLink) -> Response:
    """Keep the answers and use the link up; an answer that is none of the choices counts as left out."""
    form = await read_form(request)
    async with web_of(request).acting(GATE) as uow:
        kept = await store.answer_by_link(uow, hash_of(secret), _answers(form))
    return await _questions(request, secret, "thanks" if kept else "gone")


@router.get("/survey")
async def survey(request: Request, who: Office) -> Response:
    """Show what young people answered, as counts of quarters that are over."""
    return await _shown(request, who)


@router.post("/survey/links")
async def make_links(request: Request, who: Office) -> Response:
    """Make links and show them once; only their hashes are kept."""
    form = await read_form(request)
    given = form.text("number")
    if not re.fullmatch("[0-9]{1,2}", given) or not 1 <= int(given) <= MOST_LINKS:
        form.wrong("number", f"Enter a number from 1 to {MOST_LINKS}")
        return await _shown(request, who, form=form)
    made = [secrets.token_urlsafe(32) for _ in range(int(given))]
    async with web_of(request).acting(who.actor) as uow:
        await store.make_links(uow, [hash_of(each) for each in made])
    start = address_of(request)
    return await _shown(request, who, links=[f"{start}/tell-us/{each}" for each in made])


@router.post("/survey/paper")
async def paper(request: Request, who: Office) -> Response:
    """Keep answers that came on paper; the same form sent again with the same answers counts once."""
    form = await read_form(request)
    answer_id = uuid.UUID(submission_key(request, who, form))
    async with web_of(request).acting(who.actor) as uow:
        new = await store.answer_on_paper(uow, _answers(form), answer_id=answer_id)
    return redirect(request, "/survey", said=KEPT if new else KEPT_BEFORE)


def _answers(form: Form) -> dict[str, Answer]:
    given = {name: form.text(name) for name in QUESTIONS}
    return {name: Answer(text) if text in set(Answer) else Answer.LEFT_OUT for name, text in given.items()}


async def _questions(request: Request, secret: str, step: str) -> Response:
    context = {"step": step, "secret": secret, "questions": ASKED, "choices": CHOICES}
    return await page(request, "pages/tell_us.html", context, status=404 if step == "gone" else 200)


async def _shown(
    request: Request, who: SignedIn, *, links: list[str] | None = None, form: Form | None = None
) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        found = await store.counts(uow)
    context = {
        "quarters": [
            {"quarter": quarter_words(quarter), "rows": _counted(found[quarter])}
            for quarter in sorted(found, reverse=True)
        ],
        "answers": list(ANSWER_NAMES.values()),
        "below": BELOW,
        "days": VALID_DAYS,
        "links": links or [],
        "questions": ASKED,
        "choices": CHOICES,
        "form_id": secrets.token_urlsafe(16),
        "form": "links" if form else None,
        "values": form.values() if form else {},
        "errors": form.errors if form else {},
    }
    return await page(request, "pages/survey.html", context, status=422 if form else 200)


def _counted(found: dict[str, dict[str, int]]) -> list[show.View]:
    """Return each question with its counts as text; small ones are hidden, and so is what gives them away."""
    rows: list[show.View] = []
    for question, words in QUESTIONS.items():
        told = found.get(question, {})
        whole = sum(told.values())
        parts = tuple(
            Measure(
                key=each.value or "left_out", name=name, numerator=told.get(each.value, 0), denominator=whole
            )
            for each, name in ANSWER_NAMES.items()
        )
        group = MeasureGroup(title=words, measures=parts, parts_of_whole=True)
        hidden = hidden_figures([group], below=BELOW)
        shown = ["c" if each.key in hidden else str(each.numerator) for each in parts]
        rows.append({"question": words, "counts": shown})
    return rows
