"""The recorded past, as capacity against demand reads it: returns with area and end, and absences."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text

from missing_coord.domain.interviews import InterviewState
from missing_coord.domain.population import Population
from missing_coord.planning.situation import Absence
from missing_coord.services.capacity_losses import PastReturn
from missing_coord.storage.stores.planning import absences_by_worker
from missing_coord.storage.stores.workforce import lasting
from missing_coord.storage.tables.people import absences
from missing_coord.storage.unit_of_work import SqlUnitOfWork

NO_VISIT = (
    InterviewState.DECLINED_BY_CHILD,
    InterviewState.DECLINED_BY_PARENT,
    InterviewState.NOT_REQUIRED,
    InterviewState.TRANSFERRED,
    InterviewState.DECEASED,
)
"""Ends of an interview for which no visit was needed in the end."""
_RETURNS = text("""
    select i.interview_id::text, i.returned_at, i.due_at, i.state, i.population, i.held_at,
        coalesce(nullif(first.host_authority, ''), nullif(first.responsible_authority, ''), '') as area,
        first.told_ended_at as told_at, done.missed, done.contacts, done.declined_at_door,
        done.first_contact_at, done.agreed_at, again.begins, again.ends
    from interviews i
    left join lateral (select e.host_authority, e.responsible_authority, e.told_ended_at
        from interview_episodes l join episodes e using (episode_id)
        where l.interview_id = i.interview_id order by l.due_at, e.episode_id limit 1) first on true
    left join lateral (select count(*) filter (where v.kind = 'did_not_attend') as missed,
            count(*) filter (where v.kind in ('offer', 'attempt')) as contacts,
            count(*) filter (where v.kind = 'declined' and v.method = 'in_person') as declined_at_door,
            min(v.at) filter (where v.kind in ('offer', 'attempt', 'accepted')) as first_contact_at,
            min(v.at) filter (where v.kind = 'accepted' and v.at <= coalesce(i.held_at, v.at)) as agreed_at
        from interview_events v where v.interview_id = i.interview_id) done on true
    left join lateral (select coalesce(array_agg(e.started_at order by e.started_at), '{}') as begins,
            coalesce(array_agg(coalesce(e.ended_at, :end) order by e.started_at), '{}') as ends
        from episodes e where e.child_id = i.child_id and e.status <> 'cancelled'
            and e.started_at > i.returned_at and e.started_at < coalesce(i.held_at, i.closed_at, :end)) again on true
    where i.returned_at >= :start and i.returned_at < :end and i.due_at is not null and i.state <> :error
    order by i.returned_at, i.interview_id
""")


class SqlHistory:
    """The recorded past, read in the transaction of whoever asks."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow

    async def returns(self, start: datetime, end: datetime) -> list[PastReturn]:
        """Return every return of a period that was no error, oldest first."""
        values = {"start": start, "end": end, "error": InterviewState.RECORDED_IN_ERROR.value}
        result = await self._uow.execute(_RETURNS, values)
        return [
            PastReturn(
                interview_id=row["interview_id"],
                returned_at=row["returned_at"],
                due_at=row["due_at"],
                area=row["area"],
                state=row["state"],
                held_at=row["held_at"],
                missed=row["missed"],
                told_at=row["told_at"],
                first_contact_at=row["first_contact_at"],
                agreed_at=row["agreed_at"],
                contacts=row["contacts"],
                declined_at_door=row["declined_at_door"],
                gone=tuple(zip(row["begins"], row["ends"], strict=True)),
                asks_for_visit=row["state"] not in NO_VISIT
                and row["population"] != Population.OTHER_AUTHORITY,
            )
            for row in result.mappings()
        ]

    async def absences(self, start: datetime, end: datetime) -> dict[str, tuple[Absence, ...]]:
        """Return the absences of each worker that touch a period."""
        touching = (absences.c.ends_at > start, absences.c.starts_at < end, lasting())
        result = await self._uow.execute(select(absences).where(*touching).order_by(absences.c.starts_at))
        return {worker: tuple(each) for worker, each in absences_by_worker(result.mappings()).items()}
