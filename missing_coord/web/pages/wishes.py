"""What a child wishes of a visit: who should come or not, and at which hours the child cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.errors import DomainError
from missing_coord.domain.interview_records import RecordHead
from missing_coord.domain.records import Weekday, WorkingHours, wall_clock
from missing_coord.notify.wording import short_reference
from missing_coord.planning.child_hours import WEEKDAYS, ClosedHours
from missing_coord.planning.situation import WorkerSituation
from missing_coord.services.ports.visits import ChildWishes
from missing_coord.services.told_wishes import ToldKind, ToldWish, counts, told_wishes
from missing_coord.services.wishes import keep_wishes
from missing_coord.storage.views.children import child_detail
from missing_coord.web import show
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, day_of, read_form
from missing_coord.web.record_words import SAFE_CONTACT
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
GENDERS = [("", "No wish"), ("female", "A woman"), ("male", "A man")]
WHY = [("school", "School"), ("contact", "Contact with the family"), ("wish", "The child's wish")]
KNOWN = ("refused", "gender_wish", "closed_0_starts")
SPARE_LINES = 2
LINE = re.compile(r"closed_([0-9]{1,2})_starts")


@router.get("/children/{child_id}/visits")
async def wishes(request: Request, child_id: str, who: Office) -> Response:
    """Show what a child wishes of a visit."""
    return await _show(request, who, child_id, Form(fields={}))


@router.post("/children/{child_id}/visits")
async def save(request: Request, child_id: str, who: Office) -> Response:
    """Keep what a child wishes of a visit."""
    form = await read_form(request)
    version, given = form.version(), _wishes(form)
    if not form.errors:
        try:
            async with web_of(request).acting(who.actor) as uow:
                await keep_wishes(uow, child_id=child_id, wishes=given, expected_version=version)
        except DomainError as error:
            form.refused(error, known=KNOWN, names={"closed": "closed_0_starts"})
    if form.errors:
        return await _show(request, who, child_id, form)
    return redirect(
        request, f"/children/{child_id}", said="The child's wishes are kept. Proposals follow them."
    )


def _wishes(form: Form) -> ChildWishes:
    return ChildWishes(
        languages=_words(form.text("languages")),
        skills=_words(form.text("skills")),
        gender_wish=form.text("gender_wish"),
        asked_for_worker_id=form.text("asked_for"),
        refused_worker_ids=frozenset(filter(None, form.many("refused"))),
        closed=tuple(each for line in _lines(form) if (each := _closed(form, line)) is not None),
        set_aside=frozenset(form.many("told")) - frozenset(form.many("follow")),
    )


def _lines(form: Form) -> list[str]:
    numbers = sorted(int(each[1]) for name in form.fields for each in LINE.finditer(name))
    return [f"closed_{number}" for number in numbers]


def _words(text: str) -> frozenset[str]:
    return frozenset(each.strip() for each in re.split("[,;]", text) if each.strip())


def _closed(form: Form, line: str) -> ClosedHours | None:
    """Return one line of hours, None where its times are left empty."""
    starts, ends = form.text(f"{line}_starts"), form.text(f"{line}_ends")
    if not starts and not ends:
        return None
    days = frozenset(each for each in WEEKDAYS if each.value in form.many(f"{line}_days"))
    try:
        hours = WorkingHours(start=wall_clock(starts), end=wall_clock(ends))
    except ValueError:
        form.wrong(f"{line}_starts", "Enter both times, such as 08:45 and 15:15")
        return None
    if hours.start >= hours.end:
        form.wrong(f"{line}_starts", "The second time must be later than the first")
    if not days:
        form.wrong(f"{line}_starts", "Choose the days")
    first, last = _day(form, f"{line}_first_day"), _day(form, f"{line}_last_day")
    if first and last and last < first:
        form.wrong(f"{line}_starts", "The last day must not be before the first")
    why = form.text(f"{line}_why")
    return ClosedHours(
        days=days, hours=hours, first_day=first, last_day=last, why=why if why in dict(WHY) else "wish"
    )


def _day(form: Form, name: str) -> date | None:
    day = day_of(form.text(name))
    if form.text(name) and day is None:
        form.wrong(
            re.sub("(first|last)_day", "starts", name), "Enter days of this century, such as 2026-12-18"
        )
    return day


async def _show(request: Request, who: SignedIn, child_id: str, form: Form) -> Response:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        found = await child_detail(uow, child_id, council=web.application.policy.council)
        kept, version = await uow.wishes.get(child_id)
        heads = await uow.wishes.told(child_id)
        workers = await uow.planning.workers()
        now = uow.now
    shown = _wishes(form) if form.fields else kept
    context = {
        "child": show.identity(found.identity, now=now, areas=web.areas),
        "version": version,
        "values": _values(shown),
        "refused": sorted(shown.refused_worker_ids),
        "told": _told(told_wishes(heads), shown, {each.worker_id: each.name for each in workers}),
        "contact": _contact(heads),
        "hours": [_given(form, line) for line in _lines(form)]
        or [_hours(each) for each in shown.closed] + [_hours(None)] * SPARE_LINES,
        "workers": _names(workers),
        "genders": GENDERS,
        "reasons": WHY,
        "days": [each.value for each in Weekday],
        "errors": form.errors,
    }
    return await page(request, "pages/wishes.html", context, status=422 if form.errors else 200)


def _told(
    told: Sequence[ToldWish], kept: ChildWishes, names: Mapping[str, str]
) -> list[Mapping[str, object]]:
    """Return each wish told in a record, with the interview that it was told in and whether planning follows it."""
    return [
        {
            "key": each.key,
            "words": _words_of(each, names),
            "interview_id": each.interview_id,
            "short": short_reference(each.interview_id),
            "number": each.number,
            "held_at": each.held_at,
            "ticked": each.key not in kept.set_aside,
            "counts": counts(each, kept, told),
        }
        for each in told
    ]


def _words_of(wish: ToldWish, names: Mapping[str, str]) -> str:
    if wish.kind is ToldKind.LANGUAGES:
        return f"Would rather speak {' or '.join(wish.values)}"
    if wish.kind is ToldKind.GENDER:
        return f"Would rather see {dict(GENDERS)[wish.values[0]].lower()}"
    return f"Would rather not see {names.get(wish.values[0], f'worker {wish.values[0]}')} again"


def _contact(heads: Sequence[RecordHead]) -> Mapping[str, object] | None:
    """Return how the child is reached safely, as it was told last."""
    last = max(heads, key=lambda head: (head.held_at, head.interview_id), default=None)
    if last is None:
        return None
    return {
        "words": SAFE_CONTACT[last.safe_contact],
        "detail": last.safe_contact_detail,
        "avoid": last.safe_contact_avoid,
        "interview_id": last.interview_id,
        "short": short_reference(last.interview_id),
        "held_at": last.held_at,
    }


def _names(workers: Sequence[WorkerSituation]) -> list[tuple[str, str]]:
    return sorted(((each.worker_id, each.name) for each in workers), key=lambda each: (each[1], each[0]))


def _values(wishes: ChildWishes) -> dict[str, str]:
    return {
        "languages": ", ".join(sorted(wishes.languages)),
        "skills": ", ".join(sorted(wishes.skills)),
        "gender_wish": wishes.gender_wish,
        "asked_for": wishes.asked_for_worker_id,
    }


def _hours(closed: ClosedHours | None) -> show.View:
    return {
        "why": closed.why if closed else "school",
        "days": [each.value for each in WEEKDAYS if closed and each in closed.days],
        "starts": f"{closed.hours.start:%H:%M}" if closed else "",
        "ends": f"{closed.hours.end:%H:%M}" if closed else "",
        "first_day": closed.first_day.isoformat() if closed and closed.first_day else "",
        "last_day": closed.last_day.isoformat() if closed and closed.last_day else "",
    }


def _given(form: Form, line: str) -> show.View:
    """Return a line of hours as it was entered, so that nothing of it is lost beside its error."""
    names = ("why", "starts", "ends", "first_day", "last_day")
    return {"days": form.many(f"{line}_days"), **{name: form.text(f"{line}_{name}") for name in names}}
