"""What happened, in one line each: police messages, the council's list, work on the interview, escalations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import text

from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.storage.views.interviews import may_read


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One police message as received; `version` counts the messages of its kind in its reference.

    `words` are the fields that say more than times, by name.
    """

    notice_id: int
    incident_id: str
    force: str
    reference: str
    message: str
    issued_at: datetime
    received_at: datetime
    version: int
    current: bool
    late: bool
    said_at: datetime | None
    said_place: str
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One thing that happened: `kind` and `what` name it, `source` says from where we know."""

    at: datetime
    kind: str
    what: str
    detail: str = ""
    source: str = ""
    by: str = ""
    late: bool = False
    interview_id: str = ""
    episode_id: str = ""


_OF_CHILD = "select episode_id from episodes where child_id = :wanted"
_OF_EPISODE = "select cast(:wanted as uuid)"
_NOTICES = """
    select n.notice_id, n.incident_id::text as incident_id, n.message, n.issued_at, n.received_at, n.data
    from notices n join (select distinct incident_id from episode_incidents where episode_id in ({episodes})) k
        on k.incident_id = n.incident_id
    order by n.issued_at, n.received_at, n.notice_id
"""
_LIST = """
    select m.started_at, m.ended_at, m.left_list_at, m.reported_by from missing_list_entries m
    where m.incident_id in (select incident_id from episode_incidents where episode_id in ({episodes}))
"""
_WORK = """
    select v.interview_id::text as interview_id, v.kind, v.at, v.recorded_by, v.method, v.contact_with, v.answer,
        v.reason, v.note
    from interview_events v
    where v.interview_id in (select interview_id from interview_episodes where episode_id in ({episodes}))
    order by v.event_no
"""
_STEPS = """
    select s.interview_id::text as interview_id, s.step, s.recipients, s.fired_at, s.withdrawn_at
    from escalations s where s.episode_id in ({episodes}) and not exists (
        select from escalations later where later.interview_id = s.interview_id and later.episode_id = s.episode_id
        and later.due_at = s.due_at and later.fired_at > s.fired_at and position('+' in later.step) > 0
        and split_part(later.step, '+', 1) = split_part(s.step, '+', 1))
    order by s.fired_at, s.escalation_id
"""
_MATCHES = """
    select i.match_state, i.probability, i.weights_version, i.decided_by, i.decided_at, (
        select concat(n.data ->> 'force', '/', n.data ->> 'reference') from notices n
        where n.incident_id = i.incident_id limit 1) as reference
    from incidents i
    where i.source = 'police' and i.decided_at is not null and i.incident_id in (
        select incident_id from episode_incidents where episode_id in ({episodes}))
"""
_TIMES = """
    select e.episode_id::text as episode_id, e.started_at, e.found_at, e.returned_at, e.ended_at, e.refs
    from episodes e where e.episode_id in ({episodes})
