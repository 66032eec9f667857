"""What the daily proposal is told about children to see and workers, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.records import Weekday, WorkerTeam, WorkingHours
from missing_coord.planning.child_hours import ClosedHours
from missing_coord.planning.fields import Point

IsoWeek = tuple[int, int]
"""ISO year and ISO week, as a London calendar shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInterview:
    """A return interview that needs a worker and a time.

    `languages` are those the child could speak in, one is enough; `skills` are all needed.
    `closed` are hours in which the child is at school or does not wish to be seen.
    `excluded_people` are ids, e-mails or names of the social worker, carers, keyworkers and the IRO.
    `assigned_worker_id` has the interview already and keeps it unless only somebody else can come in time.
    """

    interview_id: str
    child_ref: str
    due_at: datetime
    earliest_at: datetime
    place: Point | None = None
    out_of_area: bool = False
    responsible_authority: str | None = None
    placement_provider: str | None = None
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    gender_wish: str | None = None
    previous_worker_id: str | None = None
    refused_worker_ids: frozenset[str] = frozenset()
    excluded_people: frozenset[str] = frozenset()
    child_preference_worker_id: str | None = None
    assigned_worker_id: str | None = None
    minutes: int = 60
    closed: tuple[ClosedHours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Time away; without `ends_at` until further notice."""

    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingVisit:
    """A visit that is already in a worker's diary."""

    starts_at: datetime
    ends_at: datetime
    place: Point | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSituation:
    """An interviewer as of today; `booked` counts the visits of each ISO week, held ones included."""

    worker_id: str
    name: str = ""
    email: str | None = None
    employer: str | None = None
    team: WorkerTeam = WorkerTeam.COMMISSIONED
    fte: float = 1.0
    weekly_target: float = 15
    booked: Mapping[IsoWeek, int] = field(default_factory=dict, hash=False)
    working_days: frozenset[Weekday] = frozenset()
    working_hours: WorkingHours | None = None
    absences: tuple[Absence, ...] = ()
    base: Point | None = None
    max_travel_miles: float | None = None
    languages: frozenset[str] = frozenset()
    gender: str | None = None
    skills: frozenset[str] = frozenset()
    out_of_authority: bool = False
    visits: tuple[ExistingVisit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """One plain reason why a worker was not proposed."""

    worker_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The next best worker and time."""

    worker_id: str
    starts_at: datetime
    ends_at: datetime
    late: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was proposed before: a worker and a time."""

    worker_id: str
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Who should see the child, when and why; without a worker `binding_reason` says what is in the way.

    `earliest_possible` is the first slot of any worker who may go; `binding_reason` is None when in time.
    `moved_from` is what was proposed before and gave way so that more children are seen in time; `instead` says why
    not the worker who is assigned.
    """

    interview_id: str
    worker_id: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    late: bool
    basis: IndependenceBasis | None
    reasons: tuple[str, ...]
    passed_over: tuple[PassedOver, ...]
    alternatives: tuple[Alternative, ...]
    earliest_possible: datetime | None
    binding_reason: str | None
    moved_from: Earlier | None = None
    instead: str = ""
