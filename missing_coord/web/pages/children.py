"""A child's page: identity, placements, episodes, interviews, links and the timeline of everything."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.areas import Areas
from missing_coord.storage.views.children import (
    ChildDetail,
    ChildEpisodeLine,
    ChildPattern,
    PlacementLine,
    child_detail,
)
from missing_coord.storage.views.sharing import leads_to_call
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.rendering import words
from missing_coord.web.session import OFFICE, OPENERS, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[
    SignedIn,
    Depends(require(*OPENERS, Role.EXPLOITATION_LEAD)),
]
LINKED = "A link with another child is proposed or confirmed. Ask the exploitation lead{names}."


@router.get("/children/{child_id}")
async def child(request: Request, child_id: str, who: Readers) -> Response:
    """Show a child, and write in the audit trail that the page was opened."""
    web = web_of(request)
    council = web.application.policy.council
    async with web.acting(who.actor) as uow:
        found = await child_detail(uow, child_id, council=council)
        leads = await leads_to_call(uow) if found.linked else []
        now = uow.now
    may_open = who.role in OPENERS
    context = {
        "child": show.identity(found.identity, now=now, areas=web.areas),
        "placements": [_placement(each, web.areas) for each in found.placements],
        "episodes": [_episode(each) for each in found.episodes],
        "interviews": found.interviews,
        "patterns": [_pattern(each) for each in found.patterns],
        "linked": _linked(leads) if found.linked and not found.patterns else None,
        "may_keep_wishes": who.role in OFFICE,
        "may_see_family": who.role in (*OFFICE, Role.EXPLOITATION_LEAD),
        "return_warnings": [show.return_warning(each) for each in found.return_warnings],
        "timeline": show.timeline(found.timeline, may_open=may_open),
        "may_open": may_open,
    }
    return await page(request, "pages/child.html", context, reference=_reference(found))


def _linked(leads: list[str]) -> str:
    return LINKED.format(names=f": {', '.join(leads)}" if leads else "")


def _reference(found: ChildDetail) -> str:
    return f"Child {found.identity.child_id}"


def _placement(placement: PlacementLine, areas: Areas) -> show.View:
    return {
        "from_on": placement.start_date,
        "to_on": placement.end_date,
        "kind": show.place_words(placement.place_code).capitalize(),
        "provider": placement.provider_name or "Not known",
        "area": show.area_words(placement.authority, areas),
        "confidential": placement.confidential,
    }


def _episode(episode: ChildEpisodeLine) -> show.View:
    return {
        "episode_id": episode.episode_id,
        "reference": ", ".join(show.told_references(episode.references)),
        "kind": show.KIND_NAMES.get(episode.kind, episode.kind),
        "started_at": episode.started_at,
        "ended_at": episode.ended_at,
        "status": episode.status,
        "interview_id": episode.interview_id,
        "state": episode.state,
    }


def _pattern(pattern: ChildPattern) -> show.View:
    return {"pattern_id": pattern.pattern_id, "text": f"{words(pattern.kind)} ({pattern.state})."}
