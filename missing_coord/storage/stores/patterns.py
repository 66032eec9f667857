"""What was named in incidents, and the patterns found, in PostgreSQL; written many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.linking.mentions import Mention, NoticeWords
from missing_coord.linking.naming import Naming, OwnWorld
from missing_coord.linking.occasions import Going
from missing_coord.linking.policy import SensorRules
from missing_coord.linking.proposals import Evidence, PatternState, Proposal
from missing_coord.linking.reconcile import KeptPattern, Renewal, stored_detail
from missing_coord.linking.sensors import ChildHistory
from missing_coord.linking.strength import Feedback
from missing_coord.storage import reads_patterns as reads
from missing_coord.storage.locks import lock_names
from missing_coord.storage.rows import insert_all, insert_new
from missing_coord.storage.tables.patterns import mentions, pattern_children, patterns

_UNDECIDED = (PatternState.PROPOSED.value, PatternState.PARKED.value, PatternState.WITHDRAWN.value)


class SqlPatterns:
    """Mentions and patterns."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def hold(self) -> None:
        """Wait until no other run is finding patterns, and keep others waiting until this transaction ends."""
        await lock_names(self._connection, "patterns", ["find"])

    async def notice_words(
        self, *, since: datetime | None, after: str, limit: int
    ) -> dict[str, list[NoticeWords]]:
        """Return what the notices of the next incidents after `after` say, those touched since then or all."""
        return await reads.notice_words(self._connection, since=since, after=after, limit=limit)

    async def replace_mentions(self, named: Mapping[str, Sequence[Mention]]) -> None:
        """Keep for these incidents exactly these mentions; those that stay are not written again."""
        ids = list(named)
        columns = (
            mentions.c.mention_id,
            mentions.c.incident_id,
            mentions.c.kind,
            mentions.c.value,
            mentions.c.as_said,
        )
        result = await self._connection.execute(select(*columns).where(mentions.c.incident_id.in_(ids)))
        kept = {(str(row[1]), row[2], row[3], row[4]): row[0] for row in result}
        wanted = {
            (incident_id, each.kind.value, each.value, each.as_said)
            for incident_id, said in named.items()
            for each in said
        }
        gone = [number for key, number in kept.items() if key not in wanted]
        if gone:
            await self._connection.execute(delete(mentions).where(mentions.c.mention_id.in_(gone)))
        fresh = sorted(wanted - kept.keys())
        if fresh:
            columns_of = zip(("incidents", "kinds", "values", "said"), zip(*fresh, strict=True), strict=True)
            await self._connection.execute(
                text(_ADD_MENTIONS), {name: list(cells) for name, cells in columns_of}
            )

    async def changed_children(self, since: datetime) -> set[str]:
        """Return the children whose episodes, notices or records changed, or whose evidence no longer holds."""
        result = await self._connection.execute(text(reads.CHANGED), {"since": since})
        return {row[0] for row in result}

    async def missing_children(self) -> set[str]:
        """Return the children with an open episode."""
        result = await self._connection.execute(text("select child_id from episodes where status = 'open'"))
        return {row[0] for row in result}

    async def histories(self, child_ids: Collection[str] | None, rules: SensorRules) -> list[ChildHistory]:
        """Return the live episodes of children with their births and the signs told of."""
        return await reads.histories(self._connection, child_ids, rules)

    async def oldest_evidence_at(self) -> datetime | None:
        """Return the earliest start of an episode on which an undecided link rests."""
        oldest: datetime | None = (await self._connection.execute(text(reads.OLDEST))).scalar_one()
        return oldest

    async def brought_over(self, episode_ids: Collection[str]) -> set[str]:
        """Return which of these episodes the council's earlier records alone tell of."""
        found = await self._connection.execute(text(_BROUGHT_OVER), {"ids": sorted(episode_ids)})
        return set(found.scalars())

    async def goings(self, since: datetime) -> list[Going]:
        """Return the live episodes that began since then, with what may join them to others."""
        return await reads.goings(self._connection, since)

    async def namings(self, since: datetime) -> list[Naming]:
        """Return who named what in episodes that began since then."""
        return await reads.namings(self._connection, since)

    async def feedback(self) -> Feedback:
        """Return what leads decided about earlier groups."""
        return await reads.feedback(self._connection)

    async def worlds(self, child_ids: Collection[str]) -> dict[str, OwnWorld]:
        """Return what is each child's own."""
        return await reads.worlds(self._connection, child_ids)

    async def touching(self, child_ids: Collection[str] | None) -> list[KeptPattern]:
        """Return the patterns with evidence about these children, and every link and hot spot."""
        values = {"everything": child_ids is None, "ids": sorted(child_ids or ())}
        rows = (await self._connection.execute(text(_TOUCHING), values)).mappings().all()
        pieces = await self._evidence([row["pattern_id"] for row in rows])
        return [
            KeptPattern(
                pattern_id=row["pattern_id"],
                kind=row["kind"],
                key=row["dedupe_key"],
                state=PatternState(row["state"]),
                detail=row["detail"],
                evidence=frozenset(pieces[row["pattern_id"]]),
            )
            for row in rows
        ]

    async def _evidence(self, pattern_ids: Sequence[str]) -> dict[str, set[Evidence]]:
        pieces: dict[str, set[Evidence]] = defaultdict(set)
        result = await self._connection.execute(text(_EVIDENCE), {"ids": list(pattern_ids)})
        for row in result:
            piece = Evidence(
                child_id=row.child_id, episode_id=row.episode_id, incident_id=row.incident_id, said=row.said
            )
            pieces[row.pattern_id].add(piece)
        return pieces

    async def add(self, raised: Sequence[tuple[str, str, Proposal]]) -> None:
        """Keep new proposals: (pattern id, key, proposal)."""
        if not raised:
            return
        rows = [
            {"pattern_id": pattern_id, "raised_at": self._now, "state": "proposed", **_columns(key, proposal)}
            for pattern_id, key, proposal in raised
        ]
        await insert_all(self._connection, patterns, rows)
        await self._add_evidence([(pattern_id, proposal.evidence) for pattern_id, _, proposal in raised])

    async def renew(self, renewals: Sequence[Renewal]) -> None:
        """Bring undecided patterns up to date; one that was decided meanwhile stays as it is."""
        gone: list[tuple[str, Iterable[Evidence]]] = []
        fresh: list[tuple[str, Iterable[Evidence]]] = []
        for each in renewals:
            changed = await self._connection.execute(
                update(patterns)
                .where(patterns.c.pattern_id == each.kept.pattern_id, patterns.c.state.in_(_UNDECIDED))
                .values(state="proposed", version=patterns.c.version + 1, **_columns(each.key, each.proposal))
            )
            if changed.rowcount:
                gone.append((each.kept.pattern_id, each.kept.evidence - each.proposal.evidence))
                fresh.append((each.kept.pattern_id, each.proposal.evidence - each.kept.evidence))
        await self._remove_evidence(gone)
        await self._add_evidence(fresh)

    async def withdraw(self, pattern_ids: Sequence[str]) -> None:
        """Withdraw undecided patterns with all their evidence."""
        if not pattern_ids:
            return
        result = await self._connection.execute(
            update(patterns)
            .where(patterns.c.pattern_id.in_(pattern_ids), patterns.c.state == PatternState.PROPOSED.value)
            .values(state=PatternState.WITHDRAWN.value, version=patterns.c.version + 1)
            .returning(patterns.c.pattern_id)
        )
        ids = [row[0] for row in result]
        await self._connection.execute(delete(pattern_children).where(pattern_children.c.pattern_id.in_(ids)))

    async def decide(
        self, pattern_id: str, *, expected_version: int, state: str, by: str, reason: str
    ) -> str | None:
        """Decide a pattern that waits in this version; return its first child, None when it was changed meanwhile."""
        values = {"id": pattern_id, "version": expected_version, "state": state, "by": by, "reason": reason}
        result = await self._connection.execute(text(_DECIDE), {**values, "now": self._now})
        row = result.one_or_none()
        return None if row is None else str(row[0])

    async def state_of(self, pattern_id: str) -> tuple[str, str] | None:
        """Return a pattern's state and who decided it; None when there is none that the actor may see."""
        columns = patterns.c.state, patterns.c.decided_by
        found = await self._connection.execute(select(*columns).where(patterns.c.pattern_id == pattern_id))
        row = found.one_or_none()
        return None if row is None else (row[0], row[1])

    async def _add_evidence(self, pieces: Iterable[tuple[str, Iterable[Evidence]]]) -> None:
        rows = [_piece(pattern_id, each) for pattern_id, evidence in pieces for each in sorted(evidence)]
        await insert_new(self._connection, pattern_children, rows)

    async def _remove_evidence(self, pieces: Iterable[tuple[str, Iterable[Evidence]]]) -> None:
        rows = [_piece(pattern_id, each) for pattern_id, evidence in pieces for each in evidence]
        if rows:
            await self._connection.execute(text(_REMOVE), rows)


