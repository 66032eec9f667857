"""Settles rows that could not be understood: taken in again once corrected, or set aside; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed
from missing_coord.domain.london import LONDON

OFFICE = frozenset({Role.COORDINATOR, Role.MANAGER})


class Settlement(StrEnum):
    """What was done about a quarantined row."""

    TAKEN_IN = "taken_in_again"
    ENTERED_BY_HAND = "entered_by_hand"
    NOT_ABOUT_A_CHILD = "not_about_a_child"


SETTLEMENT_NAMES = {
    Settlement.TAKEN_IN: "Corrected and taken in again",
    Settlement.ENTERED_BY_HAND: "Entered by hand",
    Settlement.NOT_ABOUT_A_CHILD: "Not about a child",
}


class SettledMeanwhile(ConcurrencyConflict):
    """Somebody else settled this row since it was read; says who and when."""

    what = "This row"

    def __init__(self, by: str, at: datetime) -> None:
        self.changed_by = by
        self.changed_at = at
        super().__init__(
            f"This row was settled by {by} at {at.astimezone(LONDON):%H:%M}. Nothing of yours was saved."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Who settled a row, and when."""

    by: str
    at: datetime


class QuarantineStore(Protocol):
    """Rows that could not be understood."""

    async def settle(self, quarantine_id: int, *, resolution: str, by: str) -> bool:
        """Settle a row that waits; False when it was settled before."""
        ...

    async def settled(self, quarantine_id: int) -> Settled | None:
        """Return who settled a row; raises NotFound."""
        ...


class QuarantineUnit(Protocol):
    """What settling needs of a unit of work."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def quarantined(self) -> QuarantineStore:
        """The rows in quarantine."""
        ...

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction."""
        ...


async def check_waiting(uow: QuarantineUnit, quarantine_id: int) -> None:
    """Raise SettledMeanwhile when nobody may settle this row any more, NotAllowed for another role."""
    if uow.actor.role not in OFFICE:
        raise NotAllowed("Only coordinators and managers settle quarantined rows.")
    before = await uow.quarantined.settled(quarantine_id)
    if before is not None:
        raise SettledMeanwhile(before.by, before.at)


async def settle(uow: QuarantineUnit, *, quarantine_id: int, how: Settlement, note: str = "") -> None:
    """Settle a row that waits; setting it aside needs a note that says why.

    Raises DomainError without a note, SettledMeanwhile when somebody was faster.
    """
    if how is not Settlement.TAKEN_IN and not note.strip():
        raise DomainError("note_required", "note: say how you know, and where it was entered if it was.")
    await check_waiting(uow, quarantine_id)
    resolution = f"{SETTLEMENT_NAMES[how]}: {note.strip()}" if note.strip() else SETTLEMENT_NAMES[how]
    if not await uow.quarantined.settle(quarantine_id, resolution=resolution, by=uow.actor.name):
        await check_waiting(uow, quarantine_id)
    uow.audit("quarantine_settled", subject_type="quarantine", subject_id=str(quarantine_id), how=how.value)
