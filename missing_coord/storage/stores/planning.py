"""Open interviews, workers and proposals in PostgreSQL, as planning sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from types import MappingProxyType

from sqlalchemy import RowMapping, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.interview_records import RecordHead
from missing_coord.domain.london import london_day
from missing_coord.domain.population import Population
from missing_coord.domain.records import AbsenceRecord, Weekday, WorkerTeam, WorkingHours
from missing_coord.planning.fields import Point
from missing_coord.planning.situation import (
    Absence,
    Earlier,
    ExistingVisit,
    IsoWeek,
    OpenInterview,
    Proposal,
    WorkerSituation,
)
from missing_coord.services.ports.planning import KeptProposal, PlanningCase
from missing_coord.services.ports.visits import ChildWishes
from missing_coord.services.told_wishes import in_force, told_wishes
from missing_coord.storage.locks import lock_names
from missing_coord.storage.rows import among, upsert
from missing_coord.storage.stores.proposal_rows import proposal_row, same_proposal, with_what_moved
from missing_coord.storage.stores.record_heads import newest_heads
from missing_coord.storage.stores.wishes import closed_hours
from missing_coord.storage.stores.workforce import FOR_EVER, lasting
from missing_coord.storage.tables.cases import proposals
from missing_coord.storage.tables.people import absences, workers

LONGEST_WEEK = timedelta(days=8)

# Where the child lives on the day of the visit, or now: the placement if there is one; its address only for those who
# may see it.
_WHERE = """
    join children c using (child_id)
    left join lateral (select coalesce((i.visit_starts_at at time zone 'Europe/London')::date, :today) as day) d on true
    left join lateral (select p.placement_id, p.provider_name from placements p
        where p.child_id = i.child_id and p.start_date <= d.day and (p.end_date is null or d.day < p.end_date)
        order by p.start_date desc, p.placement_id desc limit 1) p on true
    left join placement_addresses a on a.placement_id = p.placement_id
"""
_PLACE = """
    case when p.placement_id is null then c.home_easting else a.easting end as easting,
    case when p.placement_id is null then c.home_northing else a.northing end as northing
"""
_CASES = text(f"""
    select i.interview_id::text, i.child_id, i.population, i.state, i.child_missing, i.worker_id,
        i.visit_starts_at, i.returned_at, p.placement_id, i.due_at, i.closed_at, i.independence_basis,
        c.social_worker, c.social_worker_email, c.iro, c.iro_email, c.responsible_authority,
        coalesce(nullif(p.provider_name, ''), missed.provider_name, '') as provider_name,
        coalesce(before.worker_id, '') as previous_worker_id, {_PLACE},
        coalesce(v.languages, '{{}}') as languages, coalesce(v.skills, '{{}}') as skills,
        coalesce(v.gender_wish, '') as gender_wish, coalesce(v.asked_for_worker, '') as asked_for_worker,
        coalesce(v.refused_workers, '{{}}') as refused_workers, coalesce(v.set_aside, '{{}}') as set_aside, h.closed
    from interviews i {_WHERE}
    left join child_wishes v on v.child_id = i.child_id
    left join lateral (select json_agg(x order by x.closed_number) as closed from child_closed_hours x
        where x.child_id = i.child_id) h on true
    left join lateral (select x.worker_id from interviews x where x.child_id = i.child_id
        and x.interview_id <> i.interview_id and x.state = 'completed' and x.worker_id <> ''
        order by x.held_at desc limit 1) before on true
    left join lateral (select coalesce(nullif(e.provider_name, ''), nullif(of_then.provider_name, '')) as provider_name
        from interview_episodes l join episodes e using (episode_id)
        left join placements of_then on of_then.placement_id = e.placement_id
        where l.interview_id = i.interview_id order by l.due_at, e.episode_id limit 1) missed on true
    where (cast(:ids as text[]) is null and i.closed_at is null) or i.interview_id::text = any(cast(:ids as text[]))
    order by i.due_at nulls last, i.interview_id
