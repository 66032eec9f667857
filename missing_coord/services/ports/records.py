"""What interview records and their actions need from storage, beside the ports of every use case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.domain.interview_actions import InterviewAction
from missing_coord.domain.interview_records import InterviewRecord, RecordHead, RecordKind, RecordOrigin
from missing_coord.services.ports.quality import QualityStore, SchemeStore
from missing_coord.services.ports.work import UnitOfWork

Fields = Mapping[str, Sequence[str]]
"""What was typed, by the name of its field, exactly as it was typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDraft:
    """A record in the making: nothing in it has to be right yet, and nothing of it is lost.

    `left_at` is when its owner was told that it cannot be submitted any more.
    """

    interview_id: str
    worker_id: str
    kind: RecordKind
    origin: RecordOrigin
    fields: Fields
    started_by: str
    started_at: datetime
    saved_by: str
    saved_at: datetime
    left_at: datetime | None = None
    version: int = 1


class RecordStore(Protocol):
    """Interview records: one draft of each worker, and versions that are never changed."""

    async def left_drafts(self) -> list[RecordDraft]:
        """Return the acting worker's drafts that are left behind, the one left first before the others."""
        ...

    async def draft(self, interview_id: str) -> RecordDraft | None:
        """Return the acting worker's draft of an interview's record, None when there is none."""
        ...

    async def save_draft(self, draft: RecordDraft, *, expected_version: int) -> bool:
        """Keep a draft; False when it is not at `expected_version` any more (0: there is none yet)."""
        ...

    async def drop_draft(self, interview_id: str, *, expected_version: int) -> bool:
        """Forget the acting worker's draft; False when it is not at `expected_version` any more."""
        ...

    async def heads(self, interview_id: str) -> list[RecordHead]:
        """Return the heads of an interview's versions, the newest first."""
        ...

    async def get(self, interview_id: str, number: int) -> InterviewRecord:
        """Return one version; raises NotFound when the actor may not read it."""
        ...

    async def add(self, record: InterviewRecord, *, submission_key: str = "") -> None:
        """Keep a new version."""
        ...

    async def episodes_since(self, child_id: str, since: datetime) -> int:
        """Return how many episodes of a child began since then, cancelled ones left out."""
        ...

    async def submitted(self, interview_id: str, submission_key: str) -> RecordHead | None:
        """Return the version that was submitted under this key; None for an empty key."""
        ...


class ActionStore(Protocol):
    """Actions that interviews asked for."""

    async def add(self, actions: Sequence[InterviewAction]) -> None:
        """Keep new actions."""
        ...

    async def of_interview(self, interview_id: str) -> list[InterviewAction]:
        """Return the actions of an interview, the one due first before the others."""
        ...

    async def get(self, action_id: str) -> InterviewAction:
        """Return one action, held until the transaction ends; raises NotFound."""
        ...

    async def save(self, action: InterviewAction) -> None:
        """Keep what became of an action; its version grows by one."""
        ...


class RecordWork(UnitOfWork, Protocol):
    """A transaction that can write records, and audit them."""

    @property
    def records(self) -> RecordStore:
        """Interview records."""
        ...

    @property
    def actions(self) -> ActionStore:
        """Actions of interviews."""
        ...

    @property
    def quality(self) -> QualityStore:
        """Quality audits."""
        ...

    @property
    def audit_schemes(self) -> SchemeStore:
        """Criteria and scale of quality audits."""
        ...
