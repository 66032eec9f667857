"""A whole delivery of the council's own missing list: whom an earlier one had as missing, and this one has no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from missing_coord.domain.incidents import LIST_TOLERANCE
from missing_coord.domain.records import MissingListEntry, column_key
from missing_coord.services.ports.lists import OpenLine
from missing_coord.services.ports.work import Policy, UnitOfWork
from missing_coord.services.register import rederive_known

EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class _Named(NamedTuple):
    started_at: datetime
    ended_at: datetime | None


@dataclass(slots=True)
class WholeList:
    """The children that a delivery names, noted row by row.

    A list of those who are missing now has no ends, and reaches over everybody; one with ends is a history, and
    reaches from its first start to its last time. Of a row that could not be read only the child's number counts;
    where it has none, or where no row could be read, nobody can be said to be left out.
    """

    lines: dict[str, list[_Named]] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

    def note(self, record: Any | None, raw: Mapping[str, Any]) -> None:
        """Note one row as it was read, or as it came where it could not be."""
        if isinstance(record, MissingListEntry):
            self.lines.setdefault(record.child_id, []).append(_Named(record.started_at, record.ended_at))
        else:
            self.unread.add(
                next((str(raw[name]).strip() for name in raw if column_key(name) == "childid"), "")
            )

    def leaves_out(self, kept: Iterable[OpenLine]) -> list[OpenLine]:
        """Return the lines without an end that this list should have if the child were still missing."""
        if "" in self.unread or (self.unread and not self.lines):
            return []
        first, last = self._reach()
        return [each for each in kept if first <= each.started_at <= last and self._without(each)]

    def _without(self, kept: OpenLine) -> bool:
        if kept.child_id in self.unread:
            return False
        ours = self.lines.get(kept.child_id, ())
        return not any(
            each.ended_at is None or abs(each.started_at - kept.started_at) <= LIST_TOLERANCE for each in ours
        )

    def _reach(self) -> tuple[datetime, datetime]:
        """Return from when to when an absence would have to begin to stand in this list."""
        times = [each for lines in self.lines.values() for each in lines]
        if all(each.ended_at is None for each in times):
            return EVER
        return min(each.started_at for each in times), max(each.ended_at or each.started_at for each in times)


async def note_left_out(uow: UnitOfWork, whole: WholeList, *, policy: Policy) -> None:
    """Keep for each line that the list leaves out since when, which is a sign that the child is back."""
    gone = whole.leaves_out(await uow.missing_list.open_lines())
    if gone:
        child_ids = sorted({each.child_id for each in gone})
        await uow.children.lock(child_ids)
        await uow.missing_list.mark_left([each.entry_key for each in gone])
        await rederive_known(uow, child_ids, policy=policy)
