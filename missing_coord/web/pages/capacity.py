"""Capacity against demand, for managers: the forecast, what was not met, and what another staff would do."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.areas import Areas
from missing_coord.domain.errors import DomainError
from missing_coord.planning.capacity import Outcome
from missing_coord.services.capacity import (
    MOST_WEEKS,
    WEEKS,
    Capacity,
    Pattern,
    Recorded,
    capacity,
    days_of,
    hours_of,
)
from missing_coord.services.capacity_words import assumptions, trust
from missing_coord.storage.bank_holidays import bank_holidays
from missing_coord.storage.views.capacity import SqlHistory
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.forms import Form
from missing_coord.web.rendering import DAY_NAMES
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Manager = Annotated[SignedIn, Depends(require(Role.MANAGER))]
FIELDS = ("weeks", "worker_id", "days", "hours")


@router.get("/capacity")
async def show_capacity(request: Request, who: Manager) -> Response:
    """Show it over `?weeks=13`; `?worker_id=W01&days=Tue,Sat&hours=11:00-19:00` tries a changed pattern."""
    web = web_of(request)
    form = Form(fields={name: (request.query_params.get(name, ""),) for name in FIELDS})
    made: Capacity | None = None
    async with web.acting(who.actor) as uow:
        names = {each.worker_id: each.name for each in await uow.planning.workers()}
        try:
            made = await capacity(
                uow,
                SqlHistory(uow),
                policy=web.application.policy,
                bank_holidays=bank_holidays(),
                weeks=_weeks(form),
                patterns=_patterns(form),
            )
        except DomainError as error:
            form.refused(error, known=FIELDS, names={"worker": "worker_id"})
    context = {
        "made": _view(made, web.areas) if made else None,
        "workers": [
            ("", "Nobody, try a worker more or fewer"),
            *sorted(names.items(), key=lambda each: each[1]),
        ],
        "most_weeks": MOST_WEEKS,
        "values": {**form.values(), "weeks": form.text("weeks") or str(WEEKS)},
        "errors": form.errors,
    }
    return await page(request, "pages/capacity.html", context, status=422 if form.errors else 200)


def _weeks(form: Form) -> int:
    given = form.text("weeks") or str(WEEKS)
    if not given.isdecimal() or len(given) > 3:
        raise DomainError("weeks_out_of_range", f"weeks: give a number from 2 to {MOST_WEEKS}.")
    return int(given)


def _patterns(form: Form) -> list[Pattern]:
    worker_id, days, hours = form.text("worker_id"), form.text("days"), form.text("hours")
    if not worker_id:
        return []
    return [
        Pattern(
            worker_id=worker_id,
            days=days_of(days) if days else None,
            hours=hours_of(hours) if hours else None,
        )
    ]


def _view(made: Capacity, areas: Areas) -> show.View:
    known = sorted({area for day in made.forecast.days for area in day.by_area})
    present = made.staffs[0][1]
    return {
        "start": made.start,
        "end": made.end,
        "weeks": made.weeks,
        "expected": made.forecast.expected,
        "error": made.forecast.error,
        "naive_error": made.forecast.naive_error,
        "visits_a_week": made.visits_a_week,
        "visits_needed_a_week": made.visits_needed_a_week,
        "areas": [
            (show.area_words(area, areas), [day.by_area.get(area, 0.0) for day in made.forecast.days])
            for area in known
        ],
        "days": [
            {
                "name": DAY_NAMES[day.weekday],
                "expected": day.expected,
                "at_least": day.at_least,
                "at_most": day.at_most,
                "unmet": present.unmet_by_weekday[day.weekday],
            }
            for day in made.forecast.days
        ],
        "unmet_by_area": [
            (show.area_words(area, areas), number) for area, number in present.unmet_by_area.items()
        ],
        "recorded": _recorded(made.recorded),
        "trust": trust(made),
        "assumptions": assumptions(made),
        "staffs": [_staff(name, each, present) for name, each in made.staffs],
    }


def _recorded(past: Recorded) -> show.View:
    return {**asdict(past), "share": past.in_time / past.needed if past.needed else 1.0}


def _staff(name: str, each: Outcome, present: Outcome) -> show.View:
    used = each.visits / each.visits_possible if each.visits_possible else 0.0
    return {
        "name": name,
        "in_time": each.in_time,
        "share": each.in_time / each.needed if each.needed else 1.0,
        "more": each.in_time - present.in_time,
        "late": each.late,
        "unseen": each.unseen,
        "out_of_reach": each.out_of_reach,
        "agreed_late": each.agreed_late,
        "visits": each.visits,
        "lost": each.lost,
        "median_hours": each.median_hours,
        "most_hours": each.most_hours,
        "used": used,
    }
