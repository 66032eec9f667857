"""The list of actions that interviews asked for; the database decides whose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from missing_coord.storage.child_names import NAME
from missing_coord.storage.unit_of_work import SqlUnitOfWork

LISTS = ("overdue", "open", "done", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One action with the child whom it is for."""

    action_id: str
    interview_id: str
    display_name: str
    what: str
    owner: str
    owner_name: str
    due_on: date
    state: str
    outcome: str
    opened_at: datetime
    closed_by: str
    closed_at: datetime | None
    version: int


_FROM = """
    from interview_actions a join interviews i using (interview_id) join children c using (child_id)
    where case when a.state <> 'open' then a.state when a.due_on < :today then 'overdue' else 'open' end = :list
"""
_LINES = text(f"""
    select a.action_id::text, a.interview_id::text, {NAME} as display_name, a.what, a.owner, a.owner_name, a.due_on,
        a.state, a.outcome, a.opened_at, a.closed_by, a.closed_at, a.version
    {_FROM} order by case when a.state = 'open' then a.due_on end, a.closed_at desc, a.action_id
    limit :limit offset :offset
""")
_COUNT = text(f"select count(*) {_FROM}")


async def action_lines(
    uow: SqlUnitOfWork, which: str, *, today: date, limit: int, offset: int = 0
) -> Sequence[ActionLine]:
    """Return a part of one of the LISTS: open ones by their day, closed ones the newest first."""
    asked = {"list": which, "today": today, "limit": limit, "offset": offset}
    return [ActionLine(**row) for row in (await uow.execute(_LINES, asked)).mappings()]


async def action_counts(uow: SqlUnitOfWork, *, today: date) -> dict[str, int]:
    """Return the length of each of the LISTS."""
    return {
        which: int((await uow.execute(_COUNT, {"list": which, "today": today})).scalar_one())
        for which in LISTS
    }
