"""Who is missing now, a return that somebody told the office of, and finding a child."""

from __future__ import annotations

import re

import httpx2
import pytest

from missing_coord.domain.access import Role
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import child, notice
from tests.integration.api_sender import Sender, sender
from tests.integration.web_scene import Browser, Site, errors_on, version_on

CAME_BACK = {"returned_at": "2026-11-11T07:15", "reason": "Night staff, by telephone"}


@pytest.fixture
async def site(site: Site) -> Site:
    """Two children of the register, one of them missing, and one of whom nobody knows who it is."""
    site.clock.instant = IN_NOVEMBER
    council = await sender(site)
    await council.send("register", [child(), child("C2", forename="Bo", surname="O'Hara", sex="male")])
    await council.send("police-notices", [gone(), notice("MP/2", surname="Marsh", forename="Ida")])
    return site


async def _find(browser: Browser, words: str) -> httpx2.Response:
    """Look for a child as the page does: nothing of what is looked for stands in an address."""
    asked = await browser.get("/find")
    assert 'method="post" action="/find"' in asked.text
    return await browser.post("/find", q=words)


def gone(**changes: str) -> dict[str, str]:
    of_her = {"forename": "Tamsin", "surname": "Quillfeather", "date_of_birth": "2011-04-03"}
    return {**notice("MP/1"), **of_her, "local_child_id": "C1", "risk": "high", **changes}


async def episode_of(site: Site, child_id: str = "C1") -> str:
    query = f"select episode_id::text from episodes where child_id = '{child_id}'"
    return str((await site.council.rows(query))[0][0])


async def told(site: Site, browser: Browser, **fields: str) -> str:
    """Say that the child is back, and return the path of what is kept."""
    path = f"/missing/{await episode_of(site)}"
    await browser.get(path)
    done = await browser.post(path, **{**CAME_BACK, **fields})
    assert done.status_code == 303, errors_on(done.text)
    return str(done.headers["location"])


async def test_everybody_who_is_missing_is_listed_with_what_is_known_and_how_things_stand(site: Site) -> None:
    shown = (await (await site.signed_in(Role.COORDINATOR)).get("/missing")).text
    assert "2 children are missing" in shown
    assert "Tamsin Quillfeather" in shown
    assert "Risk: high" in shown
    assert "Child not confirmed yet" in shown  # the other one, who is on no register
    measures = dict(
        re.findall(r'<th scope="row"[^>]*>(?:<a[^>]*>)?([A-Z][^<]+)(?:</a>)?</th><td[^>]*>(\d+)<', shown)
    )
    assert measures["Children missing now"] == "2"
    assert measures["Notices waiting for a decision on the child"] == "1"


async def test_a_return_told_by_telephone_starts_the_72_hours_from_its_time(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    path = await told(site, office)
    episode = await site.council.rows("select status, end_basis from episodes where child_id = 'C1'")
    assert episode == [("ended", "returned")]
    [[due_at, provisional]] = await site.council.rows(
        "select d.due_at, d.provisional from interview_episodes d join interviews using (interview_id)"
        " where child_id = 'C1'"
    )
    assert (f"{due_at:%d %H:%M}", provisional) == ("14 07:15", False)
    shown = (await office.get(path)).text
    assert "Somebody told the office that the child is back" in shown
    assert "Night staff, by telephone" in shown
    assert "Tamsin Quillfeather" not in (await office.get("/missing")).text
    assert "return_told" in {each[0] for each in await site.council.audit()}


async def test_what_was_told_can_be_taken_back_and_told_again(site: Site) -> None:
    office = await site.signed_in(Role.MANAGER)
    path = await told(site, office)
    for _ in range(2):
        version = version_on((await office.get(path)).text)
        assert (await office.post(f"{path}/undo", expected_version=version)).status_code == 303
        assert "Tamsin Quillfeather" in (await office.get("/missing")).text
        assert await site.council.rows("select 1 from interviews") == []
        assert await told(site, office) == path
    assert "Tamsin Quillfeather" not in (await office.get("/missing")).text


async def test_what_police_tell_of_the_return_goes_before_what_the_office_was_told(site: Site) -> None:
    await told(site, await site.signed_in(Role.COORDINATOR))
    council: Sender = await sender(site, source="police")
    back = gone(message="returned", issued_at="2026-11-11T09:00:00Z", returned_at="2026-11-11T06:30:00Z")
    await council.send("police-notices", [back])
    [[due_at]] = await site.council.rows(
        "select d.due_at from interview_episodes d join interviews using (interview_id) where child_id = 'C1'"
    )
    assert f"{due_at:%d %H:%M}" == "14 06:30"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"returned_at": ""}, "Enter since when the child is back"),
        ({"returned_at": "2026-11-09T10:00"}, "This is before the child went missing."),
        ({"returned_at": "2027-11-09T10:00"}, "This time is still to come."),
        (
            {"returned_at": "2026-13-45T10:00"},
            "Enter a date and a London time that exist, such as 21/11/2026 14:05",
        ),
        ({"reason": "  "}, "Say who told you"),
    ],
)
async def test_a_return_that_cannot_be_is_refused_and_what_was_typed_stays(
    site: Site, fields: dict[str, str], said: str
) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    path = f"/missing/{await episode_of(site)}"
    await office.get(path)
    refused = await office.post(path, **{**CAME_BACK, **fields})
    assert refused.status_code == 422
    assert errors_on(refused.text) == [said]
    typed = {**CAME_BACK, **fields}["reason"].strip()
    assert f'value="{typed}"' in refused.text or not typed


