"""Makes the web application: middlewares, error pages, static files, every router, and the live feed while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from missing_coord.bootstrap import Application, area_names_in_force
from missing_coord.domain.areas import Areas
from missing_coord.resources import static_folder
from missing_coord.services.ports.accounts import PasswordHasher
from missing_coord.services.sign_in import Gate, SessionPolicy
from missing_coord.storage.notifications import Changes
from missing_coord.storage.passwords import Argon2Passwords
from missing_coord.tracing import tracing
from missing_coord.web import errors, problems
from missing_coord.web.limiter import SignInLimiter
from missing_coord.web.live import Broadcaster
from missing_coord.web.live_feed import LiveFeed
from missing_coord.web.measured import Measured
from missing_coord.web.routers import ROUTERS
from missing_coord.web.screen_traces import ScreenTraces
from missing_coord.web.security import MEBIBYTE, BodyLimit, SameOriginWrites, SecurityHeaders
from missing_coord.web.session import AccessRule
from missing_coord.web.state import Web

INTAKE_LIMIT = 16 * MEBIBYTE


def create_app(
    application: Application,
    *,
    demo: bool = False,
    secure_cookies: bool | None = None,
    council_name: str = "",
    changes: Changes | None = None,
    hasher: PasswordHasher | None = None,
) -> FastAPI:
    """Return the web application on an open application.

    `secure_cookies` None: as the address that people type says (https or not). `changes`, when given, is listened to
    and kept running by the caller; otherwise the application listens for as long as it runs. Stop a server that gets
    no signal by `await app.state.web.feed.stop()` first, as open streams keep it waiting.
    """
    _refuse_open_routes()
    settings = application.settings
    app = FastAPI(
        title="missing-coord",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        middleware=_middlewares(settings.public_url),
    )
    listening = changes or Changes(application.database)
    if tracing():
        listening.follow(ScreenTraces(application.database).heard)
    secure = settings.address.startswith("https://") if secure_cookies is None else secure_cookies
    passwords = hasher or Argon2Passwords()
    app.state.web = Web(
        application=application,
        gate=Gate(units=application.database, hasher=passwords, demo=demo),
        watching=_watching(application, passwords, demo=demo),
        feed=LiveFeed(
            broadcaster=Broadcaster(now=application.clock.now),
            changes=listening,
            owned=changes is None,
        ),
        limiter=SignInLimiter(now=application.clock.now),
        council_name=council_name or settings.council_name or f"Council {settings.council}",
        areas=Areas(settings.council, area_names_in_force(settings)),
        demo=demo,
        secure_cookies=secure,
    )
    _add_answers(app)
    return app


def routes() -> list[APIRoute]:
    """Return every route of every router."""
    return [route for router in ROUTERS for route in _routes_of(router)]


def rules_of(route: APIRoute) -> list[AccessRule]:
    """Return the access rules that a route carries."""
    calls: list[object] = [each.call for each in route.dependant.dependencies]
    return [call for call in calls if isinstance(call, AccessRule)]


def _routes_of(router: APIRouter) -> list[APIRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute)]


def _add_answers(app: FastAPI) -> None:
    errors.add_handlers(app)
    problems.add_problems(app)
    app.mount("/static", StaticFiles(directory=static_folder()), name="static")
    for router in ROUTERS:
        app.include_router(router)


def _refuse_open_routes() -> None:
    """Raise when a route carries no access rule, so that such a program does not start."""
    for route in routes():
        if len(rules_of(route)) != 1:
            raise RuntimeError(f"{route.path}: give this route exactly one access rule (see web/session.py)")


def _watching(application: Application, passwords: PasswordHasher, *, demo: bool) -> Gate:
    """Return a gate that knows every session and writes down no use of any."""
    never = SessionPolicy(touched_every=SessionPolicy().absolute * 2)
    return Gate(units=application.database, hasher=passwords, demo=demo, sessions=never)


def _middlewares(public_url: str | None) -> list[Middleware]:
    """Return the middlewares, the outermost first."""
    own = [f"{parts.scheme}://{parts.netloc}" for parts in [urlsplit(public_url or "")] if parts.netloc]
    return [
        Middleware(Measured),
        Middleware(SecurityHeaders),
        Middleware(SameOriginWrites, trusted_origins=own),
        Middleware(BodyLimit, larger={errors.API: INTAKE_LIMIT}),
        Middleware(errors.NoNul),
        Middleware(errors.CatchUnexpected),
    ]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    web: Web = app.state.web
    web.feed.start()
    try:
        yield
    finally:
        await web.feed.stop()
