"""The pages of ladders, rotas, contacts, alerts and clocks, and Notify's receipts, as those who may use them do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from missing_coord.cli.regular import RegularWork
from missing_coord.contracts.ladders import write_ladder
from missing_coord.domain.access import Role
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.settings import Settings
from missing_coord.web.rendering import london_input
from tests.builders.provider import KEY, TEMPLATE, fake_notify
from tests.integration.web_scene import Site, errors_on, headings_on, version_on

TOKEN = "a-token-for-receipts"
pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")


async def test_a_rehearsal_says_who_would_be_told_at_two_on_sunday(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    page = (await manager.get("/ladders?at=2026-11-22T02:00")).text
    assert 'value="2026-11-22T02:00"' in page
    assert "Jo Manager (Manager): in the product only" in page
    assert "Enter a date and a London time that exist" in (await manager.get("/ladders?at=soon")).text


async def test_a_ladder_that_names_nobody_is_found_when_it_is_saved_and_kept_when_accepted(
    site: Site,
) -> None:
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/ladders")
    body = write_ladder(DEFAULT_LADDER) | {"version": "2027-1"}
    body["steps"][0]["tell"] = ["rota:nights"]
    refused = await manager.post("/ladders", body=json.dumps(body))
    assert refused.status_code == 422
    assert "24h_from_return: there is no rota nights" in refused.text
    saved = await manager.post("/ladders", body=json.dumps(body), accepted="yes")
    assert saved.status_code == 303
    assert "nobody is on duty in the rota nights; passed on at once" in (await manager.get("/ladders")).text
    again = await manager.post(
        "/ladders", body=json.dumps(write_ladder(DEFAULT_LADDER)).replace("-48", "-50")
    )
    assert errors_on(again.text) == [
        "version: 2026-1 is in use with other steps; give this one a name of its own."
    ]


async def test_a_rota_is_made_changed_and_shows_its_gaps(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/rotas")
    shift = {
        "person": "coordinator",
        "days": ["Mon", "Tue", "Wed", "Thu", "Fri"],
        "starts": "09:00",
        "ends": "09:00",
    }
    made = await office.post(
        "/rotas", name="duty", body=json.dumps({"shifts": [shift]}), expected_version="0"
    )
    assert made.status_code == 303
    page = (await office.get("/rotas")).text
    assert "Nobody is on duty in the next 14 days" in page
    refused = await office.post("/rotas/duty/changes", kind="override", person="", expected_version="1")
    assert errors_on(refused.text) == ["Choose who", "Enter from when", "Enter until when"]
    fields = {
        "kind": "override",
        "person": "manager",
        "starts_at": london_input(site.clock.now() + timedelta(days=1)),
        "ends_at": london_input(site.clock.now() + timedelta(days=3)),
    }
    assert (await office.post("/rotas/duty/changes", expected_version="1", **fields)).status_code == 303
    assert "Jo Manager instead" in (await office.get("/rotas")).text
    stale = await office.post("/rotas/duty/changes", expected_version="1", **fields)
    assert stale.status_code == 409


async def test_contacts_are_kept_checked_and_put_into_teams(site: Site) -> None:
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/contacts")
    user_id = site.people[Role.COORDINATOR].user_id
    wrong = await manager.post(f"/contacts/{user_id}", email="nobody", sms="12")
    assert len(errors_on(wrong.text)) == 2
    kept = await manager.post(
        f"/contacts/{user_id}", email="jo@council.example", sms="07700 900001", teams="north; south"
    )
    assert kept.status_code == 303
    page = (await manager.get("/contacts")).text
    assert "jo@council.example" in page
    assert "07700900001" in page
    assert "north; south" in page


async def test_an_interview_shows_both_its_clocks_and_is_taken_on(site: Site) -> None:
    interview_id = await site.council.due()
    office = await site.signed_in(Role.COORDINATOR)
    page = (await office.get(f"/interviews/{interview_id}/clocks")).text
    assert "From the return (statutory)" in page
    assert "From when the council was told" in page
    assert "How this was worked out" in page
    refused = await office.post(f"/interviews/{interview_id}/promise", reason="", until_at="2031-01-01T00:00")
    assert errors_on(refused.text) == ["Say what you will do"]
    until_at = london_input(site.clock.now() + timedelta(hours=5))
    done = await office.post(f"/interviews/{interview_id}/promise", reason="Ringing", until_at=until_at)
    assert done.status_code == 303
    assert "Ringing" in (await office.get(f"/interviews/{interview_id}/clocks")).text
    worker = await site.signed_in(Role.INTERVIEW_WORKER)
    assert (await worker.get(f"/interviews/{interview_id}/clocks")).status_code == 404


async def test_a_message_goes_out_by_notify_and_its_receipts_come_back_twice_and_out_of_order(
    site: Site,
) -> None:
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/contacts")
    await manager.post(
        f"/contacts/{site.people[Role.MANAGER].user_id}", email="jo@council.example", sms="07700900001"
    )
    interview_id = await site.council.due()
    application = site.app.state.web.application
    with fake_notify() as fake:
        application.settings = Settings(
            notify_key=KEY, notify_url=fake.url, notify_sms_template=TEMPLATE, notify_email_template=TEMPLATE,
            notify_receipt_token=TOKEN,
        )  # fmt: skip
        site.clock.instant += timedelta(days=4)
        work = RegularWork(application)
        await work.fire()
        await work.messages()
        assert interview_id in "".join(each["body"] for each in fake.to("07700900001"))
        receipts = [
            *fake.receipts("delivered"),
            *fake.receipts("temporary-failure"),
            *fake.receipts("delivered"),
        ]
    http = site.browser().http
    wrong = await http.post(
        "/api/v1/notify-receipts", json=receipts[0], headers={"Authorization": "Bearer x"}
    )
    assert wrong.status_code == 503
    for receipt in receipts:
        answer = await http.post(
            "/api/v1/notify-receipts", json=receipt, headers={"Authorization": f"Bearer {TOKEN}"}
        )
        assert (answer.status_code, answer.json()["outcome"]) == (200, "taken")
    states = await site.council.rows("select distinct state from deliveries where sent_at is not null")
    assert states == [("delivered",)]
    site._browsers.clear()  # four days have passed, and so has the session
    manager = await site.signed_in(Role.MANAGER)
    assert "Delivered" in (await manager.get("/deliveries")).text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[]",
        b"{}",
        b'{"status": "delivered"}',
        b'{"status":"sent","reference":"x"}',
        b"x" * 30_000,
    ],
)
async def test_a_receipt_that_makes_no_sense_is_never_answered_with_4xx(site: Site, body: bytes) -> None:
    site.app.state.web.application.settings = Settings(notify_receipt_token=TOKEN)
    answer = await site.browser().http.post(
        "/api/v1/notify-receipts", content=body, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    assert (answer.status_code, answer.json()["outcome"]) == (200, "ignored")


async def test_the_alerts_page_shows_the_proof_and_lets_an_alert_be_taken_on(site: Site) -> None:
    await site.council.due()
    site.clock.instant += timedelta(hours=10)
    work = RegularWork(site.app.state.web.application)
    await work.watch()
    await work.prove()
    office = await site.signed_in(Role.COORDINATOR)
    page = (await office.get("/alerts")).text
    assert "Unallocated" in page
    assert "4 hours from when the interview was opened here" in page
    [[alert_id]] = await site.council.rows("select alert_id::text from alerts where clock = 'unallocated'")
    refused = await office.post(f"/alerts/{alert_id}/promise", reason="", until_at="")
    assert len(errors_on(refused.text)) == 2
    until_at = london_input(site.clock.now() + timedelta(hours=5))
    assert (
        await office.post(f"/alerts/{alert_id}/promise", reason="Mine", until_at=until_at)
    ).status_code == 303
    assert "Until" in (await office.get("/alerts")).text


SHIFT = {"person": "coordinator", "days": ["Mon"], "starts": "09:00", "ends": "17:00"}
AGES = {
    "person": "coordinator",
    "starts_at": "0001-01-01T00:00:00+14:00",
    "ends_at": "9999-12-31T23:59:00-12:00",
}


@pytest.mark.parametrize(
    "body",
    [{"shifts": [{**SHIFT, "starts": "09:00+05:00"}]}, {"shifts": [SHIFT], "absences": [AGES]}],
    ids=["a wall clock with an offset", "an absence of ages"],
)
async def test_a_rota_that_could_stop_the_others_is_refused_when_it_is_saved(
    site: Site, body: dict[str, Any]
) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    answer = await browser.post("/rotas", name="odd", body=json.dumps(body), expected_version="0")
    assert answer.status_code == 422
    assert (await browser.get("/rotas")).status_code == 200
    assert await site.council.rows("select 1 from rotas") == []


async def test_a_rota_takes_no_change_about_nobody(site: Site) -> None:
    browser = await site.signed_in(Role.COORDINATOR)
    saved = await browser.post(
        "/rotas", name="day", body=json.dumps({"shifts": [SHIFT]}), expected_version="0"
    )
    assert saved.status_code == 303
    change = {
        "person": "not-a-person",
        "kind": "zzz",
        "starts_at": "2026-11-21T10:00",
        "ends_at": "2026-11-21T12:00",
    }
    version = version_on((await browser.get("/rotas")).text)
    answer = await browser.post("/rotas/day/changes", expected_version=version, **change)
    assert answer.status_code == 422
    assert {"Choose whether the person is on duty or away"} <= set(errors_on(answer.text))


async def test_a_way_back_that_is_no_address_leads_home(site: Site) -> None:
    assert (await site.browser().get("/sign-in?next=//[")).status_code == 200


async def test_alerts_stand_in_groups_with_counts_and_are_filtered_by_links(site: Site) -> None:
    for child in ("C1", "C2"):
        await site.council.due(child)
    await site.council.due("C3", worker_id="W01", first_offered_at=site.clock.instant, held_at=site.clock.instant,
                           closed_at=site.clock.instant, state="completed")  # fmt: skip
    site.clock.instant += timedelta(days=11)
    await RegularWork(site.app.state.web.application).watch()
    office = await site.signed_in(Role.COORDINATOR)
    page = (await office.get("/alerts")).text
    assert headings_on(page) == ["Unallocated (2)", "Offer (2)", "Audit (1)"]
    assert 'href="/alerts?clock=offer">Offer (2)</a>' in page
    only = (await office.get("/alerts?clock=audit&by=day")).text
    assert len(headings_on(only)) == 1
    assert headings_on(only)[0].startswith("Due ")
    assert headings_on((await office.get("/alerts?clock=tea")).text) == headings_on(page)
    none = (await office.get("/alerts?clock=dispute")).text
    assert "No alert of this kind is open." in none
    assert 'href="/alerts">Every kind (5)</a>' in none
