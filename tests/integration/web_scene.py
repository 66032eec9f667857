"""The web application on a real database, with a person of every role signed in, for the tests of its pages."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from missing_coord.bootstrap import Application
from missing_coord.domain.access import PEOPLE_ROLES, Actor, Role
from missing_coord.domain.clock import FixedClock
from missing_coord.services.ports.accounts import Account, PasswordHasher, Session
from missing_coord.services.ports.work import Policy
from missing_coord.settings import Settings
from missing_coord.storage.database import Database as Storage
from missing_coord.web.app import create_app
from tests.builders.passwords import QuickPasswords
from tests.databases import Database
from tests.integration.interviews_council import COUNCIL, NOW, Council

ADDRESS = "http://127.0.0.1:8000"
PASSWORD = "three-plain-otters"
OPERATOR = Actor(role=Role.ADMINISTRATOR, name="operator")
GATE = Actor(role=Role.SIGN_IN, name="sign-in")
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_VERSION = re.compile(r'name="expected_version" value="([0-9]+)"')


@dataclass(slots=True, kw_only=True)
class Browser:
    """One person's browser: keeps cookies, follows no redirect, sends what a browser sends of its origin."""

    http: httpx2.AsyncClient
    token: str = ""

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open a page."""
        answer = await self.http.get(path, headers=headers)
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    async def post(self, path: str, **fields: Any) -> httpx2.Response:
        """Send a form with the token of the last page."""
        return await self.http.post(path, data={"csrf_token": self.token, **fields})

    async def record(self, interview_id: str, form: str, **fields: Any) -> httpx2.Response:
        """Open an interview's page and send one of its forms."""
        page = await self.get(f"/interviews/{interview_id}")
        return await self.post(
            f"/interviews/{interview_id}/{form}", expected_version=version_on(page.text), **fields
        )

    async def sign_in(self, username: str, password: str = PASSWORD, **fields: str) -> httpx2.Response:
        """Sign in through the page."""
        await self.get("/sign-in")
        answer = await self.post("/sign-in", username=username, password=password, **fields)
        if answer.status_code == 303:
            await self.get(answer.headers["location"])
        return answer


@dataclass(slots=True, kw_only=True)
class Site:
    """The application, its council, and browsers."""

    app: FastAPI
    council: Council
    clock: FixedClock
    people: dict[Role, Account]
    _browsers: dict[Role, Browser] = field(default_factory=dict)

    def browser(self, *, address: str = ADDRESS) -> Browser:
        """Return a browser in which nobody is signed in."""
        transport = httpx2.ASGITransport(app=self.app)
        return Browser(
            http=httpx2.AsyncClient(transport=transport, base_url=address, headers={"Origin": address})
        )

    async def signed_in(self, role: Role) -> Browser:
        """Return the browser of the person of a role."""
        if role not in self._browsers:
            browser = self.browser()
            browser.http.cookies.set("missing-coord", await self._session(role))
            await browser.get("/nothing-here")
            self._browsers[role] = browser
        return self._browsers[role]

    async def _session(self, role: Role) -> str:
        """Open a session without the slow check of a password and return its token."""
        token, now = secrets.token_urlsafe(32), self.clock.now()
        session = Session(
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            form_token=secrets.token_urlsafe(32),
            user_id=self.people[role].user_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=12),
        )
        async with self.council.database.unit_of_work(GATE) as uow:
            await uow.accounts.open_session(session)
        return token

    async def worker_with(self, **changes: Any) -> str:
        """Return the id of an interview that is assigned to the worker who can sign in."""
        return await self.council.due(worker_id="W01", independence_basis="independent_of_care", **changes)


def version_on(text: str) -> str:
    """Return the version that the forms of a page carry."""
    found = _VERSION.search(text)
    assert found, "no form on this page"
    return found[1]


def errors_on(text: str) -> list[str]:
    """Return the errors that a page shows beside its fields."""
    found = re.findall(r'class="govuk-error-message">(.*?)</p>', text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", each).replace("Error:", "").strip() for each in found]


def headings_on(text: str) -> list[str]:
    """Return the headings of the parts of a page."""
    return re.findall(r'<h2 class="govuk-heading-m">([^<]*)</h2>', text)


@asynccontextmanager
async def open_site(
    database: Database,
    *,
    demo: bool = False,
    secure_cookies: bool = False,
    hasher: PasswordHasher | None = None,
) -> AsyncIterator[Site]:
    """Open the application on a fresh database with two workers and a person of every role."""
    clock = FixedClock(NOW)
    storage = Storage.open(database.app_url, clock=clock, pool_size=6)
    council = Council(database=storage, clock=clock)
    application = Application(
        settings=Settings(),
        clock=clock,
        database=storage,
        policy=Policy(council=COUNCIL),
        database_url=database.app_url,
        owner_url=None,
    )
    hasher = hasher or QuickPasswords()
    try:
        await council.worker("W01", name="Ade Farrow")
        await council.worker("W02", name="Bryn Calloway")
        people = await _people(storage, hasher)
        app = create_app(application, demo=demo, secure_cookies=secure_cookies, hasher=hasher)
        async with app.router.lifespan_context(app):
            yield Site(app=app, council=council, clock=clock, people=people)
    finally:
        await storage.close()


async def _people(storage: Storage, hasher: PasswordHasher) -> dict[Role, Account]:
    """Open an account for each role."""
    digest = await hasher.hash(PASSWORD)
    people = {role: _account(role) for role in PEOPLE_ROLES}
    async with storage.unit_of_work(OPERATOR) as uow:
        for account in people.values():
            await uow.accounts.add(account, digest)
    return people


def _account(role: Role) -> Account:
    return Account(
        user_id=str(uuid.uuid4()),
        username=role.value.replace("_", "."),
        display_name=f"Jo {role.value.replace('_', ' ').title()}",
        role=role,
        worker_id="W01" if role is Role.INTERVIEW_WORKER else "",
        demo=False,
        created_at=NOW,
        disabled_at=None,
        version=1,
    )
