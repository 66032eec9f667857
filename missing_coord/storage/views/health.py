"""Counts of the work for an operator's monitoring: numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from missing_coord.domain.interviews import OPEN_STATES
from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How much work there is, and how much of it waits or is late."""

    open_by_state: Mapping[str, int]
    interviews_breached: int
    children_missing: int
    reviews_waiting: int
    quarantine_waiting: int
    outbox_unsent: int
    outbox_oldest_seconds: float
    deliveries_waiting: int
    deliveries_oldest_seconds: float
    deliveries_failed: int


_STATES = text("select state, count(*) as interviews from interviews where closed_at is null group by state")
_COUNTS = text("""
    select
        (select count(*) from interviews where closed_at is null and due_at < :now) as interviews_breached,
        (select count(*) from episodes where status = 'open') as children_missing,
        (select count(*) from incidents where match_state in ('review', 'unmatched')) as reviews_waiting,
        (select count(*) from quarantine where resolved_at is null) as quarantine_waiting,
        (select count(*) from outbox where sent_at is null) as outbox_unsent,
        coalesce((select extract(epoch from cast(:now as timestamptz) - min(occurred_at)) from outbox
            where sent_at is null), 0)::float as outbox_oldest_seconds,
        (select count(*) from deliveries where state in ('planned', 'sending')) as deliveries_waiting,
        coalesce((select extract(epoch from cast(:now as timestamptz) - min(planned_at)) from deliveries
            where state in ('planned', 'sending')), 0)::float as deliveries_oldest_seconds,
        (select count(*) from deliveries where state = 'failed'
            and ended_at > cast(:now as timestamptz) - interval '1 hour') as deliveries_failed
""")


async def standing(uow: SqlUnitOfWork) -> Standing:
    """Return the counts as the system sees them."""
    states = {row["state"]: row["interviews"] for row in (await uow.execute(_STATES)).mappings()}
    counts = (await uow.execute(_COUNTS, {"now": uow.now})).mappings().one()
    return Standing(
        open_by_state={state.value: states.get(state.value, 0) for state in sorted(OPEN_STATES)}, **counts
    )
