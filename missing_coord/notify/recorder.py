"""The recorder channel: a message counts as delivered when it is on record, where the product itself shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.escalation import LadderStep
from missing_coord.domain.messages import Message, MessageState, Notice
from missing_coord.notify.wording import words_of, words_of_step

CHANNEL = "recorder"


@dataclass(frozen=True, slots=True)
class RecorderChannel:
    """Writes notices down as messages; `address` is where their links lead, without a slash at its end."""

    address: str

    def write(self, notice: Notice, at: datetime) -> Message:
        """Return the message of a notice, delivered at the moment of writing."""
        return Message(
            message_key=f"{CHANNEL}:{notice.key}",
            channel=CHANNEL,
            recipient_role=notice.role.value if notice.role else "",
            recipient_user=notice.user_id,
            subject_type=notice.subject_type,
            subject_id=notice.subject_id,
            kind=notice.kind.value,
            text=words_of(notice, address=self.address),
            state=MessageState.DELIVERED.value,
            planned_at=at,
            delivered_at=at,
            target=notice.target,
            channels=notice.channels,
            step=notice.step,
            episode_id=notice.episode_id,
            alert_id=notice.alert_id,
            rung=notice.rung,
            due_at=notice.due_at,
        )

    def words(self, step: LadderStep) -> str:
        """Return what a step of the statutory ladder says, with places for what differs from duty to duty."""
        return words_of_step(step.name, breach=step.breach, address=self.address)
