"""Disclosures and disruptions in PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.errors import NotFound
from missing_coord.domain.sharing import DisruptionKind, DisruptionState, Effect
from missing_coord.services.ports.sharing import Disclosure, Disruption, Piece, Subject
from missing_coord.storage.evidence_pieces import pieces_of
from missing_coord.storage.mappers import to_row
from missing_coord.storage.tables.sharing import disclosures, disruptions
from missing_coord.storage.views.patterns_words import pattern_text

_PATTERN = text(
    "select pattern_id::text, kind, detail, state, version, decided_by, decided_at from patterns"
    " where pattern_id::text = :id"
)


class SqlSharing:
    """Disclosures, which nobody changes, and disruptions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def subject(self, pattern_id: str) -> Subject:
        """Return a pattern with its evidence; raises NotFound when the actor may not see it."""
        found = (await self._connection.execute(_PATTERN, {"id": pattern_id})).mappings().one_or_none()
        if found is None:
            raise NotFound(f"There is no pattern {pattern_id} that you may see.")
        pieces = await pieces_of(self._connection, pattern_id, found["detail"])
        return Subject(
            pattern_id=found["pattern_id"],
            headline=pattern_text(found["kind"], found["detail"]),
            state=found["state"],
            version=found["version"],
            decided_by=found["decided_by"],
            decided_at=found["decided_at"],
            pieces=tuple(
                Piece(child_id=p.child_id, at=p.at, said=p.text, source=p.source, footing=p.footing)
                for p in pieces
            ),
        )

    async def disclose(self, disclosure: Disclosure) -> tuple[int, bool]:
        """Keep a disclosure; return its number, and whether it is new: the same submission is kept once."""
        statement = insert(disclosures).values(**to_row(disclosure))
        statement = statement.on_conflict_do_nothing(index_elements=["submission_key"])
        number = (await self._connection.execute(statement.returning(disclosures.c.disclosure_id))).scalar()
        if number is not None:
            return int(number), True
        same = select(disclosures.c.disclosure_id).where(
            disclosures.c.submission_key == disclosure.submission_key
        )
        return int((await self._connection.execute(same)).scalar_one()), False

    async def plan(self, disruption: Disruption) -> bool:
        """Keep a disruption; False when one of this id is there already."""
        statement = insert(disruptions).values(**_row(disruption)).on_conflict_do_nothing()
        kept = await self._connection.execute(statement.returning(disruptions.c.disruption_id))
        return kept.scalar() is not None

    async def disruption(self, disruption_id: str) -> Disruption:
        """Return a disruption; raises NotFound when the actor may not see it."""
        query = select(disruptions).where(disruptions.c.disruption_id == disruption_id)
        found = (await self._connection.execute(query)).mappings().one_or_none()
        if found is None:
            raise NotFound(f"There is no disruption {disruption_id} that you may see.")
        return Disruption(
            **{
                **found,
                "kind": DisruptionKind(found["kind"]),
                "state": DisruptionState(found["state"]),
                "effect": Effect(found["effect"]) if found["effect"] else None,
            }
        )

    async def close(self, disruption: Disruption, *, expected_version: int) -> bool:
        """Keep how a disruption ended; False when it was changed or closed meanwhile."""
        names = ("state", "outcome", "effect", "closed_by", "closed_at", "version")
        row = _row(disruption)
        result = await self._connection.execute(
            update(disruptions)
            .where(
                disruptions.c.disruption_id == disruption.disruption_id,
                disruptions.c.version == expected_version,
                disruptions.c.state == DisruptionState.PLANNED,
            )
            .values(**{name: row[name] for name in names})
        )
        return result.rowcount == 1


def _row(disruption: Disruption) -> dict[str, Any]:
    row = to_row(disruption)
    return {**row, "effect": row["effect"] or ""}
