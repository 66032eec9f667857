"""Probes and counts: up, ready or why not, and numbers without anything about a person."""

from __future__ import annotations

from datetime import timedelta

import psycopg
from prometheus_client import REGISTRY
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.web.health import Health, health_of
from tests.builders.reviews import there_and_back
from tests.databases import Database, plain
from tests.integration.api_sender import sender, stranger
from tests.integration.interviews_council import SYSTEM
from tests.integration.web_scene import Site

_MESSAGE = """
insert into messages (message_key, channel, recipient_role, subject_type, subject_id, kind, text, state, planned_at)
values ('k', 'in_app', 'coordinator', 'interview', 'x', 'assigned', 'words', 'planned', :then)
"""
_DELIVERY = """
insert into deliveries (message_id, channel, address, urgency, state, text, planned_at, next_attempt_at, give_up_at)
select message_id, 'email', 'someone@council.invalid', '1_first', 'planned', 'words', :then, :then, :then from messages
"""


async def test_a_process_that_answers_is_live(site: Site) -> None:
    assert (await stranger(site).get("/live")).json() == {"status": "up"}


async def test_ready_when_the_database_is_at_the_newest_schema(site: Site) -> None:
    answer = await stranger(site).get("/ready")
    assert (answer.status_code, answer.json()["checks"]) == (200, {"database": "ok"})


async def test_not_ready_with_another_schema(site: Site, database: Database) -> None:
    with psycopg.connect(plain(database.owner_url), autocommit=True) as owner:
        owner.execute("update alembic_version set version_num = '0000'")
    answer = await stranger(site).get("/ready")
    assert answer.status_code == 503
    assert "at schema 0000" in answer.json()["checks"]["database"]


async def test_not_ready_while_the_database_does_not_answer(site: Site, database: Database) -> None:
    await site.council.database.engine.dispose()
    with psycopg.connect(plain(database.admin_url), autocommit=True) as admin:
        admin.execute("alter role missing_coord_app nologin")
        try:
            answer = await stranger(site).get("/ready")
            metrics = await stranger(site).get("/metrics")
        finally:
            admin.execute("alter role missing_coord_app login")
    assert (answer.status_code, answer.json()["checks"]["database"]) == (503, "does not answer")
    assert "missing_coord_database_up 0.0" in metrics.text


async def test_not_ready_when_a_part_of_this_process_has_fallen_silent(site: Site) -> None:
    clock = [100.0]
    site.app.state.health = Health(seconds=lambda: clock[0])
    health_of(site.app).expect("relay", within=30)
    health_of(site.app).expect("scheduler", within=120)
    clock[0] += 60
    answer = await stranger(site).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "relay": "silent for 60 s", "scheduler": "ok"}
    health_of(site.app).beat("relay")
    assert (await stranger(site).get("/ready")).status_code == 200


async def test_the_metrics_count_the_work_and_name_nobody(site: Site) -> None:
    gmp = await sender(site)
    await gmp.send("police-notices", [*there_and_back(), {"surname": "Lostname"}])
    answer = await stranger(site).get("/metrics")
    lines = answer.text.splitlines()
    assert 'missing_coord_interviews_open{state="not_offered"} 1.0' in lines
    assert "missing_coord_interviews_breached 1.0" in lines
    assert "missing_coord_reviews_waiting 1.0" in lines
    assert "missing_coord_quarantine_waiting 1.0" in lines
    assert any(line.startswith("process_") or line.startswith("python_") for line in lines)
    assert "Feather" not in answer.text
    assert "Lostname" not in answer.text


async def test_the_unsent_events_and_their_age_are_counted(site: Site) -> None:
    gmp = await sender(site)
    await gmp.send("police-notices", there_and_back())
    unsent = (await site.council.rows("select count(*) from outbox where sent_at is null"))[0][0]
    assert f"missing_coord_outbox_unsent {float(unsent)}" in (await stranger(site).get("/metrics")).text


async def test_messages_to_people_that_have_not_left_are_counted_with_the_age_of_the_oldest(
    site: Site,
) -> None:
    async with site.council.acting(SYSTEM) as uow:
        then = {"then": uow.now - timedelta(minutes=20)}
        await uow.execute(text(_MESSAGE), then)
        await uow.execute(text(_DELIVERY), then)
    lines = (await stranger(site).get("/metrics")).text.splitlines()
    assert "missing_coord_deliveries_waiting 1.0" in lines
    [age] = [line.split()[1] for line in lines if line.startswith("missing_coord_deliveries_oldest_seconds ")]
    assert float(age) >= 20 * 60
    assert "missing_coord_deliveries_failed 0.0" in lines


def _answers(route: str, status: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("missing_coord_request_seconds_count", labels) or 0.0


async def test_answers_are_measured_by_route_and_never_by_address(site: Site) -> None:
    interview_id = await site.council.due()
    coordinator = await site.signed_in(Role.COORDINATOR)
    route, none = "/interviews/{interview_id}", "none"
    before = _answers(route, "2xx"), _answers(route, "4xx"), _answers(none, "4xx")
    await coordinator.get(f"/interviews/{interview_id}")
    await coordinator.get("/interviews/nothing")
    await coordinator.get("/no/such/page")
    after = _answers(route, "2xx"), _answers(route, "4xx"), _answers(none, "4xx")
    assert after == tuple(each + 1 for each in before)
    metrics = (await stranger(site).get("/metrics")).text
    assert interview_id not in metrics
    assert "missing_coord_open_streams 0.0" in metrics
