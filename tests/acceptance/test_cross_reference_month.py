"""A month on two lists: the comparison finds every discrepancy that was planted in it, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from missing_coord.domain.access import Actor, Role
from missing_coord.reporting.cross_reference import period_of
from missing_coord.storage.views.cross_reference import CrossReference, cross_reference_of
from tests.builders.road import NOW, feed, open_road
from tests.builders.two_lists import LAST, OVER, Expected, Month, made_up_month
from tests.databases import Database

COORDINATOR = Actor(
    role=Role.COORDINATOR, name="Robin Ashdown", user_id="7c1b6f0e-0d7e-4a44-a7cf-d0f4d5b7a001"
)


def found_in(made: CrossReference) -> Counter[Expected]:
    return Counter(
        (
            "nobody" if line.child_id.startswith("P-") else line.child_id,
            line.standing.value,
            tuple(sorted(each.value for each in line.differences)),
        )
        for line in made.compared.lines
    )


async def compared(database: Database, month: Month, *, list_first: bool) -> CrossReference:
    kinds = [("children", month.children), ("police", month.notices), ("missing-list", month.listed)]
    if list_first:
        kinds = [kinds[2], kinds[0], kinds[1]]
    async with open_road(database) as road:
        for kind, rows in kinds:
            taken = await feed(road, kind, rows)
            assert {each.outcome for each in taken} == {"accepted"}
        async with road.database.unit_of_work(COORDINATOR) as uow:
            return await cross_reference_of(uow, period_of(month="2026-10", now=NOW))


@pytest.mark.parametrize("seed", [11, 12, 13, 14])
async def test_every_planted_discrepancy_is_found_and_nothing_else(database: Database, seed: int) -> None:
    month = made_up_month(seed)
    made = await compared(database, month, list_first=seed % 2 == 0)
    expected, found = Counter(month.expected), found_in(made)
    assert found - expected == Counter()
    assert expected - found == Counter()
    assert len(made.compared.outside) == 6


def test_the_made_up_months_hold_every_kind() -> None:
    kinds = {each.__name__ for each in (*OVER, *LAST)}
    assert len(kinds) == 23
    standings = {(standing, differences) for seed in (11, 12, 13, 14)
                 for _, standing, differences in made_up_month(seed).expected}  # fmt: skip
    assert {standing for standing, _ in standings} == {
        "in_both",
        "police_only",
        "council_only",
        "disagreeing",
    }
    assert {each for _, differences in standings for each in differences} == {
        "open_or_closed",
        "type",
        "start",
        "end",
        "number",
    }
