"""The queue, its counts, an earlier queue, a worker's own list, an interview in full and the breaches."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import insert

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import NotFound
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.services import interviews
from missing_coord.storage.tables import people as tables
from missing_coord.storage.views.interviews import (
    TILES,
    QueueFilters,
    QueueRow,
    counts,
    narrowed,
    open_rows,
    queue,
    tile_counts,
)
from missing_coord.storage.views.interviews_as_of import queue_as_of
from missing_coord.storage.views.interviews_detail import breaches, interview_detail, my_interviews
from tests.integration.interviews_council import (
    COORDINATOR,
    MANAGER,
    NOW,
    OTHER_WORKER,
    POLICY,
    SYSTEM,
    WORKER,
    Council,
    ago,
)

AUDITOR = Actor(role=Role.QUALITY_AUDITOR, name="Uma Vale")


async def _mixed(council: Council) -> dict[str, str]:
    """Open interviews of every clock: over, nearly over, fresh, and one whose deadline is not known."""
    return {
        "fresh": await council.due("C1", back=5),
        "over": await council.due("C2", back=80, worker_id="W01"),
        "soon": await council.due("C3", back=66, state="offered_awaiting"),
        "long over": await council.due("C4", back=120),
        "waiting": await council.due("C5", back=1, due_at=None, returned_at=None, child_missing=True),
    }


async def _queue(council: Council, filters: QueueFilters | None = None) -> list[QueueRow]:
    async with council.acting(COORDINATOR) as uow:
        return await queue(uow, now=NOW, filters=filters or QueueFilters())


async def test_the_queue_has_the_longest_over_first_then_the_next_due_then_those_without_a_deadline(
    council: Council,
) -> None:
    made = await _mixed(council)
    rows = await _queue(council)
    assert [row.interview_id for row in rows] == [
        made[name] for name in ("long over", "over", "soon", "fresh", "waiting")
    ]
    assert [row.clock for row in rows] == ["breached", "breached", "due_soon", "in_time", "not_started"]


async def test_every_count_is_the_length_of_the_list_that_it_opens(council: Council) -> None:
    await _mixed(council)
    async with council.acting(COORDINATOR) as uow:
        rows = await open_rows(uow, now=NOW)
    tiles = tile_counts(rows, now=NOW)
    assert tiles == {"breached": 2, "due_soon": 1, "unassigned": 4, "next_step": 0, "open": 5}
    for key, filters in TILES.items():
        assert len(await _queue(council, filters)) == tiles[key]
    by_state = counts(rows)
    assert sum(by_state.values()) == len(rows)
    for state, count in by_state.items():
        assert len(narrowed(rows, QueueFilters(state=state), now=NOW)) == count


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (QueueFilters(state="offered_awaiting"), {"soon"}),
        (QueueFilters(worker_id="W01"), {"over"}),
        (QueueFilters(unassigned=True, breached=True), {"long over"}),
        (QueueFilters(due_within_hours=70), {"soon", "fresh"}),
        (QueueFilters(population="own_looked_after_in_area"), set()),
        (QueueFilters(search="c3"), {"soon"}),
        (QueueFilters(search="northshire/C4"), {"long over"}),
        (QueueFilters(search="quill tamsin"), {"fresh", "over", "soon", "long over", "waiting"}),
    ],
)
async def test_filters_narrow_the_queue(council: Council, filters: QueueFilters, names: set[str]) -> None:
    made = await _mixed(council)
    found = {row.interview_id for row in await _queue(council, filters)}
    assert found == {made[name] for name in names}


async def test_a_row_has_the_published_shape(council: Council) -> None:
    interview_id = await council.due("C2", back=80, worker_id="W01")
    row = (await _queue(council))[0].as_json()
    assert row["interview_id"] == interview_id
    assert row["breached"] is True
    assert row["references"][0].startswith("Northshire/C2")
    assert set(row) >= set(
        "interview_id child_id episode_ids references population state returned_at due_at provisional"  # noqa: SIM905
        " worker_id breached".split()
    )
    assert "Quill" not in str(row)


async def test_a_worker_sees_their_own_and_nobody_elses(council: Council) -> None:
    mine = await council.due("C1", worker_id="W01")
    await council.due("C2", worker_id="W02")
    async with council.acting(WORKER) as uow:
        rows = await my_interviews(uow, now=NOW)
        assert [row.interview_id for row in await queue(uow, now=NOW)] == [mine]
    assert [each.row.interview_id for each in rows] == [mine]
    async with council.acting(COORDINATOR) as uow:
        assert await my_interviews(uow, now=NOW) == []


async def test_a_confidential_address_is_not_in_a_workers_list(council: Council) -> None:
    await council.due("C1", worker_id="W01")
    today = NOW.date()
    async with council.acting(SYSTEM) as uow:
        await uow.execute(
            insert(tables.placements).values(
                placement_id="P1", child_id="C1", start_date=today - timedelta(days=9), confidential=True
            )
        )
        await uow.execute(
            insert(tables.placement_addresses).values(
                placement_id="P1",
                child_id="C1",
                address="1 Hidden Row",
                postcode="AA1 1AA",
                confidential=True,
            )
        )
    async with council.acting(WORKER) as uow:
        (mine,) = await my_interviews(uow, now=NOW)
    assert (mine.confidential, mine.address, mine.postcode) == (True, "", "")


async def test_a_home_childs_address_is_in_the_workers_list(council: Council) -> None:
    await council.child("C1", home_address="4 Elm Street", home_postcode="M1 1AA", phone="0161 496 0000")
    episode_id = await council.episode("C1", back=5)
    await council.interview("C1", {episode_id: 5}, worker_id="W01")
    async with council.acting(WORKER) as uow:
        (mine,) = await my_interviews(uow, now=NOW)
    assert (mine.address, mine.postcode, mine.phone) == ("4 Elm Street", "M1 1AA", "0161 496 0000")


async def test_opening_an_interview_is_written_in_the_audit_trail(council: Council) -> None:
    interview_id = await council.due("C1", worker_id="W01")
    async with council.acting(WORKER) as uow:
        found = await interview_detail(uow, interview_id, now=NOW)
    assert found.row.interview_id == found.interview.interview_id == interview_id
    assert [duty.worked_out for duty in found.duties] == [
        "72 elapsed hours from the return to home or placement"
    ]
    assert [(row[0], row[1], row[2]) for row in await council.audit()] == [
        ("opened", "Ade Farrow", interview_id)
    ]


async def test_an_interview_in_full_has_its_timeline_in_order(council: Council) -> None:
    interview_id = await council.due("C1")
    async with council.acting(COORDINATOR) as uow:
        await interviews.assign(uow, policy=POLICY, interview_id=interview_id, worker_id="W02")
        await interviews.record_attempt(
            uow,
            interview_id=interview_id,
            at=ago(1),
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
        )
    async with council.acting(AUDITOR) as uow:
        found = await interview_detail(uow, interview_id, now=NOW)
    assert [entry.kind for entry in found.timeline] == ["assigned", "attempt"]
    assert (found.row.attempts, found.row.worker_name, found.proposal) == (1, "Bryn Calloway", None)


@pytest.mark.parametrize("interview_id", ["I9999", "00000000-0000-4000-8000-000000000000"])
async def test_an_interview_that_is_not_there_is_not_found(council: Council, interview_id: str) -> None:
    with pytest.raises(NotFound):
        async with council.acting(COORDINATOR) as uow:
            await interview_detail(uow, interview_id, now=NOW)


async def test_another_workers_interview_is_not_found(council: Council) -> None:
    interview_id = await council.due("C1", worker_id="W01")
    with pytest.raises(NotFound):
        async with council.acting(OTHER_WORKER) as uow:
            await interview_detail(uow, interview_id, now=NOW)


async def test_breaches_say_by_how_much_and_how_late_we_were_told(council: Council) -> None:
    await council.child("C1")
    late_told = await council.episode("C1", back=90, told_ended_at=ago(10))
    await council.interview("C1", {late_told: 90})
    await council.due("C2", back=80)
    await council.due("C3", back=5)
    async with council.acting(MANAGER) as uow:
        found = await breaches(uow, now=NOW)
    assert [(each.row.child_id, each.over) for each in found] == [
        ("C1", timedelta(hours=18)),
        ("C2", timedelta(hours=8)),
    ]
    assert [each.told_lag for each in found] == [timedelta(hours=80), timedelta(0)]
    assert [each.told_after_deadline for each in found] == [True, False]


async def test_the_queue_of_an_earlier_time_shows_state_and_worker_as_they_were(council: Council) -> None:
    interview_id = await council.due("C1", back=50)
    await council.due("C2", back=1)
    council.clock.instant = ago(40)
    async with council.acting(COORDINATOR) as uow:
        await interviews.assign(uow, policy=POLICY, interview_id=interview_id, worker_id="W01")
    council.clock.instant = ago(30)
    async with council.acting(WORKER) as uow:
        await interviews.record_offer(
            uow,
            policy=POLICY,
            interview_id=interview_id,
            at=ago(30),
            method=ContactMethod.PHONE,
            contact_with=ContactWith.CHILD,
        )
    council.clock.instant = ago(20)
    async with council.acting(WORKER) as uow:
        await interviews.complete(uow, interview_id=interview_id, held_at=ago(21))
    told = {}
    async with council.acting(COORDINATOR) as uow:
        for hours in (60, 45, 35, 25, 10, 0):
            rows = await queue_as_of(uow, ago(hours))
            told[hours] = [(row.child_id, row.state, row.worker_name) for row in rows]
    assert told == {
        60: [],
        45: [("C1", "not_offered", "")],
        35: [("C1", "not_offered", "Ade Farrow")],
        25: [("C1", "offered_awaiting", "Ade Farrow")],
        10: [],
        0: [("C2", "not_offered", "")],
    }


async def test_an_interview_that_was_closed_then_and_reopened_since_was_not_in_the_queue_then(
    council: Council,
) -> None:
    interview_id = await council.due("C1", back=50)
    council.clock.instant = ago(30)
    async with council.acting(MANAGER) as uow:
        await interviews.decide_not_required(uow, interview_id=interview_id, reason="Seen at school.")
    council.clock.instant = ago(20)
    async with council.acting(MANAGER) as uow:
        await interviews.reopen(uow, policy=POLICY, interview_id=interview_id, reason="Was another child.")
    async with council.acting(COORDINATOR) as uow:
        assert [len(await queue_as_of(uow, ago(hours))) for hours in (40, 25, 10)] == [1, 0, 1]


async def test_a_visit_that_is_over_and_a_try_that_came_to_nothing_need_a_next_step(council: Council) -> None:
    over = await council.due("C1", worker_id="W01", visit_starts_at=ago(3), state="accepted_scheduled")
    missed = await council.due("C2", worker_id="W01", state="did_not_attend")
    await council.due("C3", worker_id="W01", state="did_not_attend", visit_starts_at=ago(-3))
    await council.due("C4", worker_id="W01", state="offered_awaiting")
    found = await _queue(council, QueueFilters(next_step=True))
    assert {row.interview_id for row in found} == {over, missed}


async def test_the_queue_of_an_earlier_time_has_the_deadlines_of_then(council: Council) -> None:
    interview_id = await council.due("C1", back=5)
    then, now = ago(-60), ago(-70)
    for hours, due_at in ((30, None), (20, then), (10, now)):
        body = {
            "interview_id": interview_id,
            "due_at": due_at and due_at.isoformat(),
            "provisional": due_at == then,
        }
        await council.rows(
            "insert into outbox (event_id, type, topic, key, body, occurred_at) values (gen_random_uuid(),"
            " 'missing-coord.interviews.return-interview-changed.v1', 't', 'C1', cast(:body as jsonb), :at)"
            " returning 1",
            body=json.dumps(body), at=ago(hours),
        )  # fmt: skip
    await council.rows("update interviews set opened_at = :at returning 1", at=ago(30))
    async with council.acting(SYSTEM) as uow:
        rows = [(await queue_as_of(uow, ago(hours)))[0] for hours in (25, 15, 5)]
    assert [(row.due_at, row.provisional) for row in rows] == [(None, False), (then, True), (now, False)]
    assert [row.clock for row in rows] == ["not_started", "in_time", "in_time"]
    async with council.acting(COORDINATOR) as uow:
        assert len(await queue_as_of(uow, ago(25))) == 1
