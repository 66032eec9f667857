"""Several replicas on one register: a child added through one is found by another at once, and all decide alike."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

from missing_coord.bootstrap import Application
from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from tests.builders.reviews import Said, child, there_and_back
from tests.builders.road import feed, open_road, rows_of
from tests.databases import Database

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TAMSIN: Said = {"forename": "Tamsin", "surname": "Quillfeather", "date_of_birth": "2011-04-03"}


async def matches(road: Application) -> list[Any]:
    rows = await rows_of(
        road,
        "select reference_key, case when child_id like 'P-%' then '' else child_id end as child_id, match_state,"
        " round(probability::numeric, 6) as probability, candidates from incidents order by 1, 2, 3, 4",
    )
    return [tuple(map(str, row.values())) for row in rows]


async def test_a_child_added_a_moment_ago_through_another_replica_is_found(database: Database) -> None:
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(open_road(database)) for _ in range(2)]
        await feed(one, "children", [child("C8", forename="Bryn", surname="Calloway")])
        await feed(two, "police", there_and_back("MP/0", **TAMSIN))
        await feed(one, "children", [child()])
        await feed(two, "police", there_and_back("MP/1", day=12, **TAMSIN))
        await feed(one, "children", [child(surname="Featherstone", date_of_birth="2010-09-09")])
        await feed(two, "police", there_and_back("MP/2", day=14, forename="Tamsin", surname="Featherstone",
                                                 date_of_birth="2010-09-09"))  # fmt: skip
        assert {(each[0], each[1]) for each in await matches(two)} == {
            ("mp/0", "C1"),
            ("mp/1", "C1"),
            ("mp/2", "C1"),
        }


async def test_replicas_that_work_at_once_decide_as_one_alone_would(
    database: Database, postgres_server: Any
) -> None:
    council = generate_council(seed=8, as_of=AS_OF, looked_after=60, at_home=25, guests=4)
    notices = list(generate_history(council, now=AS_OF, months=1, per_month=45).notices)
    async with open_road(database) as alone:
        for kind, rows in (("children", council.children), ("placements", council.placements)):
            await feed(alone, kind, list(rows))
        await feed(alone, "police", notices)
        expected = await matches(alone)
    with postgres_server.migrated() as other:
        async with AsyncExitStack() as stack:
            roads = [await stack.enter_async_context(open_road(other)) for _ in range(3)]
            await feed(roads[0], "children", list(council.children))
            await feed(roads[1], "placements", list(council.placements))
            shares = [notices[number::3] for number in range(3)]
            await asyncio.gather(
                *(feed(road, "police", share, chunk=7) for road, share in zip(roads, shares, strict=True))
            )
            assert await matches(roads[2]) == expected