""")
_VISITS = text(f"""
    select i.worker_id, i.visit_starts_at, i.visit_ends_at, {_PLACE}
    from interviews i {_WHERE}
    where i.closed_at is null and i.worker_id <> '' and i.visit_starts_at is not null
        and i.interview_id::text <> all(cast(:without as text[]))
    order by i.visit_starts_at
""")
# One visit of one worker each: planned, held, not attended, or an assignment whose visit has no time yet.
_USED = text("""
    select worker_id, visit_starts_at as at from interviews
    where closed_at is null and worker_id <> '' and visit_starts_at >= :since
        and interview_id::text <> all(cast(:without as text[]))
    union all
    select worker_id, held_at from interviews
    where state = 'completed' and worker_id <> '' and held_at >= :since
    union all
    select worker_id, at from interview_events
    where kind = 'did_not_attend' and worker_id <> '' and at >= :since
    union all
    select worker_id, greatest(due_at, :now) from interviews
    where closed_at is null and worker_id <> '' and visit_starts_at is null and not child_missing
        and interview_id::text <> all(cast(:without as text[]))
""")
_CONCERNED = text("""
    select i.interview_id::text from interviews i where i.child_id = :child_id and (i.closed_at is null
        or exists (select from watched_visits w where w.interview_id = i.interview_id))
    order by 1
""")
_TOUCHED = text("""
    select distinct i.child_id, i.interview_id::text
    from unnest(cast(:workers as text[]), cast(:starts as timestamptz[]), cast(:ends as timestamptz[]))
        as a(worker_id, starts_at, ends_at)
    join (select interview_id, worker_id, visit_starts_at as starts_at, visit_ends_at as ends_at from interviews
            where closed_at is null and visit_starts_at is not null
          union all select interview_id, worker_id, starts_at, ends_at from proposals where starts_at is not null) v
        on v.worker_id = a.worker_id and v.starts_at < a.ends_at
        and coalesce(v.ends_at, v.starts_at + interval '1 hour') > a.starts_at
    join interviews i on i.interview_id = v.interview_id
    where i.closed_at is null and v.starts_at > :now
    order by 1, 2
