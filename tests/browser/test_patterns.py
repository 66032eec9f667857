"""The exploitation lead at the patterns: with a keyboard, on a telephone, and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Role, system_actor
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.patterns import find_patterns
from tests.browser.conftest import DESKTOP, PHONE, Screens
from tests.browser.running_site import RunningSite
from tests.builders.road import feed

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def linked(site: RunningSite) -> RunningSite:
    """A car and a telephone that three children of the council share, and nobody in the past of the demonstration."""

    async def found(application: Application) -> None:
        back = application.clock.now() - timedelta(days=3)
        rows = []
        for number, child in enumerate(site.children[10:13]):
            at = (back + timedelta(hours=number)).isoformat()
            row = {"force": "Greater Manchester Police", "reference": f"LK-{number}", "message": "returned"}
            row |= {
                "issued_at": at,
                "last_seen_at": (back - timedelta(hours=9)).isoformat(),
                "returned_at": at,
            }
            row |= {name: child[name] for name in ("forename", "surname", "date_of_birth", "sex")}
            rows.append(
                row | {"local_child_id": child["child_id"], "vehicles": "QB22 LLM", "phone": "07700 900417"}
            )
        await feed(application, "police", rows)
        async with application.database.unit_of_work(system_actor("patterns")) as uow:
            await find_patterns(uow, write=RecorderChannel(site.address).write)

    site.work(found)
    return site


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1366", "390"])
def test_the_lead_reads_a_group_and_confirms_it_without_javascript(
    screens: Screens, linked: RunningSite, size: dict[str, int]
) -> None:
    screen = screens.open(f"lead-{size['width']}", size)
    screen.sign_in(Role.EXPLOITATION_LEAD)
    for path in (
        "/patterns?strength=all",
        "/patterns?kind=emerging_group",
        "/patterns/network",
        "/patterns/meeting",
        "/patterns/places",
        "/sharing",
    ):
        screen.go(path)
    screen.go("/patterns?status=all")
    screen.page.get_by_role("link", name="3 children linked by").first.click()
    screen.look("group")
    expect(screen.page.get_by_role("img", name="3 children and 3 links")).to_be_visible()
    expect(screen.page.get_by_role("table", name="The links of the picture")).to_be_visible()
    path = screen.page.url.removeprefix(linked.address)
    for part in ("summary", "disruptions"):
        screen.go(f"{path}/{part}")
    if size is PHONE:
        _confirm_without_scripts(screens, path)


def _confirm_without_scripts(screens: Screens, path: str) -> None:
    plain = screens.open("plain-390", PHONE, scripts=False)
    plain.sign_in(Role.EXPLOITATION_LEAD)
    page = plain.page
    page.goto(plain.site.address + path)
    page.get_by_role("link", name="Decide", exact=True).focus()
    page.keyboard.press("Enter")
    page.fill("#pattern-reason", "Known to the panel")
    page.get_by_role("button", name="Confirm").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Confirmed by Jo")).to_be_visible()
    page.goto(f"{plain.site.address}/patterns/meeting?by=person")
    expect(page.get_by_role("rowheader", name="QB22 LLM")).to_be_visible()
