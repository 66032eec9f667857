"""A missing episode's page: times kept apart, the placement at the time, messages received, the duty and timeline."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from missing_coord.domain.access import Role
from missing_coord.domain.areas import Areas
from missing_coord.domain.cases import Episode
from missing_coord.domain.episodes import EpisodeStatus
from missing_coord.domain.plurals import plural
from missing_coord.storage.views.episodes import EpisodeDetail, EpisodeDuty, episode_detail
from missing_coord.storage.views.returns import PresumedReturnLine
from missing_coord.storage.views.timeline import NoticeLine
from missing_coord.web import show
from missing_coord.web.answers import page
from missing_coord.web.pages.returns import row_of
from missing_coord.web.session import OFFICE, OPENERS, SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Readers = Annotated[
    SignedIn,
    Depends(require(*OPENERS, Role.EXPLOITATION_LEAD)),
]
FLAGS = {
    "references_disagree_on_end": "Police references disagree about the end; the best known end is used.",
    "council_list_only": "Only the council's own list knows of this episode; no police message came.",
    "start_not_known": "When the child went missing is not known; the first message stands for it.",
    "return_presumed": "Nobody told us of the return. It is presumed from when the child was next seen.",
    "return_confirmed": "The office confirmed the return, by a sign or as it was told; police have not told us of it.",
    "from_history": "Brought over from the council's earlier records; no live message told of it.",
    "given_in_days": "The earlier records give days without times.",
    "start_adjusted": "The start was moved to the end of the episode before, which overlapped.",
}


@router.get("/episodes/{episode_id}")
async def episode(request: Request, episode_id: str, who: Readers) -> Response:
    """Show an episode, and write in the audit trail that the page was opened."""
    web = web_of(request)
    council = web.application.policy.council
    async with web.acting(who.actor) as uow:
        found = await episode_detail(uow, episode_id, council=council)
        now = uow.now
    may_open = who.role in OPENERS
    context = {
        "child": show.identity(found.identity, now=now, areas=web.areas),
        "episode": _episode(found, web.areas),
        "interview": found.duty,
        "may_decide_child": who.role in OFFICE,
        "may_tell_back": who.role in OFFICE and found.episode.status == EpisodeStatus.OPEN,
        "notices": [_notice(each, found.hidden) for each in found.notices],
        "return_warnings": [show.return_warning(each) for each in found.return_warnings],
        "timeline": show.timeline(found.timeline, may_open=may_open),
        "may_open": may_open,
    }
    return await page(
        request, "pages/episode.html", context, reference=f"Episode {_reference(found.episode)}"
    )


def _sign(line: PresumedReturnLine) -> show.View:
    row = row_of(line)
    return {"id": row["id"], "text": row["sign"], "answer": row["answer"]}


def _reference(episode: Episode) -> str:
    return ", ".join(show.told_references(episode.refs)) or episode.episode_id


def _episode(found: EpisodeDetail, areas: Areas) -> show.View:
    episode, duty = found.episode, found.duty
    return {
        "episode_id": episode.episode_id,
        "reference": _reference(episode),
        "kind": show.KIND_NAMES.get(episode.kind, episode.kind),
        "status": show.STATUS_NAMES[EpisodeStatus(episode.status)],
        "risk": episode.risk or "not stated",
        "population": episode.population,
        "last_seen_at": episode.last_seen_at,
        "reported_at": episode.reported_at,
        "found_at": episode.found_at,
        "returned_at": episode.returned_at,
        "safe_and_well_at": episode.safe_and_well_at,
        "told_at": episode.told_at,
        "told_ended_at": episode.told_ended_at,
        "due_at": duty.due_at if duty else None,
        "provisional": duty.provisional if duty else False,
        "clock": _clock(episode, duty),
        "worked_out": duty.worked_out if duty else _no_duty(episode),
        "lag": show.lag_words(duty.told_lag) if duty else None,
        "signs": [_sign(each) for each in found.returns],
        "flags": [FLAGS.get(flag, flag) for flag in episode.flags],
        "placement": _placement(found, areas),
        "responsible": show.authority_words(episode.responsible_authority, areas),
    }


def _clock(episode: Episode, duty: EpisodeDuty | None) -> str:
    if duty is not None:
        return duty.clock
    return "not_started" if episode.status == EpisodeStatus.OPEN else "closed"


def _no_duty(episode: Episode) -> str:
    if episode.status == EpisodeStatus.OPEN:
        return "the 72 hours begin with the return"
    if episode.status == EpisodeStatus.CANCELLED:
        return "none is due, as the report was cancelled"
    return "no interview that you may see belongs to this episode"


def _placement(found: EpisodeDetail, areas: Areas) -> str:
    """Return the placement as it stood when the episode began; of a confidential one only that there was one."""
    episode = found.episode
    if not episode.placement_id:
        return "None: at home, or not known"
    kind = show.place_words(episode.place_code).capitalize()
    if found.confidential:
        return f"{kind}, confidential"
    miles = (
        f", {plural(episode.distance_miles, 'mile')} from home" if episode.distance_miles is not None else ""
    )
    provider = episode.provider_name or "provider not known"
    where = show.within(show.area_words(episode.host_authority, areas))
    return f"{kind}, {provider}, {where}{miles}"


SAID = {
    "warning_markers": "Warning markers",
    "circumstances": "Circumstances",
    "companions": "With",
    "places": "Places",
    "vehicles": "Vehicles",
    "phone": "Telephone",
    "last_seen_place": "Last seen at",
}
NO_PLACES = ("warning_markers", "companions", "vehicles")
"""What is shown of a child with a confidential placement: no words in which police may have written the address."""


def _notice(notice: NoticeLine, hidden: bool) -> show.View:
    standing = "The latest of its kind" if notice.current else "A later one of its kind came"
    return {
        "notice_id": notice.notice_id,
        "review_id": notice.incident_id,
        "words": [(SAID[name], said) for name, said in notice.words if name in NO_PLACES or not hidden],
        "force": notice.force,
        "reference": notice.reference,
        "message": notice.message,
        "issued_at": notice.issued_at,
        "received_at": notice.received_at,
        "version": notice.version,
        "standing": f"{standing}; came after a later message" if notice.late else standing,
    }
