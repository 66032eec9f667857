"""Presumed returns in PostgreSQL, and the lines of the lists that speak for them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.errors import NotFound
from missing_coord.domain.return_signs import (
    ListedAbsence,
    PresumedReturn,
    ReturnSign,
    SignKind,
    SignState,
)
from missing_coord.storage.rows import among_given, as_array, upsert
from missing_coord.storage.tables.cases import presumed_returns

_OF_INCIDENTS = select(presumed_returns).where(among_given(presumed_returns.c.incident_id, "ids"))
_LISTED = text("""
    select source, entry_key, child_id, started_at, date_only, ended_at, ended_date_only,
        case when left_list_at is not null then listed_at end as last_listed_at
    from missing_list_entries where child_id = any(:ids) and (ended_at is not null or left_list_at is not null)
""")
_ONE = text("""
    select p.*, i.child_id, coalesce((select e.episode_id::text from episode_incidents ei
        join episodes e using (episode_id) where ei.incident_id = p.incident_id and e.started_at <= p.seen_at
        order by e.status = 'cancelled', e.started_at desc limit 1), '') as episode_id
    from presumed_returns p join incidents i using (incident_id)
    where p.presumed_return_id = cast(:id as uuid)
""")
_ANSWER = text("""
    update presumed_returns set state = :state, answered_by = :answered_by, answered_at = :answered_at,
        returned_at = :returned_at, basis = :basis, reason = :reason, confirm_by = :confirm_by,
        next_step = :next_step, next_step_at = :next_step_at, version = :version
    where presumed_return_id = cast(:presumed_return_id as uuid)
""")
_DUE = text("""
    select * from presumed_returns where state = 'waiting' and next_step_at <= :at
    order by next_step_at, presumed_return_id limit :limit for update skip locked
""")


class SqlReturns:
    """Signs that a child is back, and what people answered."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_incidents(self, incident_ids: Iterable[str]) -> list[PresumedReturn]:
        """Return every sign that was ever kept about the incidents."""
        result = await self._connection.execute(_OF_INCIDENTS, {"ids": as_array(incident_ids)})
        return [presumed_return(row) for row in result.mappings()]

    async def listed(self, child_ids: Iterable[str]) -> dict[str, list[ListedAbsence]]:
        """Return the lines of the council's list and of the SSDA903 return about each child that are over."""
        result = await self._connection.execute(_LISTED, {"ids": list(child_ids)})
        found: dict[str, list[ListedAbsence]] = {}
        for row in result.mappings():
            line = ListedAbsence(
                kind=SignKind(row["source"]),
                key=row["entry_key"],
                started_at=row["started_at"],
                start_by_day=row["date_only"],
                ended_at=row["ended_at"],
                end_by_day=row["ended_date_only"],
                last_listed_at=row["last_listed_at"],
            )
            found.setdefault(row["child_id"], []).append(line)
        return found

    async def save(self, changed: Sequence[PresumedReturn]) -> None:
        """Insert or update signs."""
        await upsert(
            self._connection, presumed_returns, [_row(each) for each in changed], key=["presumed_return_id"]
        )

    async def get(self, presumed_return_id: str) -> tuple[PresumedReturn, str, str]:
        """Return a sign, its child and its episode's id (empty when it has none); raises NotFound."""
        try:
            wanted = str(uuid.UUID(presumed_return_id))
        except ValueError:
            raise _unknown() from None
        row = (await self._connection.execute(_ONE, {"id": wanted})).mappings().one_or_none()
        if row is None:
            raise _unknown()
        return presumed_return(row), row["child_id"], row["episode_id"]

    async def answer(self, answered: PresumedReturn) -> None:
        """Keep a person's answer; the caller holds the child."""
        await self._connection.execute(_ANSWER, _row(answered))

    async def take_due(self, at: datetime, *, limit: int) -> list[PresumedReturn]:
        """Hold and return waiting signs whose next step is due, passing over those held by others."""
        result = await self._connection.execute(_DUE, {"at": at, "limit": limit})
        return [presumed_return(row) for row in result.mappings()]


def _unknown() -> NotFound:
    return NotFound("There is no such presumed return that you may see.")


_SAME = (
    "raised_at",
    "confirm_by",
    "next_step",
    "next_step_at",
    "answered_by",
    "answered_at",
    "returned_at",
    "basis",
    "reason",
    "version",
)


def presumed_return(row: Any) -> PresumedReturn:
    """Return a database row as a presumed return."""
    return PresumedReturn(
        presumed_return_id=str(row["presumed_return_id"]),
        incident_id=str(row["incident_id"]),
        sign=ReturnSign(
            kind=SignKind(row["sign"]), key=row["sign_key"], seen_at=row["seen_at"], by_day=row["by_day"]
        ),
        state=SignState(row["state"]),
        **{name: row[name] for name in _SAME},
    )


def _row(each: PresumedReturn) -> dict[str, Any]:
    return {
        "presumed_return_id": each.presumed_return_id,
        "incident_id": each.incident_id,
        "sign": each.sign.kind.value,
        "sign_key": each.sign.key,
        "seen_at": each.sign.seen_at,
        "by_day": each.sign.by_day,
        "state": each.state.value,
        **{name: getattr(each, name) for name in _SAME},
    }
