"""Police notices against the council's own list, of a day or a month: on a page, as CSV, as a workbook."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.areas import Areas
from missing_coord.domain.cross_reference import Absence, Line, Period, Standing
from missing_coord.domain.cross_reference_words import DIFFERENCE_NAMES, STANDING_NAMES, next_step
from missing_coord.domain.errors import DomainError
from missing_coord.domain.london import london_day
from missing_coord.domain.population import POPULATION_NAMES, Population
from missing_coord.reporting import cross_reference as documents
from missing_coord.reporting.periods import month_of
from missing_coord.storage.views.cross_reference import CrossReference, cross_reference_of
from missing_coord.web.answers import page
from missing_coord.web.forms import Form
from missing_coord.web.rendering import london
from missing_coord.web.rendering import london_day as day_words
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
View = dict[str, object]
FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HINTS = {
    Standing.DISAGREEING: "Both lists have the absence, and do not say the same of it.",
    Standing.POLICE_ONLY: "Police told us; the council's own list does not have it.",
    Standing.COUNCIL_ONLY: "The council's own list has it; no police notice of that time is about this child.",
    Standing.BOTH: "Both lists say the same.",
}


@router.get("/cross-reference")
async def cross_reference(request: Request, who: Office) -> Response:
    """Show the cross-reference of `?date=2026-11-21` or `?month=2026-11`, by default of today."""
    now = web_of(request).now()
    form = Form(fields={name: (_asked(request, name),) for name in ("date", "month")})
    try:
        period = documents.period_of(day=form.text("date"), month=form.text("month"), now=now)
    except DomainError as error:
        form.refused(error, known=("date", "month"), names={})
        period = documents.period_of(now=now)
    made = await _made(request, who, period)
    asked = {} if form.errors else {name: text for name in ("date", "month") if (text := form.text(name))}
    context = {
        "period": period.name,
        "known_at": made.known_at,
        "groups": [_group(standing, made) for standing in STANDING_NAMES],
        "authorities": _authorities(made, web_of(request).areas),
        "outside": _outside(made),
        "files": {kind: f"/cross-reference.{kind}?{urlencode(asked)}" for kind in FILES},
        "steps": _steps(period, asked, now),
        "values": {"date": form.text("date"), "month": form.text("month")},
        "errors": form.errors,
    }
    return await page(request, "pages/cross_reference.html", context, status=422 if form.errors else 200)


@router.get("/cross-reference.csv")
async def cross_reference_csv(request: Request, who: Office) -> Response:
    """Return the same lines as CSV; raises DomainError when the time makes no sense."""
    period = _asked_period(request)
    made = await _made(request, who, period)
    return _file(documents.render_csv(made.compared, period), period, "csv")


@router.get("/cross-reference.xlsx")
async def cross_reference_workbook(request: Request, who: Office) -> Response:
    """Return the same lines as a workbook; raises DomainError when the time makes no sense."""
    period = _asked_period(request)
    made = await _made(request, who, period)
    return _file(documents.render_xlsx(made.compared, period, known_at=made.known_at), period, "xlsx")


def _file(content: bytes, period: Period, kind: str) -> Response:
    name = f"cross-reference-{period.name.replace(' ', '-').lower()}.{kind}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=FILES[kind], headers=disposition)


def _asked_period(request: Request) -> Period:
    day, month = _asked(request, "date"), _asked(request, "month")
    return documents.period_of(day=day, month=month, now=web_of(request).now())


def _asked(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\x00", "").strip()[:40]


async def _made(request: Request, who: SignedIn, period: Period) -> CrossReference:
    async with web_of(request).acting(who.actor) as uow:
        made = await cross_reference_of(uow, period)
        uow.audit("opened", subject_type="report", subject_id=f"cross-reference {period.name}")
    return made


def _steps(period: Period, asked: dict[str, str], now: datetime) -> list[View]:
    """Return the links to the day or month before and after, and from a day to its month."""
    first, last = london_day(period.starts_at), london_day(period.ends_at - timedelta(seconds=1))
    if asked.get("month"):
        before = f"{first - timedelta(days=1):%Y-%m}"
        links = [(f"{month_of(before).name}", {"month": before})]
        if (after := last + timedelta(days=1)) <= london_day(now):
            links.append((month_of(f"{after:%Y-%m}").name, {"month": f"{after:%Y-%m}"}))
    else:
        days = [first - timedelta(days=1), first + timedelta(days=1)]
        links = [(day_words(day), {"date": day.isoformat()}) for day in days if day <= london_day(now)]
        links.append((f"All of {first:%B %Y}", {"month": f"{first:%Y-%m}"}))
    return [{"text": text, "href": f"/cross-reference?{urlencode(where)}"} for text, where in links]


def _group(standing: Standing, made: CrossReference) -> View:
    lines = [line for line in made.compared.lines if line.standing is standing]
    return {
        "key": standing.value,
        "title": STANDING_NAMES[standing],
        "hint": HINTS[standing],
        "lines": [_line(line, made) for line in lines],
    }


def _line(line: Line, made: CrossReference) -> View:
    return {
        "child_id": line.child_id,
        "name": made.names.get(line.child_id, "Not on the register"),
        "population": POPULATION_NAMES[line.absences[0].population],
        "differs": ", ".join(DIFFERENCE_NAMES[each] for each in line.differences),
        "police": [_side(each) for each in line.police],
        "council": [_side(each) for each in line.council],
        "next": next_step(line),
    }


def _side(absence: Absence) -> View:
    return {
        "reference": absence.reference,
        "type": absence.kind.value,
        "from": _shown(absence.started_at, day_only=absence.start_by_day),
        "to": _shown(absence.ended_at, day_only=absence.end_by_day) if absence.ended_at else "still missing",
        "episode_id": absence.episode_id,
    }


def _shown(instant: datetime, *, day_only: bool) -> str:
    return f"{day_words(instant)} (date only)" if day_only else london(instant)


def _authorities(made: CrossReference, areas: Areas) -> list[View]:
    return [
        {**row, "name": _authority(str(row["responsible_authority"]), areas)}
        for row in documents.counts_by_authority(made.compared)
    ]


def _authority(code: str, areas: Areas) -> str:
    return f"Ours, {areas.named(code)}" if code == areas.ours else areas.named(code) or "Not known"


def _outside(made: CrossReference) -> list[str]:
    return [
        f"{POPULATION_NAMES[Population(population)]}: {number}"
        for population, number in documents.outside_counts(made.compared).items()
    ]
