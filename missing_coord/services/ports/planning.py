"""What assigning needs from storage: who is to be seen, who can go, and the proposals made for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from missing_coord.domain.records import AbsenceRecord
from missing_coord.planning.situation import Earlier, ExistingVisit, OpenInterview, Proposal, WorkerSituation


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningCase:
    """An open interview as planning sees it, and what decides whether a visit is to be planned at all.

    `place_key` says where the child lives on the day of the visit, without saying where that is.
    """

    wanted: OpenInterview
    population: str
    state: str
    child_missing: bool
    worker_id: str
    visit_starts_at: datetime | None
    closed: bool
    place_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProposal:
    """A proposal as kept; `detail` holds basis, reasons, passed_over, alternatives, binding_reason as JSON."""

    interview_id: str
    worker_id: str
    starts_at: datetime | None
    ends_at: datetime | None
    late: bool
    detail: Mapping[str, Any]
    made_at: datetime


class PlanningStore(Protocol):
    """Open interviews and workers as planning sees them, and the proposals."""

    async def alone(self) -> None:
        """Wait until nobody else plans, and keep others from planning until the transaction ends."""
        ...

    async def concerned(self, child_id: str) -> list[str]:
        """Return the interviews of a child that are open, or whose booked visit is watched."""
        ...

    async def with_workers(self, away: Sequence[AbsenceRecord]) -> list[tuple[str, str]]:
        """Return child and interview of every visit, booked or proposed, that touches one of these absences."""
        ...

    async def cases(self, interview_ids: Collection[str] | None = None) -> list[PlanningCase]:
        """Return these interviews, or every open one; places that the actor may not see are None."""
        ...

    async def workers(self, *, without: Collection[str] = ()) -> list[WorkerSituation]:
        """Return every worker with diary and used capacity; interviews in `without` count for nothing."""
        ...

    async def replace_proposals(
        self,
        proposals: Sequence[Proposal],
        *,
        instead_of: Collection[str] | None = None,
        trouble: Mapping[str, str] = ...,
    ) -> None:
        """Keep proposals in place of those of the interviews named, or of all; `trouble` is of visits booked.

        Proposals that say the same as before are not written.
        """
        ...

    async def earlier(self) -> dict[str, Earlier]:
        """Return worker and time of everything that is proposed now, by interview."""
        ...

    async def proposal(self, interview_id: str) -> KeptProposal | None:
        """Return what is proposed for an interview."""
        ...

    async def proposed_visits(
        self, until: datetime, *, without: Collection[str]
    ) -> dict[str, list[ExistingVisit]]:
        """Return the visits proposed before `until` by worker, without those of some interviews and without places."""
        ...

    async def drop_proposal(self, interview_id: str) -> None:
        """Forget what is proposed for an interview."""
        ...
