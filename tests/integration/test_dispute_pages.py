"""Disputes of IROs on their pages and on the page of the interview: stages, days, holders, and who may see them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from missing_coord.domain.access import Role
from tests.integration.web_scene import Site, errors_on


async def test_a_dispute_goes_up_its_stages_with_dates_and_outcomes_and_is_settled(site: Site) -> None:
    interview_id = await site.council.due()
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/disputes")
    today = f"{site.clock.instant:%Y-%m-%d}"
    given = {"interview_id": interview_id, "iro": "Kit Larch", "about": "No offer", "started_on": today}
    refused = await office.post("/disputes", **given, due_on="2020-01-01")
    assert errors_on(refused.text) == ["Give a day after the stage began."]
    opened = await office.post("/disputes", **given, due_on="2031-01-01")
    path = opened.headers["location"]
    late = await office.post(
        path, seen="informal", ended_on=today, outcome="Not agreed", following="informal", due_on="2031-01-01"
    )
    assert errors_on(late.text) == ["Choose a stage above this one."]
    moved = await office.post(
        path, seen="informal", ended_on=today, outcome="Not agreed", following="director", due_on="2031-01-01"
    )
    assert moved.status_code == 303
    assert "Director of children" in (await office.get("/disputes")).text
    agreed = {"ended_on": today, "outcome": "Agreed", "following": ""}
    assert (await office.post(path, seen="director", **agreed)).status_code == 303
    page = (await office.get(path)).text
    assert "Settled" in page
    assert "Not agreed" in page
    again = await office.post(path, seen="director", ended_on=today, outcome="Again", following="")
    assert again.status_code == 422
    assert "This dispute is settled already." in again.text


async def test_a_stage_of_a_dispute_is_ended_only_by_somebody_who_saw_it(site: Site) -> None:
    interview_id = await site.council.due()
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/disputes")
    today = f"{site.clock.instant:%Y-%m-%d}"
    given = {"interview_id": interview_id, "iro": "Kit Larch", "about": "No offer", "started_on": today}
    path = (await office.post("/disputes", **given, due_on="2031-01-01")).headers["location"]
    assert 'name="seen" value="informal"' in (await office.get(path)).text
    form = {"seen": "informal", "ended_on": today, "outcome": "Not agreed", "due_on": "2031-01-01"}
    assert (await office.post(path, **form, following="team_manager")).status_code == 303
    old = await office.post(path, **form, following="cafcass")
    assert old.status_code == 409
    assert "Changed by someone else" in old.text
    assert (await office.post(path, **{**form, "seen": ""}, following="cafcass")).status_code == 400
    running = await site.council.rows("select stage from dispute_stages where ended_on is null")
    assert [tuple(each) for each in running] == [("team_manager",)]


async def test_a_dispute_sent_twice_is_one_and_its_days_lie_in_this_century(site: Site) -> None:
    interview_id = await site.council.due()
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/disputes")
    today = f"{site.clock.instant:%Y-%m-%d}"
    given = {"interview_id": interview_id, "iro": "Kit Larch", "about": "No offer"}
    for days in (("0001-01-01", "2031-01-01"), (today, "9999-12-31")):
        refused = await office.post("/disputes", **given, started_on=days[0], due_on=days[1])
        assert refused.status_code == 422
        assert errors_on(refused.text) == ["Enter a day, such as 2026-11-21"]
    sent = [await office.post("/disputes", **given, started_on=today, due_on="2031-01-01") for _ in range(2)]
    assert [each.status_code for each in sent] == [303, 303]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    assert len(await site.council.rows("select 1 from disputes")) == 1
    assert len(await site.council.rows("select 1 from dispute_stages")) == 1


async def test_a_dispute_is_raised_by_the_short_reference_or_from_the_page_of_the_interview(
    site: Site,
) -> None:
    interview_id = await site.council.due()
    office = await site.signed_in(Role.COORDINATOR)
    page = await office.get(f"/interviews/{interview_id}")
    assert f'href="/disputes?interview={interview_id}#new"' in page.text
    assert f'value="{interview_id}"' in (await office.get(f"/disputes?interview={interview_id}")).text
    today = f"{site.clock.instant:%Y-%m-%d}"
    given = {"iro": "Kit Larch", "about": "No offer", "started_on": today, "due_on": "2031-01-01"}
    opened = await office.post("/disputes", **given, interview_id=interview_id[:8].upper(), holder="person:manager",
                               holder_name="Sam Reed")  # fmt: skip
    assert opened.status_code == 303
    shown = (await office.get("/disputes")).text
    assert "Held by Sam Reed, Jo Manager (manager)" in shown
    rows = await site.council.rows("select interview_id::text from disputes")
    assert [each[0] for each in rows] == [interview_id]


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("4B7C", "Give the reference that its page shows, 8 letters a to f and digits, such as 4B7C2F1A."),
        ("No offer", "Give the reference that its page shows, 8 letters a to f and digits, such as 4B7C2F1A."),
        ("FFFFFFFF", "No interview has the reference FFFFFFFF."),
        ("4B7C2F1A", "More than one interview begins with 4B7C2F1A. Open the right one and choose Raise a dispute"
                     " there."),
    ],
)  # fmt: skip
async def test_a_reference_that_means_no_one_interview_is_said_beside_its_field(
    site: Site, reference: str, said: str
) -> None:
    for ending in ("1", "2"):
        await site.council.due(f"C{ending}", interview_id=f"4b7c2f1a-0000-4000-8000-00000000000{ending}")
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/disputes")
    today = f"{site.clock.instant:%Y-%m-%d}"
    given = {"iro": "Kit Larch", "about": "No offer", "started_on": today, "due_on": "2031-01-01"}
    refused = await office.post("/disputes", **given, interview_id=reference)
    assert refused.status_code == 422
    assert errors_on(refused.text) == [said]


async def test_the_page_of_an_interview_lists_its_disputes_to_the_office_alone(site: Site) -> None:
    interview_id, other = await site.worker_with(), await site.council.due("C2")
    office, worker = await site.signed_in(Role.MANAGER), await site.signed_in(Role.INTERVIEW_WORKER)
    assert 'id="disputes"' not in (await office.get(f"/interviews/{interview_id}")).text
    day = f"{site.clock.instant - timedelta(days=1):%Y-%m-%d}"
    given = {"interview_id": interview_id, "iro": "Kit Larch", "about": "No offer", "started_on": day}
    path = (await office.post("/disputes", **given, due_on=day, holder_name="Sam Reed")).headers["location"]
    listed = (await office.get(f"/interviews/{interview_id}")).text.partition('id="disputes"')[2]
    shown = " ".join(re.sub("<[^>]+>", " ", listed.partition("</ul>")[0]).split())
    assert f'href="{path}"' in listed
    assert "Kit Larch: informal stage, held by Sam Reed, due" in shown
    assert shown.endswith("Late")
    ended = {"seen": "informal", "ended_on": day, "outcome": "Agreed", "following": ""}
    assert (await office.post(path, **ended)).status_code == 303
    assert "Kit Larch: settled" in (await office.get(f"/interviews/{interview_id}")).text
    assert 'id="disputes"' not in (await office.get(f"/interviews/{other}")).text
    assert path not in (await worker.get(f"/interviews/{interview_id}")).text
