"""The monthly report on a page and as CSV: of a month, as at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.errors import DomainError
from missing_coord.reporting.measures import MeasureGroup
from missing_coord.reporting.monthly import Report, read_report
from missing_coord.reporting.periods import LONDON, month_of
from missing_coord.reporting.spreadsheets import render_csv
from missing_coord.web.answers import page
from missing_coord.web.forms import Form
from missing_coord.web.rendering import london_input
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
MONTHS_OFFERED = 24
View = dict[str, object]


@router.get("/reports/monthly")
async def monthly(request: Request, who: Office) -> Response:
    """Show the report of `?month=2026-10` as at `?as_at=` (London time), by default the last month as at now."""
    form, month = _asked(request), _month(request)
    now = web_of(request).now()
    try:
        report = await _report(request, who, month, form.when("as_at") or now)
    except DomainError as error:
        form.refused(error, known=("month", "as_at"), names={})
        month = month if "as_at" in form.errors and "month" not in form.errors else _months(now)[1][0]
        report = await _report(request, who, month, max(now, month_of(month).ends_at))
    kept = {"month": month, "as_at": form.text("as_at") if not form.errors else ""}
    context = {
        "report": _head(report),
        "months": _months(now),
        "groups": [_group(each) for each in report.groups],
        "csv_href": "/reports/monthly.csv?" + urlencode({name: text for name, text in kept.items() if text}),
        "values": {**kept, "as_at": form.text("as_at")},
        "errors": form.errors,
    }
    status = 422 if form.errors else 200
    return await page(request, "pages/monthly_report.html", context, status=status)


@router.get("/reports/monthly.csv")
async def monthly_csv(request: Request, who: Office) -> Response:
    """Return the same report as CSV; raises DomainError when the month or the time makes no sense."""
    form, month = _asked(request), _month(request)
    as_at = form.when("as_at") or web_of(request).now()
    if form.errors:
        raise DomainError("as_at", f"as_at: {form.errors['as_at']}")
    report = await _report(request, who, month, as_at)
    name = f"missing-report-{report.period.value}.csv"
    return Response(
        render_csv(report),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _report(request: Request, who: SignedIn, month: str, as_at: datetime) -> Report:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        report = await read_report(uow, period=month, as_at=as_at, council=web.application.policy.council)
        uow.audit("opened", subject_type="report", subject_id=f"monthly {month}", as_at=as_at.isoformat())
    return report


def _asked(request: Request) -> Form:
    return Form(fields={"as_at": (request.query_params.get("as_at", "").replace("\x00", "")[:40],)})


def _month(request: Request) -> str:
    return request.query_params.get("month", "").strip() or _months(web_of(request).now())[1][0]


def _months(now: datetime) -> list[tuple[str, str]]:
    """Return the months that can be chosen, the present one first."""
    today = now.astimezone(LONDON).date()
    number = today.year * 12 + today.month - 1
    values = [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(number, number - MONTHS_OFFERED, -1)]
    return [(value, month_of(value).name) for value in values]


def _head(report: Report) -> View:
    return {
        "month": report.period.name,
        "month_value": report.period.value,
        "as_at": report.as_at,
        "as_at_value": london_input(report.as_at),
        "rules": f"{report.rules} (Rules {report.rules_version}.)",
    }


def _group(group: MeasureGroup) -> View:
    return {
        "title": group.title,
        "measures": [
            {
                "label": each.name,
                "numerator": each.numerator,
                "denominator": each.denominator,
                "pending": each.pending,
                "note": each.definition or None,
            }
            for each in group.measures
        ],
    }
