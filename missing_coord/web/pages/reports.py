"""The monthly report on a page and as files: of a month, as at an instant; its rows; and keeping it as it is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.domain.london import LONDON
from missing_coord.reporting.documents import render
from missing_coord.reporting.frozen import keep, kept_reports, restated
from missing_coord.reporting.measures import Measure, MeasureGroup, Opens
from missing_coord.reporting.monthly import EVERYBODY, Report, read_report
from missing_coord.reporting.pdf import can_make_pdf
from missing_coord.reporting.periods import month_of, period_of, week_holding
from missing_coord.reporting.rows import PARTS, figure_of, opened_rows
from missing_coord.reporting.showing import LEAST_SHOWN, ShownTrend, scorecard, shown_groups, shown_trends
from missing_coord.reporting.subjects import subject_code, subject_of, subject_words, subjects
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.rendering import london_input
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
MONTHS_OFFERED = 24
WEEKS_OFFERED = 12
ROWS_SHOWN = 100
MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
View = dict[str, object]


@router.get("/reports/monthly")
async def monthly(request: Request, who: Office) -> Response:
    """Show the report of `?month=2026-10` as at `?as_at=` (London time), by default the last month as at now.

    A week is written 2026-W45; any days are `?first=` and `?last=`.
    """
    form, month = _asked(request), _month(request)
    now, about = web_of(request).now().replace(microsecond=0), _about(request)
    try:
        report = await _report(request, who, month, form.when("as_at") or now)
    except DomainError as error:
        form.refused(error, known=("month", "as_at"), names={})
        month = month if "as_at" in form.errors and "month" not in form.errors else _months(now)[1][0]
        report = await _report(request, who, month, max(now, period_of(month).ends_at))
    kept = {"month": month, "as_at": form.text("as_at") if not form.errors else "", "about": about}
    context = {
        "report": _head(report),
        "months": _offered([*_months(now), *_weeks(now)], report),
        "subjects": await _subjects(request, who),
        "groups": [_group(each, month, report.as_at, about) for each in report.groups],
        "scorecard": scorecard(shown_groups(report)),
        "trends": [_trend(each) for each in shown_trends(report)],
        "files": [_file(form, kept) for form in MEDIA if form != "pdf" or can_make_pdf()],
        "kept": await _kept(request, who, report) if not about else [],
        "values": {
            **kept,
            "as_at": form.text("as_at"),
            **{name: _day_asked(request, name) for name in ("first", "last")},
        },
        "errors": form.errors,
    }
    status = 422 if form.errors else 200
    return await page(request, "pages/monthly_report.html", context, status=status)


@router.get("/reports/monthly.csv")
async def monthly_csv(request: Request, who: Office) -> Response:
    """Return the same report as CSV; raises DomainError when the month or the time makes no sense."""
    return await _as_file(request, who, "csv")


@router.get("/reports/monthly.xlsx")
async def monthly_xlsx(request: Request, who: Office) -> Response:
    """Return the same report as a workbook."""
    return await _as_file(request, who, "xlsx")


@router.get("/reports/monthly.pdf")
async def monthly_pdf(request: Request, who: Office) -> Response:
    """Return the same report as a tagged PDF; raises PermanentError where the part that makes it is missing."""
    return await _as_file(request, who, "pdf")


async def _as_file(request: Request, who: SignedIn, form: str) -> Response:
    report = await _report(request, who, _month(request), _as_at(request))
    hidden = LEAST_SHOWN if request.query_params.get("for") == "others" else 0
    name = f"{_file_name(report)}{'-for-others' if hidden else ''}.{form}"
    content = await asyncio.to_thread(render, report, format=form, suppress_below=hidden)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[form], headers=headers)


@router.get("/reports/monthly/rows")
async def rows(request: Request, who: Office) -> Response:
    """Show the rows behind one figure: `?month=&as_at=&key=&part=count|base|pending`."""
    report = await _report(request, who, _month(request), _as_at(request))
    part = request.query_params.get("part", "count")
    measure, references = figure_of(report, request.query_params.get("key", ""), part)
    if measure.opens is Opens.RECORDS and who.role is not Role.MANAGER:
        raise NotAllowed("What records say is opened by a manager; ask one.")
    shown = Pages.asked(request, size=ROWS_SHOWN)
    some = references[shown.offset : shown.offset + ROWS_SHOWN]
    async with web_of(request).acting(who.actor) as uow:
        found = await opened_rows(uow, measure.opens, some)
    more = len(references) > shown.offset + ROWS_SHOWN
    context = {
        "report": _head(report),
        "figure": {"name": measure.name, "part": PARTS[part], "count": len(references)},
        "rows": found,
        "pager": pages_of(request, shown, more=more, count=len(some), total=len(references)),
        "back_href": "/reports/monthly?"
        + urlencode(
            {"month": report.period.value, "as_at": _asked(request).text("as_at"), "about": _about(request)}
        ),
    }
    return await page(request, "pages/report_rows.html", context)


@router.post("/reports/monthly/keep")
async def keep_report(request: Request, who: Office) -> Response:
    """Keep the report of a month as it is now, for good."""
    month = (await read_form(request)).text("month")
    now = web_of(request).now()
    report = await _report(request, who, month, now)
    async with web_of(request).acting(who.actor) as uow:
        number = await keep(uow, report, by=who.actor.name, now=now)
        uow.audit("kept", subject_type="report", subject_id=f"monthly {month}", number=number)
    return redirect(
        request, f"/reports/monthly?{urlencode({'month': month})}", said=f"Kept as report number {number}."
    )


async def _kept(request: Request, who: SignedIn, report: Report) -> list[View]:
    """Return the kept reports of this month, each with what reads otherwise in the one that is shown."""
    async with web_of(request).acting(who.actor) as uow:
        found = await kept_reports(uow, period=report.period.value)
    return [
        {
            "number": each.number,
            "as_at": each.report.as_at,
            "by": each.kept_by,
            "rules": each.report.rules_version,
            "restated": restated(each.report, report),
        }
        for each in found
    ]


def _file(form: str, kept: dict[str, str]) -> View:
    query = {name: text for name, text in kept.items() if text}
    return {
        "name": form.upper(),
        "href": f"/reports/monthly.{form}?{urlencode(query)}",
        "for_others_href": f"/reports/monthly.{form}?{urlencode({**query, 'for': 'others'})}",
    }


def _trend(trend: ShownTrend) -> View:
    return {
        "name": trend.name,
        "verdict": trend.verdict,
        "usual": trend.usual,
        "points": [
            {
                "name": each.name,
                "said": f"{each.count} of {each.base} ({each.share})" if each.base else each.count,
            }
            for each in trend.points
        ],
    }


def _as_at(request: Request) -> datetime:
    form = _asked(request)
    as_at = form.when("as_at") or web_of(request).now()
    if form.errors:
        raise DomainError("as_at", f"as_at: {form.errors['as_at']}")
    return as_at


async def _report(request: Request, who: SignedIn, month: str, as_at: datetime) -> Report:
    """Count as the system, so that everybody reads the same figures; rows open under the reader's own role."""
    web, about = web_of(request), _about(request)
    async with web.acting(who.actor) as uow:
        async with uow.as_system():
            report = await read_report(
                uow,
                period=month,
                as_at=as_at,
                council=web.application.policy.council,
                subject=subject_of(about),
            )
        name = f"monthly {month} {about}".strip()
        uow.audit("opened", subject_type="report", subject_id=name, as_at=as_at.isoformat())
    return report


