"""Telling professionals outside: raised once for each matter, by e-mail where an address is known, and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.domain.escalation import ClockKind
from missing_coord.domain.messages import ChannelName, MessageKind, Notice
from missing_coord.domain.professionals import NewProfessionalAlert, Strategy, ToldHow, confirmed
from missing_coord.services.ports.escalation import Write
from missing_coord.services.telling.alerts import raise_at_once

OFFICE = (Role.COORDINATOR, Role.MANAGER)


async def tell_professionals(uow: Any, *, write: Write) -> int:
    """Raise what professionals are to be told of, and plan an e-mail to those whose address is known; count the new."""
    found: list[NewProfessionalAlert] = await uow.professionals.raise_new(uow.now)
    await _tell(uow, found, write=write)
    return len(found)


async def tell_of_harm(uow: Any, *, interview_id: str, write: Write) -> None:
    """Raise the harm that a record tells of, outside and in the office, in the transaction that keeps the record."""
    async with uow.as_system():
        await _tell(uow, await uow.professionals.raise_harm(uow.now, interview_id=interview_id), write=write)
        book = await uow.ladders.book()
        await raise_at_once(uow, ClockKind.TOLD_HARM, subject_id=interview_id, write=write, book=book)


async def _tell(uow: Any, found: Sequence[NewProfessionalAlert], *, write: Write) -> None:
    notices = [_notice(each) for each in found if each.address]
    await uow.messages.add([write(each, uow.now) for each in notices])


def _notice(alert: NewProfessionalAlert) -> Notice:
    return Notice(
        key=f"professional:{alert.professional_alert_id}",
        kind=MessageKind.PROFESSIONAL,
        role=None,
        subject_type="professional_alert",
        subject_id=alert.professional_alert_id,
        step=alert.matter.value,
        target=f"professional:{alert.professional_alert_id}",
        channels=(ChannelName.EMAIL,),
    )


async def confirm(uow: Any, *, professional_alert_id: str, how: ToldHow, who: str, note: str) -> None:
    """Write down that a professional knows, or need not; raises DomainError, NotAllowed or NotFound."""
    _check(uow)
    given = confirmed(how=how, who=who, note=note, by=uow.actor.name, at=uow.now)
    await uow.professionals.confirm(professional_alert_id, given)
    uow.audit(
        "professional_confirmed",
        subject_type="professional_alert",
        subject_id=professional_alert_id,
        how=how.value,
    )


async def decide_strategy(uow: Any, *, interview_id: str, decision: Strategy, reason: str) -> None:
    """Keep what was decided about a strategy meeting; raises DomainError, NotAllowed or NotFound."""
    _check(uow)
    if decision is not Strategy.MEETING_CALLED and not reason.strip():
        raise DomainError("reason_required", "reason: say why no new meeting is called.")
    async with uow.as_system():
        await uow.professionals.decide(
            interview_id, decision=decision, reason=reason.strip(), by=uow.actor.name, at=uow.now
        )
    uow.audit("strategy_decided", subject_type="interview", subject_id=interview_id, decision=decision.value)


def _check(uow: Any) -> None:
    if uow.actor.role not in OFFICE:
        raise NotAllowed("Only coordinators and managers keep what professionals were told.")
