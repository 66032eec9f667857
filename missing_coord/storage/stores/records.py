"""Interview records and their actions in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.errors import NotFound
from missing_coord.domain.interview_actions import InterviewAction
from missing_coord.domain.interview_records import (
    InterviewRecord,
    RecordContents,
    RecordEntry,
    RecordHead,
    ScreenAnswer,
)
from missing_coord.domain.mentions import MentionKind
from missing_coord.linking.forms import postcode_in
from missing_coord.services.ports.records import RecordDraft
from missing_coord.storage.mappers import from_row, from_typed_row, to_row
from missing_coord.storage.postcodes import installed_postcodes
from missing_coord.storage.tables.cases import episodes
from missing_coord.storage.tables.records import (
    interview_actions,
    interview_records,
    record_contents,
    record_drafts,
    record_entries,
    record_reasons,
    record_screen_answers,
)

_UNSEEN: dict[str, tuple[str, ...]] = {"push_factors": (), "pull_factors": ()}
"""The reasons of a record, for those who may not see them yet: a second auditor codes them afresh."""
_OWN = record_drafts.c.worker_id == func.app_worker()


class SqlRecords:
    """Interview records; the database lets nobody change a version that was submitted."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def draft(self, interview_id: str) -> RecordDraft | None:
        """Return the acting worker's draft of an interview's record, None when there is none."""
        statement = select(record_drafts).where(record_drafts.c.interview_id == interview_id, _OWN)
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        return None if row is None else from_typed_row(RecordDraft, row)

    async def left_drafts(self) -> list[RecordDraft]:
        """Return the acting worker's drafts that are left behind, the one left first before the others."""
        statement = select(record_drafts).where(_OWN, record_drafts.c.left_at.is_not(None))
        rows = (await self._connection.execute(statement.order_by(record_drafts.c.left_at))).mappings()
        return [from_typed_row(RecordDraft, row) for row in rows]

    async def save_draft(self, draft: RecordDraft, *, expected_version: int) -> bool:
        """Keep a draft; False when it is not at `expected_version` any more (0: there is none yet)."""
        row = {**to_row(draft), "fields": {name: list(given) for name, given in draft.fields.items()}}
        if expected_version == 0:
            statement = postgresql.insert(record_drafts).values(**row).on_conflict_do_nothing()
            kept = await self._connection.execute(statement.returning(record_drafts.c.interview_id))
            return kept.one_or_none() is not None
        changed = {name: row[name] for name in ("kind", "origin", "fields", "saved_by", "saved_at")}
        there = and_(record_drafts.c.interview_id == draft.interview_id, _OWN)
        result = await self._connection.execute(
            update(record_drafts)
            .where(there, record_drafts.c.version == expected_version)
            .values(**changed, version=expected_version + 1)
        )
        return result.rowcount == 1

    async def drop_draft(self, interview_id: str, *, expected_version: int) -> bool:
        """Forget the acting worker's draft; False when it is not at `expected_version` any more."""
        there = and_(record_drafts.c.interview_id == interview_id, _OWN)
        result = await self._connection.execute(
            delete(record_drafts).where(there, record_drafts.c.version == expected_version)
        )
        return result.rowcount == 1

    async def heads(self, interview_id: str) -> list[RecordHead]:
        """Return the heads of an interview's versions, the newest first."""
        statement = select(interview_records).where(interview_records.c.interview_id == interview_id)
        result = await self._connection.execute(statement.order_by(interview_records.c.number.desc()))
        return [from_typed_row(RecordHead, row) for row in result.mappings()]

    async def get(self, interview_id: str, number: int) -> InterviewRecord:
        """Return one version; raises NotFound when the actor may not read it.

        It comes without its reasons for an auditor who may still grade it a second time.
        """
        heads = await self._parts(interview_records, interview_id, number)
        contents = await self._parts(record_contents, interview_id, number)
        if not heads or not contents:
            raise NotFound(f"There is no version {number} of this record that you may read.")
        reasons = await self._parts(record_reasons, interview_id, number)
        answers = await self._parts(record_screen_answers, interview_id, number)
        entries = await self._parts(record_entries, interview_id, number)
        return InterviewRecord(
            head=from_typed_row(RecordHead, heads[0]),
            contents=from_typed_row(RecordContents, {**(reasons[0] if reasons else _UNSEEN), **contents[0]}),
            screen=tuple(from_row(ScreenAnswer, dict(row)) for row in answers),
            entries=tuple(from_typed_row(RecordEntry, row) for row in entries),
        )

    async def add(self, record: InterviewRecord, *, submission_key: str = "") -> None:
        """Keep a new version; a place whose postcode is known gets its position."""
        part = {"interview_id": record.head.interview_id, "number": record.head.number}
        await self._connection.execute(
            insert(interview_records).values(**_written(record.head), submission_key=submission_key)
        )
        said = _written(record.contents)
        reasons = {name: said.pop(name) for name in _UNSEEN}
        await self._connection.execute(insert(record_contents).values(**said, **part))
        await self._connection.execute(insert(record_reasons).values(**reasons, **part))
        placed = tuple(_placed(each) for each in record.entries)
        for table, rows in ((record_screen_answers, record.screen), (record_entries, placed)):
            if rows:
                await self._connection.execute(
                    insert(table).inline(), [{**_written(each), **part} for each in rows]
                )

    async def episodes_since(self, child_id: str, since: datetime) -> int:
        """Return how many episodes of a child began since then, cancelled ones left out."""
        statement = select(func.count()).where(
            episodes.c.child_id == child_id, episodes.c.started_at > since, episodes.c.status != "cancelled"
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def submitted(self, interview_id: str, submission_key: str) -> RecordHead | None:
        """Return the version that was submitted under this key; None for an empty key."""
        if not submission_key:
            return None
        result = await self._connection.execute(
            select(interview_records).where(
                interview_records.c.interview_id == interview_id,
                interview_records.c.submission_key == submission_key,
            )
        )
        row = result.mappings().one_or_none()
        return None if row is None else from_typed_row(RecordHead, row)

    async def _parts(self, table: Table, interview_id: str, number: int) -> Sequence[RowMapping]:
        order: ColumnElement[Any] = table.c[
            {"record_entries": "entry_id", "record_screen_answers": "question"}.get(table.name, "number")
        ]
        statement = select(table).where(table.c.interview_id == interview_id, table.c.number == number)
        return (await self._connection.execute(statement.order_by(order))).mappings().all()


class SqlActions:
    """Actions that interviews asked for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, actions: Sequence[InterviewAction]) -> None:
        """Keep new actions."""
        if actions:
            await self._connection.execute(
                insert(interview_actions).inline(), [to_row(each) for each in actions]
            )

    async def of_interview(self, interview_id: str) -> list[InterviewAction]:
        """Return the actions of an interview, the one due first before the others."""
        statement = select(interview_actions).where(interview_actions.c.interview_id == interview_id)
        ordered = statement.order_by(interview_actions.c.due_on, interview_actions.c.action_id)
        rows = (await self._connection.execute(ordered)).mappings()
        return [from_typed_row(InterviewAction, row) for row in rows]

    async def get(self, action_id: str) -> InterviewAction:
        """Return one action, held until the transaction ends; raises NotFound."""
        statement = select(interview_actions).where(interview_actions.c.action_id == action_id)
        row = (await self._connection.execute(statement.with_for_update())).mappings().one_or_none()
        if row is None:
            raise NotFound("There is no such action that you may see.")
        return from_typed_row(InterviewAction, row)

    async def save(self, action: InterviewAction) -> None:
        """Keep what became of an action; its version grows by one."""
        changed = {name: getattr(action, name) for name in ("outcome", "closed_by", "closed_at")}
        await self._connection.execute(
            update(interview_actions)
            .where(interview_actions.c.action_id == action.action_id)
            .values(**changed, state=action.state.value, version=action.version + 1)
        )


def _placed(entry: RecordEntry) -> RecordEntry:
    if entry.kind is not MentionKind.PLACE or entry.easting is not None:
        return entry
    postcode = postcode_in(entry.value)
    place = installed_postcodes().lookup(postcode) if postcode else None
    return replace(entry, easting=place.easting, northing=place.northing) if place else entry


def _written(record: Any) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in to_row(record).items()
    }
