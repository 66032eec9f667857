"""The end of a notice's trace: the moment at which the open pages of this process are told of its change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import text

from missing_coord.domain.access import system_actor
from missing_coord.domain.errors import TransientError
from missing_coord.storage.database import Database
from missing_coord.tracing import span

READER = system_actor("traces")
_NEW = text("""
select max(position) as position, correlation_id as parent from outbox
where position > :after and correlation_id <> '' group by correlation_id order by 1 limit 100
""")
_NEWEST = text("select coalesce(max(position), 0) from outbox")


@dataclass(slots=True)
class ScreenTraces:
    """Looks which traced changes the database has just told of; used only while traces are asked for."""

    database: Database
    _after: int | None = None
    _looking: set[asyncio.Task[None]] = field(default_factory=set)

    def heard(self, payload: str) -> None:
        """Follow up a change of what pages show."""
        if payload == "queue":
            task = asyncio.ensure_future(self.look())
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def look(self) -> None:
        """End the traces of what is new; the first look only finds out where to begin."""
        try:
            async with self.database.unit_of_work(READER) as uow:
                if self._after is None:
                    self._after = int((await uow.execute(_NEWEST)).scalar_one())
                    return
                found = (await uow.execute(_NEW, {"after": self._after})).mappings().all()
        except TransientError:
            return
        for each in found:
            self._after = max(self._after, each["position"])
            with span("pages told", parent=each["parent"]):
                pass
