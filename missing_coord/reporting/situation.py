"""The daily situation line: who is missing now, what is due today, what is over its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from missing_coord.domain.london import LONDON, london_day, london_midnight
from missing_coord.reporting.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One count of the situation."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How things stand at an instant; own children only where the line does not say otherwise."""

    as_at: datetime
    lines: tuple[Line, ...]

    @property
    def in_words(self) -> str:
        """All of it in one line."""
        local = self.as_at.astimezone(LONDON)
        said = "; ".join(f"{line.name.lower()} {line.count}" for line in self.lines)
        return f"{local:%a} {local.day} {local:%b %Y %H:%M}: {said}."


NAMES = {
    "missing_now": "Children missing now",
    "missing_over_24h": "Of them for more than 24 hours",
    "returned_24h": "Returned in the last 24 hours",
    "open": "Episodes waiting for an interview",
    "due_today": "Due before midnight",
    "breached": "Over 72 hours",
    "unassigned": "Without a worker",
    "not_offered": "Not offered yet",
    "visits_today": "Visits agreed for today",
    "review": "Notices waiting for a decision on the child",
    "quarantined": "Rows held in quarantine",
}


async def situation(uow: Reading, *, now: datetime) -> Situation:
    """Return how things stand now; rows that were changed since cannot be seen as they were before."""
    today = london_day(now)
    values = {
        "now": now,
        "today": london_midnight(today),
        "tomorrow": london_midnight(today + timedelta(days=1)),
    }
    row = (await uow.execute(text(_COUNTS), values)).mappings().one()
    return Situation(
        as_at=now,
        lines=tuple(Line(key=key, name=name, count=int(row[key])) for key, name in NAMES.items()),
    )


_OWN = "population <> 'other_authority_placed_here'"
_COUNTS = f"""
with gone as (select * from episodes where status = 'open' and kind = 'M' and {_OWN} and started_at <= :now),
back as (select * from episodes where status = 'ended' and {_OWN} and ended_at <= :now
         and ended_at > cast(:now as timestamptz) - interval '24 hours'),
duty as (select d.*, i.worker_id, i.state, i.visit_starts_at from interview_episodes d
         join interviews i using (interview_id) join episodes e using (episode_id)
         where i.closed_at is null and d.resolved_at is null and e.status = 'ended' and e.{_OWN})
select (select count(distinct child_id) from gone) as missing_now,
       (select count(distinct child_id) from gone
        where started_at < cast(:now as timestamptz) - interval '24 hours') as missing_over_24h,
       (select count(*) from back) as returned_24h,
       (select count(*) from duty) as open,
       (select count(*) from duty where due_at >= :now and due_at < :tomorrow) as due_today,
       (select count(*) from duty where due_at < :now) as breached,
       (select count(*) from duty where worker_id = '') as unassigned,
       (select count(*) from duty where first_offered_at is null) as not_offered,
       (select count(distinct interview_id) from duty
        where visit_starts_at >= :today and visit_starts_at < :tomorrow) as visits_today,
       (select count(*) from incidents where match_state in ('review', 'unmatched')) as review,
       (select count(*) from quarantine where resolved_at is null) as quarantined
"""
