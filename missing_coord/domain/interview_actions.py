"""Actions that an interview asked for: who does what by when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from missing_coord.domain.errors import DomainError

LATEST_DUE = timedelta(days=2 * 365)
"""How far ahead an action may be due; a day after that is a slip of the keys."""


class ActionState(StrEnum):
    """Where an action stands; a cancelled one says why."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class ActionOwner(StrEnum):
    """In what capacity somebody owns an action."""

    WORKER = "worker"
    SOCIAL_WORKER = "social_worker"
    IRO = "iro"
    PLACEMENT = "placement"
    HEALTH = "health"
    SCHOOL = "school"
    POLICE = "police"
    EXPLOITATION_LEAD = "exploitation_lead"
    COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewAction:
    """One action of an interview; `record_number` is the version that asked for it, 0 for none. Due at a day's end."""

    action_id: str
    interview_id: str
    record_number: int
    what: str
    owner: ActionOwner
    owner_name: str
    due_on: date
    state: ActionState
    outcome: str
    opened_by: str
    opened_at: datetime
    closed_by: str = ""
    closed_at: datetime | None = None
    version: int = 1


def check_due(due_on: date, *, field: str, today: date) -> None:
    """Raise DomainError, naming the field, for a day that is past or too far ahead."""
    if due_on < today:
        raise DomainError("action_in_past", f"{field}: give a day that is not past.")
    if due_on - today > LATEST_DUE:
        raise DomainError("action_too_late", f"{field}: give a day within two years.")


def close_action(
    action: InterviewAction, *, state: ActionState, outcome: str, by: str, at: datetime
) -> InterviewAction:
    """Return the action done, or cancelled with its reason; raises DomainError naming the field."""
    if action.state is not ActionState.OPEN:
        raise DomainError("action_closed", "outcome: this action is closed already.")
    if state is ActionState.OPEN:
        raise DomainError("action_state", "state: say whether the action is done or cancelled.")
    if not outcome.strip():
        what = "why it is cancelled" if state is ActionState.CANCELLED else "what came of it"
        raise DomainError("outcome_required", f"outcome: say {what}.")
    return replace(action, state=state, outcome=outcome.strip(), closed_by=by, closed_at=at)
