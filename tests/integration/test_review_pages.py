"""The review pages: what a coordinator sees, decides and undoes, without a script and without losing anything."""

from __future__ import annotations

import html
import re

import httpx2
import pytest

from missing_coord.domain.access import Role
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import Said, child, notice, there_and_back
from tests.integration.api_sender import sender
from tests.integration.web_scene import Browser, Site, errors_on, version_on

TEGAN: Said = {
    "forename": "Tegan",
    "surname": "Quillfeather",
    "date_of_birth": "2011-04-03",
    "local_child_id": "C2",
}
_EVERYTHING = (
    "select (select count(*) from match_decisions), (select count(*) from outbox), (select md5(string_agg("
    "i::text, '|' order by interview_id)) from interviews i), (select md5(string_agg(e::text, '|' order by"
    " episode_id)) from episodes e), (select md5(string_agg(n::text, '|' order by incident_id)) from incidents n)"
)
UNKNOWN: Said = {"forename": "", "surname": "Quillfeather", "date_of_birth": "2011-04-03"}


@pytest.fixture
async def site(site: Site) -> Site:
    """Twins on the register, and an ended episode of one of them whose forename nobody said."""
    site.clock.instant = IN_NOVEMBER
    council = await sender(site)
    brien = child("C9", forename="Mohamed", surname="O'Brien", aliases="Mo Fitz")
    twins = [child(), child("C2", forename="Tegan")]
    await council.send("register", [*twins, child("C7", surname="Lark"), brien])
    await council.send("police-notices", there_and_back(**UNKNOWN))
    return site


@pytest.fixture
async def coordinator(site: Site) -> Browser:
    """A coordinator's browser."""
    return await site.signed_in(Role.COORDINATOR)


async def review_id(site: Site) -> str:
    return str((await site.council.rows("select incident_id::text from incidents"))[0][0])


async def say(site: Site, browser: Browser, what: str, **fields: str) -> httpx2.Response:
    number = await review_id(site)
    page = await browser.get(f"/reviews/{number}")
    return await browser.post(f"/reviews/{number}/{what}", expected_version=version_on(page.text), **fields)


async def owner(site: Site) -> str:
    return str((await site.council.rows("select child_id from interviews where closed_at is null"))[0][0])


async def test_the_list_shows_the_clock_and_the_best_candidate(site: Site, coordinator: Browser) -> None:
    page = await coordinator.get("/reviews")
    assert f'href="/reviews/{await review_id(site)}"' in page.text
    assert "2 candidates" in page.text
    assert "GMP/MP/1" in page.text


async def test_the_notice_stands_beside_its_candidates_with_what_would_move(
    site: Site, coordinator: Browser
) -> None:
    page = await coordinator.get(f"/reviews/{await review_id(site)}")
    assert re.findall(r'id="candidate-(C\d)"', page.text) == ["C1", "C2"]
    assert page.text.count("1 episode, 1 return interview and 0 offers or attempts would move") == 2
    assert "3 Apr 2011" in page.text
    assert "compared with matching weights v2" in page.text
    assert "You decide, because: no forename to tell brothers, sisters and twins apart" in page.text
    assert page.text.count(">Partly<") == 2
    trail = await site.council.rows(
        "select detail -> 'beside' from audit_trail where action = 'opened' and subject_type = 'incident'"
    )
    assert trail == [(["C1", "C2"],)]


async def test_the_same_child_takes_the_interview_and_the_undoing_brings_it_back(
    site: Site, coordinator: Browser
) -> None:
    before = await owner(site)
    answer = await say(site, coordinator, "decision", decision="same", child_id="C2", reason="")
    assert (answer.status_code, await owner(site)) == (303, "C2")
    page = await coordinator.get(answer.headers["location"])
    assert "Jo Coordinator (coordinator) decided that this is C2" in page.text
    assert 'value="same"' not in page.text
    undone = await say(site, coordinator, "undo", reason="Wrong twin")
    assert (undone.status_code, await owner(site)) == (303, before)


