"""What children wish of a visit, and the booked visits that are watched, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.interview_records import RecordHead
from missing_coord.domain.records import Weekday, WorkingHours
from missing_coord.planning.child_hours import WEEKDAYS, ClosedHours
from missing_coord.services.ports.visits import ChildWishes, WatchedVisit
from missing_coord.storage.mappers import from_row
from missing_coord.storage.rows import upsert
from missing_coord.storage.stores.record_heads import newest_heads
from missing_coord.storage.tables.planning import child_closed_hours, child_wishes, watched_visits

_SAVE = text("""
    insert into child_wishes (child_id, languages, skills, gender_wish, asked_for_worker, refused_workers,
        set_aside, kept_by, kept_at)
    values (:child_id, :languages, :skills, :gender_wish, :asked_for_worker, :refused_workers, :set_aside, :by, :at)
    on conflict (child_id) do update set languages = excluded.languages, skills = excluded.skills,
        gender_wish = excluded.gender_wish, asked_for_worker = excluded.asked_for_worker,
        refused_workers = excluded.refused_workers, set_aside = excluded.set_aside,
        kept_by = excluded.kept_by, kept_at = excluded.kept_at,
        version = child_wishes.version + 1 where child_wishes.version = :version
    returning version
""")
_CALLED_OFF_BY_OTHERS = text("""
    select i.interview_id::text from interviews i
    where i.state not in ('completed', 'completed_by_carer_info_only')
        and i.interview_id::text = any(cast(:ids as text[]))
        and not exists (select from users u where u.worker_id = i.worker_id
            and u.display_name = case when i.closed_at is null then i.changed_by else i.closed_by end)
""")


class SqlWishes:
    """What children wish of a visit."""

    def __init__(self, connection: AsyncConnection, now: datetime, by: str) -> None:
        self._connection = connection
        self._now = now
        self._by = by

    async def told(self, child_id: str) -> list[RecordHead]:
        """Return the head of the newest version of each record of the child's interviews."""
        return (await newest_heads(self._connection, [child_id])).get(child_id, [])

    async def get(self, child_id: str) -> tuple[ChildWishes, int]:
        """Return what is kept and its version, 0 when nothing is."""
        found = await self._connection.execute(
            select(child_wishes).where(child_wishes.c.child_id == child_id)
        )
        hours = await self._connection.execute(
            select(child_closed_hours)
            .where(child_closed_hours.c.child_id == child_id)
            .order_by(child_closed_hours.c.closed_number)
        )
        row = found.mappings().one_or_none()
        if row is None:
            return ChildWishes(), 0
        wishes = ChildWishes(
            languages=frozenset(row["languages"]),
            skills=frozenset(row["skills"]),
            gender_wish=row["gender_wish"],
            asked_for_worker_id=row["asked_for_worker"],
            refused_worker_ids=frozenset(row["refused_workers"]),
            closed=tuple(closed_hours(dict(each)) for each in hours.mappings()),
            set_aside=frozenset(row["set_aside"]),
        )
        return wishes, row["version"]

    async def save(self, child_id: str, wishes: ChildWishes, *, expected_version: int) -> bool:
        """Keep wishes in place of those of that version; False when somebody else was faster."""
        values = {
            "child_id": child_id,
            "languages": sorted(wishes.languages),
            "skills": sorted(wishes.skills),
            "gender_wish": wishes.gender_wish,
            "asked_for_worker": wishes.asked_for_worker_id,
            "refused_workers": sorted(wishes.refused_worker_ids),
            "set_aside": sorted(wishes.set_aside),
            "by": self._by,
            "at": self._now,
            "version": expected_version,
        }
        version = (await self._connection.execute(_SAVE, values)).scalar()
        if version != expected_version + 1:
            return False
        old = delete(child_closed_hours).where(child_closed_hours.c.child_id == child_id)
        await self._connection.execute(old)
        if wishes.closed:
            rows = [_closed_row(child_id, each) for each in wishes.closed]
            await self._connection.execute(insert(child_closed_hours), rows)
        return True


class SqlVisitWatch:
    """Which booked visits were seen, and how."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def watched(self) -> list[WatchedVisit]:
        """Return every visit as it was last looked at."""
        result = await self._connection.execute(select(watched_visits))
        return [
            from_row(WatchedVisit, {key: value for key, value in row.items() if key != "seen_at"})
            for row in result.mappings()
        ]

    async def called_off_by_others(self, interview_ids: Collection[str]) -> set[str]:
        """Return which of these interviews another than their worker changed last, or closed without its being held."""
        result = await self._connection.execute(_CALLED_OFF_BY_OTHERS, {"ids": list(interview_ids)})
        return set(result.scalars())

    async def watch(self, visits: Sequence[WatchedVisit], *, no_more: Collection[str]) -> None:
        """Remember how visits look now, and forget those of these interviews."""
        rows = [{**asdict(each), "seen_at": self._now} for each in visits]
        await upsert(self._connection, watched_visits, rows, key=["interview_id"])
        if no_more:
            gone = delete(watched_visits).where(watched_visits.c.interview_id.in_(list(no_more)))
            await self._connection.execute(gone)


def closed_hours(row: Mapping[str, Any]) -> ClosedHours:
    """Return closed hours from a row, or from a row as JSON."""
    return ClosedHours(
        days=frozenset(Weekday(each) for each in row["days"]),
        hours=WorkingHours(start=time.fromisoformat(row["starts"]), end=time.fromisoformat(row["ends"])),
        first_day=_day(row["first_day"]),
        last_day=_day(row["last_day"]),
        why=row["why"],
    )


def _closed_row(child_id: str, closed: ClosedHours) -> dict[str, Any]:
    return {
        "child_id": child_id,
        "why": closed.why,
        "days": [each.value for each in WEEKDAYS if each in closed.days],
        "starts": f"{closed.hours.start:%H:%M}",
        "ends": f"{closed.hours.end:%H:%M}",
        "first_day": closed.first_day,
        "last_day": closed.last_day,
    }


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