_ADD_MENTIONS = """
insert into mentions (incident_id, kind, value, as_said)
select * from unnest(cast(:incidents as uuid[]), cast(:kinds as text[]), cast(:values as text[]), cast(:said as text[]))
on conflict do nothing
"""
_BROUGHT_OVER = """
select episode_id::text from episodes
where episode_id = any(cast(:ids as uuid[])) and 'from_history' = any(flags)
"""
_TOUCHING = """
select p.pattern_id::text, p.kind, p.dedupe_key, p.state, p.detail from patterns p
where :everything or p.detail->>'family' = 'group' or p.kind = 'hot_spot'
   or p.pattern_id in (select pattern_id from pattern_children where child_id = any(:ids))
"""
_EVIDENCE = """
select pattern_id::text, child_id, episode_id::text, coalesce(incident_id::text, '') as incident_id, said
from pattern_children where pattern_id = any(cast(:ids as uuid[]))
"""
_REMOVE = """
delete from pattern_children where pattern_id = cast(:pattern_id as uuid) and child_id = :child_id
   and episode_id = cast(:episode_id as uuid) and incident_id is not distinct from cast(:incident_id as uuid)
   and said = :said
"""
_DECIDE = """
update patterns set state = :state, decided_by = :by, decided_at = :now, reason = :reason, version = version + 1
where pattern_id = cast(:id as uuid) and version = :version
    and (state in ('proposed', 'parked') or (state in ('confirmed', 'rejected') and :state = 'parked'))
returning (select min(child_id) from pattern_children pc where pc.pattern_id = patterns.pattern_id)
"""


def _columns(key: str, proposal: Proposal) -> dict[str, Any]:
    return {
        "kind": proposal.kind.value,
        "dedupe_key": key,
        "rule_version": proposal.rule_version,
        "detail": stored_detail(proposal),
    }


def _piece(pattern_id: str, each: Evidence) -> dict[str, Any]:
    return {
        "pattern_id": pattern_id,
        "child_id": each.child_id,
        "episode_id": each.episode_id,
        "incident_id": each.incident_id or None,
        "said": each.said,
    }
