"""Ladders: those in force, who would be told at any time, and a new version that is checked as it is saved."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.bootstrap import match_policy_from
from missing_coord.contracts.json_text import load_json
from missing_coord.contracts.ladders import read_ladder, write_ladder
from missing_coord.contracts.rotas import read_rota
from missing_coord.domain.access import Role
from missing_coord.domain.directory import Directory, nobody_words, unreachable, ways_to
from missing_coord.domain.errors import DomainError, PermanentError
from missing_coord.domain.escalation import HOLDER, LONG_AGO, ClockKind, Ladder, LadderStep
from missing_coord.domain.messages import CHANNEL_WORDS, ChannelName
from missing_coord.domain.plurals import plural
from missing_coord.domain.rotas import Rota
from missing_coord.notify.wording import london_time, short_reference, step_words
from missing_coord.services.shadow import Shadow
from missing_coord.storage.views.shadow import shadow_run, shadow_run_of_matching
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, london_instant, read_form
from missing_coord.web.rendering import london_input
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.show import recipient_name
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
MOST_LINES = 100
HREFS = {"interview": "/interviews/", "incident": "/reviews/"}
Reader = Annotated[SignedIn, Depends(require(*OFFICE, Role.ADMINISTRATOR))]
Owner = Annotated[SignedIn, Depends(require(Role.MANAGER))]
NAMES = {
    ClockKind.INTERVIEW: "72 hours from the return",
    ClockKind.OFFER: "Offer not made",
    ClockKind.UNALLOCATED: "No worker assigned",
    ClockKind.UNMATCHED: "Child not decided",
    ClockKind.UNACKNOWLEDGED: "Breach not taken on",
    ClockKind.QUIET_FEED: "Quiet feed",
    ClockKind.ROTA_GAP: "Gap in a rota",
    ClockKind.AUDIT: "Interview not audited",
    ClockKind.ACTION: "Action overdue",
    ClockKind.PROFESSIONAL: "Professional has not confirmed",
    ClockKind.TOLD_HARM: "Child told of harm",
    ClockKind.DISPUTE: "Stage of a dispute overdue",
    ClockKind.PRESUMED_RETURN: "Back already?",
}


@router.get("/ladders")
async def list_ladders(request: Request, who: Reader) -> Response:
    """Show the ladders in force and who would be told at a time."""
    form = Form(fields={})
    given = request.query_params.get("at", "")
    at = london_instant(given) if given else None
    if given and at is None:
        form.wrong("at", "Enter a date and a London time that exist, such as 21/11/2026 14:05")
    return await _show(request, who, form, at=at)


@router.post("/ladders")
async def save_ladder(request: Request, who: Owner) -> Response:
    """Save a new version; one that would not reach somebody is saved only when that is accepted."""
    form = await read_form(request)
    app = web_of(request).application
    faults: list[str] = []
    try:
        effective_at = form.when("effective_at")
        async with web_of(request).acting(who.actor) as uow:
            ladder = read_ladder(form.text("body"))
            ladder = replace(ladder, effective_at=_effective(form, ladder, effective_at, uow.now))
            faults = unreachable(ladder, await uow.routing.directory(), app.channels.keys())
            if not form.errors and (not faults or form.text("accepted") == "yes"):
                await uow.ladders.add(ladder)
                uow.audit(
                    "ladder_saved", subject_type="ladder", subject_id=f"{ladder.clock} {ladder.version}"
                )
                return redirect(request, "/ladders", said="The ladder is saved.")
    except (PermanentError, DomainError) as error:
        form.wrong("body", str(error))
    if faults:
        form.wrong("body", "Somebody would not be reached: see below, or accept it")
    return await _show(request, who, form, faults=faults, status=422)


def _effective(form: Form, ladder: Ladder, given: datetime | None, now: datetime) -> datetime:
    """Return from when a ladder is in force; the text and the field may each say it, but not two different times."""
    said = None if ladder.effective_at == LONG_AGO else ladder.effective_at
    if given is not None and said is not None and given != said:
        form.wrong("effective_at", f"The text says {london_time(said)}: take one of the two out")
    return given or said or now


@router.post("/ladders/shadow")
async def try_ladder(request: Request, who: Owner) -> Response:
    """Show whom a ladder, rotas or a threshold would have told otherwise last month; nothing is saved or sent."""
    form = await read_form(request)
    given = [each for each in ("body", "rotas", "automatic_from") if form.text(each)]
    field = given[0] if given else "body"
    try:
        async with web_of(request).acting(who.actor) as uow:
            if field == "body":
                tried = await shadow_run(uow, ladder=read_ladder(form.text("body")))
            elif field == "rotas":
                tried = await shadow_run(uow, rotas=_rotas(form.text("rotas")))
            else:
                policy = match_policy_from(_least(form.text("automatic_from")))
                tried = await shadow_run_of_matching(uow, policy=policy)
    except (PermanentError, DomainError) as error:
        form.wrong(field, str(error))
        return await _show(request, who, form, status=422)
    return await _show(
        request, who, form, tried=_tried(tried, "notice" if field == "automatic_from" else "interview")
    )


def _rotas(content: str) -> list[Rota]:
    """Return the rotas of a JSON object by their names; raises PermanentError saying what would be right."""
    try:
        found = load_json(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
        raise PermanentError('Write rotas as JSON by their names, such as {"duty": {"shifts": []}}')
    return [read_rota(name, body) for name, body in found.items()]


def _least(content: str) -> float:
    if not re.fullmatch(r"0?\.9[5-9][0-9]{0,5}", content):
        raise PermanentError("Enter a probability from 0.95 to below 1, such as 0.99")
    return float(content)


def _tried(found: Shadow, noun: str) -> dict[str, object]:
    people = sorted({*found.before, *found.after})
    lines = [
        {"href": HREFS[each.subject_type] + each.subject_id, "short": short_reference(each.subject_id),
         "change": change, "at": heard.at, "step": step_words(heard.step), "who": heard.who}
        for each in found.differences
        for change, told in (("No more told", each.only_before), ("Told as well", each.only_after))
        for heard in told
    ]  # fmt: skip
    return {
        "duties": found.tried,
        "noun": noun,
        "differ": len(found.differences),
        "people": [(each, found.before.get(each, 0), found.after.get(each, 0)) for each in people],
        "lines": lines[:MOST_LINES],
        "more": max(0, len(lines) - MOST_LINES),
    }


async def _show(
    request: Request,
    who: SignedIn,
    form: Form,
    *,
    tried: dict[str, object] | None = None,
    at: datetime | None = None,
    faults: Collection[str] = (),
    status: int = 200,
) -> Response:
    usable = web_of(request).application.channels.keys()
    async with web_of(request).acting(who.actor) as uow:
        book, directory, instant = await uow.ladders.book(), await uow.routing.directory(), at or uow.now
    context = {
        "at": instant,
        "at_given": london_input(instant),
        "ladders": [
            _ladder(book.in_force(clock, instant), directory, instant, usable) for clock in ClockKind
        ],
        "may_save": who.role is Role.MANAGER,
        "faults": list(faults),
        "tried": tried,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/ladders.html", context, status=status)


def _ladder(
    ladder: Ladder, directory: Directory, at: datetime, usable: Collection[ChannelName]
) -> dict[str, object]:
    hours = ladder.due_after.total_seconds() / 3600
    return {
        "clock": NAMES[ladder.clock],
        "version": ladder.version,
        "due": f"due {plural(hours, 'hour')} after the clock starts" if hours else "due at once",
        "steps": [_step(each, directory, at, usable) for each in ladder.steps],
        "since": "" if ladder.effective_at == LONG_AGO else london_time(ladder.effective_at),
        # Without its time: a copy must not take force in the past.
        "body": json.dumps(write_ladder(replace(ladder, effective_at=LONG_AGO)), indent=2),
    }


def _step(
    step: LadderStep, directory: Directory, at: datetime, usable: Collection[ChannelName]
) -> dict[str, object]:
    hours = step.offset.total_seconds() / 3600
    when = "when due" if not hours else f"{plural(abs(hours), 'hour')} {'before' if hours < 0 else 'after'}"
    again = (
        f", then every {plural(step.repeat_every.total_seconds() / 3600, 'hour')}"
        if step.repeat_every
        else ""
    )
    return {
        "name": step_words(step.name),
        "when": when + again,
        "channels": ", then ".join(CHANNEL_WORDS[each] for each in step.channels) or "in the product",
        "lines": [line for each in step.recipients for line in _told(step, each, directory, at, usable)],
    }


def _told(
    step: LadderStep, recipient: str, directory: Directory, at: datetime, usable: Collection[ChannelName]
) -> list[str]:
    """Return who would be told for a recipient, and how."""
    if recipient == Role.INTERVIEW_WORKER:
        return ["The worker who has the interview, if any"]
    if recipient == HOLDER:
        return ["Whoever holds the stage; nobody kept on it: coordinators and managers"]
    people = directory.meant_by(recipient, at)
    if not people:
        return [f"{recipient_name(recipient)}: {nobody_words(recipient)}; passed on at once"]
    lines = []
    for person in people:
        ways = ways_to(person, step.channels, usable) if step.channels else ()
        words = CHANNEL_WORDS[ways[0]] if ways else "in the product only"
        lines.append(f"{person.display_name} ({recipient_name(recipient)}): {words}")
    return lines
