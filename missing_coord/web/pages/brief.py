"""The brief before a visit, for the phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Interview
from missing_coord.domain.interview_records import SafeContact
from missing_coord.notify.wording import short_reference
from missing_coord.services.interviews.change import seen
from missing_coord.storage.views.brief import Brief, BriefEpisode, about, read_brief
from missing_coord.storage.views.children import child_identity
from missing_coord.storage.views.interviews_detail import MyInterview, my_interviews, worker_names
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.record_document import action_line
from missing_coord.web.record_words import SAFE_CONTACT
from missing_coord.web.rendering import duration
from missing_coord.web.session import OFFICE, SignedIn, require
from missing_coord.web.state import web_of
from missing_coord.web.visits import place_words

router = APIRouter(include_in_schema=False)
Visitors = Annotated[SignedIn, Depends(require(*OFFICE, Role.INTERVIEW_WORKER))]


@router.get("/interviews/{interview_id}/brief")
async def brief(request: Request, interview_id: str, who: Visitors) -> Response:
    """Show what to know before the visit."""
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        interview = await seen(uow, interview_id)
        found = await read_brief(uow, interview_id=interview_id, child_id=interview.child_id)
        child = await child_identity(uow, interview.child_id, council=web.application.policy.council)
        mine = await my_interviews(uow, now=uow.now) if who.role is Role.INTERVIEW_WORKER else []
        names = await worker_names(uow)
    visit = next((each for each in mine if each.row.interview_id == interview_id), None)
    context = {
        "child": show.identity(child, now=web.now(), areas=web.areas),
        **_view(found, interview, visit, names),
    }
    return await page(
        request, "pages/interview_brief.html", context, reference=f"Interview {context['short']}, brief"
    )


def _view(
    found: Brief, interview: Interview, visit: MyInterview | None, names: Mapping[str, str]
) -> show.View:
    safe = found.told[0] if found.told else None
    unwanted = [names.get(each, f"worker {each}") for each in found.workers_not_wanted]
    return {
        "interview_id": interview.interview_id,
        "short": short_reference(interview.interview_id),
        "visit_at": interview.visit_starts_at,
        "due_at": interview.due_at,
        "place": place_words(visit) if visit else None,
        "phone": visit.phone or None if visit else None,
        "safe_contact": SAFE_CONTACT[SafeContact(safe.safe_contact)] if safe else None,
        "safe_contact_detail": safe.safe_contact_detail or None if safe else None,
        "safe_contact_avoid": safe.safe_contact_avoid or None if safe else None,
        "languages": ", ".join(each[:1].upper() + each[1:] for each in found.languages) or None,
        "unwanted": unwanted,
        "not_me": bool(interview.worker_id) and interview.worker_id in found.workers_not_wanted,
        "markers": list(found.markers),
        "episode_count": found.episode_count,
        "episodes": [_episode(each, found) for each in found.episodes],
        "actions": [action_line(each) for each in found.actions.get(interview.interview_id, ())],
    }


def _episode(episode: BriefEpisode, found: Brief) -> show.View:
    told = about(found, episode)
    return {
        "reference": ", ".join(show.told_references(episode.references)),
        "started_at": episode.started_at,
        "ended_at": episode.ended_at,
        "length": duration(episode.ended_at - episode.started_at) if episode.ended_at else None,
        "risk": episode.risk or None,
        "told": [
            {
                "held_at": each.held_at,
                "asked_for": each.asked_for or None,
                "actions": [action_line(action) for action in found.actions.get(each.interview_id, ())],
            }
            for each in told
        ],
    }
