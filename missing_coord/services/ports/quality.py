"""What a quality audit needs from storage, beside the ports of every use case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAudit:
    """One audit of an interview as it was closed at `closed_at`; `returned` asks the author to work on it again.

    `record_number` is the version of the record that was audited, 0 where there was none.
    """

    interview_id: str
    closed_at: datetime
    record_number: int
    grade: str
    comment: str
    returned: bool
    audited_by: str
    audited_at: datetime


class QualityStore(Protocol):
    """Quality audits; one of each closing of an interview."""

    async def add(self, audit: QualityAudit) -> bool:
        """Keep an audit; False when this version of this closing was audited before."""
        ...

    async def of_interview(self, interview_id: str) -> list[QualityAudit]:
        """Return the audits of an interview, the newest first."""
        ...

    async def authors(self, interview_id: str) -> Collection[str]:
        """Return who has recorded anything on the interview."""
        ...
