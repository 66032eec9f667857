"""Builders for the planning engine: valid workers, interviews and instances of `plan solve`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from missing_coord.domain.records import Weekday, WorkerTeam, WorkingHours
from missing_coord.planning.desk import Desk
from missing_coord.planning.propose import by_deadline
from missing_coord.planning.situation import OpenInterview, Proposal, WorkerSituation
from missing_coord.planning.whole_plan import plan_afresh

JSON = dict[str, Any]

MONDAY_8AM = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""A Monday in winter, when London is on UTC."""
WEEK = (2026, 45)
MANCHESTER = (384_000.0, 398_000.0)
WORKING_WEEK = frozenset({Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI})


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """Return a time `days` after the Monday of the tests."""
    return MONDAY_8AM.replace(hour=hour, minute=minute) + timedelta(days=days)


def a_worker(worker_id: str = "w1", **changes: Any) -> WorkerSituation:
    """Return a full-time worker of a charity, Monday to Friday, 9 to 17:30, based in the city."""
    worker = WorkerSituation(
        worker_id=worker_id,
        name=f"Name of {worker_id}",
        email=f"{worker_id}@example.org",
        employer="Example Charity",
        team=WorkerTeam.COMMISSIONED,
        working_days=WORKING_WEEK,
        working_hours=WorkingHours(time(9), time(17, 30)),
        base=MANCHESTER,
    )
    return replace(worker, **changes)


def an_interview(interview_id: str = "i1", **changes: Any) -> OpenInterview:
    """Return an interview in the city of a child back since Monday 08:00, due on Thursday 08:00."""
    interview = OpenInterview(
        interview_id=interview_id,
        child_ref=f"child of {interview_id}",
        earliest_at=MONDAY_8AM,
        due_at=MONDAY_8AM + timedelta(hours=72),
        place=MANCHESTER,
        responsible_authority="E08000003",
        placement_provider="Example Homes",
    )
    return replace(interview, **changes)


def propose(
    interviews: Sequence[OpenInterview],
    workers: Sequence[WorkerSituation],
    now: datetime,
    *,
    bank_holidays: Collection[date] = frozenset(),
    council: str | None = None,
) -> tuple[Proposal, ...]:
    """Return the proposals of a plan made afresh, without any search."""
    desk = Desk(workers, now, bank_holidays=bank_holidays, council=council)
    return plan_afresh(desk, by_deadline(interviews, now), lambda: 1.0).made


def reason_for(proposal: Proposal, worker_id: str) -> str:
    """Return why a worker was passed over; fails when there is not exactly one reason."""
    (reason,) = [each.reason for each in proposal.passed_over if each.worker_id == worker_id]
    return reason


def instance_with(*, interviews: list[JSON], workers: list[JSON], pinned: list[JSON] | None = None) -> JSON:
    """Return an instance of `plan solve` at Monday 08:00 from partial workers and interviews."""
    shift = {"start": at(0, 9).isoformat(), "end": at(0, 17).isoformat()}
    staff = {"base": [0, 0], "shifts": [shift], "capacity": 15, "skills": []}
    asked = {"place": [0, 0], "earliest": at(0, 8).isoformat(), "due": at(3, 8).isoformat(), "latest": None}
    return {
        "now": MONDAY_8AM.isoformat(),
        "speed_kmh": 39,
        "workers": [{"id": f"w{n}", **staff, **each} for n, each in enumerate(workers, 1)],
        "interviews": [{"id": f"i{n}", **asked, **each} for n, each in enumerate(interviews, 1)],
        "pinned": pinned or [],
    }
