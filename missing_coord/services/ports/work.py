"""What the use cases need from storage; each port is kept by an adapter in `missing_coord.storage`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from missing_coord.domain.access import Actor
from missing_coord.domain.cases import (
    ChildFacts,
    Episode,
    Incident,
    Interview,
    InterviewEpisode,
    InterviewEvent,
    MatchVerdict,
    StoredNotice,
)
from missing_coord.domain.episodes import IncidentOfChild
from missing_coord.domain.escalation import Ladder
from missing_coord.domain.events import Event
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.domain.population import PlacementSpan
from missing_coord.domain.record_lists import DEFAULT_LISTS, RecordLists
from missing_coord.domain.records import (
    AbsenceRecord,
    ChildRecord,
    PlacementRecord,
    PoliceNotice,
    WorkerRecord,
)
from missing_coord.domain.return_signs import RETURN_LADDER
from missing_coord.matching.prepared import PreparedChild
from missing_coord.services.ports.history import HistoryStore
from missing_coord.services.ports.lists import MissingListStore
from missing_coord.services.ports.planning import PlanningStore
from missing_coord.services.ports.received import Received
from missing_coord.services.ports.returns import ReturnStore


class NoticeStore(Protocol):
    """Police notices as received."""

    async def add(self, notices: Sequence[tuple[PoliceNotice, Received, str]]) -> None:
        """Keep notices that are not here yet, each with its incident; the caller holds their references."""
        ...

    async def of_references(self, references: Iterable[tuple[str, str]]) -> list[StoredNotice]:
        """Return every notice of the (force, reference) pairs, both in their comparing form."""
        ...

    async def assign(self, incidents: Mapping[int, str]) -> None:
        """Count notices to incidents."""
        ...


class IncidentStore(Protocol):
    """Incidents and what people decided about them."""

    async def of_references(self, references: Iterable[tuple[str, str]]) -> list[Incident]:
        """Return the incidents of the (force, reference) pairs."""
        ...

    async def of_children(self, child_ids: Iterable[str]) -> list[Incident]:
        """Return the incidents of the children."""
        ...

    async def rounds_of_children(
        self, child_ids: Iterable[str], *, besides: Iterable[str] = ()
    ) -> dict[str, list[IncidentOfChild]]:
        """Return by child what incidents say, `besides` some that the caller knows: all that deriving needs of them."""
        ...

    async def get(self, incident_id: str) -> Incident:
        """Return one incident; raises NotFound."""
        ...

    async def unsure_references(self, limit: int) -> list[tuple[str, str]]:
        """Return the (force, reference) pairs of incidents that nobody is sure of, longest unexamined first."""
        ...

    async def not_on_register(self, limit: int) -> dict[str, tuple[str, str]]:
        """Return the (force, reference) of incidents whose child a person said is not on the register, newest first."""
        ...

    async def children_concerned(self, child_ids: Sequence[str]) -> set[str]:
        """Return those of the children about whom there is any incident."""
        ...

    async def with_signature(self, signature: str) -> list[Incident]:
        """Return the incidents whose person is described in the same words."""
        ...

    async def save(self, incidents: Sequence[Incident]) -> None:
        """Insert or update incidents."""
        ...

    async def remove(self, incident_ids: Sequence[str]) -> None:
        """Remove incidents whose notices were all counted to another one."""
        ...

    async def verdicts(
        self, signatures: Iterable[str], *, incident_ids: Iterable[str] = ()
    ) -> list[MatchVerdict]:
        """Return the decisions in force about persons described in these words, or about these incidents."""
        ...


class ChildStore(Protocol):
    """The register of children, provisional records included."""

    async def save_records(self, children: Sequence[tuple[ChildRecord, Received]]) -> list[bool]:
        """Keep register rows as versions; return for each whether anything changed."""
        ...

    async def add_provisional(self, children: Mapping[str, tuple[str, ChildRecord]]) -> None:
        """Open or renew provisional records by id; of several the one with the greatest mark stays."""
        ...

    async def facts(self, child_ids: Iterable[str]) -> dict[str, ChildFacts]:
        """Return what deriving episodes needs to know of each child."""
        ...

    async def filed(self, keys: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """Return the ids of the register children under each key; of a key with too many, just more than that."""
        ...

    async def prepared(self, child_ids: Iterable[str]) -> Mapping[str, PreparedChild]:
        """Return register children ready to be compared."""
        ...

    async def known(self, child_ids: Iterable[str]) -> set[str]:
        """Return which of these ids are on the register or provisional."""
        ...

    async def lock(self, child_ids: Iterable[str]) -> None:
        """Hold these children until the transaction ends, so that nobody else derives their episodes."""
        ...

    async def lock_references(self, references: Iterable[tuple[str, str]]) -> None:
        """Hold these police references until the transaction ends."""
        ...


class PlacementStore(Protocol):
    """Placements of looked-after children."""

    async def save_records(self, placements: Sequence[tuple[PlacementRecord, Received]]) -> list[bool]:
        """Keep placement rows as versions; return for each whether anything changed."""
        ...

    async def of_children(self, child_ids: Iterable[str]) -> dict[str, list[PlacementSpan]]:
        """Return the placements of each child."""
        ...


class WorkforceStore(Protocol):
    """Interview workers and their absences."""

    async def save_workers(self, workers: Sequence[tuple[WorkerRecord, Received]]) -> list[bool]:
        """Keep worker rows as versions; return for each whether anything changed."""
        ...

    async def save_absences(self, absences: Sequence[tuple[AbsenceRecord, Received]]) -> list[bool]:
        """Keep absences as versions, the last statement in force; return for each whether anything changed."""
        ...

    async def absences_before(self, stated: Sequence[AbsenceRecord]) -> list[AbsenceRecord | None]:
        """Return for each statement the absence in force that it is about, None where there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A row that could not be understood: kept whole, with what is wrong in which field."""

    raw: Mapping[str, Any]
    line: int | None
    faults: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows of a batch were read and what became of them."""

    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0