async def test_a_child_ruled_out_goes_and_can_be_called_back(site: Site, coordinator: Browser) -> None:
    await say(site, coordinator, "decision", decision="not_this", child_id="C1", reason="")
    page = await coordinator.get(f"/reviews/{await review_id(site)}")
    assert 'id="candidate-C1"' not in page.text
    assert "ruled C1 out" in page.text
    await say(site, coordinator, "undo", reason="")
    page = await coordinator.get(f"/reviews/{await review_id(site)}")
    assert 'id="candidate-C1"' in page.text


async def test_a_child_who_was_no_candidate_is_found_by_number_or_surname(
    site: Site, coordinator: Browser
) -> None:
    number = await review_id(site)
    await coordinator.get(f"/reviews/{number}")
    for words in ("c7", "lar", "tamsin lark"):
        page = await coordinator.post(f"/reviews/{number}/find", find=words)
        assert 'id="candidate-C7"' in page.text, words
    for words in ("o brien", "OBRIEN", "muhammad o'brian", "fitz"):
        page = await coordinator.post(f"/reviews/{number}/find", find=words)
        assert 'id="candidate-C9"' in page.text, words
    nobody = await coordinator.post(f"/reviews/{number}/find", find="%%%")
    assert errors_on(nobody.text) == ["No child on the register has this number or a surname like this"]
    answer = await say(site, coordinator, "decision", decision="same", child_id="C7", reason="")
    assert (answer.status_code, await owner(site)) == (303, "C7")


async def test_not_on_the_register_asks_how_that_is_known(site: Site, coordinator: Browser) -> None:
    answer = await say(site, coordinator, "decision", decision="not_on_register", child_id="", reason="")
    assert answer.status_code == 422
    assert len(errors_on(answer.text)) == 1
    answer = await say(site, coordinator, "decision", decision="not_on_register", child_id="", reason="Asked")
    assert answer.status_code == 303
    assert "No notice waits" in (await coordinator.get("/reviews")).text


async def test_a_child_that_is_none_is_refused_with_what_would_be_right(
    site: Site, coordinator: Browser
) -> None:
    answer = await say(site, coordinator, "decision", decision="same", child_id="C404", reason="")
    assert answer.status_code == 422
    assert "There is no child C404 on the register" in answer.text


async def test_a_lost_race_is_told_and_nothing_is_overwritten(site: Site, coordinator: Browser) -> None:
    manager = await site.signed_in(Role.MANAGER)
    number = await review_id(site)
    seen = version_on((await manager.get(f"/reviews/{number}")).text)
    await say(site, coordinator, "decision", decision="same", child_id="C2", reason="")
    answer = await manager.post(
        f"/reviews/{number}/decision", expected_version=seen, decision="same", child_id="C1", reason=""
    )
    assert answer.status_code == 409
    assert "This notice was changed by Jo Coordinator" in answer.text
    assert await owner(site) == "C2"


async def test_what_is_no_review_is_not_found(coordinator: Browser) -> None:
    for wrong in ("x", "00000000-0000-4000-8000-000000000000"):
        assert (await coordinator.get(f"/reviews/{wrong}")).status_code == 404


async def test_a_page_of_reviews_has_neighbours(site: Site, coordinator: Browser) -> None:
    gmp = await sender(site, "police-notices", source="other")
    many = [notice(f"MP/{n}", forename=f"Nobody{n}", surname=f"Stranger{n}") for n in range(2, 60)]
    await gmp.send("police-notices", many)
    first = await coordinator.get("/reviews")
    assert "1 to 50 of 59" in first.text
    assert "51 to 59 of 59" in (await coordinator.get("/reviews?page=2")).text


