"""Incidents and episodes in PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.cases import OPEN_MATCH_STATES, Episode, Incident, MatchState, MatchVerdict
from missing_coord.domain.episodes import IncidentOfChild
from missing_coord.domain.errors import NotFound
from missing_coord.domain.incidents import IncidentFacts
from missing_coord.storage.mappers import filled, from_json, from_row, to_row
from missing_coord.storage.rows import among, among_given, as_array, insert_new, upsert
from missing_coord.storage.tables.cases import (
    episode_incidents,
    episodes,
    incidents,
    match_decisions,
    presumed_returns,
)
from missing_coord.storage.tables.patterns import mentions

_OF_REFERENCES = text(
    "select i.* from incidents i"
    " join unnest(cast(:forces as text[]), cast(:refs as text[])) as w(force_key, reference_key)"
    " using (force_key, reference_key)"
)
_VERDICTS = (
    select(match_decisions)
    .where(
        or_(
            among_given(match_decisions.c.signature, "signatures"),
            among_given(match_decisions.c.incident_id, "incident_ids"),
        ),
        match_decisions.c.undone_at.is_(None),
    )
    .order_by(match_decisions.c.decision_id)
)
_EPISODES = text(
    "select e.*, coalesce((select array_agg(incident_id::text) from episode_incidents ei"
    " where ei.episode_id = e.episode_id), '{}') as incident_ids"
    " from episodes e where e.child_id = any(cast(:ids as text[])) order by e.started_at, e.episode_id"
)
_ROUNDS = text(
    "select child_id, incident_id::text, facts from incidents"
    " where child_id = any(cast(:ids as text[])) and incident_id <> all(cast(:besides as uuid[]))"
)


class SqlIncidents:
    """Incidents and the remembered decisions about them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_references(self, references: Iterable[tuple[str, str]]) -> list[Incident]:
        """Return the incidents of the (force, reference) pairs."""
        wanted = list(references)
        result = await self._connection.execute(
            _OF_REFERENCES,
            {"forces": as_array(force for force, _ in wanted), "refs": as_array(each for _, each in wanted)},
        )
        return [_incident(row._mapping) for row in result]

    async def of_children(self, child_ids: Iterable[str]) -> list[Incident]:
        """Return the incidents of the children."""
        return await self._where(among(incidents.c.child_id, child_ids))

    async def rounds_of_children(
        self, child_ids: Iterable[str], *, besides: Iterable[str] = ()
    ) -> dict[str, list[IncidentOfChild]]:
        """Return by child what incidents say, `besides` some that the caller knows: all that deriving needs of them."""
        ids = {"ids": as_array(child_ids), "besides": as_array(besides)}
        result = await self._connection.execute(_ROUNDS, ids)
        found: dict[str, list[IncidentOfChild]] = defaultdict(list)
        for child_id, incident_id, facts in result:
            found[child_id] += [
                IncidentOfChild(incident_id=incident_id, facts=from_json(IncidentFacts, each))
                for each in facts
            ]
        return found

    async def get(self, incident_id: str) -> Incident:
        """Return one incident; raises NotFound."""
        found = await self._where(incidents.c.incident_id == incident_id)
        if not found:
            raise NotFound(f"There is no incident {incident_id} that you may see.")
        return found[0]

    async def unsure_references(self, limit: int) -> list[tuple[str, str]]:
        """Return the (force, reference) pairs of incidents that nobody is sure of, longest unexamined first."""
        unsure = incidents.c.match_state.in_([state.value for state in OPEN_MATCH_STATES])
        columns = incidents.c.force_key, incidents.c.reference_key
        oldest = func.min(incidents.c.decided_at)
        result = await self._connection.execute(
            select(*columns).where(unsure).group_by(*columns).order_by(oldest, *columns).limit(limit)
        )
        return [(row[0], row[1]) for row in result]

    async def not_on_register(self, limit: int) -> dict[str, tuple[str, str]]:
        """Return the (force, reference) of incidents whose child a person said is not on the register, newest first."""
        settled = incidents.c.match_state == MatchState.NOT_ON_REGISTER.value
        columns = incidents.c.incident_id, incidents.c.force_key, incidents.c.reference_key
        newest = incidents.c.decided_at.desc(), incidents.c.incident_id
        result = await self._connection.execute(
            select(*columns).where(settled).order_by(*newest).limit(limit)
        )
        return {str(row[0]): (row[1], row[2]) for row in result}

    async def children_concerned(self, child_ids: Sequence[str]) -> set[str]:
        """Return those of the children about whom there is any incident."""
        result = await self._connection.execute(
            select(incidents.c.child_id).distinct().where(among(incidents.c.child_id, child_ids))
        )
        return {row[0] for row in result}

    async def with_signature(self, signature: str) -> list[Incident]:
        """Return the incidents whose person is described in the same words."""
        return await self._where(incidents.c.signature == signature)

    async def _where(self, condition: Any) -> list[Incident]:
        result = await self._connection.execute(select(incidents).where(condition))
        return [_incident(row._mapping) for row in result]

    async def save(self, changed: Sequence[Incident]) -> None:
        """Insert or update incidents."""
        rows = [{**to_row(each), "facts": [filled(facts) for facts in each.facts]} for each in changed]
        await upsert(self._connection, incidents, rows, key=["incident_id"])

    async def remove(self, incident_ids: Sequence[str]) -> None:
        """Remove incidents whose notices were all counted to another one."""
        for table in (episode_incidents, mentions, presumed_returns, incidents) if incident_ids else ():
            await self._connection.execute(delete(table).where(table.c.incident_id.in_(list(incident_ids))))

    async def verdicts(
        self, signatures: Iterable[str], *, incident_ids: Iterable[str] = ()
    ) -> list[MatchVerdict]:
        """Return the decisions in force about persons described in these words, or about these incidents."""
        about = {"signatures": as_array(signatures), "incident_ids": as_array(incident_ids)}
        result = await self._connection.execute(_VERDICTS, about)
        return [_verdict(row._mapping) for row in result]


