"""What the coordinators' queue shows: rows, filters and counts; who sees which row is decided by the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, text

from missing_coord.domain.interviews import OPEN_STATES, InterviewState
from missing_coord.services.interviews.contact import VISIT
from missing_coord.storage.child_names import shown_name
from missing_coord.storage.unit_of_work import SqlUnitOfWork

DUE_SOON_HOURS = 12.0
_NOTHING_AHEAD = {
    InterviewState.ACCEPTED_SCHEDULED,
    InterviewState.DID_NOT_ATTEND,
    InterviewState.UNABLE_TO_CONTACT,
    InterviewState.DECLINED_ONCE,
}
"""States in which a visit is to come; without one nobody is on the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """What is proposed for an interview, in a line; without a worker `binding_reason` says why.

    `instead` says why not the worker who is assigned, `moved` that it stood at another place before, and `trouble` why
    the visit that is booked cannot be kept.
    """

    worker_id: str
    worker_name: str
    starts_at: datetime | None
    late: bool
    binding_reason: str
    instead: str = ""
    moved: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One return interview as a list shows it; `clock` is in_time, due_soon, breached, not_started or closed."""

    interview_id: str
    child_id: str
    display_name: str
    date_of_birth: date | None
    match_pending: bool
    episode_ids: tuple[str, ...]
    references: tuple[str, ...]
    population: str
    state: str
    child_missing: bool
    returned_at: datetime | None
    due_at: datetime | None
    provisional: bool
    clock: str
    worker_id: str
    worker_name: str
    visit_starts_at: datetime | None
    first_offered_at: datetime | None
    attempts: int
    opened_at: datetime
    closed_at: datetime | None
    version: int
    proposal: ProposalLine | None = None

    @property
    def breached(self) -> bool:
        """True while the interview is open after its deadline."""
        return self.clock == "breached"

    def visit_without_outcome(self, *, now: datetime) -> bool:
        """Say whether the interview is open though its visit is over: what came of it is not recorded."""
        at = self.visit_starts_at
        return at is not None and self.closed_at is None and at + VISIT <= now

    def needs_next_step(self, *, now: datetime) -> bool:
        """Say whether nothing is under way: a visit is over without its outcome, or the last try came to nothing."""
        if self.visit_starts_at is not None and self.visit_starts_at > now:
            return False
        return self.visit_without_outcome(now=now) or (
            self.closed_at is None and self.state in _NOTHING_AHEAD
        )

    def as_json(self) -> dict[str, Any]:
        """Return the row in the published shape of `queue`, with more keys; times ISO 8601."""
        return {name: _plain(getattr(self, name)) for name in _PUBLISHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilters:
    """What a list is narrowed to; empty means everything."""

    state: str = ""
    population: str = ""
    worker_id: str = ""
    breached: bool = False
    due_within_hours: float | None = None
    unassigned: bool = False
    next_step: bool = False
    search: str = ""

    def admits(self, row: QueueRow, *, now: datetime) -> bool:
        """Say whether a row belongs to the list."""
        return (
            self.state in ("", row.state)
            and self.population in ("", row.population)
            and self.worker_id in ("", row.worker_id)
            and (row.breached or not self.breached)
            and (not row.worker_id or not self.unassigned)
            and (not self.next_step or row.needs_next_step(now=now))
            and self._due_soon_enough(row, now)
            and self._found_in(row)
        )

    def _due_soon_enough(self, row: QueueRow, now: datetime) -> bool:
        if self.due_within_hours is None:
            return True
        until = now + timedelta(hours=self.due_within_hours)
        return row.due_at is not None and now <= row.due_at <= until

    def _found_in(self, row: QueueRow) -> bool:
        wanted = self.search.casefold().split()
        words = " ".join((row.display_name, row.child_id, *row.references)).casefold()
        return all(word in words or _begins_the_number(word, row.interview_id) for word in wanted)


def _begins_the_number(word: str, interview_id: str) -> bool:
    """Whether a word is the start of an interview's number as pages show it: eight signs, as fewer stand in many."""
    return len(word) >= 8 and interview_id.startswith(word)


EVERYTHING = QueueFilters()
TILES: Mapping[str, QueueFilters] = {
    "breached": QueueFilters(breached=True),
    "due_soon": QueueFilters(due_within_hours=DUE_SOON_HOURS),
    "unassigned": QueueFilters(unassigned=True),
    "next_step": QueueFilters(next_step=True),
    "open": EVERYTHING,
}

