"""The brief before a visit: the child's last episodes, what was asked for then and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text

from missing_coord.domain.interview_actions import InterviewAction
from missing_coord.storage.unit_of_work import SqlUnitOfWork

EPISODES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefEpisode:
    """One missing episode as the next worker has to know it."""

    episode_id: str
    references: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    risk: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an earlier record tells the next worker; `episode_ids` are those it was about."""

    interview_id: str
    episode_ids: tuple[str, ...]
    held_at: datetime
    asked_for: str
    safe_contact: str
    safe_contact_detail: str
    safe_contact_avoid: str
    languages: tuple[str, ...]
    workers_not_wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The last episodes, newest first; what every earlier record told, newest first; actions by interview.

    `markers` are the police's warning markers in the notices of all episodes.
    """

    episodes: tuple[BriefEpisode, ...]
    episode_count: int
    told: tuple[Told, ...]
    actions: dict[str, list[InterviewAction]]
    markers: tuple[str, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the child asked for last."""
        return next((each.languages for each in self.told if each.languages), ())

    @property
    def workers_not_wanted(self) -> tuple[str, ...]:
        """The workers whom the child asked not to see again, in any record."""
        return tuple(dict.fromkeys(worker for each in self.told for worker in each.workers_not_wanted))


_EPISODES = text("""
    select episode_id::text, refs, started_at, ended_at, risk, flags from episodes
    where child_id = :child_id and status <> 'cancelled' order by started_at desc
""")
# Only the newest version of each record counts; which child it is about follows from its episodes, as the database
# shows a worker no interview of somebody else.
_TOLD = text("""
    select interview_id::text, episode_ids, held_at, asked_for, safe_contact, safe_contact_detail,
        safe_contact_avoid, languages, workers_not_wanted
    from interview_records r where episode_ids && cast(:episode_ids as text[])
        and not exists (
            select from interview_records later where later.interview_id = r.interview_id and later.number > r.number
        )
""")

_MARKERS = text("""
    select distinct marker from episode_incidents ei join notices n using (incident_id),
        jsonb_array_elements_text(n.data -> 'warning_markers') marker
    where ei.episode_id::text = any(:episode_ids) and jsonb_typeof(n.data -> 'warning_markers') = 'array'
    order by marker
""")


async def read_brief(uow: SqlUnitOfWork, *, interview_id: str, child_id: str) -> Brief:
    """Return the brief of an interview, and write in the audit trail that it was opened."""
    rows = (await uow.execute(_EPISODES, {"child_id": child_id})).mappings().all()
    ids = [row["episode_id"] for row in rows]
    told = [_told(row) for row in (await uow.execute(_TOLD, {"episode_ids": ids})).mappings()]
    told.sort(key=lambda each: each.held_at, reverse=True)
    async with uow.as_system():  # a worker reads no notice, but must know what police warn of
        markers = tuple((await uow.execute(_MARKERS, {"episode_ids": ids})).scalars())
    wanted = dict.fromkeys([interview_id, *(each.interview_id for each in told)])
    uow.audit("opened", subject_type="interview", subject_id=interview_id, child_id=child_id, part="brief")
    return Brief(
        episodes=tuple(_episode(row) for row in rows[:EPISODES_SHOWN]),
        episode_count=len(rows),
        told=tuple(told),
        actions={each: await uow.actions.of_interview(each) for each in wanted},
        markers=markers,
    )


def about(brief: Brief, episode: BriefEpisode) -> Sequence[Told]:
    """Return what was told about one episode."""
    return [each for each in brief.told if episode.episode_id in each.episode_ids]


def _episode(row: RowMapping) -> BriefEpisode:
    return BriefEpisode(
        episode_id=row["episode_id"],
        references=tuple(row["refs"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        risk=row["risk"],
        flags=tuple(row["flags"]),
    )


def _told(row: RowMapping) -> Told:
    listed = {name: tuple(row[name]) for name in ("episode_ids", "languages", "workers_not_wanted")}
    return Told(**{**row, **listed})
