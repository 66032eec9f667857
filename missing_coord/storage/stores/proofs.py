"""Proofs kept, and the signs of life that the watchdog looks at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.services.proof import Proof

_ADD = """
insert into proofs (at, balanced, line, evidence) values (:at, :balanced, :line, cast(:evidence as jsonb))
returning proof_id
"""
# Job by job along the key: the ledger holds half a million ticks.
_JOBS = """
with recursive known as (
    (select job from tick_ledger order by job limit 1)
    union all
    select (select t.job from tick_ledger t where t.job > k.job order by t.job limit 1)
    from known k where k.job is not null
)
"""
_TICKS = f"""{_JOBS}
select k.job, last.finished_at as last_at from known k cross join lateral (
    select t.finished_at from tick_ledger t where t.job = k.job and t.finished_at is not null
    order by t.slot_at desc limit 1
) last
"""
_FIRST = f"""{_JOBS}
select min(first.claimed_at) from known k cross join lateral (
    select t.claimed_at from tick_ledger t where t.job = k.job order by t.slot_at limit 1
) first where k.job not like 'demo-%'
"""
_WAITING = """
select (select min(occurred_at) from outbox where sent_at is null) as relay,
       (select min(planned_at) from messages where routed_at is null) as messages
"""


class SqlProofs:
    """Proofs kept."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, proof: Proof) -> int:
        """Keep a proof and return its number."""
        values = {
            "at": proof.at,
            "balanced": proof.balanced,
            "line": proof.line,
            "evidence": json.dumps(proof.evidence),
        }
        number: int = (await self._connection.execute(text(_ADD), values)).scalar_one()
        return number

    async def beaten(self, number: int, outcome: str) -> None:
        """Write down what became of the heartbeat."""
        query = "update proofs set heartbeat = :outcome where proof_id = :number"
        await self._connection.execute(text(query), {"number": number, "outcome": outcome})


class SqlLife:
    """Signs of life in the database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ticks(self) -> Mapping[str, datetime]:
        """Return when each job was last finished."""
        return {row.job: row.last_at for row in await self._connection.execute(text(_TICKS))}

    async def first_tick(self) -> datetime | None:
        """Return when any job was first begun."""
        found: datetime | None = (await self._connection.execute(text(_FIRST))).scalar_one()
        return found

    async def oldest_waiting(self) -> Mapping[str, datetime | None]:
        """Return since when the oldest event (`relay`) and the oldest message (`messages`) wait."""
        return dict((await self._connection.execute(text(_WAITING))).mappings().one())
