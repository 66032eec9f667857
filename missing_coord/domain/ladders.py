"""The ladders in force: one for each clock, each in versions, and the ones that are shipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.domain.access import Role
from missing_coord.domain.escalation import HOLDER, ClockKind, Ladder, LadderStep
from missing_coord.domain.messages import ChannelName
from missing_coord.domain.return_signs import RETURN_LADDER

_EMAIL = (ChannelName.EMAIL,)
_URGENT = (ChannelName.SMS, ChannelName.EMAIL)
_OFFICE = (Role.COORDINATOR, Role.MANAGER)


def _step(name: str, hours: float, *recipients: str, urgent: bool = False, repeat: float = 0) -> LadderStep:
    return LadderStep(
        name=name,
        offset=timedelta(hours=hours),
        recipients=recipients,
        breach=name == "breach",
        repeat_every=timedelta(hours=repeat) if repeat else None,
        channels=_URGENT if urgent else _EMAIL,
    )


DEFAULT_LADDER = Ladder(
    version="2026-1",
    steps=(
        _step("24h_from_return", -48, Role.COORDINATOR),
        _step("48h_from_return", -24, Role.COORDINATOR, Role.INTERVIEW_WORKER),
        _step("60h_from_return", -12, Role.COORDINATOR, Role.INTERVIEW_WORKER, Role.MANAGER, urgent=True),
        _step("breach", 0, Role.COORDINATOR, Role.INTERVIEW_WORKER, Role.MANAGER, urgent=True),
        _step("24h_over", 24, Role.MANAGER, repeat=24),
    ),
)


def _of(clock: ClockKind, hours: float, *steps: LadderStep) -> Ladder:
    return Ladder(version="2026-1", clock=clock, due_after=timedelta(hours=hours), steps=steps)


SHIPPED: tuple[Ladder, ...] = (
    DEFAULT_LADDER,
    _of(
        ClockKind.OFFER,
        24,
        _step("offer_due_in_4h", -4, Role.COORDINATOR),
        _step("offer_overdue", 0, *_OFFICE),
        _step("offer_12h_over", 12, Role.MANAGER, repeat=24),
    ),
    _of(
        ClockKind.UNALLOCATED,
        4,
        _step("unallocated", 0, Role.COORDINATOR),
        _step("unallocated_4h_over", 4, Role.MANAGER, repeat=24),
    ),
    _of(
        ClockKind.UNMATCHED,
        2,
        _step("unmatched", 0, Role.COORDINATOR),
        _step("unmatched_10h_over", 10, Role.MANAGER, repeat=24),
    ),
    _of(
        ClockKind.UNACKNOWLEDGED,
        2,
        _step("unacknowledged", 0, Role.MANAGER, urgent=True, repeat=12),
    ),
    _of(
        ClockKind.QUIET_FEED,
        24,
        _step("quiet_feed", 0, Role.COORDINATOR),
        _step("quiet_feed_24h_over", 24, Role.MANAGER, repeat=24),
    ),
    _of(
        ClockKind.AUDIT,
        240,
        _step("audit_overdue", 0, Role.QUALITY_AUDITOR),
        _step("audit_5_days_over", 120, Role.MANAGER, repeat=120),
    ),
    _of(
        ClockKind.ACTION,
        0,
        _step("action_overdue", 0, Role.COORDINATOR),
        _step("action_48h_over", 48, Role.MANAGER, repeat=72),
    ),
    _of(
        ClockKind.PROFESSIONAL,
        4,
        _step("professional_has_not_confirmed", 0, Role.COORDINATOR),
        _step("professional_20h_over", 20, *_OFFICE, repeat=24),
    ),
    _of(
        ClockKind.TOLD_HARM,
        0,
        _step("strategy_meeting_to_be_decided", 0, *_OFFICE, Role.EXPLOITATION_LEAD, urgent=True),
        _step("strategy_meeting_2h_over", 2, *_OFFICE, urgent=True, repeat=2),
    ),
    _of(
        ClockKind.DISPUTE,
        0,
        _step("dispute_stage_overdue", 0, HOLDER),
        _step("dispute_48h_over", 48, *_OFFICE, repeat=72),
    ),
    RETURN_LADDER,
    _of(ClockKind.ROTA_GAP, 0, _step("rota_gap", 0, Role.MANAGER, repeat=24)),
)


@dataclass(frozen=True, slots=True)
class LadderBook:
    """Every version of every ladder by clock and version."""

    ladders: Mapping[tuple[ClockKind, str], Ladder]

    @classmethod
    def holding(cls, ladders: Iterable[Ladder]) -> LadderBook:
        """Return the shipped ladders and these; one of the same clock and version takes the shipped one's place."""
        return cls({(each.clock, each.version): each for each in (*SHIPPED, *ladders)})

    def in_force(self, clock: ClockKind, at: datetime) -> Ladder:
        """Return the ladder that a clock starting at `at` gets: the one that took effect last, else the first."""
        of_clock = sorted(
            (each for each in self.ladders.values() if each.clock is clock),
            key=lambda each: (each.effective_at, each.version),
        )
        return [of_clock[0], *(each for each in of_clock if each.effective_at <= at)][-1]

    def kept(self, clock: ClockKind, version: str, at: datetime) -> Ladder:
        """Return the version that a running clock started with; the one in force when it is no longer known."""
        return self.ladders.get((clock, version)) or self.in_force(clock, at)


SHIPPED_BOOK = LadderBook.holding(())
