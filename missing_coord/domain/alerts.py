"""Alerts: clocks besides the 72 hours that have run so long that somebody must hear of it; and promises about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.domain.errors import DomainError
from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.plurals import plural

LONGEST_PROMISE = timedelta(hours=72)
LOOK_AHEAD = timedelta(days=7)
"""How far ahead gaps in rotas are reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One clock about one subject; it closes itself when its cause is gone. `due_at` is when it ran out."""

    alert_id: str
    clock: ClockKind
    subject_type: str
    subject_id: str
    started_at: datetime
    due_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    next_step: int
    next_step_at: datetime | None
    ladder_version: str
    promised_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Somebody took it on: until then others are spared; when it lapses without a visit booked, they are told."""

    promise_id: int
    subject_type: str
    subject_id: str
    made_by: str
    reason: str
    made_at: datetime
    until_at: datetime


WORKED_OUT = {
    ClockKind.OFFER: "{hours} from the return, as no offer is on record",
    ClockKind.UNALLOCATED: "{hours} from when the interview was opened here, as no worker is assigned",
    ClockKind.UNMATCHED: "{hours} from when the notice came in, as nobody decided which child it is about",
    ClockKind.UNACKNOWLEDGED: "{hours} from when the breach was told, as nobody took it on",
    ClockKind.QUIET_FEED: "{hours} from the last file or message of this kind",
    ClockKind.AUDIT: "{hours} from when the interview was closed, as nobody has audited it",
    ClockKind.ACTION: "from the end of the day by which the action was to be done",
    ClockKind.PROFESSIONAL: "{hours} from when they were to be told, as they have not confirmed it",
    ClockKind.TOLD_HARM: "at once, as the child told of harm and nobody decided on a strategy meeting",
    ClockKind.DISPUTE: "from the end of the day by which the dispute's running stage was to end",
    ClockKind.ROTA_GAP: "at once, as nobody is on duty for a part of the next 7 days",
}


def worked_out(alert: Alert) -> str:
    """Say in one line how an alert's due time was worked out."""
    hours = (alert.due_at - alert.started_at).total_seconds() / 3600
    return WORKED_OUT[alert.clock].format(hours=plural(hours, "hour"))


def urgency(alert: Alert) -> tuple[int, datetime, str]:
    """Return a key that sorts a child who told of harm first, and interviews that wait for their audit last."""
    rank = {ClockKind.TOLD_HARM: 0, ClockKind.AUDIT: 2}.get(alert.clock, 1)
    return rank, alert.due_at, alert.alert_id


def check_promise(reason: str, until_at: datetime, now: datetime) -> None:
    """Raise DomainError unless a promise has a reason and a time within 72 hours."""
    if not reason.strip():
        raise DomainError("reason_required", "reason: say what you will do.")
    if not now < until_at <= now + LONGEST_PROMISE:
        raise DomainError("until_out_of_range", "until_at: give a time from now to 72 hours ahead.")
