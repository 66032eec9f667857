"""What return interviews name feeds the links, with whence it came and what the child wishes about passing it on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from missing_coord.bootstrap import Application
from missing_coord.domain.access import system_actor
from missing_coord.domain.interview_records import RecordEntry, RecordOrigin, ScreenAnswer, SharingWish
from missing_coord.domain.mentions import MentionKind
from missing_coord.domain.sharing import Gateway
from missing_coord.linking.mentions import read_entry
from missing_coord.services.sharing import Recipient, summary_of
from missing_coord.storage.views.meeting_pack import meeting_pack
from missing_coord.storage.views.patterns import pattern_view
from missing_coord.storage.views.places import Position, named_places
from tests.builders.interview_records import entry, record
from tests.builders.pattern_road import LEAD, NAMES, a_child, decide, find, kinds, notice
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """Four children who were missing, none of whom the notices tie to another."""
    async with open_road(database) as opened:
        await feed(opened, "children", [a_child(n, name) for n, name in enumerate(NAMES, start=1)])
        await feed(opened, "police", [notice(n, days_ago=2 * n) for n in range(1, 5)])
        yield opened


def named(kind: MentionKind, words: str, *, sharing: SharingWish = SharingWish.MAY_SHARE) -> RecordEntry:
    ((_, value, _),) = read_entry(kind, words)
    return entry(kind, words, value=value, sharing=sharing)


async def interview(
    road: Application,
    child: int,
    *entries: RecordEntry,
    number: int = 1,
    screen: Sequence[ScreenAnswer] = (),
) -> None:
    """Submit a record of the interview about a child's episodes."""
    query = "select interview_id::text, array_agg(episode_id::text) as ids from interviews join interview_episodes"
    query += " using (interview_id) where child_id = :child group by interview_id"
    (found,) = await rows_of(road, query, child=f"C{child}")
    later = {"reason": "Misheard.", "origin": RecordOrigin.AMENDMENT} if number > 1 else {}
    made = record(
        found["interview_id"], number=number, episode_ids=tuple(found["ids"]), submitted_at=NOW, **later
    )
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.records.add(replace(made, entries=tuple(entries), screen=tuple(screen)))


PHONE = MentionKind.PHONE


async def test_a_telephone_named_in_an_interview_links_a_child_to_one_named_for_by_police(
    road: Application,
) -> None:
    await feed(
        road, "police", [notice(2, days_ago=4, reference="MP/2/4", message="update", phone="07700 900951")]
    )
    assert await find(road) == ()
    await interview(road, 1, named(PHONE, "07700 900 951", sharing=SharingWish.ASK_FIRST))
    (pattern_id,) = await find(road, since=NOW - timedelta(minutes=1))
    async with road.database.unit_of_work(LEAD) as uow:
        view = await pattern_view(uow, pattern_id)
    assert view.row.text == "2 children linked by 1 telephone"
    assert {(each.child_id, each.source) for each in view.evidence} == {
        ("C1", "Return interview, told by the child"),
        ("C2", "Greater Manchester Police MP/2/4"),
    }
    assert "the child wants to be asked first" in {e.child_id: e.gateway for e in view.evidence}["C1"]


async def test_what_a_newer_version_of_a_record_takes_back_holds_no_link(road: Application) -> None:
    await interview(road, 1, named(PHONE, "07700 900951"))
    await interview(road, 2, named(PHONE, "07700 900951"))
    assert len(await find(road)) == 1
    await interview(road, 2, named(PHONE, "07700 900959"), number=2)
    assert await find(road, since=NOW - timedelta(minutes=1)) == ()
    assert (await kinds(road), await kinds(road, "withdrawn")) == ([], ["linked_children"])


@pytest.mark.parametrize(
    ("gateway", "numbers"),
    [(Gateway.AGREED, 1), (Gateway.SAFEGUARDING, 2), (Gateway.SERIOUS_HARM, 3)],
)
async def test_what_a_child_does_not_want_shared_leaves_only_through_its_gateway(
    road: Application, gateway: Gateway, numbers: int
) -> None:
    wishes = (SharingWish.MAY_SHARE, SharingWish.NOT_ASKED, SharingWish.DO_NOT_SHARE)
    for child, wish in enumerate(wishes, start=1):
        await interview(road, child, named(PHONE, "07700 900951", sharing=wish))
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        subject = await uow.sharing.subject(pattern_id)
    to = Recipient(organisation="Police", person="Desk", gateway=gateway, reason="Risk.")
    assert len(summary_of(subject, to, by="Sol Wren", at=NOW).passing) == numbers


async def test_places_of_interviews_are_in_the_pack_and_on_the_schematic_with_their_position(
    road: Application,
) -> None:
    place = named(MentionKind.PLACE, "The Arches")
    for child in (1, 2):
        await interview(
            road,
            child,
            named(PHONE, "07700 900951"),
            replace(
                place,
                entry_id=f"20000000-0000-0000-0000-00000000000{child}",
                easting=384_000,
                northing=398_000,
            ),
        )
    (pattern_id,) = await find(road)
    await decide(road, pattern_id, "confirmed")
    async with road.database.unit_of_work(LEAD) as uow:
        (where,) = await named_places(uow)
        (line,) = await meeting_pack(uow, "location")
        (number,) = await meeting_pack(uow, "person")
    assert (where.said, where.position) == ("The Arches", Position(easting=384_000, northing=398_000))
    assert (line.heading, line.children) == ("The Arches", ("C1", "C2"))
    assert (number.kind, number.children) == ("phone", ("C1", "C2"))


async def test_positive_answers_of_the_screen_count_as_signs(road: Application) -> None:
    answers = [
        ScreenAnswer(question=question, asked=True, positive=positive, note="")
        for question, positive in (("older_people", True), ("travel", True), ("second_phone", False))
    ]
    await interview(road, 1, screen=answers[:1])
    assert await find(road) == ()
    await interview(road, 2, screen=answers)
    (pattern_id,) = await find(road)
    async with road.database.unit_of_work(LEAD) as uow:
        view = await pattern_view(uow, pattern_id)
    assert view.row.kind == "exploitation_signs"
    seen = {(each.text, each.source) for each in view.evidence if each.text.startswith("Screen")}
    assert seen == {("Screen: older people", "Return interview"), ("Screen: travel", "Return interview")}
