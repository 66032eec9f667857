"""The returns to the Department, Ofsted and others: checked on the page, and had as files."""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.errors import DomainError
from missing_coord.domain.london import london_day
from missing_coord.domain.ssda903 import collection_year
from missing_coord.reporting.returns.collection import Files, collection_of
from missing_coord.reporting.returns.files import ReturnName, Sheet, Wanted, return_sheet
from missing_coord.reporting.returns.missing_rules import Fault, check
from missing_coord.reporting.returns.ssda903 import ssda903_files
from missing_coord.reporting.showing import LEAST_SHOWN
from missing_coord.reporting.spreadsheets import csv_of
from missing_coord.web.answers import page
from missing_coord.web.forms import A_DAY, Form
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
View = dict[str, object]
YEARS_OFFERED = 6
FAULTS_SHOWN = 200
FIELDS = ("year", "name", "day", "first", "last", "with_faults")


@router.get("/reports/returns")
async def returns(request: Request, who: Office) -> Response:
    """Show what can be handed in, and with `?year=2026` which rows of that SSDA903 year break a rule."""
    form = _asked(request)
    year = _year(form, web_of(request).now()) if form.text("year") else 0
    return await _show(request, who, form, year=0 if form.errors else year)


@router.get("/reports/returns/file")
async def file(request: Request, who: Office) -> Response:
    """Return one file, `?name=` with its year, day or days; what cannot be is told on the page."""
    form = _asked(request)
    name = form.choice("name", ReturnName, "Choose a file")
    wanted = _wanted(request, form, name)
    if name is None or form.errors:
        return await _show(request, who, form)
    try:
        columns, rows = await _made(request, who, name, wanted)
    except DomainError as error:
        form.refused(error, known=("year", "day", "first", "last"), names={"to": "last"})
        return await _show(request, who, form, year=wanted.year if error.code == "rules_broken" else 0)
    content = await asyncio.to_thread(lambda: csv_of(columns, rows).encode())
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(name, wanted)}"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


async def _made(request: Request, who: SignedIn, name: ReturnName, wanted: Wanted) -> Sheet:
    """Read over everything, as a return is of everybody, and write down who had it."""
    async with web_of(request).acting(who.actor) as uow:
        async with uow.as_system():
            columns, rows = await return_sheet(uow, name, wanted)
        uow.audit("exported", subject_type="return", subject_id=_file_name(name, wanted), rows=len(rows))
    return columns, rows


def _asked(request: Request) -> Form:
    given = {name: request.query_params.get(name, "").replace("\x00", "")[:40] for name in FIELDS}
    return Form(fields={name: (text,) for name, text in given.items()})


def _year(form: Form, now: datetime) -> int:
    given = form.text("year")
    try:
        return collection_of(int(given)).year if re.fullmatch(r"[0-9]{4}", given) else _wrong_year(form, now)
    except DomainError:
        return _wrong_year(form, now)


def _wrong_year(form: Form, now: datetime) -> int:
    form.wrong("year", "Choose a collection year")
    return _this_year(now)


def _this_year(now: datetime) -> int:
    return collection_year(london_day(now))


_BY_YEAR = (ReturnName.MISSING, ReturnName.HEADER, ReturnName.EPISODES, ReturnName.YEARLY)
_BY_DAYS = (ReturnName.FOI, ReturnName.SAFEGUARDING)


def _wanted(request: Request, form: Form, name: ReturnName | None) -> Wanted:
    web = web_of(request)
    by_days = name in _BY_DAYS
    return Wanted(
        council=web.application.policy.council,
        now=web.now(),
        suppress_below=LEAST_SHOWN,
        year=_year(form, web.now()) if name in _BY_YEAR else 0,
        day=_begun(form, "day", web.now()) if name is ReturnName.ANNEX_A else None,
        first=_begun(form, "first", web.now()) if by_days else None,
        last=form.day("last", A_DAY) if by_days else None,
        with_faults=form.text("with_faults") == "yes",
    )


def _begun(form: Form, name: str, now: datetime) -> date | None:
    """Return a day that has begun: of no other can anything be told yet."""
    found = form.day(name, A_DAY)
    if found is not None and found > london_day(now):
        form.wrong(name, "This day is still to come")
    return found


def _file_name(name: ReturnName, wanted: Wanted) -> str:
    days = [str(each) for each in (wanted.day, wanted.first, wanted.last) if each]
    about = "-to-".join(days) or str(wanted.year)
    return f"{name.value}-{about}.csv"


async def _show(request: Request, who: SignedIn, form: Form, *, year: int = 0) -> Response:
    files = await _files(request, who, year) if year else None
    faults = check(files) if files else []
    now = web_of(request).now()
    context = {
        "years": [(str(each), f"April {each - 1} to March {each}") for each in _years(now)],
        "checked": _checked(files, faults) if files else None,
        "values": {**form.values(), "year": form.text("year") or str(_this_year(now))},
        "errors": form.errors,
    }
    return await page(request, "pages/statutory_returns.html", context, status=422 if form.errors else 200)


def _years(now: datetime) -> range:
    return range(_this_year(now), _this_year(now) - YEARS_OFFERED, -1)


async def _files(request: Request, who: SignedIn, year: int) -> Files:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        async with uow.as_system():
            files = await ssda903_files(uow, collection_of(year), council=web.application.policy.council)
        uow.audit("opened", subject_type="return", subject_id=f"ssda903 {year}", rows=len(files.missing))
    return files


def _checked(files: Files, faults: list[Fault]) -> View:
    """Say how many rows there are, and which of them break a rule, by the line of the file as it would leave."""
    return {
        "year": files.collection.year,
        "rows": len(files.missing),
        "count": len(faults),
        "faults": [
            {
                "code": each.code,
                "file": each.table,
                "line": each.row + 2,
                "child_id": each.child,
                "message": each.message,
            }
            for each in faults[:FAULTS_SHOWN]
        ],
    }