async def test_a_child_who_is_back_already_and_one_who_never_was_missing_are_not_found(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    episode_id = await episode_of(site)
    await told(site, office)
    for each in (episode_id, "nonsense", "00000000-0000-4000-8000-000000000000"):
        assert (await office.get(f"/missing/{each}")).status_code == 404
        assert (await office.post(f"/missing/{each}", **CAME_BACK)).status_code == 404


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("C1", ["C1"]),
        ("quill", ["C1"]),
        ("tamsin quill", ["C1"]),
        ("kwillfether", ["C1"]),
        ("ohara", ["C2"]),
        ("MP/1", ["C1"]),
        ("GMP/MP/1", ["C1"]),
        ("%", []),
        ("zzzz", []),
    ],
)
async def test_a_child_is_found_by_number_name_sound_or_police_reference(
    site: Site, words: str, found: list[str]
) -> None:
    for role in (Role.COORDINATOR, Role.EXPLOITATION_LEAD):
        page = await _find(await site.signed_in(role), words)
        assert page.status_code == 200
        assert re.findall(r'href="/children/([^"]+)"', page.text) == found


async def test_finding_leaves_a_trace_of_who_was_shown_and_not_of_what_was_looked_for(site: Site) -> None:
    await _find(await site.signed_in(Role.COORDINATOR), "quill")
    [trace] = [each for each in await site.council.audit() if each[0] == "searched"]
    assert trace[3] == {"found": ["C1"]}
    assert "quill" not in str(trace).lower()


TYPED = {
    "force": "Cumbria",
    "reference": "CU-77",
    "message": "missing",
    "issued_at": "2026-11-20T21:00",
    "last_seen_at": "2026-11-20T19:00",
    "forename": "Bo",
    "surname": "O'Hara",
    "date_of_birth": "2011-04-03",
    "local_child_id": "C2",
    "circumstances": "Rang in by the duty sergeant",
}


async def test_a_notice_that_came_by_telephone_is_typed_in_and_takes_the_usual_road(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/notices/new")
    done = await office.post("/notices/new", **TYPED)
    assert done.status_code == 303, errors_on(done.text)
    assert "Matched without a person" in (await office.get(done.headers["location"])).text
    assert "Bo O&#39;Hara" in (await office.get("/missing")).text
    again = await office.post("/notices/new", **TYPED, phone="")
    assert "there already" in (await office.get(again.headers["location"])).text
    back = {
        **TYPED,
        "message": "returned",
        "issued_at": "2026-11-21T08:00",
        "returned_at": "2026-11-21T07:30",
    }
    assert (await office.post("/notices/new", **back)).status_code == 303
    [[returned_at]] = await site.council.rows("select returned_at from interviews where child_id = 'C2'")
    assert f"{returned_at:%d %H:%M}" == "21 07:30"
    assert "notice_typed" in {each[0] for each in await site.council.audit()}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"force": ""}, "force"),
        ({"surname": "", "local_child_id": ""}, "surname"),
        ({"issued_at": "2027-11-20T21:00"}, "issued_at"),
        ({"message": "vanished"}, "message"),
        ({"date_of_birth": "yesterday"}, "date_of_birth"),
        ({"date_of_birth": "2026-11-21"}, "date_of_birth"),
        ({"returned_at": "2026-11-19T10:00"}, "returned_at"),
        ({"found_at": "31/02/2026 10:00"}, "found_at"),
    ],
)
async def test_a_typed_notice_that_cannot_be_is_refused_and_nothing_of_it_is_kept(
    site: Site, fields: dict[str, str], field: str
) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/notices/new")
    refused = await office.post("/notices/new", **{**TYPED, **fields})
    assert refused.status_code == 422
    assert f'href="#notice-{field}"' in refused.text
    assert "Rang in by the duty sergeant" in refused.text
    kept = await site.council.rows("select count(*) from notices where data ->> 'reference' = 'CU-77'")
    assert kept == [(0,)]
    assert await site.council.rows("select 1 from quarantine") == []


async def test_a_name_of_thousands_of_letters_does_not_break_the_lists(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/notices/new")
    long = {**TYPED, "reference": "CU-78", "local_child_id": "", "forename": "Zed", "surname": "S" * 9_999}
    assert (await office.post("/notices/new", **long)).status_code == 303
    for path in ("/missing", "/reviews/decided?q=CU-78", "/find"):
        shown = (await _find(office, "SSSS") if path == "/find" else await office.get(path)).text
        assert "Zed SSSS" in shown, path
        assert "S" * 100 not in shown, path