"""
# Which of a message's own times and places it is about.
_SAID = {
    "missing": ("last_seen_at", "last_seen_place"),
    "found": ("found_at", "found_place"),
    "returned": ("returned_at", "returned_to"),
    "safe_and_well": ("safe_and_well_at", ""),
}

_WORDS = ("warning_markers", "circumstances", "companions", "places", "vehicles", "phone", "last_seen_place")
"""What a notice says beyond its times, in the order in which it is shown."""


async def timeline_of_child(
    uow: SqlUnitOfWork, child_id: str, *, confidential: bool
) -> tuple[TimelineEntry, ...]:
    """Return what happened in every episode of a child, newest first."""
    return await _timeline(uow, _OF_CHILD, child_id, confidential=confidential)


async def timeline_of_episode(
    uow: SqlUnitOfWork, episode_id: str, *, confidential: bool
) -> tuple[TimelineEntry, ...]:
    """Return what happened in one episode, newest first; `confidential` leaves out the places that police wrote."""
    return await _timeline(uow, _OF_EPISODE, episode_id, confidential=confidential)


async def notices_of_episode(uow: SqlUnitOfWork, episode_id: str) -> tuple[NoticeLine, ...]:
    """Return the police messages about an episode, oldest first; none for those who may not read them."""
    return await _notices(uow, _OF_EPISODE, episode_id)


async def _timeline(
    uow: SqlUnitOfWork, episodes: str, wanted: str, *, confidential: bool
) -> tuple[TimelineEntry, ...]:
    found: list[TimelineEntry] = []
    if await may_read(uow, "notices"):
        notices = await _notices(uow, episodes, wanted)
        found += [_of_notice(each, confidential=confidential) for each in notices]
        found += [_of_match(row) for row in await _rows(uow, _MATCHES, episodes, wanted)]
    else:
        found += [entry for row in await _rows(uow, _TIMES, episodes, wanted) for entry in _of_times(row)]
    if await may_read(uow, "missing_list_entries"):
        found += [entry for row in await _rows(uow, _LIST, episodes, wanted) for entry in _of_list(row)]
    found += [_of_work(row) for row in await _rows(uow, _WORK, episodes, wanted)]
    if await may_read(uow, "escalations"):
        found += [_of_step(row) for row in await _rows(uow, _STEPS, episodes, wanted)]
    return newest_first(found)


def newest_first(entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    """Return entries newest first; those of one instant in the opposite of the order in which they came."""
    return tuple(sorted(reversed(entries), key=lambda entry: entry.at, reverse=True))


async def _rows(uow: SqlUnitOfWork, query: str, episodes: str, wanted: str) -> Sequence[Mapping[str, Any]]:
    result = await uow.execute(text(query.format(episodes=episodes)), {"wanted": wanted})
    return [dict(row) for row in result.mappings()]


async def _notices(uow: SqlUnitOfWork, episodes: str, wanted: str) -> tuple[NoticeLine, ...]:
    if not await may_read(uow, "notices"):
        return ()
    by_kind: dict[tuple[str, str], list[NoticeLine]] = defaultdict(list)
    latest: dict[str, datetime] = {}
    rows = await _rows(uow, _NOTICES, episodes, wanted)
    for row in sorted(rows, key=lambda row: (row["received_at"], row["issued_at"])):
        late = row["issued_at"] < latest.get(row["incident_id"], row["issued_at"])
        latest[row["incident_id"]] = max(latest.get(row["incident_id"], row["issued_at"]), row["issued_at"])
        by_kind[row["incident_id"], row["message"]].append(_notice(row, late=late))
    lines = [line for group in by_kind.values() for line in _versions(group)]
    return tuple(sorted(lines, key=lambda line: (line.issued_at, line.received_at, line.notice_id)))


def _versions(group: Iterable[NoticeLine]) -> list[NoticeLine]:
    ordered = sorted(group, key=lambda line: (line.issued_at, line.received_at, line.notice_id))
    return [
        replace(line, version=number, current=number == len(ordered))
        for number, line in enumerate(ordered, 1)
    ]


def _notice(row: Mapping[str, Any], *, late: bool) -> NoticeLine:
    data = row["data"]
    at, place = _SAID.get(row["message"], ("", ""))
    return NoticeLine(
        notice_id=row["notice_id"],
        incident_id=row["incident_id"],
        force=data.get("force", ""),
        reference=data.get("reference", ""),
        message=row["message"],
        issued_at=row["issued_at"],
        received_at=row["received_at"],
        version=1,
        current=True,
        late=late,
        said_at=datetime.fromisoformat(data[at]) if data.get(at) else None,
        said_place=data.get(place, ""),
        words=tuple((name, said) for name in _WORDS if (said := _joined(data.get(name)))),
    )


def _joined(said: object) -> str:
    return "; ".join(map(str, said)) if isinstance(said, list) else str(said or "")


def _of_notice(notice: NoticeLine, *, confidential: bool) -> TimelineEntry:
    return TimelineEntry(
        at=notice.said_at or notice.issued_at,
        kind="notice",
        what=notice.message,
        detail="" if confidential else notice.said_place,
        source=f"police message {notice.force}/{notice.reference}",
        by=notice.force,
        late=notice.late,
    )


def _of_match(row: Mapping[str, Any]) -> TimelineEntry:
    """Whose notice it is: by the engine with its probability and the version of its weights, or by a person."""
    engine = row["decided_by"] == "engine"
    sure = _probability(row["probability"]) if engine and row["probability"] is not None else ""
    weights = f"matching weights {row['weights_version']}" if engine and row["weights_version"] else ""
    return TimelineEntry(
        at=row["decided_at"],
        kind="match",
        what=row["match_state"],
        detail=", ".join(part for part in (sure, weights) if part),
        source=f"matching of {row['reference']}",
        by="the matching engine" if engine else row["decided_by"],
    )


def _probability(probability: float) -> str:
    return "Probability above 0.9999" if probability > 0.9999 else f"Probability {probability:.4f}"


def _of_times(row: Mapping[str, Any]) -> list[TimelineEntry]:
    known = {"missing": row["started_at"], "found": row["found_at"], "returned": row["returned_at"]}
    return [
        TimelineEntry(
            at=at,
            kind="notice",
            what=what,
            source=", ".join(row["refs"]),
            by="the record of the episode",
            episode_id=row["episode_id"],
        )
        for what, at in known.items()
        if at is not None
    ]


def _of_list(row: Mapping[str, Any]) -> list[TimelineEntry]:
    known = {
        "listed_missing": row["started_at"],
        "listed_back": row["ended_at"],
        "left_list": row["left_list_at"],
    }
    by = row["reported_by"] or "the council"
    return [
        TimelineEntry(at=at, kind="list", what=what, source="the council's own missing list", by=by)
        for what, at in known.items()
        if at is not None
    ]


def _of_work(row: Mapping[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        at=row["at"],
        kind="work",
        what=row["kind"],
        detail=". ".join(part for part in (row["answer"], row["reason"], row["note"]) if part),
        source="return interview",
        by=row["recorded_by"],
        interview_id=row["interview_id"],
    )


def _of_step(row: Mapping[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        at=row["fired_at"],
        kind="withdrawn_step" if row["withdrawn_at"] else "step",
        what=row["step"],
        detail=",".join(row["recipients"]),
        source="escalation ladder",
        by="the system",
        interview_id=row["interview_id"],
    )
