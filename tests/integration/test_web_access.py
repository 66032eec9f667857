"""Every route for every role and for nobody: exactly what the access table says, in the program and on the wire."""

from __future__ import annotations

import re

import httpx2
import pytest
from fastapi.routing import APIRoute

from missing_coord.domain.access import PEOPLE_ROLES, Role
from missing_coord.web.app import routes, rules_of
from missing_coord.web.navigation import FIRST_PAGE, LINKS
from missing_coord.web.session import Access, Open
from tests.integration.web_access_table import ACCESS, KEY, OPEN, Rule
from tests.integration.web_scene import Browser, Site

WHO = [*PEOPLE_ROLES, None]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
RECEIPTS = "/api/v1/notify-receipts"  # never 4xx, as the provider would then not send it again
KNOWN = {(method, route.path): route for route in routes() for method in route.methods}


def test_every_route_has_its_line_in_the_access_table() -> None:
    assert sorted(KNOWN) == sorted(ACCESS)


@pytest.mark.parametrize("line", sorted(ACCESS), ids=" ".join)
def test_a_route_carries_the_rule_of_the_table(line: tuple[str, str]) -> None:
    rule, carried = ACCESS[line], rules_of(KNOWN[line])
    assert len(carried) == 1
    if rule == OPEN:
        assert isinstance(carried[0], Open)
    elif rule != KEY:
        assert isinstance(carried[0], Access)
        assert carried[0].roles == rule


async def test_each_role_gets_what_the_table_gives_it_and_nothing_more(site: Site) -> None:
    interview_id = await site.worker_with()
    episode_id = (await site.council.rows("select episode_id::text from episodes"))[0][0]
    ids = {"interview_id": interview_id, "episode_id": episode_id, "child_id": "C1"}
    wrong = []
    for who in WHO:
        for line, route in KNOWN.items():
            if line[1] in ("/sign-out", "/stream"):
                continue
            browser = site.browser() if who is None else await site.signed_in(who)
            answer = await _ask(browser, line, route, ids)
            if not _as_told(answer, ACCESS[line], who, line[0]):
                wrong.append(f"{who or 'nobody'} {' '.join(line)}: {answer.status_code}")
    assert wrong == []


async def _ask(
    browser: Browser, line: tuple[str, str], route: APIRoute, ids: dict[str, str]
) -> httpx2.Response:
    path = re.sub(r"{([a-z_]+)(?::[a-z]+)?}", lambda found: ids.get(found[1], UNKNOWN), route.path)
    return await (browser.http.get(path) if line[0] == "GET" else browser.post(path))


def _as_told(answer: httpx2.Response, rule: Rule, who: Role | None, method: str) -> bool:
    status = answer.status_code
    if status >= 500 and answer.request.url.path not in ("/ready", RECEIPTS):
        return False
    if rule == OPEN:
        return status != 401
    if rule == KEY:
        return status == 401
    if who is None:
        to_sign_in = status == 303 and answer.headers["location"].startswith("/sign-in")
        return to_sign_in if method == "GET" else status == 401
    return status not in (401, 403) if who in rule else status == 403


async def test_sign_out_is_for_everybody_who_is_signed_in(site: Site) -> None:
    assert (await site.browser().post("/sign-out")).status_code == 401
    for role in PEOPLE_ROLES:
        browser = await site.signed_in(role)
        assert (await browser.post("/sign-out")).headers["location"] == "/sign-in?why=out"
        assert (await browser.get("/")).headers["location"].startswith("/sign-in")


async def test_every_link_at_the_top_leads_each_role_to_a_page(site: Site) -> None:
    for role in PEOPLE_ROLES:
        browser = await site.signed_in(role)
        first = await browser.get(FIRST_PAGE[role])
        offered = set(
            re.findall(r'<a class="govuk-link govuk-link--no-visited-state" href="([^"]+)"', first.text)
        )
        assert offered == {href for _, href, roles in LINKS if role in roles}
        for href in offered:
            assert (await browser.get(href)).status_code == 200, f"{role} {href}"


async def test_a_worker_cannot_open_what_belongs_to_another_worker(site: Site) -> None:
    theirs = await site.council.due("C2", worker_id="W02")
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert (await worker.get(f"/interviews/{theirs}")).status_code == 404
    assert (await worker.get(f"/interviews/{theirs}/state")).status_code == 404
    assert (await worker.get("/children/C2")).status_code == 404
    answer = await worker.post(f"/interviews/{theirs}/attempts", expected_version="1", at="2026-11-20T10:00")
    assert answer.status_code in (404, 422)
    assert "Quill" not in answer.text


async def test_a_stream_is_for_those_who_may_see_its_page(site: Site) -> None:
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert (await worker.get("/stream?topic=queue")).status_code == 403
    assert (await worker.get("/stream?topic=everything")).status_code == 403
    assert (await worker.get("/stream")).status_code == 403
    assert (await site.browser().get("/stream?topic=queue")).status_code == 401


async def test_no_page_offers_a_link_that_its_reader_may_not_follow(site: Site) -> None:
    interview_id = await site.worker_with()
    [[episode_id]] = await site.council.rows("select episode_id::text from episodes")
    first = ["/messages", f"/interviews/{interview_id}", "/children/C1", f"/episodes/{episode_id}"]
    refused = []
    for role in PEOPLE_ROLES:
        browser = await site.signed_in(role)
        for path in [*first, *(href for _, href, roles in LINKS if role in roles)]:
            page = await browser.get(path)
            offered = set(re.findall(r'href="(/[^"?#]*)', page.text)) if page.status_code == 200 else set()
            refused += [f"{role} on {path}: {each}" for each in sorted(offered) if not _may_read(role, each)]
    assert refused == []


def _may_read(role: Role, path: str) -> bool:
    rules = [
        ACCESS[line] for line, route in KNOWN.items() if line[0] == "GET" and route.path_regex.fullmatch(path)
    ]
    return not rules or rules[0] == OPEN or (not isinstance(rules[0], str) and role in rules[0])