class IntakeStore(Protocol):
    """The ledger of everything that was ever handed in."""

    async def open_batch(self, *, kind: str, source: str, content_sha256: str) -> str:
        """Open a batch and return its id."""
        ...

    async def count(self, batch_id: str, counts: Counts) -> None:
        """Add to what a batch has done so far."""
        ...

    async def finish(self, batch_id: str) -> None:
        """Close a batch."""
        ...

    async def quarantine(self, batch_id: str, *, kind: str, source: str, rows: Sequence[Quarantined]) -> None:
        """Keep rows that could not be understood; the same row is kept once."""
        ...


class EpisodeStore(Protocol):
    """Missing episodes and the incidents that they are made of."""

    async def of_children(self, child_ids: Iterable[str]) -> list[tuple[Episode, tuple[str, ...]]]:
        """Return the children's episodes, each with the ids of its incidents."""
        ...

    async def save(self, episodes: Sequence[tuple[Episode, tuple[str, ...]]]) -> None:
        """Insert or update episodes with their incidents."""
        ...

    async def remove(self, episode_ids: Sequence[str]) -> None:
        """Remove episodes that were joined with others and on which nothing hangs."""
        ...

    async def in_use(self, episode_ids: Sequence[str]) -> set[str]:
        """Return those episodes on which an escalation or a closed interview hangs."""
        ...


class InterviewStore(Protocol):
    """Return interviews, the episodes that they cover, and their timelines."""

    async def of_children(self, child_ids: Iterable[str]) -> list[Interview]:
        """Return the children's interviews, closed ones included."""
        ...

    async def children_waiting(self, child_ids: Collection[str]) -> list[str]:
        """Return those of the children who have an open interview."""
        ...

    async def links_of(
        self, interview_ids: Iterable[str], *, for_update: bool = False
    ) -> list[InterviewEpisode]:
        """Return the duties of the interviews; held until the transaction ends when asked."""
        ...

    async def get(self, interview_id: str, *, for_update: bool = False) -> Interview:
        """Return one interview; raises NotFound when the actor may not see it."""
        ...

    async def save(self, interviews: Sequence[Interview]) -> None:
        """Insert or update interviews; each one's version grows by one."""
        ...

    async def save_links(self, links: Sequence[InterviewEpisode]) -> None:
        """Insert or update duties."""
        ...

    async def remove_links(self, links: Sequence[tuple[str, str]]) -> None:
        """Remove (interview, episode) duties that are no duties any more, withdrawing their escalations."""
        ...

    async def remove(self, interview_ids: Sequence[str]) -> None:
        """Remove interviews on which nothing hangs."""
        ...

    async def touched(self, interview_ids: Sequence[str]) -> set[str]:
        """Return those interviews on which anything hangs: a timeline, an escalation, a record or a request."""
        ...

    async def add_event(self, event: InterviewEvent) -> bool:
        """Write an entry on a timeline; False when the same submission was written before."""
        ...

    async def move(self, *, source: str, target: str) -> None:
        """Move the timeline of one interview, and what hangs on it, to another."""
        ...

    async def submitted(self, interview_id: str, submission_key: str) -> InterviewEvent | None:
        """Return the timeline entry that was written under this key; None for an empty key."""
        ...

    async def starts_of(self, interview_id: str) -> dict[str, datetime]:
        """Return when each episode that the interview is about began."""
        ...

    async def declines(self, interview_id: str) -> list[InterviewEvent]:
        """Return every no on the interview's timeline, in the order in which they were recorded."""
        ...

    async def move_links(self, episode_ids: Sequence[str], *, source: str, target: str) -> None:
        """Move duties, with what was escalated about them, from one interview to another."""
        ...


class UnitOfWork(Protocol):
    """One transaction on behalf of one actor; only leaving it without an error commits."""

    @property
    def actor(self) -> Actor:
        """On whose behalf the transaction runs."""
        ...

    @property
    def now(self) -> datetime:
        """The clock's time at the start of the transaction, UTC."""
        ...

    @property
    def notices(self) -> NoticeStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def incidents(self) -> IncidentStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def children(self) -> ChildStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def placements(self) -> PlacementStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def workforce(self) -> WorkforceStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def missing_list(self) -> MissingListStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def intake(self) -> IntakeStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def episodes(self) -> EpisodeStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def interviews(self) -> InterviewStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def returns(self) -> ReturnStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def history(self) -> HistoryStore:
        """The store of this name, in this transaction."""
        ...

    @property
    def planning(self) -> PlanningStore:
        """The store of this name, in this transaction."""
        ...

    def record(self, *events: Event) -> None:
        """Add events to the outbox of this transaction."""
        ...

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction; `detail` holds references only."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The council's own settings that the use cases follow."""

    council: str
    ladder: Ladder = DEFAULT_LADDER
    return_ladder: Ladder = RETURN_LADDER
    letter_counts_as_offer: bool = False
    record_lists: RecordLists = DEFAULT_LISTS
