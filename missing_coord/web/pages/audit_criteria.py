"""Criteria and scale of quality audits, a new version of them, and how far two auditors agree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.contracts.audit_schemes import read_audit_scheme, write_audit_scheme
from missing_coord.domain.access import Role
from missing_coord.domain.agreement import Agreement, agreement_of
from missing_coord.domain.audit_schemes import AuditScheme, SchemeBook
from missing_coord.domain.errors import DomainError, PermanentError
from missing_coord.domain.escalation import LONG_AGO
from missing_coord.domain.record_lists import RecordLists
from missing_coord.notify.wording import london_time
from missing_coord.reporting.showing import share_of
from missing_coord.storage.views.agreement import GradedTwice, graded_twice, waiting_for_second
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.rendering import words
from missing_coord.web.session import SignedIn, require
from missing_coord.web.show import View
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[SignedIn, Depends(require(Role.QUALITY_AUDITOR, Role.MANAGER))]
Owner = Annotated[SignedIn, Depends(require(Role.MANAGER))]
PERIODS = {"90": "the last 90 days", "365": "the last 365 days"}


@router.get("/audits/criteria")
async def criteria(request: Request, who: Readers) -> Response:
    """Show the criteria in force, those to come and the earlier ones."""
    return await _shown(request, who, Form(fields={}))


@router.post("/audits/criteria")
async def save_criteria(request: Request, who: Owner) -> Response:
    """Keep a new version of the criteria from a time on; audits keep the version they were graded with."""
    form = await read_form(request)
    try:
        scheme, at = read_audit_scheme(form.text("body")), form.when("effective_at")
        if not form.errors:
            async with web_of(request).acting(who.actor) as uow:
                await uow.audit_schemes.add(_dated(scheme, at or uow.now, now=uow.now))
                uow.audit("audit_criteria_saved", subject_type="audit_criteria", subject_id=scheme.version)
            return redirect(request, "/audits/criteria", said="The criteria are saved.")
    except (PermanentError, DomainError) as error:
        form.wrong("body", str(error))
    return await _shown(request, who, form, status=422)


def _dated(scheme: AuditScheme, at: datetime, *, now: datetime) -> AuditScheme:
    """Return the scheme in force from the time that the text or the form says; raises DomainError for the past."""
    dated = scheme if scheme.effective_at != LONG_AGO else replace(scheme, effective_at=at)
    if dated.effective_at < now:
        raise DomainError(
            "in_the_past", "criteria: take effect from now on at the earliest, not in the past."
        )
    return dated


async def _shown(request: Request, who: SignedIn, form: Form, *, status: int = 200) -> Response:
    async with web_of(request).acting(who.actor) as uow:
        book, now = await uow.audit_schemes.book(), uow.now
    current = book.in_force(now)
    others = sorted(book.schemes.values(), key=lambda each: each.effective_at, reverse=True)
    context = {
        "current": _scheme(current),
        "others": [
            (each.version, _since(each), each.effective_at > now) for each in others if each != current
        ],
        "may_save": who.role is Role.MANAGER,
        "values": form.values(),
        "errors": form.errors,
    }
    return await page(request, "pages/audit_criteria.html", context, status=status)


def _scheme(scheme: AuditScheme) -> View:
    return {
        "version": scheme.version,
        "since": _since(scheme),
        "second_percent": scheme.second_percent,
        "tables": [
            ("Interviews held with the child", scheme.held),
            ("The effort, where none was held", scheme.effort),
        ],
        "scale": scheme.scale,
        # Without its time: a copy must not take force in the past.
        "body": json.dumps(write_audit_scheme(replace(scheme, effective_at=LONG_AGO)), indent=2),
    }


def _since(scheme: AuditScheme) -> str:
    return "" if scheme.effective_at == LONG_AGO else london_time(scheme.effective_at)


@router.get("/audits/agreement")
async def agreement(request: Request, who: Readers) -> Response:
    """Show how far first and second auditors agree, and auditors and workers about reasons, over `?days=`."""
    asked = request.query_params.get("days", "")
    days = asked if asked in PERIODS else "365"
    async with web_of(request).acting(who.actor) as uow:
        found = await graded_twice(uow, since=uow.now - timedelta(days=int(days)))
        waiting, book = await waiting_for_second(uow), await uow.audit_schemes.book()
    lists = web_of(request).application.policy.record_lists
    context = {
        "days": days,
        "periods": list(PERIODS.items()),
        "waiting": waiting,
        "twice": len(found),
        "grades": line_of("Grade", agreement_of([(each.first, each.second) for each in found])),
        "criteria": _of_criteria(found, book),
        "themes": _of_themes(found, lists),
        "coded": sum(each.worker_themes is not None for each in found),
    }
    return await page(request, "pages/audit_agreement.html", context)


def _of_criteria(found: Sequence[GradedTwice], book: SchemeBook) -> list[View]:
    pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
    names: dict[tuple[str, str], str] = {}
    for each in found:
        scheme = book.schemes[each.scheme]
        names |= {("held", one.code): one.words for one in scheme.held}
        names |= {("effort", one.code): one.words for one in scheme.effort}
        for code, mark in each.first_marks.items():
            if code in each.second_marks:
                pairs.setdefault((each.kind, code), []).append((mark, each.second_marks[code]))
    order = [key for key in names if key in pairs]
    return [line_of(names[key], agreement_of(pairs[key])) for key in order]


def _of_themes(found: Sequence[GradedTwice], lists: RecordLists) -> list[View]:
    coded = [
        (each.worker_themes, each.auditor_themes)
        for each in found
        if each.worker_themes is not None and each.auditor_themes is not None
    ]
    told = sorted({code for worker, auditor in coded for code in worker | auditor})
    names = {f"push_{code}": f"Went away from: {said.lower()}" for code, said in lists.push.items()}
    names |= {f"pull_{code}": f"Went to: {said.lower()}" for code, said in lists.pull.items()}
    lines = []
    for code in told:
        pairs = [(code in worker, code in auditor) for worker, auditor in coded]
        line = line_of(names.get(code, words(code)), agreement_of(pairs))
        line["by_worker"] = sum(worker for worker, _ in pairs)
        line["by_auditor"] = sum(auditor for _, auditor in pairs)
        lines.append(line)
    return lines


def line_of(name: str, found: Agreement) -> View:
    """Return one line of agreement: counts, per cent, kappa, and whether these are too few to rest anything on."""
    return {
        "name": name,
        "pairs": found.pairs,
        "same": found.same,
        "share": share_of(found.same, found.pairs) if found.pairs else "none",
        "kappa": "none" if found.kappa is None else f"{float(found.kappa):.2f}",
        "few": found.few,
    }
