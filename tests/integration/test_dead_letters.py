"""Messages and events that could not be worked on: seen, read again when the fault is mended, never lost."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from consumers.placements import placements_group
from consumers.police import police_group
from missing_coord.bootstrap import Application
from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.contracts.topics import TOPICS_IN
from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import ConcurrencyConflict
from missing_coord.domain.events import InterviewReopened
from missing_coord.messaging.in_process import InProcessDelivery
from missing_coord.messaging.reacting import Reactions
from missing_coord.messaging.relay import relay_once
from missing_coord.messaging.subscriptions import NOTICES, PLANNING, Subscriptions
from missing_coord.replaying import StillFaulty, replay
from missing_coord.storage.dead_letters import waiting
from missing_coord.storage.inbox import claim
from missing_coord.storage.outbox import RELAY, lease_outbox
from tests.broker.peer import envelope
from tests.builders.cases import BUILDER
from tests.builders.commands import Commands
from tests.builders.consuming import Message
from tests.builders.reviews import notice
from tests.builders.road import open_road, rows_of
from tests.databases import Database
from tests.integration.web_scene import open_site, version_on

COORDINATOR = Actor(role=Role.COORDINATOR, name="Kit", user_id="00000000-0000-4000-8000-000000000001")


async def _set_aside(road: Application, value: bytes) -> int:
    """Put a message aside as a fault of ours would, and return its number."""
    await police_group(road.intake()).set_aside(Message(offset=1, value=value), reason="ValueError")
    [*_, last] = await rows_of(road, "select quarantine_id from quarantine order by 1")
    return int(last["quarantine_id"])


async def test_a_message_set_aside_for_a_fault_of_ours_is_taken_in_once_it_is_replayed(
    database: Database,
) -> None:
    async with open_road(database) as road:
        number = await _set_aside(road, envelope("police", notice()))
        assert (await replay(road, COORDINATOR, number)).outcome == "accepted"
        assert len(await rows_of(road, "select 1 from notices")) == 1
        [kept] = await rows_of(road, "select resolved_by, resolution from quarantine")
        assert kept == {"resolved_by": "Kit", "resolution": "Corrected and taken in again: as it came"}
        with pytest.raises(ConcurrencyConflict):
            await replay(road, COORDINATOR, number)


async def test_a_message_that_is_still_faulty_stays_and_the_reason_is_told(database: Database) -> None:
    async with open_road(database) as road:
        number = await _set_aside(road, b"no json at all")
        with pytest.raises(StillFaulty, match="one JSON object"):
            await replay(road, COORDINATOR, number)
        async with road.database.unit_of_work(COORDINATOR) as uow:
            assert [each.quarantine_id for each in await waiting(uow, TOPICS_IN)] == [number]


async def test_a_placement_that_nobody_can_read_shows_no_person_its_text_and_can_be_replayed(
    database: Database,
) -> None:
    row = {"child_id": "C-1", "placement_id": "P-1", "start_date": "2026-01-05", "address": "9 Hidden Lane"}
    content = envelope("placements", {**row, "confidential": "yes"})
    async with open_road(database) as road:
        group = placements_group(road.intake())
        await group.set_aside(Message(offset=1, value=content, topic=group.topic), reason="ValueError")
        [kept] = await rows_of(road, "select quarantine_id, raw from quarantine")
        assert "Hidden" not in str(kept["raw"])
        assert (await replay(road, COORDINATOR, kept["quarantine_id"])).outcome == "accepted"


def _reactions(road: Application, planned: list[str], broken: list[bool]) -> Reactions:
    async def plan(uow: object, event: OutgoingEvent) -> None:
        if broken:
            raise ValueError
        planned.append(event.event_id)

    async def nothing(uow: object, event: OutgoingEvent) -> None:
        return None

    return Reactions(
        open_unit=lambda: road.database.unit_of_work(RELAY),
        claim=claim,
        subscriptions=Subscriptions({NOTICES: nothing, PLANNING: plan}),
    )


async def test_an_event_is_replayed_by_the_relay_and_comes_back_when_it_fails_again(
    database: Database,
) -> None:
    planned: list[str] = []
    broken = [True]
    async with open_road(database) as road:
        async with road.database.unit_of_work(BUILDER) as uow:
            uow.record(InterviewReopened(child_id="C-1", interview_id="i-1"))
        delivery = InProcessDelivery(reactions=_reactions(road, planned, broken), attempts=1)
        relaying = partial(relay_once, partial(lease_outbox, road.database), delivery.deliver)
        for times in (1, 2):
            assert await relaying() == 1
            found = await rows_of(road, "select quarantine_id from quarantine where resolved_at is null")
            assert len(found) == 1, f"it waits after failing {times} time(s)"
            await replay(road, COORDINATOR, found[0]["quarantine_id"])
        broken.clear()
        assert await relaying() == 1
        assert len(planned) == 1
        assert await rows_of(road, "select 1 from quarantine where resolved_at is null") == []


async def test_the_page_has_a_button_that_reads_it_again(database: Database) -> None:
    async with open_site(database) as site:
        application: Any = site.app.state.web.application
        number = await _set_aside(application, envelope("police", notice()))
        hopeless = await _set_aside(application, b"{")
        browser = await site.signed_in(Role.COORDINATOR)
        page = await browser.get(f"/quarantine/{hopeless}")
        assert "Read it again" in page.text
        answer = await browser.post(f"/quarantine/{hopeless}/replay", expected_version=version_on(page.text))
        assert (answer.status_code, "It failed again" in answer.text) == (422, True)
        page = await browser.get(f"/quarantine/{number}")
        answer = await browser.post(f"/quarantine/{number}/replay", expected_version=version_on(page.text))
        assert answer.status_code == 303
        assert len(await site.council.rows("select 1 from notices")) == 1
        list_page = await browser.get("/quarantine")
        assert list_page.text.count("Settled</strong>") == 1


async def test_the_command_lists_shows_and_replays_dead_letters(database: Database, tmp_path: Any) -> None:
    async with open_road(database) as road:
        good = await _set_aside(road, envelope("police", notice()))
        bad = await _set_aside(road, b"{")
    commands = Commands(home=tmp_path, extra=(("MISSING_COORD_DATABASE_URL", database.app_url),))
    listed = commands.json("dead-letters", "list", "--json")
    assert [each["quarantine_id"] for each in listed] == [good, bad]
    assert "surname" not in str(listed)
    assert "specversion" in commands.done("dead-letters", "show", good)
    ended = commands.run("dead-letters", "replay", "--all")
    assert ended.returncode == 1
    assert f"{good}: The row is loaded." in ended.stdout
    assert [each["quarantine_id"] for each in commands.json("dead-letters", "list", "--json")] == [bad]
    assert commands.run("dead-letters", "replay").returncode == 2
