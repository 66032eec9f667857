"""The live stream of a page: it carries topics and heartbeats, never content; the page fetches under its own rights."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import PlainTextResponse, Response

from missing_coord.domain.access import Role
from missing_coord.web.live import QUEUE
from missing_coord.web.live_feed import INTERVIEW, USER
from missing_coord.web.session import OFFICE, SignedIn, anyone_signed_in
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Anyone = Annotated[SignedIn, Depends(anyone_signed_in())]
FOLLOWED_BY = {
    QUEUE: frozenset({*OFFICE, Role.QUALITY_AUDITOR}),
    INTERVIEW: frozenset({*OFFICE, Role.QUALITY_AUDITOR, Role.INTERVIEW_WORKER}),
    USER: frozenset(Role),
}
MOST_TOPICS = 8


@router.get("/stream")
async def stream(request: Request, who: Anyone) -> Response:
    """Stream the topics asked for; of `interview:<id>` the part before the colon counts, as no content is sent."""
    asked = request.query_params.getlist("topic")[:MOST_TOPICS]
    topics = {re.split(":", topic, maxsplit=1)[0] for topic in asked}
    allowed = {topic for topic in topics if who.role in FOLLOWED_BY.get(topic, ())}
    if not allowed or allowed != topics:
        return PlainTextResponse("There is no such topic that you may follow.", status_code=403)
    return web_of(request).feed.response(allowed)
