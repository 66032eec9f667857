"""Presumed returns: raised from signs, confirmed or rejected by a person, and told to people while nobody answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Episode
from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.episodes import EpisodeStatus
from missing_coord.domain.errors import DomainError, NotAllowed
from missing_coord.domain.escalation import ClockKind, DueStep, Ladder, next_step, steps_due
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import Message, MessageKind, Notice
from missing_coord.domain.population import PlacementSpan
from missing_coord.domain.return_signs import (
    CONFIRM_WITHIN,
    ConfirmedReturn,
    ListedAbsence,
    PresumedReturn,
    ReturnSign,
    SignState,
    signs_of_return,
)
from missing_coord.services.ports.returns import ReturnStore
from missing_coord.services.telling.escalation import addressed

OFFICE = frozenset({Role.COORDINATOR, Role.MANAGER})
LIMIT = 500
_OPEN = (SignState.WAITING, SignState.WITHDRAWN)


class Now(Protocol):
    """What raising signs needs of a unit of work."""

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def returns(self) -> ReturnStore:
        """Presumed returns."""
        ...


def confirmed_returns(kept: Sequence[PresumedReturn]) -> list[ConfirmedReturn]:
    """Return those that a person has confirmed, as deriving episodes needs them."""
    return [
        ConfirmedReturn(
            incident_id=each.incident_id,
            returned_at=each.returned_at,
            basis=ClockBasis(each.basis),
            confirmed_at=each.answered_at or each.returned_at,
        )
        for each in kept
        if each.state is SignState.CONFIRMED and each.returned_at is not None
    ]


async def settle_signs(
    uow: Now,
    episodes: Sequence[tuple[Episode, tuple[str, ...]]],
    *,
    spans: Mapping[str, Sequence[PlacementSpan]],
    kept: Sequence[PresumedReturn],
    ladder: Ladder,
) -> None:
    """Bring the presumed returns in line with the episodes that are open now and the signs there are; safe to repeat.

    An answer stands: a sign that was rejected is not raised again for the same episode.
    """
    missing = [(e, ids) for e, ids in episodes if e.status == EpisodeStatus.OPEN and ids]
    children = {episode.child_id for episode, _ in missing}
    listed = await uow.returns.listed(sorted(children)) if children else {}
    changed: list[PresumedReturn] = []
    standing: set[str] = set()
    for episode, incident_ids in missing:
        ours = [each for each in kept if each.incident_id in incident_ids]
        for sign in _signs(uow, episode, spans, listed):
            known = next((each for each in ours if each.sign == sign), None)
            standing.add(known.presumed_return_id if known else "")
            if known is None or known.state is SignState.WITHDRAWN:
                changed.append(_raised(uow.now, incident_ids[0], sign, known, ladder))
    gone = [
        each for each in kept if each.state is SignState.WAITING and each.presumed_return_id not in standing
    ]
    await uow.returns.save([*changed, *(_withdrawn(each) for each in gone)])


def _signs(
    uow: Now,
    episode: Episode,
    spans: Mapping[str, Sequence[PlacementSpan]],
    listed: Mapping[str, Sequence[ListedAbsence]],
) -> list[ReturnSign]:
    return signs_of_return(
        started_at=episode.started_at,
        now=uow.now,
        spans=spans.get(episode.child_id, ()),
        listed=listed.get(episode.child_id, ()),
    )


def _raised(
    now: datetime, incident_id: str, sign: ReturnSign, known: PresumedReturn | None, ladder: Ladder
) -> PresumedReturn:
    confirm_by = now + CONFIRM_WITHIN
    return PresumedReturn(
        presumed_return_id=known.presumed_return_id if known else str(uuid.uuid4()),
        incident_id=known.incident_id if known else incident_id,
        sign=sign,
        state=SignState.WAITING,
        raised_at=now,
        confirm_by=confirm_by,
        next_step=0,
        next_step_at=next_step(ladder, 0, confirm_by),
        version=known.version + 1 if known else 1,
    )


def _withdrawn(each: PresumedReturn) -> PresumedReturn:
    return replace(each, state=SignState.WITHDRAWN, next_step_at=None, version=each.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminded:
    """One step of a presumed return's own clock, and whom it told."""

    presumed_return_id: str
    step: str
    recipients: tuple[str, ...]
    confirm_by: datetime


class ReminderUnit(Now, Protocol):
    """What telling people needs of a unit of work."""

    @property
    def messages(self) -> MessageSink:
        """Messages to people."""
        ...