""")


class SqlPlanning:
    """Open interviews and workers as planning sees them, and the proposals."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def alone(self) -> None:
        """Wait until nobody else plans, and keep others from planning until the transaction ends."""
        await lock_names(self._connection, "planning", ["all"])

    async def concerned(self, child_id: str) -> list[str]:
        """Return the interviews of a child that are open, or whose booked visit is watched."""
        result = await self._connection.execute(_CONCERNED, {"child_id": child_id})
        return [row[0] for row in result]

    async def with_workers(self, away: Sequence[AbsenceRecord]) -> list[tuple[str, str]]:
        """Return child and interview of every visit, booked or proposed, that touches one of these absences."""
        values = {
            "workers": [each.worker_id for each in away],
            "starts": [each.starts_at for each in away],
            "ends": [each.ends_at or FOR_EVER for each in away],
            "now": self._now,
        }
        result = await self._connection.execute(_TOUCHED, values)
        return [(row[0], row[1]) for row in result]

    async def cases(self, interview_ids: Collection[str] | None = None) -> list[PlanningCase]:
        """Return these interviews, or every open one; places that the actor may not see are None."""
        ids = None if interview_ids is None else list(interview_ids)
        result = await self._connection.execute(_CASES, {"ids": ids, "today": london_day(self._now)})
        rows = result.mappings().all()
        told = await newest_heads(self._connection, {row["child_id"] for row in rows})
        return [_case(row, told.get(row["child_id"], ()), self._now) for row in rows]

    async def workers(self, *, without: Collection[str] = ()) -> list[WorkerSituation]:
        """Return every worker with diary and used capacity; interviews in `without` count for nothing."""
        result = await self._connection.execute(select(workers).order_by(workers.c.worker_id))
        away = await self._absences()
        visits = await self._visits(without)
        used = await self._used(without)
        return [
            _worker(
                row,
                absences=away[row["worker_id"]],
                visits=visits[row["worker_id"]],
                used=used[row["worker_id"]],
            )
            for row in result.mappings()
        ]

    async def _absences(self) -> dict[str, list[Absence]]:
        statement = select(absences).where(absences.c.ends_at > self._now - LONGEST_WEEK, lasting())
        result = await self._connection.execute(statement.order_by(absences.c.starts_at))
        return absences_by_worker(result.mappings())

    async def _visits(self, without: Collection[str]) -> dict[str, list[ExistingVisit]]:
        result = await self._connection.execute(
            _VISITS, {"without": list(without), "today": london_day(self._now)}
        )
        found: dict[str, list[ExistingVisit]] = defaultdict(list)
        for row in result.mappings():
            start = row["visit_starts_at"]
            end = row["visit_ends_at"] or start + timedelta(hours=1)
            found[row["worker_id"]].append(ExistingVisit(starts_at=start, ends_at=end, place=_point(row)))
        return found

    async def _used(self, without: Collection[str]) -> dict[str, dict[IsoWeek, int]]:
        since = self._now - LONGEST_WEEK
        result = await self._connection.execute(
            _USED, {"without": list(without), "since": since, "now": self._now}
        )
        found: dict[str, dict[IsoWeek, int]] = defaultdict(dict)
        for worker_id, at in result:
            year, week, _ = london_day(at).isocalendar()
            found[worker_id][year, week] = found[worker_id].get((year, week), 0) + 1
        return found

    async def replace_proposals(
        self,
        made: Sequence[Proposal],
        *,
        instead_of: Collection[str] | None = None,
        trouble: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Keep proposals in place of those of the interviews named, or of all; `trouble` is of visits booked.

        A row that says the same as before is not written, so that nothing is written where nothing changed.
        """
        before = await self._kept(instead_of)
        rows = [
            with_what_moved(proposal_row(each, trouble, self._now), before.get(each.interview_id))
            for each in made
        ]
        changed = [row for row in rows if not same_proposal(row, before.get(row["interview_id"]))]
        await upsert(self._connection, proposals, changed, key=["interview_id"])
        gone = before.keys() - {row["interview_id"] for row in rows}
        if gone:
            await self._connection.execute(
                delete(proposals).where(among(proposals.c.interview_id, sorted(gone)))
            )

    async def _kept(self, interview_ids: Collection[str] | None) -> dict[str, RowMapping]:
        statement = select(proposals)
        if interview_ids is not None:
            statement = statement.where(among(proposals.c.interview_id, interview_ids))
        found = (await self._connection.execute(statement)).mappings()
        return {str(row["interview_id"]): row for row in found}

    async def proposal(self, interview_id: str) -> KeptProposal | None:
        """Return what is proposed for an interview."""
        result = await self._connection.execute(
            select(proposals).where(proposals.c.interview_id == interview_id)
        )
        row = result.mappings().one_or_none()
        return None if row is None else KeptProposal(**{**row, "interview_id": str(row["interview_id"])})

    async def earlier(self) -> dict[str, Earlier]:
        """Return worker and time of everything that is proposed now, by interview."""
        result = await self._connection.execute(
            select(proposals.c.interview_id, proposals.c.worker_id, proposals.c.starts_at).where(
                proposals.c.worker_id != "", proposals.c.starts_at.is_not(None)
            )
        )
        return {str(row[0]): Earlier(worker_id=row[1], starts_at=row[2]) for row in result}

    async def proposed_visits(
        self, until: datetime, *, without: Collection[str]
    ) -> dict[str, list[ExistingVisit]]:
        """Return the visits proposed before `until` by worker, without those of some interviews and without places."""
        columns = proposals.c
        result = await self._connection.execute(
            select(columns.worker_id, columns.starts_at, columns.ends_at).where(
                columns.worker_id != "",
                columns.starts_at > self._now,
                columns.starts_at < until,
                columns.interview_id.not_in(list(without)),
            )
        )
        found: dict[str, list[ExistingVisit]] = defaultdict(list)
        for worker_id, start, end in result:
            found[worker_id].append(ExistingVisit(starts_at=start, ends_at=end))
        return found

    async def drop_proposal(self, interview_id: str) -> None:
        """Forget what is proposed for an interview."""
        await self._connection.execute(delete(proposals).where(proposals.c.interview_id == interview_id))


def _case(row: RowMapping, heads: Sequence[RecordHead], now: datetime) -> PlanningCase:
    people = ("social_worker", "social_worker_email", "iro", "iro_email")
    asked_for = row["independence_basis"] == "child_preference_exception"
    wishes = in_force(_wishes(row), told_wishes(heads))
    wanted = OpenInterview(
        interview_id=row["interview_id"],
        child_ref=row["child_id"],
        due_at=row["due_at"] or now,
        earliest_at=row["returned_at"] or now,
        place=_point(row),
        out_of_area=row["population"] == Population.OWN_CARE_OUT_OF_AREA,
        responsible_authority=row["responsible_authority"] or None,
        placement_provider=row["provider_name"] or None,
        languages=wishes.languages,
        skills=wishes.skills,
        gender_wish=wishes.gender_wish or None,
        previous_worker_id=row["previous_worker_id"] or None,
        refused_worker_ids=wishes.refused_worker_ids,
        excluded_people=frozenset(row[name] for name in people if row[name]),
        child_preference_worker_id=row["worker_id"] if asked_for else wishes.asked_for_worker_id or None,
        assigned_worker_id=row["worker_id"] or None,
        closed=tuple(closed_hours(each) for each in row["closed"] or ()),
    )
    return PlanningCase(
        wanted=wanted,
        population=row["population"],
        state=row["state"],
        child_missing=row["child_missing"],
        place_key=_place_key(row),
        worker_id=row["worker_id"],
        visit_starts_at=row["visit_starts_at"],
        closed=row["closed_at"] is not None,
    )


def _wishes(row: RowMapping) -> ChildWishes:
    return ChildWishes(
        languages=frozenset(row["languages"]),
        skills=frozenset(row["skills"]),
        gender_wish=row["gender_wish"],
        asked_for_worker_id=row["asked_for_worker"],
        refused_worker_ids=frozenset(row["refused_workers"]),
        set_aside=frozenset(row["set_aside"]),
    )


def _worker(
    row: RowMapping, *, absences: Iterable[Absence], visits: Iterable[ExistingVisit], used: dict[IsoWeek, int]
) -> WorkerSituation:
    return WorkerSituation(
        worker_id=row["worker_id"],
        name=row["name"],
        email=row["email"] or None,
        employer=row["employer"] or None,
        team=WorkerTeam(row["team"]),
        fte=row["fte"],
        weekly_target=row["weekly_target"],
        booked=dict(used),
        working_days=frozenset(Weekday(day) for day in row["working_days"]),
        working_hours=_hours(row["working_hours"]),
        absences=tuple(absences),
        base=_point(row),
        max_travel_miles=row["max_travel_miles"],
        languages=frozenset(row["languages"]),
        gender=row["gender"] or None,
        skills=frozenset(row["skills"]),
        out_of_authority=row["out_of_authority"],
        visits=tuple(visits),
    )


def absences_by_worker(rows: Iterable[RowMapping]) -> dict[str, list[Absence]]:
    """Return rows of the table of absences by worker, in their order."""
    found: dict[str, list[Absence]] = defaultdict(list)
    for row in rows:
        ends_at = None if row["ends_at"] >= FOR_EVER else row["ends_at"]
        found[row["worker_id"]].append(Absence(starts_at=row["starts_at"], ends_at=ends_at))
    return found


def _place_key(row: RowMapping) -> str:
    if row["placement_id"] is not None:
        return f"placement {row['placement_id']}"
    return f"home {row['easting']},{row['northing']}"


def _point(row: RowMapping) -> Point | None:
    if row["easting"] is None or row["northing"] is None:
        return None
    return (row["easting"], row["northing"])


def _hours(written: str) -> WorkingHours | None:
    if not written:
        return None
    start, _, end = written.partition("-")
    return WorkingHours(start=time.fromisoformat(start), end=time.fromisoformat(end))
