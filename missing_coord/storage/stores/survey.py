"""The exit survey in PostgreSQL: links by their hash, answers without a name, and counts of finished quarters."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import text

from missing_coord.domain.london import london_day
from missing_coord.domain.survey import QUESTIONS, VALID_DAYS, Answer, Way, quarter_of
from missing_coord.storage.unit_of_work import SqlUnitOfWork

_MAKE = text(
    "insert into survey_links (link_hash, valid_until)"
    " values (:hash, (cast(:now as timestamptz) at time zone 'Europe/London')::date + cast(:days as integer))"
)
_IS_VALID = text("""
    select 1 from survey_links where link_hash = :hash
        and valid_until >= (cast(:now as timestamptz) at time zone 'Europe/London')::date
""")
_USE = text("delete from survey_links where link_hash = :hash and valid_until >="
            " (cast(:now as timestamptz) at time zone 'Europe/London')::date returning 1")  # fmt: skip
_TOO_OLD = text(
    "delete from survey_links where valid_until < (cast(:now as timestamptz) at time zone 'Europe/London')::date"
)
_KEEP = text(
    f"insert into survey_answers (answer_id, quarter, way, {', '.join(QUESTIONS)})"
    f" values (:answer_id, :quarter, :way, {', '.join(f':{name}' for name in QUESTIONS)}) on conflict do nothing"
)
_COUNTS = text("select quarter, question, answer, answers from survey_counts(:before)")
Counts = dict[str, dict[str, dict[str, int]]]


async def make_links(uow: SqlUnitOfWork, hashes: Sequence[str]) -> None:
    """Keep new links by their hashes."""
    for each in hashes:
        await uow.execute(_MAKE, {"hash": each, "now": uow.now, "days": VALID_DAYS})
    uow.audit("survey_links_made", subject_type="survey", subject_id="links", number=len(hashes))


async def is_valid(uow: SqlUnitOfWork, link_hash: str) -> bool:
    """Say whether a link can still be used."""
    return (await uow.execute(_IS_VALID, {"hash": link_hash, "now": uow.now})).one_or_none() is not None


async def answer_by_link(uow: SqlUnitOfWork, link_hash: str, answers: Mapping[str, Answer]) -> bool:
    """Use a link up and keep the answers; False when it was used before or is too old. Nothing joins the two."""
    used = (await uow.execute(_USE, {"hash": link_hash, "now": uow.now})).one_or_none()
    await uow.execute(_TOO_OLD, {"now": uow.now})
    if used is None:
        return False
    return await _keep(uow, Way.LINK, answers, answer_id=uuid.uuid4())


async def answer_on_paper(
    uow: SqlUnitOfWork, answers: Mapping[str, Answer], *, answer_id: uuid.UUID | None = None
) -> bool:
    """Keep answers that came on paper; False when answers of this number were kept before."""
    new = await _keep(uow, Way.PAPER, answers, answer_id=answer_id or uuid.uuid4())
    if new:
        uow.audit("survey_paper_typed", subject_type="survey", subject_id="paper")
    return new


async def _keep(uow: SqlUnitOfWork, way: Way, answers: Mapping[str, Answer], *, answer_id: uuid.UUID) -> bool:
    values = {name: answers[name].value for name in QUESTIONS}
    where = {"answer_id": str(answer_id), "quarter": _quarter(uow), "way": way.value}
    return (await uow.execute(_KEEP, {**values, **where})).rowcount == 1


def _quarter(uow: SqlUnitOfWork) -> str:
    return quarter_of(london_day(uow.now))


async def counts(uow: SqlUnitOfWork) -> Counts:
    """Return how often each answer was given to each question, by quarter; of quarters that are over."""
    found: Counts = {}
    rows = await uow.execute(_COUNTS, {"before": _quarter(uow)})
    for row in rows.mappings():
        told = found.setdefault(row["quarter"], {}).setdefault(row["question"], {})
        told[row["answer"]] = row["answers"]
    return found
