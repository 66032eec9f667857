"""What every page of one running web application shares; kept on the FastAPI application's state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import Request

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor
from missing_coord.domain.areas import Areas
from missing_coord.services.sign_in import Gate
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.web.limiter import SignInLimiter
from missing_coord.web.live_feed import LiveFeed


@dataclass(slots=True, kw_only=True)
class Web:
    """The application behind the pages, how cookies are set, and who listens.

    `gate` is the way in; `watching` knows the same sessions, and being asked by a page alone keeps none of them alive.
    """

    application: Application
    gate: Gate
    watching: Gate
    feed: LiveFeed
    limiter: SignInLimiter
    council_name: str
    areas: Areas
    demo: bool = False
    secure_cookies: bool = True

    def now(self) -> datetime:
        """Return the present instant in UTC by the application's clock."""
        return self.application.clock.now()

    @asynccontextmanager
    async def acting(self, actor: Actor) -> AsyncIterator[SqlUnitOfWork]:
        """Open one transaction for one request on behalf of somebody; leaving the block commits."""
        async with self.application.database.unit_of_work(actor) as uow:
            yield uow


def address_of(request: Request) -> str:
    """Return the start of the product's own links: the address in the settings, else the one that was asked."""
    return web_of(request).application.settings.public_url or str(request.base_url).rstrip("/")


def web_of(request: Request) -> Web:
    """Return what this running application shares."""
    return cast(Web, request.app.state.web)
