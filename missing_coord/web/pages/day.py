"""A worker's next days, on the phone and on paper, and the same visits for their own calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import NotFound
from missing_coord.domain.london import LONDON
from missing_coord.notify.invitations import calendar_of, invitation
from missing_coord.services.calendars import hash_of, make_feed
from missing_coord.services.interviews.change import seen
from missing_coord.storage.views.interviews_detail import MyInterview, my_interviews
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.session import OFFICE, Open, SignedIn, require
from missing_coord.web.state import address_of, web_of
from missing_coord.web.visits import place_words

router = APIRouter(include_in_schema=False)
Workers = Annotated[SignedIn, Depends(require(Role.INTERVIEW_WORKER))]
Visitors = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER))]
BySecret = Annotated[None, Depends(Open(why="a calendar program signs in by the secret in the address"))]
GATE = Actor(role=Role.SIGN_IN, name="calendar feed")
DAYS = 7
KEPT = timedelta(days=31)


@router.get("/day")
async def day(request: Request, who: Workers) -> Response:
    """Show the worker's visits of today and the next days, and what has no time yet."""
    return await _shown(request, who)


@router.post("/day/calendar")
async def make_link(request: Request, who: Workers) -> Response:
    """Make a new secret link for the worker's calendar and show it once."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        secret = await make_feed(uow)
    return await _shown(request, who, link=f"{address_of(request)}/calendar/{secret}.ics")


@router.get("/calendar/{secret}.ics")
async def feed(request: Request, secret: str, _: BySecret) -> Response:
    """Answer with a worker's visits; whoever has the secret sees times and references, and nothing else."""
    web = web_of(request)
    async with web.acting(GATE) as uow:
        worker_id = await uow.calendars.worker_of(hash_of(secret))
    if worker_id is None:
        raise NotFound("There is no such calendar.")
    actor = Actor(role=Role.INTERVIEW_WORKER, name="calendar feed", worker_id=worker_id)
    async with web.acting(actor) as uow:
        invites = await uow.calendars.invites(worker_id, since=uow.now - KEPT)
    return _ics(calendar_of(invites, address=address_of(request), name="Return interview visits"))


@router.get("/interviews/{interview_id}/visit.ics")
async def visit(request: Request, interview_id: str, who: Visitors) -> Response:
    """Answer with the visit of an interview as a file; a worker gets their own, also when it is no longer theirs."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        worker_id = who.actor.worker_id or ""
        if who.role is not Role.INTERVIEW_WORKER:
            worker_id = (await seen(uow, interview_id)).worker_id
        invite = await uow.calendars.invite(interview_id, worker_id)
    answer = _ics(invitation(invite, address=address_of(request)))
    answer.headers["Content-Disposition"] = f'attachment; filename="visit-{interview_id[:8]}.ics"'
    return answer


def _ics(content: bytes) -> Response:
    return Response(content, media_type="text/calendar; charset=utf-8")


async def _shown(request: Request, who: SignedIn, *, link: str = "") -> Response:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        found = await my_interviews(uow, now=uow.now)
        now = uow.now
    context = {
        "to_record": [_line(each, now) for each in found if each.row.visit_without_outcome(now=now)],
        "days": _days([each for each in found if not each.row.visit_without_outcome(now=now)], now),
        "later": [_line(each, now) for each in found if (on := _on(each)) and on > _today(now, DAYS - 1)],
        "without": [_line(each, now) for each in found if each.row.visit_starts_at is None],
        "link": link or None,
    }
    return await page(request, "pages/day.html", context, reference="My days")


def _days(found: Sequence[MyInterview], now: datetime) -> list[show.View]:
    """Return each of the next days with its visits; what was to be before today stands under today."""
    days = [_today(now, number) for number in range(DAYS)]
    return [
        {
            "day": day,
            "today": day == days[0],
            "visits": [
                _line(each, now)
                for each in sorted(found, key=lambda one: one.row.visit_starts_at or now)
                if (on := _on(each)) and (on == day or (day == days[0] and on < day))
            ],
        }
        for day in days
    ]


def _line(mine: MyInterview, now: datetime) -> show.View:
    return {**show.queue_row(mine.row, now=now), "place": place_words(mine), "contact": mine.phone or None}


def _on(mine: MyInterview) -> date | None:
    start = mine.row.visit_starts_at
    return start.astimezone(LONDON).date() if start else None


def _today(now: datetime, number: int) -> date:
    return now.astimezone(LONDON).date() + timedelta(days=number)