class MessageSink(Protocol):
    """Where messages are kept."""

    async def add(self, messages: Sequence[Message]) -> None:
        """Keep messages; one that is there already is not written again."""
        ...


Write = Callable[[Notice, datetime], Message]


async def remind(
    uow: ReminderUnit, *, write: Write, book: LadderBook = SHIPPED_BOOK, as_of: datetime | None = None
) -> list[Reminded]:
    """Tell people of presumed returns that nobody has answered; of steps that fell due together only the last tells.

    Each goes by the ladder that was in force when its own clock began.
    """
    now = as_of or uow.now
    due = [(each, _ladder_of(each, book)) for each in await uow.returns.take_due(now, limit=LIMIT)]
    told = [(each, _due_step(each, ladder, now)) for each, ladder in due]
    notices = [
        addressed(_notice(each, step), str(who)) for each, step in told if step for who in step.recipients
    ]
    await uow.messages.add([write(notice, now) for notice in notices])
    await uow.returns.save(
        [_advanced(each, step, ladder) for (each, ladder), (_, step) in zip(due, told, strict=True)]
    )
    return [
        Reminded(
            presumed_return_id=each.presumed_return_id,
            step=step.name,
            recipients=tuple(map(str, step.recipients)),
            confirm_by=each.confirm_by,
        )
        for each, step in told
        if step
    ]


def _ladder_of(each: PresumedReturn, book: LadderBook) -> Ladder:
    return book.in_force(ClockKind.PRESUMED_RETURN, each.confirm_by - CONFIRM_WITHIN)


def _due_step(each: PresumedReturn, ladder: Ladder, now: datetime) -> DueStep | None:
    due = steps_due(ladder, first=each.next_step, due_at=each.confirm_by, now=now)
    return due[-1] if due else None


def _advanced(each: PresumedReturn, step: DueStep | None, ladder: Ladder) -> PresumedReturn:
    number = step.number + 1 if step else each.next_step
    return replace(each, next_step=number, next_step_at=next_step(ladder, number, each.confirm_by))


def _notice(each: PresumedReturn, step: DueStep) -> Notice:
    identity = (each.presumed_return_id, step.name, each.confirm_by.isoformat())
    return Notice(
        key=":".join(("presumed-return", *identity)),
        kind=MessageKind.PRESUMED_RETURN,
        role=None,
        subject_type="presumed_return",
        subject_id=each.presumed_return_id,
        step=step.name,
        due_at=each.confirm_by,
        channels=step.channels,
        rung=step.number,
    )


def answered(
    waiting: PresumedReturn,
    *,
    back: bool,
    returned_at: datetime | None,
    reason: str,
    by: str,
    now: datetime,
    started_at: datetime,
) -> PresumedReturn:
    """Return a presumed return as a person answered it; DomainError names the field that cannot be right.

    A return without a time of its own is taken from the sign: exact where the list has the time, else provisional.
    """
    if waiting.state is not SignState.WAITING:
        raise DomainError("answered_already", "This was answered already, or the episode has ended since.")
    at = returned_at or waiting.sign.seen_at
    if back and at > now:
        raise DomainError("returned_at", "returned_at: this time is still to come.")
    if back and at < started_at:
        raise DomainError("returned_at", "returned_at: this is before the child went missing.")
    exact = returned_at is not None or not waiting.sign.by_day
    return replace(
        waiting,
        state=SignState.CONFIRMED if back else SignState.REJECTED,
        returned_at=at.astimezone(UTC) if back else None,
        basis=(ClockBasis.RETURNED if exact else ClockBasis.PRESUMED).value if back else "",
        reason=reason.strip(),
        answered_by=by,
        answered_at=now,
        next_step_at=None,
        version=waiting.version + 1,
    )


def reopened(done: PresumedReturn, *, now: datetime, ladder: Ladder) -> PresumedReturn:
    """Return an answered presumed return as it waits again, with a new clock; DomainError when nobody answered it."""
    if done.state in _OPEN:
        raise DomainError("nothing_to_undo", "Nobody has answered this yet.")
    confirm_by = now + CONFIRM_WITHIN
    return replace(
        done,
        state=SignState.WAITING,
        answered_by="",
        answered_at=None,
        returned_at=None,
        basis="",
        reason="",
        confirm_by=confirm_by,
        next_step=0,
        next_step_at=next_step(ladder, 0, confirm_by),
        version=done.version + 1,
    )


def check_office(role: Role, allowed: Collection[Role] = OFFICE) -> None:
    """Raise NotAllowed unless this role answers presumed returns."""
    if role not in allowed:
        raise NotAllowed("Only coordinators and managers say whether a child is back.")
