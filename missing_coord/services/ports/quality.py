"""What quality audits need from storage, beside the ports of every use case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.domain.audit_schemes import AuditScheme, SchemeBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """What one auditor made of an interview: the marks by criterion, the percentage they give, and the grade.

    `push` and `pull` are the reasons that a second auditor found in the record, None where there were none to code.
    """

    grade: str
    score: int
    marks: Mapping[str, str]
    comment: str
    graded_by: str
    graded_at: datetime
    push: tuple[str, ...] | None = None
    pull: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityAudit:
    """One audit of an interview as it was closed at `closed_at`; `returned` asks the author to work on it again.

    `record_number` is the version of the record that was audited, 0 where there was none; `scheme` the version of the
    criteria. `first` is None for those who may not see it: an auditor who may still grade it a second time.
    """

    audit_id: int = 0
    interview_id: str
    closed_at: datetime
    record_number: int
    kind: str
    scheme: str
    returned: bool
    sampled: bool
    audited_by: str
    audited_at: datetime
    first: Grading | None = None
    second: Grading | None = None
    read_at: datetime | None = None

    @property
    def waits_for_second(self) -> bool:
        """Whether a second auditor is to grade it."""
        return self.sampled and self.second is None


class QualityStore(Protocol):
    """Quality audits; one of each closing of an interview and each version that was asked for."""

    async def add(self, audit: QualityAudit, first: Grading) -> bool:
        """Keep an audit with its grade; False when this version of this closing was audited before."""
        ...

    async def add_second(self, audit_id: int, second: Grading) -> bool:
        """Keep the grade of a second auditor; False when somebody else was faster."""
        ...

    async def of_interview(self, interview_id: str) -> list[QualityAudit]:
        """Return the audits of an interview, the newest first, with the grades that the actor may see."""
        ...

    async def authors(self, interview_id: str) -> Collection[str]:
        """Return who has recorded anything on the interview."""
        ...

    async def mark_read(self, audit_id: int, *, by: str, at: datetime) -> bool:
        """Keep that the author has read an audit; False when there is none such of theirs."""
        ...


class SchemeStore(Protocol):
    """Versions of criteria and scale; one that is kept is never changed."""

    async def book(self) -> SchemeBook:
        """Return every version, the shipped one included."""
        ...

    async def add(self, scheme: AuditScheme) -> None:
        """Keep a version; the same again changes nothing, another under a name in use raises DomainError."""
        ...
