"""The evidence of a pattern as people read it: the words said, whence they came, and on what footing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.sharing import FOOTING_NAMES, Footing, footing_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternEvidence:
    """One piece of evidence, in the words said; `footing` says how it was given to the council."""

    at: datetime | None
    text: str
    source: str
    footing: Footing
    episode_id: str | None
    child_id: str

    @property
    def gateway(self) -> str:
        """The footing in words."""
        return FOOTING_NAMES[self.footing]


async def pieces_of(
    connection: AsyncConnection, pattern_id: str, detail: Mapping[str, Any]
) -> tuple[PatternEvidence, ...]:
    """Return the evidence of a pattern, oldest first."""
    plain = "Missing together" if detail.get("family") == "group" else "Missing episode began"
    rows = (await connection.execute(text(_EVIDENCE), {"id": pattern_id})).mappings()
    return tuple(
        PatternEvidence(
            at=each["started_at"],
            text=each["said"] or plain,
            source=each["reference"] or "Missing episode",
            footing=footing_of(each["source"] or ""),
            episode_id=each["episode_id"],
            child_id=each["child_id"],
        )
        for each in rows
    )


_EVIDENCE = """
select e.started_at, pc.said, pc.child_id, e.episode_id::text, i.source,
       (select concat_ws(' ', n.data->>'force', n.data->>'reference') from notices n
        where n.incident_id = pc.incident_id order by n.notice_id limit 1) as reference
from pattern_children pc left join episodes e on e.episode_id = pc.episode_id
left join incidents i on i.incident_id = pc.incident_id
where pc.pattern_id::text = :id
order by e.started_at nulls last, pc.child_id, pc.episode_id, pc.said
"""
