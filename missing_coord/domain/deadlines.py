"""The 72-hour clock: elapsed hours from the return, computed in UTC, with no calendar at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

STATUTORY_HOURS = timedelta(hours=72)


class ClockBasis(StrEnum):
    """The instant from which the 72 hours of an episode are counted."""

    RETURNED = "returned"
    FOUND = "found"
    SAFE_AND_WELL = "safe_and_well"
    NOTICE = "notice"
    PRESUMED = "presumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When a return interview is due, from which instant, and whether that instant may still change."""

    due_at: datetime
    clock_from: datetime
    basis: ClockBasis

    @property
    def provisional(self) -> bool:
        """True until the police or the placement say when the child was back."""
        return self.basis is not ClockBasis.RETURNED

    @property
    def worked_out(self) -> str:
        """Say in one line how the due time was worked out."""
        start = _BASIS_WORDS[self.basis]
        return f"72 elapsed hours from {start}" + (
            "; provisional until a return time is known" if self.provisional else ""
        )


_BASIS_WORDS = {
    ClockBasis.RETURNED: "the return to home or placement",
    ClockBasis.FOUND: "the time the child was found (no return time yet)",
    ClockBasis.SAFE_AND_WELL: "the police safe and well check (no found or return time yet)",
    ClockBasis.NOTICE: "the time of the police message that said so (it held no found or return time)",
    ClockBasis.PRESUMED: "the time the child was next seen, as nobody told us of the return",
}


def deadline(clock_from: datetime, basis: ClockBasis) -> Deadline:
    """Return the deadline 72 elapsed hours after `clock_from`, which must be aware; raises ValueError otherwise."""
    if clock_from.tzinfo is None:
        raise ValueError("clock_from must carry its offset from UTC")
    start = clock_from.astimezone(UTC)
    return Deadline(due_at=start + STATUTORY_HOURS, clock_from=start, basis=basis)


def within_deadline(held_at: datetime, due_at: datetime) -> bool:
    """Say whether an interview held at `held_at` was in time; one held before the return is in time too."""
    return held_at <= due_at
