"""What passing a pattern on, and disrupting it, need from storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from missing_coord.domain.access import Actor
from missing_coord.domain.sharing import DisruptionKind, DisruptionState, Effect, Footing, Gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence in the words said, whence it came, and on what footing."""

    child_id: str
    at: datetime | None
    said: str
    source: str
    footing: Footing


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A pattern as it can be passed on: what it is in references and counts, its state, and its evidence."""

    pattern_id: str
    headline: str
    state: str
    version: int
    decided_by: str
    decided_at: datetime | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What left the service about a pattern: to whom, through which gateway, why, when, and every word of it."""

    pattern_id: str
    organisation: str
    recipient: str
    gateway: Gateway
    reason: str
    pieces: int
    held_back: int
    content: str
    digest: str
    shared_by: str
    shared_at: datetime
    submission_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """One thing that is done about a pattern; `outcome` and `effect` are empty while it is planned."""

    disruption_id: str
    pattern_id: str
    kind: DisruptionKind
    what: str
    owner: str
    due_on: date
    state: DisruptionState
    planned_by: str
    planned_at: datetime
    outcome: str = ""
    effect: Effect | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    version: int = 1


class SharingStore(Protocol):
    """Disclosures, which nobody changes, and disruptions."""

    async def subject(self, pattern_id: str) -> Subject:
        """Return a pattern with its evidence; raises NotFound when the actor may not see it."""
        ...

    async def disclose(self, disclosure: Disclosure) -> tuple[int, bool]:
        """Keep a disclosure; return its number, and whether it is new: the same submission is kept once."""
        ...

    async def plan(self, disruption: Disruption) -> bool:
        """Keep a disruption; False when one of this id is there already."""
        ...

    async def disruption(self, disruption_id: str) -> Disruption:
        """Return a disruption; raises NotFound when the actor may not see it."""
        ...

    async def close(self, disruption: Disruption, *, expected_version: int) -> bool:
        """Keep how a disruption ended; False when it was changed or closed meanwhile."""
        ...


class SharingWork(Protocol):
    """A transaction that passes on and disrupts."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def sharing(self) -> SharingStore:
        """Disclosures and disruptions."""
        ...

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction."""
        ...
