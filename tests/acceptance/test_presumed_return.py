"""Returned, but nobody told us: a sign raises a question with its own clock; only a person's answer ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.cli.regular import RegularWork
from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.domain.escalation import ClockKind, Ladder, LadderStep
from missing_coord.services import return_answers
from tests.builders.reviews import COORDINATOR, MANAGER, WORKER, Said, child, decide, notice, whole_state
from tests.builders.road import NOW, feed, open_road, rows_of
from tests.databases import Database

KNOWN: Said = {
    "forename": "Tamsin",
    "surname": "Quillfeather",
    "date_of_birth": "2011-04-03",
    "local_child_id": "C1",
}
HOUR = timedelta(hours=1)
LISTED = {"child_id": "C1", "type": "M", "started_at": "2026-11-18T18:30:00Z"}
BACK = LISTED | {"ended_at": "2026-11-19T09:00:00Z"}
PLACED = {"child_id": "C1", "placement_id": "PL2", "start_date": "2026-11-19", "place_code": "K2"}


@pytest.fixture
async def road(database: Database) -> AsyncIterator[Application]:
    """A child on the register who is missing since 18 November, 18:00."""
    async with open_road(database) as opened:
        await feed(opened, "children", [child()])
        await feed(opened, "police", [notice("MP/1", day=18, **KNOWN)])
        yield opened


async def signs(road: Application) -> list[tuple[Any, ...]]:
    rows = await rows_of(road, "select sign, state, seen_at from presumed_returns order by seen_at, sign")
    return [tuple(row.values()) for row in rows]


async def episode(road: Application) -> dict[str, Any]:
    rows = await rows_of(
        road,
        "select status, ended_at, end_basis from episodes where status <> 'cancelled' order by started_at",
    )
    assert len(rows) == 1
    return rows[0]


async def duties(road: Application) -> list[dict[str, Any]]:
    return await rows_of(road, "select due_at, provisional from interview_episodes")


async def answer(
    road: Application, *, back: bool, number: int = 0, actor: Any = COORDINATOR, **given: Any
) -> None:
    rows = await rows_of(road, "select presumed_return_id::text as id, version from presumed_returns"
                               " order by seen_at, sign")  # fmt: skip
    async with road.database.unit_of_work(actor) as uow:
        await return_answers.answer(
            uow,
            presumed_return_id=rows[number]["id"],
            expected_version=given.pop("version", rows[number]["version"]),
            back=back,
            policy=road.policy,
            **given,
        )


async def undo(road: Application) -> None:
    rows = await rows_of(road, "select presumed_return_id::text as id, version from presumed_returns")
    async with road.database.unit_of_work(COORDINATOR) as uow:
        await return_answers.undo_answer(
            uow, presumed_return_id=rows[0]["id"], expected_version=rows[0]["version"], policy=road.policy
        )


async def test_the_councils_list_alone_ends_no_episode_that_police_have_open(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    assert (await episode(road))["status"] == "open"
    assert await duties(road) == []
    assert await signs(road) == [("missing_list", "waiting", datetime(2026, 11, 19, 9, 0, tzinfo=UTC))]


async def test_a_placement_that_begins_on_a_later_day_is_a_sign(road: Application) -> None:
    await feed(road, "placements", [PLACED])
    assert (await episode(road))["status"] == "open"
    assert await signs(road) == [("placement", "waiting", datetime(2026, 11, 19, tzinfo=UTC))]


@pytest.mark.parametrize(
    "start", ["2026-11-18", "2026-11-01", "2026-12-24"], ids=["same day", "before", "planned"]
)
async def test_no_sign_is_a_placement_of_the_day_of_before_or_of_the_future(
    road: Application, start: str
) -> None:
    await feed(road, "placements", [PLACED | {"start_date": start}])
    assert await signs(road) == []


async def test_the_end_of_a_row_of_the_ssda903_return_is_a_sign(road: Application) -> None:
    row = {
        "CHILD": "C1",
        "DOB": "03/04/2011",
        "MISSING": "M",
        "MIS_START": "18/11/2026",
        "MIS_END": "19/11/2026",
    }
    await feed(road, "ssda903", [row])
    assert await signs(road) == [("ssda903_missing", "waiting", datetime(2026, 11, 19, tzinfo=UTC))]


async def test_a_line_about_another_absence_is_no_sign(road: Application) -> None:
    await feed(road, "missing-list", [LISTED | {"started_at": "2026-11-10", "ended_at": "2026-11-11"}])
    assert await signs(road) == []


async def test_the_sign_may_come_before_the_notice(database: Database) -> None:
    async with open_road(database) as road:
        await feed(road, "missing-list", [BACK])
        await feed(road, "placements", [PLACED])
        await feed(road, "children", [child()])
        await feed(road, "police", [notice("MP/1", day=18, **KNOWN)])
        assert [each[:2] for each in await signs(road)] == [
            ("placement", "waiting"),
            ("missing_list", "waiting"),
        ]


async def test_one_click_ends_the_episode_and_starts_the_72_hours_from_the_sign(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    await answer(road, back=True)
    ended = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    assert await episode(road) == {"status": "ended", "ended_at": ended, "end_basis": "returned"}
    assert await duties(road) == [{"due_at": ended + 72 * HOUR, "provisional": False}]
    trail = await rows_of(
        road, "select actor, action from audit_trail where subject_type = 'presumed_return'"
    )
    assert trail == [{"actor": COORDINATOR.name, "action": "return_confirmed"}]


async def test_a_day_alone_gives_a_provisional_deadline_from_its_beginning(road: Application) -> None:
    await feed(road, "placements", [PLACED])
    await answer(road, back=True)
    day = datetime(2026, 11, 19, tzinfo=UTC)
    assert await duties(road) == [{"due_at": day + 72 * HOUR, "provisional": True}]


async def test_the_person_may_know_the_time_better(road: Application) -> None:
    await feed(road, "placements", [PLACED])
    at = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    await answer(road, back=True, returned_at=at)
    assert await duties(road) == [{"due_at": at + 72 * HOUR, "provisional": False}]


@pytest.mark.parametrize("hours", [-60, 3], ids=["before missing", "to come"])
async def test_a_time_that_cannot_be_is_refused(road: Application, hours: int) -> None:
    await feed(road, "placements", [PLACED])
    with pytest.raises(DomainError, match="returned_at"):
        await answer(road, back=True, returned_at=NOW + hours * HOUR)


async def test_what_police_tell_afterwards_is_better_than_what_was_confirmed(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    await answer(road, back=True)
    await feed(road, "police", [notice("MP/1", day=18, message="returned", **KNOWN)])
    told = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)
    assert await episode(road) == {"status": "ended", "ended_at": told, "end_basis": "returned"}


async def test_a_confirmed_return_survives_every_derivation_and_a_new_absence(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    await answer(road, back=True)
    await feed(road, "children", [child(surname="Quillfeather-Ames")])
    assert (await episode(road))["status"] == "ended"
    again = notice("MP/2", day=19, **KNOWN)
    await feed(road, "police", [again])
    rows = await rows_of(road, "select status, end_basis from episodes order by started_at")
    assert rows == [{"status": "ended", "end_basis": "returned"}, {"status": "open", "end_basis": ""}]


async def test_a_rejected_sign_is_not_raised_again_but_another_is(road: Application) -> None:
    await feed(road, "placements", [PLACED])
    await answer(road, back=False, reason="The bed is empty")
    await feed(road, "placements", [PLACED | {"provider_name": "Sample House"}])
    assert [each[1] for each in await signs(road)] == ["rejected"]
    assert (await episode(road))["status"] == "open"
    await feed(road, "missing-list", [BACK])
    assert [each[1] for each in await signs(road)] == ["rejected", "waiting"]


async def test_a_sign_is_withdrawn_when_police_tell_of_the_return_or_the_row_is_corrected(
    road: Application,
) -> None:
    await feed(road, "placements", [PLACED])
    await feed(road, "placements", [PLACED | {"start_date": "2026-11-01"}])
    assert [each[1] for each in await signs(road)] == ["withdrawn"]
    await feed(road, "missing-list", [BACK])
    await feed(road, "police", [notice("MP/1", day=18, message="returned", **KNOWN)])
    assert {each[1] for each in await signs(road)} == {"withdrawn"}


async def test_an_answer_taken_back_leaves_everything_as_it_was(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    before = await whole_state(road)
    for back in (True, False):
        await answer(road, back=back)
        assert await whole_state(road) != before
        await undo(road)
        assert await whole_state(road) == before


async def test_a_sign_goes_with_the_notice_when_it_turns_out_to_be_another_child(road: Application) -> None:
    await feed(road, "placements", [PLACED])
    before = await whole_state(road)
    await decide(road, "not_on_register")
    assert [each[1] for each in await signs(road)] == ["withdrawn"]
    await decide(road, "undo")
    assert await whole_state(road) == before


async def test_of_two_who_answer_the_second_is_told(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    await answer(road, back=True, actor=MANAGER)
    with pytest.raises(ConcurrencyConflict, match=r"changed by Sam Hollis at 12:00"):
        await answer(road, back=False, version=1)


async def test_a_worker_neither_sees_nor_answers_a_sign(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    with pytest.raises(NotAllowed):
        await answer(road, back=True, actor=WORKER)
    with pytest.raises(NotFound):
        async with road.database.unit_of_work(COORDINATOR) as uow:
            await uow.returns.get("nonsense")


async def test_its_own_clock_tells_the_coordinator_at_once_and_the_manager_after_12_hours(
    road: Application,
) -> None:
    await feed(road, "missing-list", [BACK])
    work = RegularWork(road)
    told = []
    for hours in (0, 11, 12, 13, 36, 60):
        told.append([(each.step, each.recipients) for each in await work.remind(NOW + hours * HOUR)])
    both = ("coordinator", "manager")
    assert told == [
        [("return_presumed", ("coordinator",))],
        [],
        [("return_unconfirmed", both)],
        [],
        [("return_still_unconfirmed", both)],
        [("return_still_unconfirmed+1", both)],
    ]
    messages = await rows_of(road, "select recipient_role, text from messages order by message_id")
    assert len(messages) == 7
    assert not any("Tamsin" in each["text"] or "Quill" in each["text"] for each in messages)
    assert all("/presumed-returns/" in each["text"] for each in messages)


async def test_an_answered_sign_tells_nobody_any_more(road: Application) -> None:
    await feed(road, "missing-list", [BACK])
    await answer(road, back=False)
    assert await RegularWork(road).remind(NOW + 100 * HOUR) == []


async def test_a_manager_gives_it_another_ladder_which_holds_for_signs_that_begin_later(
    road: Application,
) -> None:
    steps = (LadderStep(name="ask_now", offset=timedelta(hours=-11), recipients=("manager", "person:ann")),)
    later = Ladder(
        version="x",
        clock=ClockKind.PRESUMED_RETURN,
        effective_at=NOW - HOUR,
        steps=steps,
        due_after=12 * HOUR,
    )
    async with road.database.unit_of_work(system_actor("test")) as uow:
        await uow.ladders.add(later)
    await feed(road, "missing-list", [BACK])
    work = RegularWork(road)
    assert await work.remind(NOW) == []
    (told,) = await work.remind(NOW + HOUR)
    assert (told.step, told.recipients) == ("ask_now", ("manager", "person:ann"))
    found = await rows_of(road, "select recipient_role, target from messages order by message_id")
    assert [tuple(each.values()) for each in found] == [("manager", ""), ("", "person:ann")]
    assert await work.remind(NOW + 100 * HOUR) == []
