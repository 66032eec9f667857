"""Who is missing now with the day's situation, saying that a child is back, and finding any child."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.reporting.situation import Situation, situation
from missing_coord.services.return_answers import tell_return
from missing_coord.storage.views.missing import FoundChild, MissingLine, found_children, missing_now
from missing_coord.web import show
from missing_coord.web.answers import fragment, page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.live import QUEUE
from missing_coord.web.rendering import words
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import Web, web_of

router = APIRouter(include_in_schema=False)
Office = Annotated[SignedIn, Depends(require(*OFFICE))]
Finders = Annotated[SignedIn, Depends(require(*OFFICE, Role.EXPLOITATION_LEAD))]
OFTEN = 3
"""From so many times missing in 90 days on the number is shown."""
LISTS = {
    "open": "/queue",
    "breached": "/queue?clock=breached",
    "unassigned": "/queue?clock=unassigned",
    "review": "/reviews",
    "quarantined": "/quarantine",
}
"""The lists behind figures of the situation, where a page holds one."""


@router.get("/missing")
async def missing(request: Request, who: Office) -> Response:
    """Show everybody who is missing now, the longest first, and how things stand today."""
    return await page(request, "pages/missing.html", await _live_part(request, who), live=QUEUE)


@router.get("/missing/rows")
async def missing_rows(request: Request, who: Office) -> Response:
    """Answer with the part of the page that it fetches again."""
    return fragment(request, "partials/missing_live.html", await _live_part(request, who))


async def _live_part(request: Request, who: SignedIn) -> show.View:
    """Count over everything, so that everybody reads the same figures; rows come under the reader's own rights."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        found = await missing_now(uow)
        async with uow.as_system():
            stands = await situation(uow, now=uow.now)
    return {
        "now": stands.as_at,
        "rows": [_row(each, web) for each in found],
        "situation": _situation(stands),
    }


def _situation(stands: Situation) -> list[show.View]:
    return [{"name": each.name, "count": each.count, "href": LISTS.get(each.key)} for each in stands.lines]


def _row(each: MissingLine, web: Web) -> show.View:
    now, ours = web.now(), web.areas.ours
    others = each.responsible_authority not in ("", ours)
    return {
        "episode_id": each.episode_id,
        "child_id": each.child_id,
        "name": each.name,
        "age": show.age_on(each.date_of_birth, now),
        "references": show.told_references(each.references),
        "kind": show.KIND_NAMES.get(each.kind, each.kind),
        "risk": words(each.risk).lower() if each.risk else None,
        "population": each.population,
        "authority": web.areas.named(each.responsible_authority) if others else None,
        "placement": _placement(each, web),
        "started_at": each.started_at,
        "start_known": each.start_known,
        "length": show.lag_words(now - each.started_at),
        "times": each.times if each.times >= OFTEN else None,
        "match_pending": each.match_pending,
        "sign_id": each.sign_id or None,
    }


def _placement(each: MissingLine, web: Web) -> str:
    """Of a confidential placement the episode keeps its kind alone."""
    if not each.place_code:
        return "Home, or not known"
    kind = show.place_words(each.place_code).capitalize()
    if not each.host_authority:
        return kind
    return f"{kind}, {show.within(show.area_words(each.host_authority, web.areas))}"


@router.get("/missing/{episode_id}")
async def ask_return(request: Request, episode_id: str, who: Office) -> Response:
    """Ask since when a missing child is back, and who told the office."""
    return await _ask(request, who, episode_id, Form(fields={}))


@router.post("/missing/{episode_id}")
async def record_return(request: Request, episode_id: str, who: Office) -> Response:
    """Keep that somebody told the office of a return: the episode ends, and the 72 hours run from the time given."""
    form = await read_form(request)
    returned_at = form.when("returned_at", "Enter since when the child is back")
    reason = form.required("reason", "Say who told you")
    web = web_of(request)
    if returned_at is None or form.errors:
        return await _ask(request, who, episode_id, form)
    try:
        async with web.acting(who.actor) as uow:
            told = await tell_return(
                uow,
                child_id=_one(await missing_now(uow, episode_id=episode_id)).child_id,
                episode_id=episode_id,
                returned_at=returned_at,
                reason=reason,
                policy=web.application.policy,
            )
    except DomainError as error:
        form.refused(error, known=("returned_at", "reason"), names={})
        return await _ask(request, who, episode_id, form)
    return redirect(request, f"/presumed-returns/{told}", said="The child is back; the 72 hours run.")


def _one(found: list[MissingLine]) -> MissingLine:
    if not found:
        raise NotFound(
            "Nobody is missing under this reference: the child is back, or the report was cancelled."
        )
    return found[0]


async def _ask(request: Request, who: SignedIn, episode_id: str, form: Form) -> Response:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        found = _one(await missing_now(uow, episode_id=episode_id))
        uow.audit("opened", subject_type="episode", subject_id=found.episode_id, child_id=found.child_id)
    context = {"row": _row(found, web), "values": form.values(), "errors": form.errors}
    status = 422 if form.errors else 200
    return await page(request, "pages/back.html", context, status=status, reference=f"Child {found.child_id}")


@router.get("/find")
async def ask_whom_to_find(request: Request, who: Finders) -> Response:
    """Ask which child is looked for."""
    return await page(request, "pages/find.html", {"wanted": "", "rows": []})


@router.post("/find")
async def find(request: Request, who: Finders) -> Response:
    """Find children by a number, a police reference, or the beginning of a name, or one that sounds so.

    Posted, so that no name stands in an address: those are kept by browsers and proxies.
    """
    web = web_of(request)
    wanted = (await read_form(request)).text("q")[:100]
    async with web.acting(who.actor) as uow:
        found = await found_children(uow, wanted) if wanted else []
        now = uow.now
    rows = [_found(each, web, show.age_on(each.date_of_birth, now)) for each in found]
    return await page(request, "pages/find.html", {"wanted": wanted, "rows": rows})


def _found(each: FoundChild, web: Web, age: int | None) -> show.View:
    return {
        "child_id": each.child_id,
        "name": each.name,
        "born_on": each.date_of_birth,
        "age": age,
        "status": words(each.status).capitalize() if each.status else "Not known",
        "authority": show.authority_words(each.responsible_authority, web.areas),
        "missing": each.missing,
        "waiting": each.waiting,
    }
