"""Audits that were graded twice, as pairs of what the two auditors said, and of the reasons that each found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from missing_coord.storage.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedTwice:
    """One audit with two grades; the themes of worker and auditor are None where there was no record to code."""

    interview_id: str
    graded_at: datetime
    scheme: str
    kind: str
    first: str
    second: str
    first_marks: dict[str, str]
    second_marks: dict[str, str]
    worker_themes: frozenset[str] | None
    auditor_themes: frozenset[str] | None


_TWICE = text("""
    select a.interview_id::text, two.graded_at, a.scheme, a.kind, one.grade as first, two.grade as second,
        one.marks as first_marks, two.marks as second_marks, c.push_factors, c.pull_factors, two.push, two.pull
    from quality_audits a
    join audit_grades one on one.audit_id = a.audit_id and one.place = 1
    join audit_grades two on two.audit_id = a.audit_id and two.place = 2
    left join record_reasons c on c.interview_id = a.interview_id and c.number = a.record_number
    where two.graded_at >= :since order by two.graded_at, a.audit_id
""")
_WAITING = text("""
    select count(*) from quality_audits a where a.sampled
        and not exists (select from audit_grades g where g.audit_id = a.audit_id and g.place = 2)
""")


async def graded_twice(uow: SqlUnitOfWork, *, since: datetime) -> Sequence[GradedTwice]:
    """Return the audits whose second grade was given since then, the oldest first."""
    found = (await uow.execute(_TWICE, {"since": since})).mappings()
    return [
        GradedTwice(
            **{name: row[name] for name in GradedTwice.__slots__ if not name.endswith("_themes")},
            worker_themes=_themes(row["push_factors"], row["pull_factors"])
            if row["push"] is not None
            else None,
            auditor_themes=_themes(row["push"], row["pull"]),
        )
        for row in found
    ]


async def waiting_for_second(uow: SqlUnitOfWork) -> int:
    """Return how many audits that were drawn wait for their second grade."""
    return int((await uow.execute(_WAITING)).scalar_one())


def _themes(push: Sequence[str] | None, pull: Sequence[str] | None) -> frozenset[str] | None:
    if push is None or pull is None:
        return None
    return frozenset({*(f"push_{each}" for each in push), *(f"pull_{each}" for each in pull)})
