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
            source=_source(each),
            footing=footing_of(each["source"] or "", _wish(each)),
            episode_id=each["episode_id"],
            child_id=each["child_id"],
        )
        for each in rows
    )


def _source(each: Mapping[Any, Any]) -> str:
    if each["told_by"]:
        return f"Return interview, {_TOLD_BY[each['told_by']]}"
    return each["reference"] or ("Return interview" if _wish(each) else "Missing episode")


def _wish(each: Mapping[Any, Any]) -> str:
    """Return the wish kept with what an interview named; words whose entry is not found were never agreed to."""
    spoken = each["said"] and each["incident_id"] is None
    return (each["sharing"] or Footing.NOT_ASKED.value) if spoken else ""


_TOLD_BY = {
    "child": "told by the child",
    "carer": "told by a carer",
    "police": "told by police",
    "worker": "seen by the interviewer",
}
_EVIDENCE = """
select e.started_at, pc.said, pc.child_id, e.episode_id::text, i.source, pc.incident_id, entry.told_by, entry.sharing,
       (select concat_ws(' ', n.data->>'force', n.data->>'reference') from notices n
        where n.incident_id = pc.incident_id order by n.notice_id limit 1) as reference
from pattern_children pc left join episodes e on e.episode_id = pc.episode_id
left join incidents i on i.incident_id = pc.incident_id
left join lateral (
    select r.told_by, r.sharing from interview_episodes ie join interview_records v using (interview_id)
    join record_entries r using (interview_id, number)
    where pc.incident_id is null and ie.episode_id = pc.episode_id and r.as_said = pc.said
    order by v.number desc, array_position(array['do_not_share', 'ask_first', 'not_asked'], r.sharing) limit 1
) entry on true
where pc.pattern_id::text = :id
order by e.started_at nulls last, pc.child_id, pc.episode_id, pc.said
"""
NAMED_IN_EVIDENCE = """
named as (
    select pc.pattern_id, pc.child_id, pc.episode_id, pc.said, m.kind, m.value, null::int as easting,
           null::int as northing
    from pattern_children pc join mentions m on m.incident_id = pc.incident_id and m.as_said = pc.said
    union
    select pc.pattern_id, pc.child_id, pc.episode_id, pc.said, r.kind, r.value, r.easting, r.northing
    from pattern_children pc join interview_episodes ie on ie.episode_id = pc.episode_id
    join record_entries r on r.interview_id = ie.interview_id and r.as_said = pc.said
    where pc.incident_id is null and r.value <> ''
)
"""
"""What was named in the evidence of patterns, in notices and in interviews, as a named query."""
