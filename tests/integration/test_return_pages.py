"""Back already? The page of signs, as coordinators use it."""

from __future__ import annotations

import re

import pytest

from missing_coord.domain.access import Role
from tests.builders.clocks import IN_NOVEMBER
from tests.builders.reviews import child, notice
from tests.integration.api_sender import sender
from tests.integration.web_scene import Site, errors_on, version_on


@pytest.fixture
async def site(site: Site) -> Site:
    """A missing child of whom placement data says that the child was placed a day later."""
    site.clock.instant = IN_NOVEMBER
    council = await sender(site)
    await council.send("register", [child()])
    await council.send("police-notices", [notice(forename="Tamsin", surname="Quillfeather",
                                                  date_of_birth="2011-04-03", local_child_id="C1")])  # fmt: skip
    placed = {"child_id": "C1", "placement_id": "PL2", "start_date": "2026-11-11", "confidential": "yes",
              "provider_name": "Secret House", "postcode": "M1 1AE"}  # fmt: skip
    await council.send("placements", [placed])
    return site


async def test_a_sign_is_confirmed_with_one_click_and_taken_back(site: Site) -> None:
    coordinator = await site.signed_in(Role.COORDINATOR)
    page = await coordinator.get("/presumed-returns")
    assert "A placement began on 11 Nov 2026." in page.text
    assert "Secret House" not in page.text
    found = re.search(r'action="(/presumed-returns/[0-9a-f-]+)/answer"', page.text)
    assert found
    done = await coordinator.post(f"{found[1]}/answer", expected_version=version_on(page.text), answer="back")
    assert done.status_code == 303
    shown = await coordinator.get(found[1])
    assert "said that the child is back" in shown.text
    assert "No sign waits" in (await coordinator.get("/presumed-returns")).text
    assert await site.council.rows("select status, end_basis from episodes") == [("ended", "presumed")]
    again = await coordinator.post(f"{found[1]}/undo", expected_version=version_on(shown.text))
    assert again.status_code == 303
    assert await site.council.rows("select status from episodes") == [("open",)]


async def test_a_wrong_time_and_no_button_come_back_with_what_was_typed(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    page = await manager.get("/presumed-returns")
    path = re.search(r'action="(/presumed-returns/[0-9a-f-]+)/answer"', page.text)[1]  # type: ignore[index]
    for given in ({"answer": "back", "returned_at": "2026-11-01T10:00"}, {"answer": "perhaps"}):
        answer = await manager.post(
            f"{path}/answer", expected_version=version_on(page.text), reason="Rang the home", **given
        )
        assert (answer.status_code, len(errors_on(answer.text))) == (422, 1)
        assert 'value="Rang the home"' in answer.text


async def test_the_episode_shows_the_sign_to_the_office_and_to_nobody_else(site: Site) -> None:
    episode_id = (await site.council.rows("select episode_id::text from episodes"))[0][0]
    for role, sees in ((Role.COORDINATOR, True), (Role.EXPLOITATION_LEAD, False)):
        page = await (await site.signed_in(role)).get(f"/episodes/{episode_id}")
        assert page.status_code == 200
        assert ("Is this child back?" in page.text) is sees
