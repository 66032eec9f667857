"""Actions that interviews asked for: opening one more, and saying that one is done or cancelled."""

from __future__ import annotations

import uuid
from datetime import date

from missing_coord.domain.errors import ConcurrencyConflict, NotFound
from missing_coord.domain.interview_actions import (
    ActionOwner,
    ActionState,
    InterviewAction,
    check_due,
    close_action,
)
from missing_coord.domain.london import london_day
from missing_coord.services.interviews.change import RECORDERS, check_role, required, seen
from missing_coord.services.ports.records import RecordWork


async def open_action(
    uow: RecordWork,
    *,
    action_id: str,
    interview_id: str,
    what: str,
    owner: ActionOwner,
    owner_name: str,
    due_on: date,
) -> InterviewAction:
    """Add an action to an interview, once for each `action_id`; raises DomainError naming the field."""
    check_role(uow, RECORDERS)
    interview = await seen(uow, interview_id)
    await uow.children.lock([interview.child_id])
    kept = await uow.actions.of_interview(interview_id)
    if before := next((each for each in kept if each.action_id == action_id), None):
        return before
    check_due(due_on, field="due_on", today=london_day(uow.now))
    action = InterviewAction(
        action_id=action_id,
        interview_id=interview_id,
        record_number=0,
        what=required("what", what, why="say what is to be done."),
        owner=owner,
        owner_name=required("owner_name", owner_name, why="name who does it."),
        due_on=due_on,
        state=ActionState.OPEN,
        outcome="",
        opened_by=uow.actor.name,
        opened_at=uow.now,
    )
    await uow.actions.add([action])
    _audit(uow, "action_opened", action, child_id=interview.child_id)
    return action


async def settle_action(
    uow: RecordWork, *, action_id: str, state: ActionState, outcome: str, expected_version: int | None = None
) -> InterviewAction:
    """Close an action as done or cancelled; the same answer sent again changes nothing."""
    check_role(uow, RECORDERS)
    action = await uow.actions.get(_reference(action_id))
    same = (action.state, action.outcome, action.closed_by) == (state, outcome.strip(), uow.actor.name)
    if same and action.state is not ActionState.OPEN:
        return action
    if expected_version not in (None, action.version):
        raise ConcurrencyConflict(
            f"This action was {action.state.value} by {action.closed_by}. Nothing of yours was saved."
        )
    closed = close_action(action, state=state, outcome=outcome, by=uow.actor.name, at=uow.now)
    await uow.actions.save(closed)
    _audit(uow, f"action_{state.value}", closed)
    return closed


def _reference(action_id: str) -> str:
    try:
        return str(uuid.UUID(action_id))
    except ValueError:
        raise NotFound("There is no such action that you may see.") from None


def _audit(uow: RecordWork, what: str, action: InterviewAction, **more: str) -> None:
    uow.audit(
        what,
        subject_type="interview",
        subject_id=action.interview_id,
        action_id=action.action_id,
        **more,
    )
