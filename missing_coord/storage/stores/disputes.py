"""Disputes of IROs in PostgreSQL: kept, moved on stage by stage, and read for their pages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text

from missing_coord.domain.disputes import DisputeStage, Holder, Stage
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotFound
from missing_coord.storage.unit_of_work import SqlUnitOfWork

Row = RowMapping
OFFICE = Holder()
_MEANT = """
select interview_id::text from interviews
where interview_id between cast(:low as uuid) and cast(:high as uuid) limit 2
"""
_LINES = """
select d.dispute_id::text, d.interview_id::text, d.iro, d.about, d.kept_by, d.kept_at, d.closed_at, s.stage,
       s.started_on, s.due_on, s.holder, s.holder_name, s.holder_email
from disputes d left join dispute_stages s on s.dispute_id = d.dispute_id and s.ended_on is null
"""
_STAGES = """
select stage, started_on, due_on, ended_on, outcome, holder, holder_name, holder_email, kept_by from dispute_stages
where dispute_id::text = :id order by started_on, ended_on nulls last
"""
_BEGIN = """
insert into dispute_stages (dispute_id, stage, started_on, due_on, kept_by, holder, holder_name, holder_email)
values (cast(:id as uuid), :stage, :started_on, :due_on, :by, :recipient, :name, :email)
"""
_END = """
update dispute_stages set ended_on = :ended_on, outcome = :outcome
where dispute_id::text = :id and stage = :stage and ended_on is null returning 1
"""


async def interview_meant(uow: SqlUnitOfWork, reference: str) -> str:
    """Return the id of the interview of a reference as screens show it, or of its whole id; raises DomainError."""
    digits = reference.replace("-", "").replace(" ", "").lower()
    if not re.fullmatch(r"[0-9a-f]{8,32}", digits):
        raise DomainError(
            "reference",
            "interview_id: give the reference that its page shows, 8 letters a to f and digits, such as 4B7C2F1A.",
        )
    values = {"low": digits.ljust(32, "0"), "high": digits.ljust(32, "f")}
    found = (await uow.execute(text(_MEANT), values)).scalars().all()
    if not found:
        raise DomainError("unknown", f"interview_id: no interview has the reference {reference}.")
    if len(found) > 1:
        raise DomainError(
            "several",
            f"interview_id: more than one interview begins with {reference}."
            " Open the right one and choose Raise a dispute there.",
        )
    return str(found[0])


async def open_dispute(
    uow: SqlUnitOfWork,
    *,
    dispute_id: str,
    interview_id: str,
    iro: str,
    about: str,
    started_on: date,
    due_on: date,
    holder: Holder = OFFICE,
) -> str:
    """Keep a dispute about an interview at its first stage, once, and return its id."""
    values = {"id": dispute_id, "interview": interview_id, "iro": iro, "about": about}
    query = text(
        "insert into disputes (dispute_id, interview_id, iro, about, kept_by, kept_at)"
        " values (cast(:id as uuid), cast(:interview as uuid), :iro, :about, :by, :now)"
        " on conflict (dispute_id) do nothing returning 1"
    )
    made = await uow.execute(query, {**values, "by": uow.actor.name, "now": uow.now})
    if made.one_or_none() is None:
        return dispute_id
    await _begin(uow, dispute_id, Stage.INFORMAL, started_on, due_on, holder)
    uow.audit("dispute_opened", subject_type="dispute", subject_id=dispute_id, interview_id=interview_id)
    return dispute_id


async def move_on(
    uow: SqlUnitOfWork,
    dispute_id: str,
    current: DisputeStage,
    *,
    ended_on: date,
    outcome: str,
    following: Stage | None,
    due_on: date | None,
    holder: Holder = OFFICE,
) -> None:
    """End the running stage, and begin the following one or close the dispute.

    Raises ConcurrencyConflict when somebody else ended the stage meanwhile.
    """
    values: dict[str, Any] = {"id": dispute_id, "stage": current.stage.value, "ended_on": ended_on}
    ended = await uow.execute(text(_END), {**values, "outcome": outcome})
    if ended.one_or_none() is None:
        raise ConcurrencyConflict("This stage was ended since you opened the page.")
    if following is not None and due_on is not None:
        await _begin(uow, dispute_id, following, ended_on, due_on, holder)
    else:
        query = text("update disputes set closed_at = :now where dispute_id::text = :id")
        await uow.execute(query, {"id": dispute_id, "now": uow.now})
    uow.audit(
        "dispute_moved",
        subject_type="dispute",
        subject_id=dispute_id,
        ended=current.stage.value,
        following=following.value if following else "",
    )


async def _begin(
    uow: SqlUnitOfWork, dispute_id: str, stage: Stage, started_on: date, due_on: date, holder: Holder
) -> None:
    values = {"id": dispute_id, "stage": stage.value, "started_on": started_on, "due_on": due_on}
    held = {"recipient": holder.recipient, "name": holder.name, "email": holder.email}
    await uow.execute(text(_BEGIN), {**values, **held, "by": uow.actor.name})


async def disputes(uow: SqlUnitOfWork, *, limit: int, offset: int) -> list[Row]:
    """Return disputes, the running ones first by when their stage is due."""
    query = text(
        f"{_LINES} order by d.closed_at is not null, s.due_on, d.kept_at desc limit :limit offset :offset"
    )
    return list((await uow.execute(query, {"limit": limit, "offset": offset})).mappings())


async def disputes_about(uow: SqlUnitOfWork, interview_id: str) -> list[Row]:
    """Return the disputes about an interview, the running ones first by when their stage is due."""
    query = text(
        f"{_LINES} where d.interview_id = cast(:id as uuid)"
        " order by d.closed_at is not null, s.due_on, d.kept_at desc"
    )
    return list((await uow.execute(query, {"id": interview_id})).mappings())


async def one_dispute(uow: SqlUnitOfWork, dispute_id: str) -> tuple[Row, list[Row]]:
    """Return a dispute and its stages in order; raises NotFound."""
    query = text(f"{_LINES} where d.dispute_id::text = :id")
    row = (await uow.execute(query, {"id": dispute_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such dispute.")
    return row, list((await uow.execute(text(_STAGES), {"id": dispute_id})).mappings())
