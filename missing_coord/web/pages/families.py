"""Siblings and family of a child seen together: each one's episodes, open interviews and open actions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.storage.views.families import FamilyEpisode, Tie, family_of
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[SignedIn, Depends(require(*OFFICE, Role.EXPLOITATION_LEAD))]
TIES = {
    Tie.SELF: "The child whose family this is",
    Tie.SAME_HOME: "Same family home",
    Tie.EARLIER_HOME: "Same family home at some time",
    Tie.NAME_AND_POSTCODE: "Same surname and a postcode in common",
}


@router.get("/children/{child_id}/family")
async def family(request: Request, child_id: str, who: Readers) -> Response:
    """Show a child's family, and write in the audit trail that each child's record was opened."""
    async with web_of(request).acting(who.actor) as uow:
        found = await family_of(uow, child_id)
        now = uow.now
    context = {
        "child_id": child_id,
        "child_name": found[0].display_name,
        "members": [
            {
                "child_id": each.child_id,
                "name": each.display_name,
                "age": show.age_on(each.date_of_birth, now),
                "tie": TIES[each.tie],
                "missing": any(one.ended_at is None for one in each.episodes),
                "episode_count": each.episode_count,
                "episodes": [_episode(one) for one in each.episodes],
                "interviews": each.interviews,
                "actions": each.actions,
            }
            for each in found
        ],
        "may_open": who.role in OFFICE,
    }
    return await page(request, "pages/family.html", context, reference=f"Family of child {child_id}")


def _episode(episode: FamilyEpisode) -> show.View:
    return {
        "episode_id": episode.episode_id,
        "kind": show.KIND_NAMES.get(episode.kind, episode.kind),
        "started_at": episode.started_at,
        "ended_at": episode.ended_at,
    }
