"""Random months, random decisions: no order, repeat or re-run changes one, and undoing brings every count back."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from missing_coord.bootstrap import Application
from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.services import interviews
from tests.builders.reviews import COORDINATOR, decide, whole_state
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database

Rows = list[dict[str, str]]
AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DECISIONS = 6
SHUFFLES = int(os.environ.get("SHUFFLES", "1"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One decision of a person about the one incident of a reference."""

    reference: str
    verdict: str
    child_id: str


@cache
def a_month(seed: int) -> tuple[Rows, Rows, Rows]:
    """Return a small council, its placements and a month of its notices."""
    council = generate_council(seed=seed, as_of=AS_OF, looked_after=40, at_home=16, guests=3)
    history = generate_history(council, now=AS_OF, months=1, per_month=30)
    return list(council.children), list(council.placements), list(history.notices)


async def fed(road: Application, seed: int, *, chance: random.Random | None = None) -> None:
    """Take in the month; with a chance in a random order, with repeats, in odd parts."""
    children, placements, notices = (rows.copy() for rows in a_month(seed))
    if chance:
        notices += chance.sample(notices, 10)
        for rows in (children, placements, notices):
            chance.shuffle(rows)
    await feed(road, "children", children)
    await feed(road, "placements", placements)
    await feed(road, "police", notices, chunk=chance.randint(5, 40) if chance else 200)


async def chosen(road: Application, chance: random.Random) -> list[Deed]:
    """Return decisions that people might take, right or wrong, about different persons."""
    single = await rows_of(
        road,
        "select min(reference_key) as reference, min(child_id) as child_id from incidents where reference_key in"
        " (select reference_key from incidents group by 1 having count(*) = 1)"
        " group by case when signature = '' then incident_id::text else signature end order by 1",
    )
    known = await rows_of(
        road, "select distinct child_id from episodes where child_id not like 'P-%' order by 1"
    )
    deeds = []
    for row in chance.sample(single, DECISIONS):
        verdict = chance.choice(["same", "same", "not_same", "not_on_register"])
        others = [each["child_id"] for each in known if each["child_id"] != row["child_id"]]
        own = verdict == "not_same" and not row["child_id"].startswith("P-")
        deeds.append(
            Deed(
                reference=row["reference"],
                verdict=verdict,
                child_id=row["child_id"] if own else chance.choice(others),
            )
        )
    return deeds


async def do(road: Application, deed: Deed) -> None:
    await decide(road, deed.verdict, reference=deed.reference, child_id=deed.child_id)


async def take_back(road: Application, deed: Deed) -> None:
    await decide(road, "undo", reference=deed.reference)


async def some_contacts(road: Application, chance: random.Random) -> None:
    """Have some of the open interviews tried already, so that there is work that can get lost."""
    opened = await rows_of(
        road,
        "select i.interview_id::text as id, i.returned_at from interviews i where i.closed_at is null"
        " and i.returned_at is not null order by i.child_id, i.returned_at",
    )
    for row in chance.sample(opened, min(5, len(opened))):
        async with road.database.unit_of_work(COORDINATOR) as uow:
            await interviews.record_attempt(
                uow, interview_id=row["id"], at=row["returned_at"], method=ContactMethod.PHONE,
                contact_with=ContactWith.CHILD, note=f"rang about {row['returned_at']:%d %H:%M}",
            )  # fmt: skip


def decided(state: dict[str, Any]) -> dict[str, Any]:
    """Return what people and the engine decided, and every count that follows from it."""
    without = ("candidates", "reasons")
    matches = [{name: row[name] for name in row if name not in without} for row in state["matches"]]
    agreed = sorted(repr(_anonymous(row)) for row in state["agreed"])
    return {
        **state,
        "matches": [_anonymous(row) for row in matches],
        "agreed": agreed,
        "keys": len(state["keys"]),
    }


def _anonymous(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "child_id": "provisional" if row["child_id"].startswith("P-") else row["child_id"]}


async def decided_and_undone(database: Database, seed: int, *, backwards: bool) -> tuple[Any, Any]:
    """Return everything before and after some decisions, undone from the newest on or in any order."""
    chance = random.Random(seed)
    async with open_road(database) as road:
        await fed(road, seed)
        await some_contacts(road, chance)
        before = await whole_state(road)
        deeds = await chosen(road, chance)
        for deed in deeds:
            await do(road, deed)
        assert await whole_state(road) != before
        for deed in deeds[::-1] if backwards else chance.sample(deeds, len(deeds)):
            await take_back(road, deed)
        return before, await whole_state(road)


@pytest.mark.parametrize("seed", range(21, 21 + SHUFFLES))
async def test_many_decisions_undone_the_newest_first_leave_no_trace(database: Database, seed: int) -> None:
    before, after = await decided_and_undone(database, seed, backwards=True)
    assert after == before


@pytest.mark.parametrize("seed", [31, 39, 44, 45])
async def test_many_decisions_undone_in_any_order_leave_no_trace_either(
    database: Database, seed: int
) -> None:
    states = await decided_and_undone(database, seed, backwards=False)
    assert states[1] == states[0]


@pytest.mark.parametrize("seed", range(31, 31 + SHUFFLES))
async def test_the_order_of_intake_repeats_and_re_runs_change_no_decision(
    database: Database, postgres_server: Any, seed: int
) -> None:
    async with open_road(database) as road:
        await fed(road, seed)
        deeds = await chosen(road, random.Random(seed))
        for deed in deeds:
            await do(road, deed)
        expected = decided(await whole_state(road))
        await fed(road, seed, chance=random.Random(seed))
        assert decided(await whole_state(road)) == expected
    with postgres_server.migrated() as other:
        async with open_road(other) as road:
            await fed(road, seed, chance=random.Random(seed + 1))
            for deed in deeds:
                await do(road, deed)
            assert decided(await whole_state(road)) == expected
