"""Forms about telling people: a rota's rows, when a ladder holds, one line for each matter, and answers outside."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from missing_coord.cli.regular import RegularWork
from missing_coord.contracts.ladders import write_ladder
from missing_coord.domain.access import Role, system_actor
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.notify.wording import short_reference
from tests.builders.clocks import IN_NOVEMBER
from tests.integration.web_scene import Site, errors_on

pytestmark = pytest.mark.filterwarnings("ignore:.*:DeprecationWarning")
WEEK = "Mon,Tue,Wed,Thu,Fri"


async def test_a_rota_is_typed_as_rows_and_its_overrides_stay(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/rotas")
    rows = {"person": ["coordinator", "manager", ""], "days": [WEEK, "Sat,Sun", ""], "starts": ["09:00", "09:00", ""],
            "ends": ["09:00", "09:00", ""], "first_day": ["", "2026-01-01", ""], "last_day": ["", "", ""]}  # fmt: skip
    made = await office.post("/rotas/new/shifts", name="duty", expected_version="0", **rows)
    assert made.status_code == 303
    assert "Somebody is on duty at any time" in (await office.get("/rotas")).text
    await office.post("/rotas/duty/changes", kind="absence", person="manager", starts_at="2026-11-28T09:00",
                      ends_at="2026-11-30T09:00", expected_version="1")  # fmt: skip
    fewer = {name: values[:1] for name, values in rows.items()}
    assert (
        await office.post("/rotas/duty/shifts", name="duty", expected_version="2", **fewer)
    ).status_code == 303
    body = (await site.council.rows("select body from rotas"))[0][0]
    assert [each["person"] for each in body["shifts"]] == ["coordinator"]
    assert [each["person"] for each in body["absences"]] == ["manager"]


async def test_whoever_gains_or_loses_hours_on_a_rota_is_told_them_and_whoever_changed_it_is_not(
    site: Site,
) -> None:
    site.clock.instant = IN_NOVEMBER
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/rotas")
    always = {"days": ["Mon,Tue,Wed,Thu,Fri,Sat,Sun"], "starts": ["09:00"], "ends": ["09:00"]}
    await office.post(
        "/rotas/new/shifts", name="duty", expected_version="0", person=["coordinator"], **always
    )
    told = "select text from messages where kind = 'rota' order by message_id"
    assert await site.council.rows(told) == []  # the coordinator's own doing
    instead = {
        "kind": "override",
        "person": "manager",
        "starts_at": "2026-11-28T09:00",
        "ends_at": "2026-11-30T09:00",
    }
    await office.post("/rotas/duty/changes", expected_version="1", **instead)
    [[text]] = await site.council.rows(told)
    assert text.startswith(
        "Rota duty: your hours of duty in the next 14 days have changed: Sat 28 Nov 09:00 to Mon 30 Nov 09:00."
    )
    manager = await site.signed_in(Role.MANAGER)
    assert "Sat 28 Nov 09:00 to Mon 30 Nov 09:00" in (await manager.get("/messages")).text
    await manager.get("/rotas")
    await manager.post("/rotas/duty/shifts", name="duty", expected_version="2", person=["manager"], **always)
    [_, [text]] = await site.council.rows(told)
    assert "not at all" in text  # the coordinator has no hours left


async def test_a_row_that_cannot_be_is_named_and_what_was_typed_stays(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/rotas")
    rows = {"person": ["coordinator"], "days": [""], "starts": ["09:00"], "ends": ["17:00"]}
    refused = await office.post("/rotas/new/shifts", name="duty", expected_version="0", **rows)
    assert refused.status_code == 422
    assert errors_on(refused.text)[0].startswith("Row 1, days: must name at least one of")
    assert 'value="17:00"' in refused.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"person": ["no.such.user"]}, "Row 1, person: must be the user name of somebody who can sign in"),
        (
            {"first_day": ["2026-12-01"], "last_day": ["2026-11-01"]},
            "Row 1, last day: must not be before first day",
        ),
        (
            {"person": [""], "days": [""], "starts": [""], "ends": [""]},
            "Row 1: choose who and the days, and enter both times",
        ),
    ],
)
async def test_a_rota_of_nobody_or_of_days_the_wrong_way_round_is_refused_with_its_row(
    site: Site, wrong: dict[str, list[str]], said: str
) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/rotas")
    rows = {"person": ["coordinator"], "days": [WEEK], "starts": ["09:00"], "ends": ["17:00"], **wrong}
    refused = await office.post("/rotas/new/shifts", name="duty", expected_version="0", **rows)
    assert (refused.status_code, errors_on(refused.text)) == (422, [said])
    shift = {"person": "no.such.user", "days": ["Mon"], "starts": "09:00", "ends": "17:00"}
    for shifts in ([shift], []):
        body = json.dumps({"shifts": shifts})
        typed = await office.post("/rotas", name="duty", expected_version="0", body=body)
        assert typed.status_code == 422
    assert await site.council.rows("select 1 from rotas") == []


async def test_an_address_of_a_professional_is_no_longer_than_an_address_can_be(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/professionals")
    given = {"professional": "iro", "name": "Kit Larch", "email": "kit@council.example", "phone": ""}
    for field, text, most in (("email", "k" * 5000 + "@council.example", 254), ("name", "K" * 9999, 200)):
        refused = await office.post("/professionals", **{**given, field: text})
        assert refused.status_code == 422
        assert errors_on(refused.text) == [f"Use at most {most} characters"]
    assert await site.council.rows("select 1 from professional_contacts") == []


async def test_a_ladder_is_in_force_from_when_its_text_or_the_field_says_and_not_from_two_times(
    site: Site,
) -> None:
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/ladders")
    said = write_ladder(DEFAULT_LADDER) | {"version": "x", "effective_at": "2031-01-01T00:00:00+00:00"}
    refused = await manager.post("/ladders", body=json.dumps(said), effective_at="2031-02-01T00:00")
    assert refused.status_code == 422
    assert errors_on(refused.text) == ["The text says Wed 01 Jan 2031 00:00 GMT: take one of the two out"]
    kept = await manager.post("/ladders", body=json.dumps(said))
    assert kept.status_code == 303
    ((effective_at,),) = [tuple(row) for row in await site.council.rows("select effective_at from ladders")]
    assert effective_at.year == 2031


async def test_many_messages_about_one_matter_are_one_line_and_are_seen_together(site: Site) -> None:
    interview_id = await site.council.due()
    await site.council.rows(
        "insert into messages (message_key, channel, recipient_role, subject_type, subject_id, kind, text, state,"
        " planned_at) select 'k' || n, 'recorder', 'manager', 'interview', :id, 'breach',"
        " 'Interview: ' || n || ' told.', 'delivered', now() + n * interval '1 minute'"
        " from generate_series(1, 30) n returning 1",
        id=interview_id,
    )
    manager = await site.signed_in(Role.MANAGER)
    page = (await manager.get("/messages")).text
    assert "Messages (1 new)" in page
    assert "Interview: 30 told." in page
    assert "29 earlier messages about the same" in page
    assert page.count('name="message_ids"') == 30


async def test_an_escalation_is_shown_as_it_stood(site: Site) -> None:
    interview_id = await site.council.due(back=80)
    work = RegularWork(site.app.state.web.application)
    site.clock.instant += timedelta(hours=1)
    await work.fire()
    office = await site.signed_in(Role.COORDINATOR)
    path = f"/interviews/{interview_id}/clocks"
    now = (await office.get(path)).text
    assert "told" in now.split("Who was told")[1].split("Taken on")[0]
    before = (site.clock.instant - timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
    then = (await office.get(f"{path}?as_of={before}")).text
    assert "As it stood" in then
    assert "Nobody yet." in then
    assert "Take it on" not in then
    assert "Enter a date and a London time that exist" in (await office.get(f"{path}?as_of=soon")).text


async def test_what_a_professional_says_is_kept_once(site: Site) -> None:
    await site.council.due()
    await site.council.rows("update children set social_worker = 'Bo Finch' returning 1")
    async with site.council.acting(system_actor("test")) as uow:
        await uow.professionals.raise_new(uow.now)
    office = await site.signed_in(Role.COORDINATOR)
    listed = (await office.get("/professionals")).text
    assert "Bo Finch" in listed
    assert "No e-mail address is known" in listed
    ((alert_id,),) = [
        tuple(row)
        for row in await site.council.rows("select professional_alert_id::text from professional_alerts")
    ]
    path = f"/professionals/{alert_id}"
    await office.get(path)
    refused = await office.post(path, how="phone", who="", note="")
    assert errors_on(refused.text) == ["Say who confirmed it."]
    assert (await office.post(path, how="phone", who="Bo Finch", note="")).status_code == 303
    assert (await office.post(path, how="phone", who="Bo Finch", note="")).status_code == 404
    assert "By telephone. Bo Finch" in (await office.get(path)).text
    wrong = await office.post("/professionals", professional="iro", name="", email="x", phone="")
    assert errors_on(wrong.text) == ["Enter an e-mail address"]
    saved = await office.post(
        "/professionals", professional="iro", name="", email="iro@council.example", phone=""
    )
    assert saved.status_code == 303
    assert "IRO, the service: iro@council.example" in (await office.get("/professionals")).text
    assert (await office.get(f"/told-harm/{alert_id}")).status_code == 404


async def test_the_office_finds_what_a_caller_names_by_the_reference_of_the_e_mail(site: Site) -> None:
    await site.council.due()
    await site.council.rows(
        "update children set social_worker = 'Bo Finch', social_worker_email = 'bo@council.example' returning 1"
    )
    async with site.council.acting(system_actor("test")) as uow:
        await uow.professionals.raise_new(uow.now)
    office = await site.signed_in(Role.COORDINATOR)
    assert "Bo Finch" not in (await office.get("/professionals")).text  # the e-mail is enough
    ((alert_id,),) = await site.council.rows("select professional_alert_id::text from professional_alerts")
    for words in (short_reference(str(alert_id)), "finch", "Bo F"):
        assert "Bo Finch" in (await office.get(f"/professionals?q={quote(words)}")).text, words
    for words in ("%", "_", "00000000", "' or 1=1", "x" * 5000):
        found = await office.get(f"/professionals?q={quote(words)}")
        assert (found.status_code, "Bo Finch" in found.text) == (200, False), words


async def test_a_ladder_is_tried_on_the_last_month_without_being_saved(site: Site) -> None:
    await site.council.due(back=60)
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/ladders")
    body = write_ladder(DEFAULT_LADDER) | {"version": "2027-1"}
    body["steps"][0]["tell"] = ["manager"]
    tried = await manager.post("/ladders/shadow", body=json.dumps(body))
    assert tried.status_code == 200
    assert "1 of 1 interview would have been told otherwise" in tried.text
    assert await site.council.rows("select 1 from ladders") == []
    other = {"clock": "audit", "version": "x", "steps": [{"name": "now", "hours": 0, "tell": ["manager"]}]}
    refused = await manager.post("/ladders/shadow", body=json.dumps(other))
    assert "only interview, offer, unallocated can be tried" in refused.text


async def test_other_clocks_rotas_and_the_threshold_of_matching_are_tried_on_the_same_page(
    site: Site,
) -> None:
    await site.council.due(back=60)
    manager = await site.signed_in(Role.MANAGER)
    await manager.get("/ladders")
    for clock in ("offer", "unallocated"):
        step = {"name": "now", "hours": 0, "tell": ["manager"]}
        body = {"clock": clock, "version": "x", "due_hours": 1, "steps": [step]}
        tried = await manager.post("/ladders/shadow", body=json.dumps(body))
        assert "1 of 1 interview would have been told otherwise" in tried.text
    tried = await manager.post("/ladders/shadow", rotas='{"duty": {"shifts": []}}')
    assert "0 of 1 interview would have been told otherwise" in tried.text
    tried = await manager.post("/ladders/shadow", automatic_from="0.999")
    assert "notices would have been told otherwise" in tried.text
    for wrong in ({"rotas": "[]"}, {"automatic_from": "0.5"}):
        assert (await manager.post("/ladders/shadow", **wrong)).status_code == 422


async def test_a_rota_kept_with_dates_the_wrong_way_round_is_shown_with_a_flag_and_stops_no_ladder(
    site: Site,
) -> None:
    row = {"person": "manager", "days": ["Mon"], "starts": "09:00", "ends": "17:00"}
    body = {"shifts": [row, {**row, "first_day": "2026-12-24", "last_day": "2026-12-01"}]}
    await site.council.rows("insert into rotas (name, body, saved_by, saved_at) values"
                            " ('duty', cast(:body as jsonb), 'ann', now()) returning 1",
                            body=json.dumps(body))  # fmt: skip
    office = await site.signed_in(Role.COORDINATOR)
    assert "shifts[1].last_day: must not be before first_day" in (await office.get("/rotas")).text
    assert (await office.get("/ladders")).status_code == 200
    again = {"person": ["manager"], "days": ["Mon"], "starts": ["09:00"], "ends": ["17:00"]}
    refused = await office.post("/rotas/duty/shifts", name="duty", expected_version="1", **again,
                                first_day=["2026-12-24"], last_day=["2026-12-01"])  # fmt: skip
    assert errors_on(refused.text)[:1] == ["Row 1, last day: must not be before first day"]
    saved = await office.post("/rotas/duty/shifts", name="duty", expected_version="1", **again)
    assert saved.status_code == 303
    assert "puts nobody on duty" not in (await office.get("/rotas")).text


async def test_a_form_of_too_many_fields_is_refused_with_words(site: Site) -> None:
    office = await site.signed_in(Role.COORDINATOR)
    await office.get("/disputes")
    body = f"csrf_token={office.token}" + "&a=" * 200_000
    answer = await office.http.post(
        "/disputes", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400
    assert "Too many fields" in answer.text
