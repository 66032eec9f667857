"""The road as people walk it: a notice comes in live, is assigned, declined or held, at a desk and on a phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from missing_coord.domain.access import Role
from missing_coord.web.rendering import london_input
from tests.browser.conftest import DESKTOP, PHONE, Screen, Screens
from tests.browser.running_site import RunningSite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LIVE = 20_000  # milliseconds within which a change must be on the screen; pages ask again after 30 s anyway


def test_a_notice_taken_in_elsewhere_shows_live_and_keyboard_focus_stays(
    screens: Screens, site: RunningSite
) -> None:
    coordinator = screens.open("coordinator-1366", DESKTOP)
    coordinator.sign_in(Role.COORDINATOR)
    page = coordinator.page
    expect(page.locator("#live-state")).to_have_attribute("data-live", "yes", timeout=LIVE)
    page.evaluate("window.notLoadedAgain = true")
    interview_id = site.comes_back(site.children[0], hours_ago=2)
    row = page.locator(f"#row-{interview_id}")
    expect(row).to_be_visible(timeout=LIVE)
    expect(row).to_contain_text("In time")
    page.locator(f"#assign-{interview_id}").focus()
    _attempt_by_office(screens, interview_id)
    expect(row).to_contain_text("1 attempt", timeout=LIVE)
    expect(page.locator(f"#assign-{interview_id}")).to_be_focused()
    assert page.evaluate("window.notLoadedAgain")
    coordinator.look("queue-live")


def _attempt_by_office(screens: Screens, interview_id: str) -> None:
    other = screens.open("manager-1366", DESKTOP)
    other.sign_in(Role.MANAGER)
    other.go(f"/interviews/{interview_id}")
    other.page.locator("#record-attempt summary").click()
    other.page.locator("#quick-rang_child").click()
    expect(other.page.get_by_text("The attempt is recorded.")).to_be_visible()


def test_a_coordinator_assigns_as_proposed_in_two_clicks_from_the_queue(
    screens: Screens, site: RunningSite
) -> None:
    interview_id = site.comes_back(site.children[1], hours_ago=3)
    site.plan()
    coordinator = screens.open("coordinator-1366", DESKTOP)
    coordinator.sign_in(Role.COORDINATOR)
    page = coordinator.page
    page.locator(f"#assign-{interview_id}").click()
    page.wait_for_url(f"**/interviews/{interview_id}**")
    coordinator.look("interview-proposed")
    page.locator("#confirm-proposal").dblclick()
    expect(page.get_by_text("The worker is assigned.")).to_be_visible()
    expect(page.locator("#assignment")).to_contain_text("Assigned to")
    coordinator.look("interview-assigned")
    kinds = site.rows(
        "select kind from interview_events where interview_id = cast(:id as uuid)", id=interview_id
    )
    assert kinds == [("assigned",)]


def test_a_worker_records_an_attempt_a_decline_and_a_completion_on_a_phone(
    screens: Screens, site: RunningSite
) -> None:
    declined, held = (_assigned_by_hand(screens, site, number) for number in (2, 3))
    worker = screens.open("worker-390", PHONE)
    worker.sign_in(Role.INTERVIEW_WORKER)
    worker.look("cards")
    page = worker.page
    page.locator(f"#attempt-{declined}").click()
    page.wait_for_url(f"**/interviews/{declined}**")
    worker.look("attempt")
    page.locator("#quick-rang_child").click()
    expect(page.get_by_text("The attempt is recorded.")).to_be_visible()

    page.locator("#record-decline summary").click()
    page.get_by_label("The child", exact=True).check()
    page.locator("#decline-reason").fill("Does not want to talk to anybody")
    page.locator("#record-decline").get_by_label("Yes").check()
    worker.look("decline")
    page.get_by_role("button", name="Record as declined").click()
    expect(page.locator("#interview-changed")).to_contain_text("Declined once, to be asked again")
    worker.look("declined")

    page.goto(f"{site.address}/interviews/{held}")
    _hold(worker, page)
    expect(page.locator("#interview-changed")).to_contain_text("Completed")
    worker.look("completed")
    worker.go("/my-interviews")
    expect(page.locator(f"#card-{held}")).to_have_count(0)
    states = site.rows("select state from interviews where interview_id = cast(:id as uuid)", id=held)
    assert states == [("completed",)]


def _hold(worker: Screen, page: Page) -> None:
    page.locator("#record-complete summary").click()
    page.get_by_role("button", name="Record as completed").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    worker.look("completion-refused")
    page.locator("#complete-held_at").fill(london_input(worker.site.clock.now() - timedelta(minutes=20)))
    form = page.locator("#record-complete")
    form.get_by_label("Not involved in the child's care").check()
    form.get_by_label("Yes").check()
    page.get_by_role("button", name="Record as completed").click()


def _assigned_by_hand(screens: Screens, site: RunningSite, number: int) -> str:
    """Return the id of a new interview that the coordinator gave to the worker who signs in."""
    interview_id = site.comes_back(site.children[number], hours_ago=2)
    desk = screens.open("coordinator-390", PHONE)
    desk.sign_in(Role.COORDINATOR)
    desk.go(f"/interviews/{interview_id}")
    desk.page.locator("#change-worker summary").click()
    desk.page.locator("#assign-worker_id").select_option(site.workers[0]["worker_id"])
    desk.page.locator("#assign-child_preference").fill("Asked for the person who came last time")
    desk.look("assign-by-hand")
    desk.page.locator("#assign-by-hand").click()
    expect(desk.page.locator("#assignment")).to_contain_text("Assigned to")
    return interview_id


def test_who_was_slower_is_told_and_keeps_what_was_typed(screens: Screens, site: RunningSite) -> None:
    interview_id = site.comes_back(site.children[6], hours_ago=2)
    slow = screens.open("coordinator-390", PHONE)
    slow.sign_in(Role.COORDINATOR)
    page = slow.page
    page.goto(f"{site.address}/interviews/{interview_id}")
    page.locator("#record-attempt summary").click()
    page.locator("#attempt-note").fill("Rang the home")
    _attempt_by_office(screens, interview_id)
    page.locator("#quick-rang_child").click()
    expect(page.get_by_text("was changed by Jo Manager (manager) at")).to_be_visible()
    expect(page.locator("#attempt-note")).to_have_value("Rang the home")
    slow.look("changed-by-another")
    page.locator("#quick-rang_child").click()
    expect(page.get_by_text("The attempt is recorded.")).to_be_visible()


PAGES = {
    Role.COORDINATOR: [
        "/queue?clock=breached",
        "/plan",
        "/breaches",
        "/reviews",
        "/presumed-returns",
        "/quarantine",
        "/messages",
    ],
    Role.MANAGER: ["/breaches", "/cross-reference", "/patterns", "/reports/monthly", "/audit"],
    Role.QUALITY_AUDITOR: ["/queue", "/audits", "/messages"],
    Role.EXPLOITATION_LEAD: ["/patterns", "/patterns/network", "/patterns/meeting", "/messages"],
    Role.ADMINISTRATOR: ["/users", "/audit"],
    Role.INTERVIEW_WORKER: ["/my-interviews", "/messages"],
}


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1366", "390"])
def test_every_page_of_a_role_fits_its_screen_and_pleases_axe(
    screens: Screens, site: RunningSite, role: Role, size: dict[str, int]
) -> None:
    screen = screens.open(f"{role.value}-{size['width']}", size)
    screen.sign_in(role, look=True)
    for path in PAGES[role]:
        screen.go(path)
        expect(screen.page.locator("h1")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1366", "390"])
def test_child_episode_and_error_pages_fit_and_please_axe(
    screens: Screens, site: RunningSite, size: dict[str, int]
) -> None:
    manager = screens.open(f"manager-{size['width']}", size)
    manager.sign_in(Role.MANAGER)
    child, episode, interview = site.rows(
        "select e.child_id, e.episode_id::text, l.interview_id::text from episodes e"
        " join interview_episodes l using (episode_id) order by e.started_at limit 1"
    )[0]
    records = (f"/children/{child}", f"/episodes/{episode}", f"/interviews/{interview}")
    for path in (*records, "/nothing", "/my-interviews"):
        manager.go(path)
    manager.go(f"/interviews/{interview}")
    for summary in manager.page.locator(".mc-record summary").all():
        summary.click()
    manager.look("interview-all-forms")


def test_the_keyboard_alone_reaches_the_content_and_opens_a_row(screens: Screens, site: RunningSite) -> None:
    interview_id = site.comes_back(site.children[5], hours_ago=1)
    screen = screens.open("keyboard-1366", DESKTOP)
    screen.sign_in(Role.COORDINATOR)
    page = screen.page
    page.goto(f"{site.address}/queue?q={site.children[5]['child_id']}")
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == f"open-{interview_id}":
            break
    expect(page.locator(f"#open-{interview_id}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/interviews/{interview_id}$"))


def test_a_proposal_is_accepted_on_the_plan_by_keyboard_and_the_plan_follows_live(
    screens: Screens, site: RunningSite
) -> None:
    desk = screens.open("coordinator-1366", DESKTOP)
    desk.sign_in(Role.COORDINATOR)
    desk.go("/plan")
    page = desk.page
    expect(page.locator("#live-state")).to_have_attribute("data-live", "yes", timeout=LIVE)
    interview_id = site.comes_back(site.children[7], hours_ago=2)
    expect(page.locator(f"#plan-{interview_id}")).to_be_visible(timeout=LIVE)
    site.plan()
    page.reload()
    page.locator(f"#plan-open-{interview_id}").focus()
    page.keyboard.press("Tab")
    expect(page.locator(f"#plan-accept-{interview_id}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#plan-visit-{interview_id}")).to_be_visible()
    desk.look("plan-accepted")


def test_without_scripts_a_proposal_is_accepted_on_a_phone(screens: Screens, site: RunningSite) -> None:
    interview_id = site.comes_back(site.children[8], hours_ago=2)
    site.plan()
    phone = screens.open("no-scripts-plan", PHONE, scripts=False)
    phone.sign_in(Role.COORDINATOR)
    phone.page.goto(f"{site.address}/plan")
    phone.picture("plan")
    phone.page.locator(f"#plan-accept-{interview_id}").click()
    expect(phone.page.locator(f"#plan-visit-{interview_id}")).to_be_visible()


def test_without_scripts_a_coordinator_assigns_and_a_worker_records_a_decline(
    screens: Screens, site: RunningSite
) -> None:
    interview_id = site.comes_back(site.children[4], hours_ago=2)
    desk = screens.open("no-scripts", DESKTOP, scripts=False)
    desk.sign_in(Role.COORDINATOR)
    expect(desk.page.locator(f"#row-{interview_id}")).to_be_visible()
    desk.page.locator(f"#assign-{interview_id}").click()
    desk.page.locator("#change-worker summary").click()
    desk.page.locator("#assign-worker_id").select_option(site.workers[0]["worker_id"])
    desk.page.locator("#assign-child_preference").fill("Asked for this worker")
    desk.page.locator("#assign-by-hand").click()
    expect(desk.page.get_by_text("The worker is assigned.")).to_be_visible()
    phone = screens.open("no-scripts-phone", PHONE, scripts=False)
    phone.sign_in(Role.INTERVIEW_WORKER)
    phone.page.locator(f"#open-{interview_id}").click()
    phone.page.locator("#record-decline summary").click()
    phone.page.get_by_label("A parent or carer", exact=True).check()
    phone.page.locator("#decline-reason").fill("Not today")
    phone.page.locator("#record-decline").get_by_label("No", exact=True).check()
    phone.picture("decline")
    phone.page.get_by_role("button", name="Record as declined").click()
    expect(phone.page.get_by_text("it stays open, and its 72 hours go on")).to_be_visible()
    states = site.rows("select state from interviews where interview_id = cast(:id as uuid)", id=interview_id)
    assert states == [("declined_once",)]


def test_a_presumed_return_is_confirmed_by_keyboard_on_a_phone_without_scripts(
    screens: Screens, site: RunningSite
) -> None:
    child = site.children[9]
    site.goes_missing_and_is_placed(child)
    screen = screens.open("plain-390", PHONE, scripts=False)
    screen.sign_in(Role.COORDINATOR)
    page = screen.page
    page.goto(f"{site.address}/presumed-returns")
    screen.picture("presumed-returns-plain")
    name = f"{child['forename']} {child['surname']}"
    button = page.locator("section", has=page.get_by_role("heading", name=name)).get_by_role(
        "button", name="Yes, back"
    )
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The child is back; the 72 hours run.")).to_be_visible()
    screen.picture("presumed-return-answered")
    page.goto(f"{site.address}/cross-reference")
    screen.picture("cross-reference-plain")
    expect(page.get_by_role("link", name=name).first).to_be_visible()
    expect(page.get_by_text("open or closed").or_(page.get_by_text("Police only")).first).to_be_visible()


def test_the_plan_its_capacity_and_what_a_child_told_are_read_at_a_desk_and_on_a_phone(
    screens: Screens, site: RunningSite
) -> None:
    site.comes_back(site.children[10], hours_ago=5)
    child_id = site.children[10]["child_id"]
    site.tells(child_id, languages=("somali",), gender_wish="female", workers_not_wanted=("W01",))
    site.plan()
    for size in (DESKTOP, PHONE):
        manager = screens.open(f"manager-{size['width']}", size)
        manager.sign_in(Role.MANAGER)
        manager.go("/plan")
        manager.page.locator("main summary").first.click()
        manager.page.click("#plan-afresh")
        expect(
            manager.page.get_by_text("a better plan of all proposals").or_(
                manager.page.get_by_text("Planned anew")
            )
        ).to_be_visible()
        manager.look("plan-anew")
        manager.go("/capacity?weeks=4")
        expect(manager.page.get_by_text("What really happened", exact=True)).to_be_visible()
        manager.go(f"/children/{child_id}/visits")
        expect(manager.page.get_by_text("Would rather speak somali")).to_be_visible()
