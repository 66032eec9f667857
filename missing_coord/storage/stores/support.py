"""Referrals after interviews in PostgreSQL: kept, answered, and read for their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Text, cast, select, text, update
from sqlalchemy.dialects.postgresql import insert

from missing_coord.domain.errors import ConcurrencyConflict, NotFound
from missing_coord.domain.support import Referral
from missing_coord.storage.child_names import NAME
from missing_coord.storage.mappers import from_typed_row, to_row
from missing_coord.storage.tables.support import support_referrals
from missing_coord.storage.unit_of_work import SqlUnitOfWork

LISTS = ("to_ask", "open", "later", "asked")
_FROM = """
    from support_referrals s join interviews i using (interview_id) join children c using (child_id)
    where case when s.helped <> '' then 'asked' when s.ask_on <= :today then 'to_ask'
               when s.state = 'open' then 'open' else 'later' end = :list
"""
_LINES = text(f"""
    select s.*, s.referral_id::text as referral_id, s.interview_id::text as interview_id, {NAME} as display_name
    {_FROM} order by case when s.helped = '' then s.ask_on end, s.helped_on desc, s.referral_id
    limit :limit offset :offset
""")
_EMPTY_WHEN_UNKNOWN = ("helped", "helped_why")
_COUNT = text(f"select count(*) {_FROM}")
_INTERVIEW = text(f"""
    select i.child_id, {NAME} as display_name, (i.held_at at time zone 'Europe/London')::date as held_on
    from interviews i join children c using (child_id) where i.interview_id::text = :id
""")


async def about_interview(uow: SqlUnitOfWork, interview_id: str) -> RowMapping:
    """Return whose interview it is and on which day it was held; raises NotFound."""
    row = (await uow.execute(_INTERVIEW, {"id": interview_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no interview of this reference that you may see.")
    return row


async def referrals_of(uow: SqlUnitOfWork, interview_id: str) -> list[Referral]:
    """Return the referrals after an interview, the newest first."""
    statement = select(support_referrals).where(support_referrals.c.interview_id == interview_id)
    rows = await uow.execute(
        statement.order_by(support_referrals.c.referred_on.desc(), support_referrals.c.referral_id)
    )
    return [_referral(row) for row in rows.mappings()]


async def one_referral(uow: SqlUnitOfWork, referral_id: str) -> Referral:
    """Return one referral; raises NotFound."""
    statement = select(support_referrals).where(cast(support_referrals.c.referral_id, Text) == referral_id)
    row = (await uow.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no referral of this reference.")
    return _referral(row)


async def lines(
    uow: SqlUnitOfWork, which: str, *, today: date, limit: int, offset: int = 0
) -> Sequence[RowMapping]:
    """Return a part of one of the LISTS: those to be asked about first, the longest waiting before the others."""
    asked = {"list": which, "today": today, "limit": limit, "offset": offset}
    return (await uow.execute(_LINES, asked)).mappings().all()


async def counts(uow: SqlUnitOfWork, *, today: date) -> dict[str, int]:
    """Return the length of each of the LISTS."""
    return {
        which: int((await uow.execute(_COUNT, {"list": which, "today": today})).scalar_one())
        for which in LISTS
    }


async def refer(uow: SqlUnitOfWork, referral: Referral) -> None:
    """Keep a new referral; the same one sent again changes nothing."""
    row = {**_row(referral), "kept_by": uow.actor.name, "kept_at": uow.now}
    statement = insert(support_referrals).values(**row).on_conflict_do_nothing()
    if (await uow.execute(statement.returning(support_referrals.c.referral_id))).one_or_none():
        _audit(uow, "referred", referral)


async def change(uow: SqlUnitOfWork, referral: Referral, *, expected_version: int, what: str) -> None:
    """Keep what came of a referral; raises ConcurrencyConflict when somebody else changed it meanwhile."""
    names = ("assessment", "state", "outcome_on", "helped", "helped_why", "helped_on")
    row = _row(replace(referral, version=expected_version + 1))
    made = await uow.execute(
        update(support_referrals)
        .where(
            support_referrals.c.referral_id == referral.referral_id,
            support_referrals.c.version == expected_version,
        )
        .values(
            **{name: row[name] for name in (*names, "version")},
            changed_by=uow.actor.name,
            changed_at=uow.now,
        )
    )
    if made.rowcount != 1:
        raise ConcurrencyConflict(
            "This referral was changed since you opened the page. Nothing of yours was saved."
        )
    _audit(uow, what, referral)


def _audit(uow: SqlUnitOfWork, what: str, referral: Referral) -> None:
    uow.audit(
        f"support_{what}",
        subject_type="interview",
        subject_id=referral.interview_id,
        referral_id=referral.referral_id,
    )


def _row(referral: Referral) -> dict[str, Any]:
    row = to_row(referral)
    return {**row, **{name: row[name] or "" for name in _EMPTY_WHEN_UNKNOWN}}


def _referral(row: RowMapping) -> Referral:
    return from_typed_row(Referral, {**row, **{name: row[name] or None for name in _EMPTY_WHEN_UNKNOWN}})
