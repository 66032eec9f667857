"""Whether this process is up and ready, and the counts that an operator watches; never anything about a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import MissingCoordError
from missing_coord.health import Health
from missing_coord.storage.revisions import fault_of
from missing_coord.storage.views import health as views_health
from missing_coord.storage.views.health import Standing
from missing_coord.telemetry import logger
from missing_coord.web.session import Open
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
log = logger(__name__)
WATCH = system_actor("health")
Probe = Annotated[None, Depends(Open(why="probes have no account; no personal detail is shown"))]
NOT_READY = (SQLAlchemyError, MissingCoordError, OSError)


def health_of(app: FastAPI) -> Health:
    """Return the signs of life of this running application; whoever starts the parts tells it of them."""
    kept = getattr(app.state, "health", None)
    if not isinstance(kept, Health):
        kept = Health()
        app.state.health = kept
    return kept


@router.get("/live")
async def live(_: Probe) -> Response:
    """Answer as long as the process can."""
    return JSONResponse({"status": "up"})


@router.get("/ready")
async def ready(request: Request, _: Probe) -> Response:
    """Answer 200 when the database is at the newest schema and every part of this process is at work, else 503."""
    health = health_of(request.app)
    checks = {"database": await _database(request), **await health.checks()}
    fine = all(answer == "ok" for answer in checks.values())
    body = {"status": "ready" if fine else "not ready", "checks": checks}
    return JSONResponse(body, status_code=200 if fine else 503)


@router.get("/metrics")
async def metrics(request: Request, _: Probe) -> Response:
    """Return the metrics of the process and the counts of the work, in the text format of Prometheus."""
    try:
        async with web_of(request).acting(WATCH) as uow:
            standing = await views_health.standing(uow)
    except NOT_READY as error:
        log.warning("counts_not_read", error_type=type(error).__name__)
        standing = None
    counts = CollectorRegistry(auto_describe=False)
    counts.register(_Counts(standing, open_streams=web_of(request).feed.broadcaster.clients))
    text = generate_latest(REGISTRY) + generate_latest(counts)
    return PlainTextResponse(text, media_type=CONTENT_TYPE_LATEST)


async def _database(request: Request) -> str:
    try:
        fault = fault_of(await web_of(request).application.database.layout())
    except NOT_READY as error:
        log.warning("database_does_not_answer", error_type=type(error).__name__)
        return "does not answer"
    return fault or "ok"


@dataclass(frozen=True, eq=False)
class _Counts:
    """The counts as Prometheus collects them; without an answer of the database only that is said."""

    standing: Standing | None
    open_streams: int

    def collect(self) -> Iterable[Metric]:
        yield _gauge("database_up", "Whether the database answered", int(self.standing is not None))
        yield _gauge("open_streams", "Open pages that follow what changes", self.open_streams)
        if self.standing is None:
            return
        states = GaugeMetricFamily(
            "missing_coord_interviews_open", "Open return interviews by state", labels=["state"]
        )
        for state, number in self.standing.open_by_state.items():
            states.add_metric([state], number)
        yield states
        for name, text in _TEXTS.items():
            yield _gauge(name, text, getattr(self.standing, name))


_TEXTS = {
    "interviews_breached": "Open return interviews over their deadline",
    "children_missing": "Missing episodes that are open",
    "reviews_waiting": "Notices whose child nobody is sure of",
    "quarantine_waiting": "Rows in quarantine that nobody has settled",
    "outbox_unsent": "Events not yet delivered",
    "outbox_oldest_seconds": "Age of the oldest event not yet delivered",
    "deliveries_waiting": "Messages to people that have not left yet",
    "deliveries_oldest_seconds": "Age of the oldest message to a person that has not left yet",
    "deliveries_failed": "Messages that reached nobody by their channel within the last hour",
}


def _gauge(name: str, text: str, value: Any) -> Metric:
    return GaugeMetricFamily(f"missing_coord_{name}", text, value=value)
