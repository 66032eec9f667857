"""Takes a message or an event that was set aside once more, on the same road as any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from missing_coord.bootstrap import Application
from missing_coord.contracts.parsing import parse
from missing_coord.domain.access import Actor, system_actor
from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.messaging.messages import WHOLE, row_of
from missing_coord.messaging.reacting import KIND
from missing_coord.messaging.rows import Row
from missing_coord.services import quarantine as service
from missing_coord.services.quarantine import Settlement
from missing_coord.storage.dead_letters import send_again
from missing_coord.storage.views import quarantine as views
from missing_coord.storage.views.quarantine import QuarantineRow


class StillFaulty(DomainError):
    """What was set aside fails again as it did before; the message says why, without what it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of a replay: `accepted`, `duplicate` or `sent again`, and a sentence for a person."""

    outcome: str
    says: str


def is_whole(kept: QuarantineRow) -> bool:
    """Say whether a row is a message or an event that has no columns to be corrected."""
    return kept.item.kind == KIND or set(kept.raw) == {WHOLE}


async def replay(app: Application, actor: Actor, quarantine_id: int) -> Replayed:
    """Take one row again as it is, and settle it; raises StillFaulty, SettledMeanwhile, NotFound, NotAllowed."""
    async with app.database.unit_of_work(actor) as uow:
        await service.check_waiting(uow, quarantine_id)
        kept = await views.quarantine_row(uow, quarantine_id)
        async with uow.as_system():
            withheld = await uow.intake.withheld(quarantine_id)
    if kept.item.kind == KIND:
        return await _event_again(app, actor, kept)
    return await _message_again(app, actor, kept, {**kept.raw, **withheld})


async def _event_again(app: Application, actor: Actor, kept: QuarantineRow) -> Replayed:
    async with app.database.unit_of_work(actor) as uow:
        async with uow.as_system():
            try:
                await send_again(uow, consumer=kept.raw["consumer"], event_id=kept.raw["id"])
            except NotFound as error:
                raise StillFaulty("no_event", str(error)) from error
        await _settle(uow, kept, "sent to its consumer once more")
    return Replayed(
        outcome="sent again", says="The event is sent again. If it fails again, it comes back here."
    )


async def _message_again(
    app: Application, actor: Actor, kept: QuarantineRow, raw: Mapping[str, Any]
) -> Replayed:
    row = _row(kept.item.kind, raw)
    if row.record is None:
        raise StillFaulty("still_faulty", "; ".join(str(fault) for fault in row.faults))
    intake = app.intake(system_actor(f"intake for {actor.name}"))
    [taken] = await intake.ingest_items([row], kept.item.kind, source=f"quarantine {kept.item.quarantine_id}")
    if taken.outcome == "quarantined":
        raise StillFaulty("still_faulty", "; ".join(str(fault) for fault in taken.faults))
    duplicate = taken.outcome == "duplicate"
    async with app.database.unit_of_work(actor) as uow:
        await _settle(uow, kept, "it was there already" if duplicate else "as it came")
    says = "The row was there already." if duplicate else "The row is loaded."
    return Replayed(outcome=taken.outcome, says=says)


def _row(kind: str, raw: Mapping[str, Any]) -> Row:
    if set(raw) == {WHOLE}:
        return row_of(kind, str(raw[WHOLE]).encode())
    parsed = parse(kind, raw)
    return Row(raw=dict(raw), line=None, record=parsed.record, faults=parsed.faults)


async def _settle(uow: Any, kept: QuarantineRow, note: str) -> None:
    await service.settle(uow, quarantine_id=kept.item.quarantine_id, how=Settlement.TAKEN_IN, note=note)