async def _subjects(request: Request, who: SignedIn) -> list[tuple[str, str]]:
    async with web_of(request).acting(who.actor) as uow:
        return [(subject_code(each), subject_words(each)) for each in await subjects(uow)]


def _about(request: Request) -> str:
    """Return whose page is asked for, as addresses name it; empty for everybody."""
    return subject_code(subject_of(request.query_params.get("about", "").replace("\x00", "")[:200].strip()))


def _file_name(report: Report) -> str:
    about = "" if report.subject == EVERYBODY else f"-{report.subject.about.value}"
    return f"missing-report-{report.period.value.replace('/', '-')}{about}"


def _offered(months: list[tuple[str, str]], report: Report) -> list[tuple[str, str]]:
    """Return the choices with the period that is shown among them, such as a week."""
    shown = (report.period.value, report.period.name)
    return months if shown in months else [shown, *months]


def _asked(request: Request) -> Form:
    return Form(fields={"as_at": (request.query_params.get("as_at", "").replace("\x00", "")[:40],)})


def _month(request: Request) -> str:
    first, last = (_day_asked(request, name) for name in ("first", "last"))
    if first or last:
        return f"{first or last}/{last or first}"
    return request.query_params.get("month", "").strip() or _months(web_of(request).now())[1][0]


def _day_asked(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\x00", "").replace("/", "").strip()[:10]


def _months(now: datetime) -> list[tuple[str, str]]:
    """Return the months that can be chosen, the present one first."""
    today = now.astimezone(LONDON).date()
    number = today.year * 12 + today.month - 1
    values = [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number, number - MONTHS_OFFERED, -1)]
    return [(value, month_of(value).name) for value in values]


def _weeks(now: datetime) -> list[tuple[str, str]]:
    """Return the weeks that can be chosen, the present one first."""
    today = now.astimezone(LONDON).date()
    weeks = [week_holding(today - timedelta(weeks=number)) for number in range(WEEKS_OFFERED)]
    return [(each.value, each.name[:1].upper() + each.name[1:]) for each in weeks]


def _head(report: Report) -> View:
    return {
        "title": report.title if report.subject != EVERYBODY else f"Missing report, {report.period.name}",
        "month": report.period.name,
        "month_value": report.period.value,
        "as_at": report.as_at,
        "as_at_value": london_input(report.as_at),
        "rules": f"{report.rules} (Rules {report.rules_version}.)",
    }


def _group(group: MeasureGroup, month: str, as_at: datetime, about: str) -> View:
    at = {"month": month, "as_at": f"{as_at.astimezone(LONDON):%Y-%m-%dT%H:%M:%S}", "about": about}
    return {"title": group.title, "measures": [_measure(each, at) for each in group.measures]}


def _measure(each: Measure, at: dict[str, str]) -> View:
    def href(part: str, there: bool) -> str | None:
        query = urlencode({**at, "key": each.key, "part": part})
        return f"/reports/monthly/rows?{query}" if there else None

    return {
        "label": each.name,
        "numerator": each.numerator,
        "unit": each.unit.value,
        "denominator": each.denominator,
        "pending": each.pending,
        "note": each.definition or None,
        "href": href("count", bool(each.rows)),
        "base_href": href("base", bool(each.base_rows)),
        "pending_href": href("pending", bool(each.pending_rows)),
    }