async def test_before_two_records_become_one_the_deadlines_that_move_are_shown_and_nothing_is_changed(
    site: Site, coordinator: Browser
) -> None:
    police = await sender(site, "police-notices", source="other")
    await police.send("police-notices", there_and_back("MP/2", day=8, **TEGAN))
    waiting = "select incident_id::text, version from incidents where match_state = 'review'"
    ((number, version),) = await site.council.rows(waiting)
    ((child_id, surviving),) = await site.council.rows(
        "select child_id, left(interview_id::text, 8) from interviews where child_id = 'C2'"
    )
    before = await site.council.rows(_EVERYTHING)
    page = (await coordinator.get(f"/reviews/{number}/same?child_id={child_id}")).text
    assert await site.council.rows(_EVERYTHING) == before
    shown = [html.unescape(each) for each in re.findall(r"<li>(Interview .*?)</li>", page)]
    (ending,) = shown
    assert "ends; its episodes go to the child's other interview" in ending
    assert surviving.upper() not in ending
    await coordinator.post(
        f"/reviews/{number}/decision",
        expected_version=str(version),
        decision="same",
        child_id="C2",
        reason="",
    )
    left = await site.council.rows(
        "select left(interview_id::text, 8) from interviews where closed_at is null"
    )
    assert left == [(surviving,)]


async def test_a_child_who_cannot_be_meant_is_refused_before_the_question(
    site: Site, coordinator: Browser
) -> None:
    answer = await coordinator.get(f"/reviews/{await review_id(site)}/same?child_id=C404")
    assert answer.status_code == 422
    assert "There is no child C404 on the register" in answer.text


async def test_a_decision_is_found_again_on_the_list_by_its_reference_and_from_the_episode(
    site: Site, coordinator: Browser
) -> None:
    number = await review_id(site)
    assert "Nobody decided anything" in (await coordinator.get("/reviews/decided")).text
    await say(site, coordinator, "decision", decision="same", child_id="C2", reason="")
    episode_id = (await site.council.rows("select episode_id::text from episodes"))[0][0]
    for path in (
        "/reviews/decided",
        "/reviews/decided?q=gmp/mp/1",
        "/reviews/decided?q=MP/1",
        f"/episodes/{episode_id}",
    ):
        assert f'href="/reviews/{number}"' in (await coordinator.get(path)).text, path
    assert "the same child" in (await coordinator.get("/reviews/decided")).text
    nothing = (await coordinator.get("/reviews/decided?q=%25")).text
    assert "No notice has this reference" in nothing


async def test_a_wrong_match_without_a_person_is_found_by_its_reference_and_put_right(
    site: Site, coordinator: Browser
) -> None:
    sure = there_and_back("MP/7", day=14, **{**TEGAN, "local_child_id": "C2"})
    await (await sender(site, source="other")).send("police-notices", sure)
    found = (await coordinator.get("/reviews/decided?q=MP/7")).text
    assert "Matched without a person" in found
    [number] = set(re.findall(r'href="/reviews/([0-9a-f-]{36})"', found))
    page = (await coordinator.get(f"/reviews/{number}")).text
    assert "Matched to C2 without a person" in page
    answer = await coordinator.post(
        f"/reviews/{number}/decision",
        expected_version=version_on(page),
        decision="same",
        child_id="C1",
        reason="Asked",
    )
    assert answer.status_code == 303
    assert await site.council.rows(f"select child_id from incidents where incident_id = '{number}'") == [
        ("C1",)
    ]


async def test_before_a_decision_is_undone_what_goes_back_is_shown_and_nothing_is_changed(
    site: Site, coordinator: Browser
) -> None:
    number = await review_id(site)
    assert (
        await coordinator.get(f"/reviews/{number}/undo")
    ).status_code == 422  # nobody has decided anything
    await say(site, coordinator, "decision", decision="same", child_id="C2", reason="")
    before = await site.council.rows(_EVERYTHING)
    shown = (await coordinator.get(f"/reviews/{number}/undo")).text
    assert "Nothing is changed yet" in shown
    now, afterwards = shown.split("Afterwards", 1)
    assert "(C2)" in now
    assert "(C2)" not in afterwards
    assert "(P-" in afterwards
    assert await site.council.rows(_EVERYTHING) == before
    answer = await coordinator.post(
        f"/reviews/{number}/undo", expected_version=version_on(shown), reason="Wrong twin"
    )
    assert answer.status_code == 303
    assert (await owner(site)).startswith("P-")
