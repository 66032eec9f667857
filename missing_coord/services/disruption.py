"""Disrupting a pattern: what is planned, by whom and until when, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.london import london_day
from missing_coord.domain.sharing import DisruptionKind, DisruptionState, Effect
from missing_coord.linking.proposals import PatternState
from missing_coord.services.ports.sharing import Disruption, SharingWork
from missing_coord.services.sharing import check_lead, said_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about a pattern."""

    kind: DisruptionKind
    what: str
    owner: str
    due_on: date


async def plan_disruption(uow: SharingWork, *, disruption_id: str, pattern_id: str, plan: Plan) -> bool:
    """Plan a disruption of a confirmed pattern; False when the same was planned before.

    Only an exploitation lead may (NotAllowed); raises DomainError naming the field that is not right.
    """
    check_lead(uow)
    subject = await uow.sharing.subject(pattern_id)
    if subject.state != PatternState.CONFIRMED:
        raise DomainError("not_confirmed", "kind: only a pattern that was confirmed is disrupted.")
    if plan.due_on < london_day(uow.now):
        raise DomainError("due_past", "due_on: give a day that is not over.")
    added = await uow.sharing.plan(
        Disruption(
            disruption_id=disruption_id,
            pattern_id=pattern_id,
            kind=plan.kind,
            what=said_in("what", plan.what, "say what is to be done, about whom or what."),
            owner=said_in("owner", plan.owner, "say who does it."),
            due_on=plan.due_on,
            state=DisruptionState.PLANNED,
            planned_by=uow.actor.name,
            planned_at=uow.now,
        )
    )
    if added:
        uow.audit("disruption_planned", subject_type="pattern", subject_id=pattern_id, kind=plan.kind.value)
    return added


async def close_disruption(
    uow: SharingWork,
    *,
    disruption_id: str,
    expected_version: int,
    done: bool,
    outcome: str,
    effect: Effect,
) -> None:
    """Say what came of a disruption; raises ConcurrencyConflict when somebody else did meanwhile."""
    check_lead(uow)
    kept = await uow.sharing.disruption(disruption_id)
    said = said_in("outcome", outcome, "say what came of it, or why it was not done.")
    closed = replace(
        kept,
        state=DisruptionState.DONE if done else DisruptionState.NOT_DONE,
        outcome=said,
        effect=effect,
        closed_by=uow.actor.name,
        closed_at=uow.now,
        version=kept.version + 1,
    )
    if not await uow.sharing.close(closed, expected_version=expected_version):
        raise ConcurrencyConflict("Somebody else closed this meanwhile. Load it again.")
    uow.audit(
        "disruption_closed",
        subject_type="pattern",
        subject_id=kept.pattern_id,
        state=closed.state.value,
        effect=effect.value,
    )
