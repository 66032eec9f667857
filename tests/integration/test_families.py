"""Siblings and family together: who belongs, what is going on with each, a trace for each, and nothing for others."""

from __future__ import annotations

import pytest

from missing_coord.domain.access import Role
from missing_coord.storage.views.families import Tie, family_of
from tests.builders.reviews import child
from tests.integration.api_sender import sender
from tests.integration.interviews_council import COORDINATOR, WORKER
from tests.integration.web_scene import Site

EARLIER = {"previous_addresses": "1 Sample Street, Manchester", "previous_postcodes": "M1 1AE"}
HOME = {"home_address": "1 Sample Street, Manchester", "home_postcode": "M1 1AE"}


@pytest.fixture
async def site(site: Site) -> Site:
    """A child, a sister of the same home, one of an earlier home, a cousin by name, a neighbour and a namesake."""
    council = await sender(site)
    moved = {"home_address": "9 Other Road", "home_postcode": "M4 4AA"}
    await council.send(
        "register",
        [
            child("F1", **HOME),
            child("F2", **{**HOME, "home_address": "1 sample street Manchester"}, forename="Ivo", surname="Marsh"),
            child("F3", **moved, **EARLIER, surname="Rook"),
            child("F4", home_address="2 Sample Street, Manchester", home_postcode="M1 1AE", forename="Oona"),
            child("F5", home_address="3 Sample Street, Manchester", home_postcode="M1 1AE", surname="Sedge"),
            child("F6", **moved, forename="Bede"),
        ],
    )  # fmt: skip
    return site


async def test_family_is_who_shares_a_home_now_or_before_or_surname_and_postcode(site: Site) -> None:
    async with site.council.database.unit_of_work(COORDINATOR) as uow:
        found = await family_of(uow, "F1")
    assert found[0].child_id == "F1"
    assert {each.child_id: each.tie for each in found} == {
        "F1": Tie.SELF,
        "F2": Tie.SAME_HOME,
        "F3": Tie.EARLIER_HOME,
        "F4": Tie.NAME_AND_POSTCODE,
    }


async def test_the_page_shows_what_is_going_on_and_leaves_a_trace_for_each_child(site: Site) -> None:
    episode_id = await site.council.episode("F2", back=10)
    interview_id = await site.council.interview("F2", {episode_id: 10})
    office = await site.signed_in(Role.COORDINATOR)
    assert "/children/F1/family" in (await office.get("/children/F1")).text
    page = await office.get("/children/F1/family")
    assert page.status_code == 200
    assert f"/interviews/{interview_id}" in page.text
    assert "Sedge" not in page.text
    lead = await site.signed_in(Role.EXPLOITATION_LEAD)
    assert f"/interviews/{interview_id}" not in (await lead.get("/children/F1/family")).text
    traces = await site.council.rows(
        "select actor_role, subject_id from audit_trail where action = 'opened' and subject_type = 'child'"
        " and detail ->> 'family_of' = 'F1' order by 1, 2"
    )
    assert [tuple(each) for each in traces] == [
        (role, child_id)
        for role in ("coordinator", "exploitation_lead")
        for child_id in ("F1", "F2", "F3", "F4")
    ]
    assert (await office.get("/children/nobody/family")).status_code == 404


async def test_a_worker_sees_no_child_that_is_not_theirs_by_the_database(site: Site) -> None:
    episode_id = await site.council.episode("F1", back=10)
    await site.council.interview("F1", {episode_id: 10}, worker_id="W01")
    async with site.council.database.unit_of_work(WORKER) as uow:
        assert [each.child_id for each in await family_of(uow, "F1")] == ["F1"]
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert (await worker.get("/children/F1/family")).status_code == 403