def _incident(row: Any) -> Incident:
    return from_row(
        Incident,
        row,
        incident_id=str(row["incident_id"]),
        facts=tuple(from_json(IncidentFacts, each) for each in row["facts"]),
        match_state=MatchState(row["match_state"]),
    )


def _verdict(row: Any) -> MatchVerdict:
    return from_row(MatchVerdict, row, incident_id=str(row["incident_id"]))


class SqlEpisodes:
    """Missing episodes and the incidents that they are made of."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_children(self, child_ids: Iterable[str]) -> list[tuple[Episode, tuple[str, ...]]]:
        """Return the children's episodes, each with the ids of its incidents."""
        result = await self._connection.execute(_EPISODES, {"ids": as_array(child_ids)})
        return [(_episode(row._mapping), tuple(row._mapping["incident_ids"])) for row in result]

    async def save(self, changed: Sequence[tuple[Episode, tuple[str, ...]]]) -> None:
        """Insert or update episodes with their incidents."""
        if not changed:
            return
        await upsert(self._connection, episodes, [each for each, _ in changed], key=["episode_id"])
        # One written for the first time was made of nothing before.
        await self._unlink([each.episode_id for each, _ in changed if each.version > 1])
        links = [
            {"episode_id": each.episode_id, "incident_id": incident_id}
            for each, incident_ids in changed
            for incident_id in incident_ids
        ]
        await insert_new(self._connection, episode_incidents, links)

    async def remove(self, episode_ids: Sequence[str]) -> None:
        """Remove episodes that were joined with others and on which nothing hangs."""
        if not episode_ids:
            return
        await self._unlink(episode_ids)
        await self._connection.execute(delete(episodes).where(among(episodes.c.episode_id, episode_ids)))

    async def _unlink(self, episode_ids: Sequence[str]) -> None:
        if episode_ids:
            linked = among(episode_incidents.c.episode_id, episode_ids)
            await self._connection.execute(delete(episode_incidents).where(linked))

    async def in_use(self, episode_ids: Sequence[str]) -> set[str]:
        """Return those episodes on which an escalation, a pattern or an interview hangs."""
        if not episode_ids:
            return set()
        result = await self._connection.execute(
            text(
                "select episode_id::text from escalations where episode_id = any(cast(:ids as uuid[]))"
                " union select episode_id::text from interview_episodes where episode_id = any(cast(:ids as uuid[]))"
            ),
            {"ids": list(episode_ids)},
        )
        return {row[0] for row in result}


def _episode(row: Any) -> Episode:
    return from_row(Episode, row, episode_id=str(row["episode_id"]))
