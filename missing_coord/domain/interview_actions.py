"""Actions that an interview asked for: who does what by when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from missing_coord.domain.errors import DomainError


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