ROWS = """
    select i.*, i.interview_id::text as id, c.forename, c.surname, c.date_of_birth,
        child_waits_for_review(c.child_id) as match_pending, coalesce(w.name, '') as worker_name,
        array(select l.episode_id::text from interview_episodes l where l.interview_id = i.interview_id
            order by l.due_at, l.episode_id) as episode_ids,
        array(select distinct ref from interview_episodes l join episodes e using (episode_id),
            unnest(e.refs) as ref where l.interview_id = i.interview_id order by ref) as refs,
        (select count(*) from interview_events v where v.interview_id = i.interview_id
            and v.kind in ('attempt', 'offer', 'did_not_attend')) as attempts
    from interviews i
    join children c using (child_id)
    left join workers w on w.worker_id = i.worker_id
"""
MOST_URGENT_FIRST = " order by i.due_at nulls last, i.opened_at, i.interview_id"
# Columns that a row of a list has by the same name; and the keys of a row as it is published.
_SAME = tuple(
    name
    for name in QueueRow.__dataclass_fields__
    if name not in ("interview_id", "display_name", "episode_ids", "references", "clock", "proposal")
)
_UNPUBLISHED = {"display_name", "date_of_birth", "clock", "worker_name", "closed_at", "version", "proposal"}
_PUBLISHED = (*(name for name in QueueRow.__dataclass_fields__ if name not in _UNPUBLISHED), "breached")
_OPEN = text(f"{ROWS} where i.closed_at is null {MOST_URGENT_FIRST}")
_PROPOSALS = text("""
    select p.interview_id::text, p.worker_id, coalesce(w.name, '') as worker_name, p.starts_at, p.late,
        coalesce(p.detail ->> 'binding_reason', '') as binding_reason, coalesce(p.detail ->> 'instead', '') as instead,
        coalesce(p.detail ->> 'moved_from', '') <> '' as moved, coalesce(p.detail ->> 'trouble', '') as trouble
    from proposals p join interviews i using (interview_id) left join workers w on w.worker_id = p.worker_id
    where i.closed_at is null and (i.visit_starts_at is null or p.detail ->> 'trouble' <> '')
""")


async def open_rows(uow: SqlUnitOfWork, *, now: datetime) -> list[QueueRow]:
    """Return every open interview that the actor may see, most urgent first.

    The longest over their deadline come first, then those due soonest; those without a deadline come last.
    """
    proposed = await _proposals(uow)
    result = await uow.execute(_OPEN)
    return [queue_row(row, now=now, proposal=proposed.get(row["id"])) for row in result.mappings()]


async def queue(uow: SqlUnitOfWork, *, now: datetime, filters: QueueFilters = EVERYTHING) -> list[QueueRow]:
    """Return the open interviews that the filters admit, most urgent first."""
    return narrowed(await open_rows(uow, now=now), filters, now=now)


def narrowed(rows: Iterable[QueueRow], filters: QueueFilters, *, now: datetime) -> list[QueueRow]:
    """Return the rows that the filters admit, in the order they came."""
    return [row for row in rows if filters.admits(row, now=now)]


def counts(rows: Sequence[QueueRow]) -> dict[str, int]:
    """Return how many of these rows stand in each open state, every state named."""
    found = {state.value: 0 for state in sorted(OPEN_STATES)}
    for row in rows:
        found[row.state] = found.get(row.state, 0) + 1
    return found


def tile_counts(rows: Sequence[QueueRow], *, now: datetime) -> dict[str, int]:
    """Return for each tile the length of exactly the list that it opens."""
    return {key: len(narrowed(rows, filters, now=now)) for key, filters in TILES.items()}


async def may_read(uow: SqlUnitOfWork, table: str) -> bool:
    """Say whether the database lets the actor read a table at all."""
    result = await uow.execute(text("select has_table_privilege(:table, 'select')"), {"table": table})
    return bool(result.scalar_one())


async def _proposals(uow: SqlUnitOfWork) -> dict[str, ProposalLine]:
    if not await may_read(uow, "proposals"):
        return {}
    result = await uow.execute(_PROPOSALS)
    return {
        row["interview_id"]: ProposalLine(**{name: row[name] for name in ProposalLine.__dataclass_fields__})
        for row in result.mappings()
    }


def queue_row(row: RowMapping, *, now: datetime, proposal: ProposalLine | None = None) -> QueueRow:
    """Return a database row as a row of a list, its clock read at `now`."""
    return QueueRow(
        interview_id=row["id"],
        display_name=shown_name(row["forename"], row["surname"]),
        episode_ids=tuple(row["episode_ids"]),
        references=tuple(row["refs"]),
        clock=clock_of(row["due_at"], row["closed_at"], now=now),
        proposal=proposal,
        **{name: row[name] for name in _SAME},
    )


def clock_of(due_at: datetime | None, closed_at: datetime | None, *, now: datetime) -> str:
    """Return where an interview's clock stands at `now`."""
    if closed_at is not None:
        return "closed"
    if due_at is None:
        return "not_started"
    if due_at < now:
        return "breached"
    return "due_soon" if due_at <= now + timedelta(hours=DUE_SOON_HOURS) else "in_time"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
