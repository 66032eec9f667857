"""Tells people what has happened: the reactions of the consumer `notices` to events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.access import Role
from missing_coord.domain.messages import ChannelName, Message, MessageKind, Notice
from missing_coord.services.ports.calendar import CalendarStore
from missing_coord.services.ports.escalation import MessageStore


class NoticeUnit(Protocol):
    """What telling people needs of a unit of work."""

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def messages(self) -> MessageStore:
        """Messages to people."""
        ...

    @property
    def calendars(self) -> CalendarStore:
        """Visits of workers."""
        ...


@dataclass(frozen=True, slots=True)
class Notices:
    """Turns events into messages by one channel."""

    write: Callable[[Notice, datetime], Message]

    async def react(self, uow: NoticeUnit, event: OutgoingEvent) -> None:
        """Plan the messages that an event asks for; an event that asks for none changes nothing."""
        name = event.type.split(".")[2]
        if name in _TO_WORKERS:
            notices = await self._to_worker(uow, event, _TO_WORKERS[name])
        elif name in _TO_ROLES:
            notices = [_to_role(event, *_TO_ROLES[name])]
        else:
            notices = []
        await uow.messages.add([self.write(each, uow.now) for each in notices])

    async def _to_worker(self, uow: NoticeUnit, event: OutgoingEvent, kind: MessageKind) -> list[Notice]:
        worker_id, interview_id = event.body["worker_id"], event.body["interview_id"]
        users = await uow.messages.users_of_worker(worker_id)
        calendar = await uow.calendars.is_to_come(interview_id, worker_id)
        return [
            Notice(
                key=f"event:{event.event_id}:{user_id}",
                kind=kind,
                role=Role.INTERVIEW_WORKER,
                user_id=user_id,
                subject_type="interview",
                subject_id=interview_id,
                channels=(ChannelName.EMAIL,),
                calendar=calendar,
            )
            for user_id in users
        ]


_TO_WORKERS = {"interview-assigned": MessageKind.ASSIGNED, "interview-unassigned": MessageKind.UNASSIGNED}
_TO_ROLES = {
    "match-review-raised": (MessageKind.MATCH_REVIEW, Role.COORDINATOR, "incident"),
}


def _to_role(event: OutgoingEvent, kind: MessageKind, role: Role, subject: str) -> Notice:
    return Notice(
        key=f"event:{event.event_id}",
        kind=kind,
        role=role,
        subject_type=subject,
        subject_id=event.body[f"{subject}_id"],
    )
