"""The coordinators' live queue: most urgent first, filters in the address, counts that equal their lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from missing_coord.domain.access import Role
from missing_coord.domain.plurals import plural
from missing_coord.storage.views import interviews as views
from missing_coord.storage.views.interviews import TILES, QueueFilters, QueueRow
from missing_coord.web import show
from missing_coord.web.answers import fragment, page
from missing_coord.web.live import QUEUE
from missing_coord.web.navigation import FIRST_PAGE
from missing_coord.web.paging import Pages, pages_of
from missing_coord.web.session import OFFICE, SignedIn, anyone_signed_in, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50
Readers = Annotated[SignedIn, Depends(require(*OFFICE, Role.QUALITY_AUDITOR))]
Anyone = Annotated[SignedIn, Depends(anyone_signed_in())]
FILTER_NAMES = ("q", "clock", "state", "population", "worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters of the address; what is no filter counts for nothing."""

    q: str = ""
    clock: str = ""
    state: str = ""
    population: str = ""
    worker: str = ""

    @classmethod
    def of(cls, request: Request) -> Asked:
        """Read the filters of a request."""
        given = {name: request.query_params.get(name, "").strip()[:200] for name in FILTER_NAMES}
        return cls(**given)

    @property
    def used(self) -> dict[str, str]:
        """The filters in use."""
        return {name: getattr(self, name) for name in FILTER_NAMES if getattr(self, name)}

    @property
    def tile(self) -> str:
        """The tile whose list this is, empty when other filters are in use."""
        if not self.used:
            return "open"
        return self.clock if self.used.keys() == {"clock"} and self.clock in TILES else ""

    def narrow(self, rows: Sequence[QueueRow], now: datetime) -> list[QueueRow]:
        """Return the rows that the filters admit."""
        tile = TILES.get(self.clock, views.EVERYTHING)
        rest = QueueFilters(
            state=self.state, population=self.population, worker_id=self.worker, search=self.q
        )
        found = views.narrowed(views.narrowed(rows, tile, now=now), rest, now=now)
        return [row for row in found if self._more_than_a_tile(row, now)]

    def _more_than_a_tile(self, row: QueueRow, now: datetime) -> bool:
        """Say whether a row meets the time filters that are no tile."""
        if self.clock == "no_outcome":
            return row.visit_without_outcome(now=now)
        return self.clock != "not_started" or row.clock == "not_started"


@router.get("/")
async def first_page(who: Anyone) -> Response:
    """Send everybody to the page where their work begins."""
    return RedirectResponse(FIRST_PAGE[who.role], status_code=303)


@router.get("/queue")
async def queue(request: Request, who: Readers) -> Response:
    """Show the queue."""
    asked = Asked.of(request)
    context = await _live_part(request, who, asked)
    more = {
        "filters": {name: getattr(asked, name) for name in FILTER_NAMES},
        "active": len(asked.used),
        "rows_url": _rows_url(request),
    }
    return await page(request, "pages/queue.html", {**context, **more}, live=QUEUE)


@router.get("/queue/rows")
async def queue_rows(request: Request, who: Readers) -> Response:
    """Answer with the part of the queue that its page fetches again."""
    return fragment(request, "partials/queue_live.html", await _live_part(request, who, Asked.of(request)))


async def _live_part(request: Request, who: SignedIn, asked: Asked) -> show.View:
    web = web_of(request)
    async with web.acting(who.actor) as uow:
        rows = await views.open_rows(uow, now=uow.now)
        now = uow.now
    shown, counts = asked.narrow(rows, now), views.tile_counts(rows, now=now)
    pages = Pages.asked(request, size=PAGE_SIZE).within(len(shown))
    part = shown[pages.offset : pages.offset + PAGE_SIZE]
    more = len(shown) > pages.offset + PAGE_SIZE
    may_assign = who.role in OFFICE
    return {
        "now": now,
        "tiles": show.tiles(counts, path="/queue", current=asked.tile),
        "rows": [show.queue_row(row, now=now, may_assign=may_assign) for row in part],
        "summary": _summary(counts, shown, narrowed=bool(asked.used)),
        "pager": pages_of(request, pages, more=more, count=len(part), total=len(shown), path="/queue"),
        "workers": sorted(
            {(row.worker_id, row.worker_name) for row in rows if row.worker_id}, key=lambda w: w[1]
        ),
    }


def _summary(counts: dict[str, int], shown: Sequence[QueueRow], *, narrowed: bool) -> str:
    said = (
        f"{plural(counts['open'], 'open interview')}: {counts['breached']} breached,"
        f" {counts['due_soon']} due within 12 hours, {counts['unassigned']} without a worker."
    )
    return f"{said} This list: {len(shown)}." if narrowed else said


def _rows_url(request: Request) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if value]
    return "/queue/rows" + (f"?{urlencode(kept)}" if kept else "")
