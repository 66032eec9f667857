"""Signing in and out by the page: cookies, form tokens, guessing slowed down, idleness, demo sign-ins."""

from __future__ import annotations

from datetime import timedelta

from missing_coord.domain.access import Role
from missing_coord.services.accounts import add_demo_users
from missing_coord.storage.passwords import Argon2Passwords
from tests.builders.passwords import QuickPasswords
from tests.databases import Database
from tests.integration.web_scene import ADDRESS, OPERATOR, PASSWORD, Site, errors_on, open_site

COORDINATOR = Role.COORDINATOR.value


async def test_the_session_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    answer = await site.browser().sign_in(COORDINATOR)
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("missing-coord="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert answer.headers["location"] == "/queue"


async def test_over_https_the_cookie_is_bound_to_the_host(database: Database) -> None:
    async with open_site(database, secure_cookies=True) as site:
        browser = site.browser(address="https://interviews.example")
        answer = await browser.sign_in(COORDINATOR)
        cookies = answer.headers.get_list("set-cookie")
        cookie = next(each for each in cookies if each.startswith("__Host-missing-coord="))
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert (await browser.get("/queue")).headers["strict-transport-security"]


async def test_a_wrong_password_says_nothing_about_the_account(site: Site) -> None:
    known = await site.browser().sign_in(COORDINATOR, "wrong-password-here")
    unknown = await site.browser().sign_in("nobody.here", "wrong-password-here")
    assert known.status_code == unknown.status_code == 401
    assert errors_on(known.text) == errors_on(unknown.text)
    assert f'value="{COORDINATOR}"' in known.text


async def test_the_page_asks_for_what_is_missing_beside_the_field(site: Site) -> None:
    browser = site.browser()
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", username="", password="")
    assert answer.status_code == 422
    assert errors_on(answer.text) == ["Enter your user name", "Enter your password"]


async def test_guessing_one_account_is_stopped_even_with_the_right_password_after(site: Site) -> None:
    browser = site.browser()
    for _ in range(8):
        await browser.sign_in("nobody.here", "guess-guess-guess")
    assert (await browser.sign_in("nobody.here", "guess-guess-guess")).status_code == 429
    assert (await browser.sign_in(COORDINATOR)).status_code == 303
    site.clock.instant += timedelta(minutes=16)
    assert (await site.browser().sign_in("nobody.here", "guess-guess-guess")).status_code == 401


async def test_guessing_many_accounts_from_one_address_is_stopped(site: Site) -> None:
    browser = site.browser()
    await browser.get("/sign-in")
    for number in range(40):
        site.app.state.web.limiter.failed(address="127.0.0.1", account=f"guess{number}")
    answer = await browser.post("/sign-in", username=COORDINATOR, password=PASSWORD)
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text


async def test_sign_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else(site: Site) -> None:
    browser = site.browser()
    asked = await browser.get("/queue?clock=breached")
    assert asked.headers["location"] == "/sign-in?next=%2Fqueue%3Fclock%3Dbreached"
    assert 'name="next" value="/queue?clock=breached"' in (await browser.get(asked.headers["location"])).text
    assert (await browser.sign_in(COORDINATOR, next="/breaches")).headers["location"] == "/breaches"
    for trap in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert (await site.browser().sign_in(COORDINATOR, next=trap)).headers["location"] == "/queue"


async def test_a_form_from_another_site_changes_nothing(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    crossing = await browser.http.post("/sign-out", headers={"Origin": "https://evil.example"})
    assert crossing.status_code == 403
    without = await browser.http.post("/sign-out", data={"csrf_token": "guessed"})
    assert without.status_code == 403
    assert "Nothing was changed" in without.text
    assert (await browser.get("/queue")).status_code == 200


async def test_the_sign_in_form_needs_the_token_of_this_browser(site: Site) -> None:
    other = site.browser()
    await other.get("/sign-in")
    browser = site.browser()
    answer = await browser.http.post(
        "/sign-in", data={"csrf_token": other.token, "username": COORDINATOR, "password": PASSWORD}
    )
    assert answer.status_code == 403


async def test_after_half_an_hour_without_use_one_must_sign_in_again_and_is_told_why(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    site.clock.instant += timedelta(minutes=31)
    answer = await browser.get("/queue")
    assert answer.headers["location"] == "/sign-in?next=%2Fqueue&why=expired"
    page = await browser.get(answer.headers["location"])
    assert "signed out because nothing was done for a while" in page.text


async def test_a_page_that_fetches_itself_keeps_no_session_alive(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    for _ in range(4):
        site.clock.instant += timedelta(minutes=8)
        answer = await browser.get("/queue/rows", **{"HX-Request": "true"})
    assert answer.status_code == 401
    assert "Sign in again" in answer.text
    assert "<html" not in answer.text


async def test_what_was_typed_stays_in_sight_when_the_session_ended(site: Site) -> None:
    interview_id = await site.council.due()
    browser = await site.signed_in(Role.COORDINATOR)
    await browser.get(f"/interviews/{interview_id}")
    site.clock.instant += timedelta(minutes=31)
    answer = await browser.post(
        f"/interviews/{interview_id}/attempts", note="Rang twice", expected_version="1"
    )
    assert answer.status_code == 401
    assert "Rang twice" in answer.text
    assert browser.token not in answer.text


async def test_demo_sign_ins_are_shown_in_demo_mode_only(database: Database) -> None:
    hasher = Argon2Passwords()
    async with open_site(database, demo=True, hasher=hasher) as site:
        async with site.council.database.unit_of_work(OPERATOR) as uow:
            await add_demo_users(uow, demo=True, hasher=hasher)
        shown = await site.browser().get("/sign-in")
        assert "demo-exploitation-lead" in shown.text
        assert "Demo: synthetic data" in shown.text
        assert (
            await site.browser().sign_in("exploitation-lead", "demo-exploitation-lead")
        ).status_code == 303
    hasher.close()


async def test_outside_demo_mode_a_demo_sign_in_is_neither_shown_nor_let_in(
    site: Site, database: Database
) -> None:
    async with site.council.database.unit_of_work(OPERATOR) as uow:
        await add_demo_users(uow, demo=True, hasher=QuickPasswords())
    assert "demo-" not in (await site.browser().get("/sign-in")).text
    assert (await site.browser().sign_in("exploitation-lead", "demo-exploitation-lead")).status_code == 401


async def test_signing_in_twice_goes_to_the_first_page_of_the_role(site: Site) -> None:
    browser = await site.signed_in(Role.MANAGER)
    assert (await browser.get("/sign-in")).headers["location"] == "/breaches"
    assert (await browser.get("/")).headers["location"] == "/breaches"
    assert ADDRESS not in (await browser.get("/breaches")).headers.get("location", "")
