"""Passing on: what one step could not do goes to the next person on the ladder at once, and says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from missing_coord.domain.access import Role
from missing_coord.domain.alerts import Alert
from missing_coord.domain.escalation import ClockKind, Ladder, LadderStep, about, onwards
from missing_coord.domain.events import DeadlineWarned
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.messages import MessageKind, Notice
from missing_coord.services.ports.escalation import Fired, Write
from missing_coord.services.ports.messages import Told
from missing_coord.services.telling.escalation import addressed, notices_of

PASSED_ON = (MessageKind.ESCALATION, MessageKind.BREACH, MessageKind.ALERT)


class Why(StrEnum):
    """Why a step goes to the next person before its time."""

    NOBODY_REACHABLE = "nobody_reachable"
    NOT_DELIVERED = "not_delivered"
    PROMISE_LAPSED = "promise_lapsed"


async def pass_on(uow: Any, message: Told, why: Why, *, book: LadderBook, write: Write) -> bool:
    """Tell the next recipients of the ladder what a message could not; False when there are none left, or no ladder.

    Of what a professional outside could not be told by e-mail an answer is wanted from then on.
    """
    if message.kind == MessageKind.PROFESSIONAL:
        await uow.professionals.want_answer(message.subject_id)
    if message.kind not in PASSED_ON:
        return False
    if message.alert_id:
        return await _alert_on(uow, message, why, book=book, write=write)
    return await duty_on(
        uow,
        interview_id=message.subject_id,
        episode_id=message.episode_id,
        step=message.step,
        rung=message.rung,
        why=why,
        book=book,
        write=write,
    )


async def duty_on(
    uow: Any,
    *,
    interview_id: str,
    episode_id: str,
    step: str,
    rung: int,
    why: Why,
    book: LadderBook,
    write: Write,
    mark: str = "",
) -> bool:
    """Tell those above `rung` about a duty now; the ladder itself goes on at its own times.

    Above the last step there is nobody: a lapsed promise, named by `mark`, is told to the last step's people again.
    """
    duty = await uow.escalations.duty(interview_id, episode_id)
    if duty is None or duty.resolved:
        return False
    ladder = book.kept(ClockKind.INTERVIEW, duty.ladder_version, uow.now)
    nobodies = () if duty.users else (Role.INTERVIEW_WORKER.value,)
    found = _above(ladder, rung, nobodies) or (_top(ladder) if mark else None)
    if found is None:
        return False
    number, above = found
    fired = Fired(
        interview_id=interview_id,
        episode_id=episode_id,
        step=passed_name(step, why, number, mark),
        breach=False,
        recipients=tuple(map(str, above.recipients)),
        due_at=duty.due_at,
        planned_at=uow.now,
        fired_at=uow.now,
        ladder_version=ladder.version,
        channels=above.channels,
        rung=number,
    )
    if await uow.escalations.record(fired):
        uow.record(_warned(duty.child_id, fired))
    await uow.messages.add([write(each, uow.now) for each in notices_of(fired, duty.users)])
    return True


async def _alert_on(uow: Any, message: Told, why: Why, *, book: LadderBook, write: Write) -> bool:
    alert = await uow.alerts.get(message.alert_id)
    if alert.closed_at is not None:
        return False
    found = _above(book.kept(alert.clock, alert.ladder_version, uow.now), message.rung)
    if found is None:
        return False
    await _tell_alert(uow, alert, passed_name(message.step, why, found[0]), found, write=write)
    return True


async def alert_top(uow: Any, alert_id: str, mark: str, *, book: LadderBook, write: Write) -> None:
    """Tell the next people, or the last ones again, that a promise about an alert has lapsed."""
    alert = await uow.alerts.get(alert_id)
    if alert.closed_at is not None:
        return
    ladder = book.kept(alert.clock, alert.ladder_version, uow.now)
    found = _above(ladder, alert.next_step - 1) or _top(ladder)
    base = ladder.steps[max(0, min(alert.next_step, len(ladder.steps)) - 1)].name
    await _tell_alert(uow, alert, passed_name(base, Why.PROMISE_LAPSED, found[0], mark), found, write=write)


async def _tell_alert(
    uow: Any, alert: Alert, name: str, found: tuple[int, LadderStep], *, write: Write
) -> None:
    number, above = found
    recipients = [about(str(each), alert.subject_id) for each in above.recipients]
    await uow.alerts.record([(alert.alert_id, name, recipients, uow.now, uow.now)])
    notice = _alert_notice(alert, name, number, above)
    await uow.messages.add([write(addressed(notice, each), uow.now) for each in recipients])


def _alert_notice(alert: Alert, name: str, number: int, above: LadderStep) -> Notice:
    return Notice(
        key=f"alert:{alert.alert_id}:{name}",
        kind=MessageKind.ALERT,
        role=None,
        subject_type=alert.subject_type,
        subject_id=alert.subject_id,
        step=name,
        due_at=alert.due_at,
        channels=above.channels,
        alert_id=alert.alert_id,
        rung=number,
    )


def _top(ladder: Ladder) -> tuple[int, LadderStep]:
    return len(ladder.steps) - 1, ladder.steps[-1]


def _above(ladder: Ladder, rung: int, nobodies: Sequence[str] = ()) -> tuple[int, LadderStep] | None:
    """Return the next step above a rung that names others than those told and the `nobodies`, and only those others."""
    at = min(rung, len(ladder.steps) - 1)
    told = [*nobodies, *(each for step in ladder.steps[: at + 1] for each in step.recipients)]
    found = onwards(ladder, at, told)
    if found is None:
        return None
    number, step = found
    return number, replace(step, recipients=tuple(each for each in step.recipients if each not in told))


def passed_name(step: str, why: Why, number: int, mark: str = "") -> str:
    """Return the name under which a step that was passed on is on record."""
    return f"{step.split('/')[0]}/{why.value}-{number}{mark}"


def _warned(child_id: str, fired: Fired) -> DeadlineWarned:
    return DeadlineWarned(
        child_id=child_id,
        interview_id=fired.interview_id,
        episode_id=fired.episode_id,
        step=fired.step,
        due_at=fired.due_at,
    )
