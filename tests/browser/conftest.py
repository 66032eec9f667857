"""Headless Chromium, and a site that all browser tests share."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from missing_coord.domain.access import Role
from tests.browser.running_site import PASSWORD, RunningSite, running_site
from tests.databases import TestServer
from tests.parts import absent

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-GB",
]
DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
AXE_SCRIPT = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Chromium gives what is folded away in a closed <details> a place on the page, and axe takes it to cover what follows.
FOLDED = "document.querySelectorAll('details:not([open]) > :not(summary)')"
FOLD, UNFOLD = (f"{FOLDED}.forEach((each) => {{ each.style.display = '{how}'; }});" for how in ("none", ""))
SPILT = (
    "[...document.querySelectorAll('td')].find((each) => each.scrollWidth > each.clientWidth + 1)?.innerText"
)
PATIENCE = 40_000  # milliseconds, as the machine may be busy
expect.set_options(timeout=PATIENCE)
PICTURES = os.environ.get("TEST_SCREENSHOTS", "")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium, for one module: while it runs, no other event loop can run here."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        absent("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=FLAGS, env={**os.environ, "LANGUAGE": "en_GB"}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(postgres_server: TestServer, chromium: Browser) -> Iterator[RunningSite]:
    """Serve the site while the browser tests last."""
    with postgres_server.migrated() as database, running_site(database) as running:
        yield running


@dataclass(slots=True, kw_only=True)
class Screen:
    """One person at one screen: goes to pages, and looks at each for what no page may have."""

    page: Page
    site: RunningSite
    name: str
    complaints: list[str]

    def go(self, path: str) -> None:
        """Open a page of the site and look at it."""
        self.page.goto(self.site.address + path)
        self.look()

    def sign_in(self, role: Role, *, look: bool = False) -> None:
        """Sign in by the page; where it is the test's matter, look at that page and at the first one of the role."""
        self.page.goto(self.site.address + "/sign-in")
        if look:
            self.look()
        self.page.fill("#sign-in-username", self.site.username(role))
        self.page.fill("#sign-in-password", PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_selector("#sign-out")
        if look:
            self.look()

    def look(self, label: str = "") -> None:
        """Check the page with axe, that nothing is wider than the screen, and keep a picture if pictures are wanted."""
        where = label or re.sub(r"[^a-z]+", "-", self.page.url.removeprefix(self.site.address)).strip("-")
        self.picture(where)
        self.page.evaluate(FOLD)
        found = self.page.evaluate(
            AXE_SCRIPT + f"; axe.run({{runOnly: {AXE_RULES!r}, resultTypes: ['violations']}})"
        )
        self.page.evaluate(UNFOLD)
        for each in found["violations"]:
            nodes = "; ".join(
                f"{node['html'][:160]} {node['failureSummary'][:200]}" for node in each["nodes"][:3]
            )
            self.complaints.append(f"{self.name} {where}: {each['id']}: {nodes}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            self.complaints.append(f"{self.name} {where}: {wide} px wider than the screen")
        if spilt := self.page.evaluate(SPILT):
            self.complaints.append(f"{self.name} {where}: a table cell spills into its neighbour: {spilt}")

    def picture(self, where: str) -> None:
        """Keep a picture of the page."""
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{PICTURES}/{self.name}-{where or 'first'}.png", full_page=True)


@pytest.fixture
def screens(chromium: Browser, site: RunningSite) -> Iterator[Screens]:
    """Lend screens, and fail at the end if any of them had something to complain of."""
    opened = Screens(chromium=chromium, site=site, complaints=[])
    yield opened
    for context in chromium.contexts:
        context.close()
    assert opened.complaints == []


@dataclass(slots=True, kw_only=True)
class Screens:
    """Opens screens of several sizes, each with cookies of its own."""

    chromium: Browser
    site: RunningSite
    complaints: list[str]

    def open(self, name: str, size: dict[str, int], *, scripts: bool = True) -> Screen:
        """Open a screen; errors in its console are complaints."""
        context = self.chromium.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            java_script_enabled=scripts,
            has_touch=size is PHONE,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        screen = Screen(page=page, site=self.site, name=name, complaints=self.complaints)
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        return screen
