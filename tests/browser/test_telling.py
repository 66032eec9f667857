"""The pages about telling people: on a desk and on a phone, by keyboard alone, and without scripts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from missing_coord.domain.access import Role
from missing_coord.web.rendering import london_input
from tests.browser.conftest import DESKTOP, PHONE, Screens
from tests.browser.running_site import RunningSite

PAGES = (
    "/alerts",
    "/deliveries",
    "/professionals",
    "/disputes",
    "/ladders",
    "/rotas",
    "/contacts",
    "/messages",
)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1366", "390"])
def test_every_page_about_telling_fits_its_screen_and_pleases_axe(
    screens: Screens, site: RunningSite, size: dict[str, int]
) -> None:
    interview_id = site.comes_back(site.children[1], hours_ago=30)
    site.sweep()
    site.watch()
    manager = screens.open(f"telling-{size['width']}", size)
    manager.sign_in(Role.MANAGER)
    for path in (*PAGES, f"/interviews/{interview_id}/clocks"):
        manager.go(path)
        expect(manager.page.locator("h1")).to_be_visible()
    manager.go("/rotas")
    manager.page.locator("summary").last.click()
    manager.look("a-new-rota")


def test_an_alert_is_taken_on_by_keyboard_on_a_phone_without_scripts(
    screens: Screens, site: RunningSite
) -> None:
    interview_id = site.comes_back(site.children[2], hours_ago=30)
    site.watch()
    ((alert_id,),) = site.rows(
        "select alert_id::text from alerts where subject_id = :id and clock = 'offer' and closed_at is null",
        id=interview_id,
    )
    screen = screens.open("alerts-plain-390", PHONE, scripts=False)
    screen.sign_in(Role.COORDINATOR)
    page = screen.page
    page.goto(f"{site.address}/alerts")
    row = page.locator("tr", has=page.locator(f"#alert-{alert_id}"))
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("I will ring the carer")
    page.locator(f"#p{alert_id}-until_at").fill(london_input(site.clock.now() + timedelta(hours=5)))
    screen.picture("alert-plain")
    row.get_by_role("button", name="Take it on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have taken this on.")).to_be_visible()
    assert site.rows("select reason from promises where subject_id = :id", id=alert_id) == [
        ("I will ring the carer",)
    ]


def test_a_rota_is_typed_as_rows_without_scripts(screens: Screens, site: RunningSite) -> None:
    screen = screens.open("rota-plain-390", PHONE, scripts=False)
    screen.sign_in(Role.COORDINATOR)
    page = screen.page
    page.goto(f"{site.address}/rotas")
    page.locator("#new-shifts-name").fill("duty")
    page.locator("#new-shifts-1-person").select_option(index=1)
    page.locator("#new-shifts-1-days").select_option(label="Every day")
    page.locator("#new-shifts-1-starts").fill("09:00")
    page.locator("#new-shifts-1-ends").fill("09:00")
    screen.picture("rota-plain")
    page.get_by_role("button", name="Add rota", exact=True).click()
    expect(page.get_by_text("The rota is saved.")).to_be_visible()
    expect(page.get_by_text("Somebody is on duty at any time of the next 14 days")).to_be_visible()
