"""What the register and police say of a child reaches who works with the child, but no confidential address."""

from __future__ import annotations

import pytest

from missing_coord.domain.access import Role
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import child, there_and_back
from tests.integration.api_sender import Sender, sender
from tests.integration.web_scene import Site

KNOWN = {"social_worker": "Bo Finch", "iro": "Kit Larch", "flags": "CSE;NRM referred", "uasc": "yes"}
SAID = {
    "warning_markers": "weapons;dog at the address",
    "circumstances": "Left Larch House after an argument",
    "companions": "Mo Lark",
    "last_seen_place": "Larch House",
}
OFFICE_ONLY = ("Left Larch House after an argument", "Last seen at: Larch House")


@pytest.fixture
async def site(site: Site) -> Site:
    """A child of whom much is known, back from one episode, with the interview given to a worker."""
    site.clock.instant = IN_NOVEMBER
    council = await sender(site)
    await council.send("register", [child(**KNOWN)])
    of_her = {
        "forename": "Tamsin",
        "surname": "Quillfeather",
        "date_of_birth": "2011-04-03",
        "local_child_id": "C1",
    }
    await council.send("police-notices", [{**each, **of_her, **SAID} for each in there_and_back()])
    await site.council.rows("update interviews set worker_id = 'W01' returning 1")
    return site


async def interview_of(site: Site) -> str:
    return str((await site.council.rows("select interview_id::text from interviews"))[0][0])


async def test_everybody_who_opens_the_child_sees_whose_child_it_is_and_what_is_marked(site: Site) -> None:
    for role in (Role.COORDINATOR, Role.MANAGER, Role.INTERVIEW_WORKER):
        shown = (await (await site.signed_in(role)).get("/children/C1")).text
        for words in (
            "Looked after",
            "Bo Finch",
            "Kit Larch",
            "CSE; NRM referred",
            "Unaccompanied asylum-seeking",
        ):
            assert words in shown, (role, words)


async def test_a_worker_is_warned_before_the_visit_and_reads_no_words_of_the_notice(site: Site) -> None:
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    shown = (await worker.get(f"/interviews/{await interview_of(site)}/brief")).text
    assert "Police warn of: dog at the address; weapons" in shown
    assert not [words for words in OFFICE_ONLY if words in shown]


async def test_the_office_reads_what_the_notice_says_but_no_place_once_one_is_confidential(
    site: Site,
) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    path = f"/episodes/{(await site.council.rows('select episode_id::text from episodes'))[0][0]}"
    shown = (await office.get(path)).text
    for words in (*OFFICE_ONLY, "With: Mo Lark", "Warning markers: weapons; dog at the address"):
        assert words in shown, words
    council: Sender = await sender(site, source="case system")
    hidden = {"child_id": "C1", "placement_id": "PL1", "start_date": "2026-11-01", "confidential": "yes"}
    await council.send("placements", [hidden])
    shown = (await office.get(path)).text
    assert not [words for words in OFFICE_ONLY if words in shown]
    assert "Warning markers: weapons; dog at the address" in shown


async def test_a_lead_is_led_to_no_page_that_is_closed_to_them(site: Site) -> None:
    lead = await site.signed_in(Role.EXPLOITATION_LEAD)
    episode_id = (await site.council.rows("select episode_id::text from episodes"))[0][0]
    for path in ("/children/C1", f"/episodes/{episode_id}"):
        shown = await lead.get(path)
        assert shown.status_code == 200
        assert "/interviews/" not in shown.text
