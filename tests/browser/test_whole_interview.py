"""A whole interview on a phone, from the brief to the rework; the record without scripts; and a lost connection."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from missing_coord.domain.access import Role
from missing_coord.web.rendering import london_input
from tests.browser.conftest import DESKTOP, PHONE, Screen, Screens
from tests.browser.running_site import RunningSite

# Milliseconds, longer than the page waits before it saves and before it tries again.
PAUSE, TRIED_AGAIN = 3_000, 11_000
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_a_worker_carries_an_interview_from_the_brief_to_the_rework_on_a_phone(
    screens: Screens, site: RunningSite
) -> None:
    interview_id = _assigned(screens, site, number=10)
    worker = screens.open("worker-390", PHONE)
    worker.sign_in(Role.INTERVIEW_WORKER)
    worker.go(f"/interviews/{interview_id}/brief")
    expect(worker.page.get_by_role("heading", name="Before the visit")).to_be_visible()
    worker.go("/day")
    _reach(worker, interview_id)
    _write(worker, interview_id)
    _submit(worker)
    worker.look("record-submitted")
    _returned(screens, interview_id)
    _work_again(worker, interview_id)
    numbers = site.rows(
        "select number, origin from interview_records where interview_id = cast(:id as uuid) order by number",
        id=interview_id,
    )
    assert numbers == [(1, "first"), (2, "rework")]
    states = site.rows("select state from interviews where interview_id = cast(:id as uuid)", id=interview_id)
    assert states == [("completed",)]


def test_a_record_is_saved_and_submitted_without_scripts(screens: Screens, site: RunningSite) -> None:
    interview_id = _assigned(screens, site, number=11)
    worker = screens.open("worker-no-script-390", PHONE, scripts=False)
    worker.sign_in(Role.INTERVIEW_WORKER)
    page = worker.page
    page.goto(f"{site.address}/interviews/{interview_id}/record/edit")
    page.locator("#record-child_words").fill("Nobody asked me.")
    page.locator("#save-draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    expect(page.locator("#record-child_words")).to_have_value("Nobody asked me.")
    page.locator("#record-entry-1-words").fill("The Arches")
    page.locator("#add-entry").click()
    expect(page.locator("#record-entry-2-words")).to_be_visible()
    page.locator("#submit-record").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    worker.picture("record-refused")
    _fill(page, worker.site.clock.now())
    page.locator("#submit-record").click()
    expect(page.get_by_text("The record is submitted and locked.")).to_be_visible()


def test_a_lost_connection_loses_no_text_and_the_page_says_so(screens: Screens, site: RunningSite) -> None:
    interview_id = _assigned(screens, site, number=12)
    worker = screens.open("worker-390", PHONE)
    worker.sign_in(Role.INTERVIEW_WORKER)
    page = worker.page
    page.clock.install()
    worker.go(f"/interviews/{interview_id}/record/edit")
    kept = page.locator("#record-kept")
    page.locator("#record-child_words").fill("First words.")
    page.clock.fast_forward(PAUSE)
    expect(kept).to_contain_text("Draft saved at")
    page.context.set_offline(True)
    page.locator("#record-child_words").fill("First words. And more.")
    page.clock.fast_forward(PAUSE)
    expect(kept).to_contain_text("Not saved: no connection")
    page.locator("#submit-record").click()
    expect(page.locator("#record-child_words")).to_have_value("First words. And more.")
    worker.picture("record-offline")
    page.context.set_offline(False)
    page.clock.fast_forward(TRIED_AGAIN)
    expect(kept).to_contain_text("Draft saved at")
    page.reload()
    expect(page.locator("#record-child_words")).to_have_value("First words. And more.")


@pytest.mark.parametrize(("size", "number"), [(DESKTOP, 13), (PHONE, 15)], ids=["1366", "390"])
def test_every_page_about_what_follows_an_interview_fits_its_screen_and_pleases_axe(
    screens: Screens, site: RunningSite, size: dict[str, int], number: int
) -> None:
    interview_id, child_id = _held(site, number=number), site.children[number]["child_id"]
    manager = screens.open(f"after-{size['width']}", size)
    manager.sign_in(Role.MANAGER)
    for path in (
        "/support",
        f"/interviews/{interview_id}/support",
        f"/children/{child_id}/family",
        "/audits/criteria",
        "/audits/agreement",
        "/survey",
    ):
        manager.go(path)
        expect(manager.page.locator("h1")).to_be_visible()
    (link,) = _made_links(manager, 1)
    manager.look("survey-links")
    manager.go(link)
    manager.page.get_by_role("button", name="Send my answers").press("Enter")
    expect(manager.page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_help_is_kept_and_a_young_person_answers_by_keyboard_on_a_phone_without_scripts(
    screens: Screens, site: RunningSite
) -> None:
    interview_id = _held(site, number=14)
    office = screens.open("office-no-script-390", PHONE, scripts=False)
    office.sign_in(Role.COORDINATOR)
    page = office.page
    page.goto(f"{site.address}/interviews/{interview_id}/support")
    page.locator("#refer-kind").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Early Help Hub")
    page.locator("#refer-referred_on").fill(f"{site.clock.now():%Y-%m-%d}")
    page.locator("#refer-assessment").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The referral is kept.")).to_be_visible()
    office.picture("referral-kept")
    page.goto(f"{site.address}/survey")
    (link,) = _made_links(office, 1)
    phone = screens.open("young-person-390", PHONE, scripts=False)
    phone.page.goto(site.address + link)
    for question in phone.page.locator("fieldset").all():
        question.locator("input").first.focus()
        phone.page.keyboard.press("Space")
    phone.picture("tell-us")
    phone.page.keyboard.press("Tab")
    phone.page.keyboard.press("Enter")
    expect(phone.page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert ("link", "yes") in site.rows("select way, safer from survey_answers")


def _held(site: RunningSite, *, number: int) -> str:
    """Return an interview that was held an hour ago."""
    interview_id = site.comes_back(site.children[number], hours_ago=5)
    at = site.clock.now() - timedelta(hours=1)
    site.change(
        "update interviews set state = 'completed', held_at = :at, closed_at = :at"
        " where interview_id = cast(:id as uuid)",
        at=at,
        id=interview_id,
    )
    return interview_id


def _made_links(screen: Screen, number: int) -> list[str]:
    """Make links to the exit survey on its page and return their paths."""
    screen.page.locator("#links-number").fill(str(number))
    screen.page.locator("#links-number").press("Enter")
    shown = screen.page.locator("main li", has_text="/tell-us/")
    expect(shown).to_have_count(number)
    return [each.removeprefix(screen.site.address) for each in shown.all_inner_texts()]


def _assigned(screens: Screens, site: RunningSite, *, number: int) -> str:
    """Return an interview of the worker who signs in."""
    interview_id = site.comes_back(site.children[number], hours_ago=5)
    desk = screens.open("coordinator-1366", DESKTOP)
    desk.sign_in(Role.COORDINATOR)
    desk.go(f"/interviews/{interview_id}")
    desk.page.locator("#change-worker summary").click()
    desk.page.locator("#assign-worker_id").select_option(site.workers[0]["worker_id"])
    desk.page.locator("#assign-child_preference").fill("Asked for this worker")
    desk.page.locator("#assign-by-hand").click()
    expect(desk.page.get_by_text("The worker is assigned.")).to_be_visible()
    return interview_id


def _reach(worker: Screen, interview_id: str) -> None:
    page = worker.page
    page.goto(f"{worker.site.address}/interviews/{interview_id}?record=attempt#record-attempt")
    page.get_by_role("button", name="Record attempt").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose how")
    worker.look("attempt-untouched")
    page.locator("#quick-rang_child").click()
    expect(page.get_by_text("The attempt is recorded.")).to_be_visible()
    page.locator("#record-offer > summary").click()
    form = page.locator("#record-offer")
    for name, value in (("method", "phone"), ("with_whom", "child"), ("answer", "accepted")):
        form.locator(f"[name={name}][value={value}]").check()
    page.locator("#offer-visit_at").fill(london_input(worker.site.clock.now() + timedelta(hours=2)))
    worker.look("offer")
    page.get_by_role("button", name="Record offer").click()
    expect(page.locator("#interview-changed")).to_contain_text("Accepted")
    worker.look("accepted")


def _write(worker: Screen, interview_id: str) -> None:
    page = worker.page
    page.locator("#write-record").press("Enter")
    page.wait_for_url("**/record/edit")
    worker.look("record-form")
    page.locator("#submit-record").press("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    worker.look("record-errors")
    page.locator(".govuk-error-summary a").first.press("Enter")
    expect(page.locator("#record-held_at")).to_be_focused()
    _fill(page, worker.site.clock.now())
    expect(page.locator("#record-kept")).to_contain_text("Draft saved at")
    worker.look("record-filled")


def _fill(page: Page, now: datetime) -> None:
    """Fill in what a record needs, by what its labels say."""
    page.locator("#record-held_at").fill(london_input(now - timedelta(minutes=20)))
    page.locator("[name=independence_basis][value=independent_of_care]").check()
    page.locator("[name=held_where][value=home]").check()
    for name in ("seen_alone", "confidentiality_explained", "helpline_given", "harm_asked", "health_asked"):
        page.locator(f"#record-{name}").check()
    for name in ("planned", "forced_or_lured", "substances", "may_go_again"):
        page.locator(f"[name={name}][value=no]").check()
    page.locator("#record-before_account").fill("A row about the phone.")
    page.locator("#record-during_account").fill("Slept at a friend's.")
    page.locator("#record-child_words").fill("Nobody listens in there.")
    page.locator("[name=sharing][value=ask_first]").check()
    for question in page.locator("[name^=screen-][name$=-asked][value=yes]").all():
        question.check()
    for question in page.locator("[name^=screen-][name$=-positive][value=no]").all():
        question.check()
    page.locator("#record-entry-1-words").fill("Smokes")
    for name, value in (("kind", "person"), ("told_by", "child"), ("sharing", "do_not_share")):
        page.locator(f"#record-entry-1-{name}").select_option(value)
    page.locator("#record-analysis").fill("The rows come before each episode.")
    page.locator("[name=safe_contact][value=text]").check()
    page.locator("#record-action-1-what").fill("Ask for a visit to Gran.")
    page.locator("#record-action-1-owner").select_option("social_worker")
    page.locator("#record-action-1-owner_name").fill("Ines Marsh")
    page.locator("#record-action-1-due_on").fill(f"{now + timedelta(days=7):%Y-%m-%d}")


def _submit(worker: Screen) -> None:
    worker.page.locator("#submit-record").press("Enter")
    expect(worker.page.get_by_text("The record is submitted and locked.")).to_be_visible()
    expect(worker.page.locator("main")).to_contain_text("Nobody listens in there.")


def _returned(screens: Screens, interview_id: str) -> None:
    auditor = screens.open("auditor-1366", DESKTOP)
    auditor.sign_in(Role.QUALITY_AUDITOR)
    auditor.go(f"/interviews/{interview_id}/record")
    auditor.go(f"/interviews/{interview_id}")
    page = auditor.page
    for criterion in page.locator("#audit fieldset:has([name^=mark_]) input[value=partly]").all():
        criterion.check()
    page.locator("#audit-comment").fill("What did the child ask for?")
    page.locator("[name=returned][value=yes]").check()
    page.locator("#record-audit").click()
    expect(page.get_by_text("The audit is recorded.")).to_be_visible()


def _work_again(worker: Screen, interview_id: str) -> None:
    page = worker.page
    worker.go(f"/interviews/{interview_id}")
    expect(page.locator("#write-record")).to_contain_text("Work on the record again")
    page.locator("#write-record").click()
    expect(page.get_by_text("The auditor asked: What did the child ask for?")).to_be_visible()
    expect(page.locator("#record-child_words")).to_have_value("Nobody listens in there.")
    page.locator("#record-asked_for").fill("To see Gran on Sundays.")
    page.locator("#record-reason").fill("Added what the child asked for.")
    worker.look("record-rework")
    _submit(worker)
    expect(page.locator("main")).to_contain_text("Version 2")
    worker.go("/actions")
    expect(page.get_by_text("Ask for a visit to Gran.").first).to_be_visible()
