"""The rows behind a figure, as a list that people can open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.domain.errors import NotFound
from missing_coord.reporting.measures import Measure, Opens
from missing_coord.reporting.monthly import Report
from missing_coord.reporting.reading import Reading

PARTS = {"count": "counted", "base": "in the base", "pending": "pending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedRow:
    """One row behind a figure: what it is called, where it opens, and what else is known in a few words."""

    reference: str
    href: str
    child_id: str
    started_at: datetime | None
    ended_at: datetime | None
    due_at: datetime | None
    state: str


def figure_of(report: Report, key: str, part: str) -> tuple[Measure, tuple[str, ...]]:
    """Return a figure and the references behind its count, base or pending; raises NotFound for any other."""
    found = [each for group in report.groups for each in group.measures if each.key == key]
    if not found or part not in PARTS:
        raise NotFound("There is no such figure in this report.")
    rows = {"count": found[0].rows, "base": found[0].base_rows, "pending": found[0].pending_rows}
    return found[0], rows[part]


async def opened_rows(uow: Reading, opens: Opens, references: Sequence[str]) -> list[OpenedRow]:
    """Return what is known of these references, in their order; what the reader may not see is left out."""
    query = _QUERIES[opens]
    result = await uow.execute(text(query), {"ids": list(references)})
    found = {row["key"]: row for row in result.mappings()}
    return [
        OpenedRow(**{name: value for name, value in found[each].items() if name != "key"})
        for each in dict.fromkeys(references)
        if each in found
    ]


_EPISODES = """
select e.episode_id::text as key, coalesce(nullif(array_to_string(e.refs, ', '), ''), 'Episode') as reference,
       '/episodes/' || e.episode_id as href, e.child_id, e.started_at, e.ended_at, d.due_at,
       coalesce(i.state, '') as state
from episodes e left join interview_episodes d using (episode_id) left join interviews i using (interview_id)
where e.episode_id = any(cast(:ids as uuid[]))
"""
_INTERVIEWS = """
select i.interview_id::text as key, 'Interview' as reference, '/interviews/' || i.interview_id as href, i.child_id,
       i.returned_at as started_at, i.held_at as ended_at, i.due_at, i.state
from interviews i where i.interview_id = any(cast(:ids as uuid[]))
"""
_CHILDREN = """
select c.child_id as key, 'Child' as reference, '/children/' || c.child_id as href, c.child_id,
       null::timestamptz as started_at, null::timestamptz as ended_at, null::timestamptz as due_at, '' as state
from children c where c.child_id = any(:ids)
"""
_WORKERS = """
select w.worker_id as key, w.name as reference, '' as href, '' as child_id,
       null::timestamptz as started_at, null::timestamptz as ended_at, null::timestamptz as due_at, '' as state
from workers w where w.worker_id = any(:ids)
"""
_RECORDS = f"""
{_INTERVIEWS} and exists (select from record_contents c where c.interview_id = i.interview_id)
"""
_QUERIES = {
    Opens.EPISODES: _EPISODES,
    Opens.INTERVIEWS: _INTERVIEWS,
    Opens.CHILDREN: _CHILDREN,
    Opens.WORKERS: _WORKERS,
    Opens.RECORDS: _RECORDS,
}
