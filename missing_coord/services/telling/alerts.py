"""Alerts: opened when a clock has run to its first step, told along their ladder, closed when the cause is gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from missing_coord.domain.alerts import LOOK_AHEAD, Alert
from missing_coord.domain.escalation import ClockKind, DueStep, about, next_step, steps_due
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import MessageKind, Notice
from missing_coord.domain.rotas import gaps
from missing_coord.services.ports.escalation import Write
from missing_coord.services.telling.escalation import addressed

BATCH = 500
WATCHED = tuple(each for each in ClockKind if each not in (ClockKind.INTERVIEW, ClockKind.PRESUMED_RETURN))
"""The clocks that open alerts; the other two stand on rows of their own."""


async def watch(uow: Any, *, book: LadderBook = SHIPPED_BOOK) -> tuple[int, int]:
    """Open an alert for every cause that has come to its first step, close those whose cause is gone; count both."""
    opened = closed = 0
    for clock in WATCHED:
        ladder = book.in_force(clock, uow.now)
        causes = await _gaps(uow) if clock is ClockKind.ROTA_GAP else None
        closed += await uow.alerts.close_without_cause(ladder, causes=causes)
        opened += await uow.alerts.open_for_causes(ladder, causes=causes)
    return opened, closed


async def _gaps(uow: Any) -> list[dict[str, Any]]:
    directory = await uow.routing.directory(outside=True)
    return [
        {"subject_type": "rota", "subject_id": name, "started_at": uow.now}
        for name, rota in directory.rotas.items()
        if gaps(rota, uow.now, uow.now + LOOK_AHEAD, away=_away(rota.people(), directory.people))
    ]


def _away(names: Collection[str], people: Collection[Any]) -> set[str]:
    return set(names) - {each.username for each in people}


async def sweep_alerts(uow: Any, *, write: Write, book: LadderBook = SHIPPED_BOOK, limit: int = BATCH) -> int:
    """Record and tell every step of an alert that is due, for up to `limit` alerts; return how many there were."""
    found = await uow.alerts.take_due(uow.now, limit=limit)
    await _tell(uow, found, write=write, book=book)
    return len(found)


async def raise_at_once(
    uow: Any, clock: ClockKind, *, subject_id: str, write: Write, book: LadderBook
) -> None:
    """Open and tell the alert of one subject in this transaction, if its first step is due already."""
    await uow.alerts.open_for_causes(book.in_force(clock, uow.now), subject_id=subject_id)
    found = await uow.alerts.take_due_of(clock, subject_id, uow.now)
    await _tell(uow, found, write=write, book=book)


async def _tell(uow: Any, found: Sequence[Alert], *, write: Write, book: LadderBook) -> None:
    steps: list[tuple[str, str, list[str], datetime, datetime]] = []
    notices: list[Notice] = []
    advances: list[dict[str, Any]] = []
    for alert in found:
        ladder = book.kept(alert.clock, alert.ladder_version, uow.now)
        due = steps_due(ladder, first=alert.next_step, due_at=alert.due_at, now=uow.now)
        for step in due:
            told = _recipients(alert, step) if step is due[-1] and not _held(alert, uow.now) else []
            steps.append((alert.alert_id, step.name, told, step.at, uow.now))
            notices.extend(addressed(_notice(alert, step), each) for each in told)
        number = due[-1].number + 1 if due else alert.next_step
        at = next_step(ladder, number, alert.due_at)
        advances.append({"alert_id": alert.alert_id, "next_step": number, "next_step_at": at})
    await uow.alerts.record(steps)
    await uow.alerts.advance(advances)
    await uow.messages.add([write(notice, uow.now) for notice in notices])


def _recipients(alert: Alert, step: DueStep) -> list[str]:
    """A rota with a gap cannot hear of its own gap."""
    told = [about(str(each), alert.subject_id) for each in step.recipients]
    return [each for each in told if each != f"rota:{alert.subject_id}"]


def _held(alert: Alert, now: datetime) -> bool:
    return alert.promised_until is not None and alert.promised_until > now


def _notice(alert: Alert, step: DueStep) -> Notice:
    return Notice(
        key=f"alert:{alert.alert_id}:{step.name}",
        kind=MessageKind.ALERT,
        role=None,
        subject_type=alert.subject_type,
        subject_id=alert.subject_id,
        step=step.name,
        due_at=alert.due_at,
        channels=step.channels,
        alert_id=alert.alert_id,
        rung=step.number,
    )
