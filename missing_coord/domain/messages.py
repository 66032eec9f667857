"""Messages to people: a reference and a link, never a child's name, address or words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.access import Role


class MessageKind(StrEnum):
    """Why somebody is told something."""

    ESCALATION = "escalation"
    BREACH = "breach"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    MATCH_REVIEW = "match_review"
    PATTERN = "pattern"
    ALERT = "alert"
    PRESUMED_RETURN = "presumed_return"
    PROFESSIONAL = "professional"
    VISIT_OFF = "visit_off"
    VISIT_PLACE = "visit_place"
    VISIT_WAITS = "visit_waits"
    VISIT_TROUBLE = "visit_trouble"
    REPORT = "report"
    DRAFT_LEFT = "draft_left"
    ROTA = "rota"


class ChannelName(StrEnum):
    """By what a message leaves the product; in the product itself everything is shown."""

    EMAIL = "email"
    SMS = "sms"
    TEAMS = "teams"


CHANNEL_WORDS = {
    ChannelName.EMAIL: "e-mail",
    ChannelName.SMS: "text message",
    ChannelName.TEAMS: "Teams message",
}


class MessageState(StrEnum):
    """How far a message has come; only the last two are an end."""

    PLANNED = "planned"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to be told to whom: `key` is the same for every attempt to tell the same thing.

    `user_id` is empty when everybody in the role is told. `due_at` is the deadline that it is about, if any;
    `count` is how many things a notice tells of at once.
    `target` is a recipient that is no role (`rota:out-of-hours`); who that is, is settled when the message is routed.
    `calendar`: the subject is an interview whose visit the recipient's calendar should learn of.
    `said` is what only this notice can say, such as hours of duty; it names no child.
    `channels` are tried in order besides the product; `rung` is the ladder's step whose recipient this is.
    """

    key: str
    kind: MessageKind
    role: Role | None
    subject_type: str
    subject_id: str
    step: str = ""
    user_id: str = ""
    due_at: datetime | None = None
    count: int = 1
    target: str = ""
    channels: tuple[ChannelName, ...] = ()
    episode_id: str = ""
    alert_id: str = ""
    rung: int = 0
    calendar: bool = False
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as kept: one notice, by one channel, to one recipient; every instant UTC."""

    message_key: str
    channel: str
    recipient_role: str
    recipient_user: str
    subject_type: str
    subject_id: str
    kind: str
    text: str
    state: str
    planned_at: datetime
    delivered_at: datetime | None
    target: str = ""
    channels: tuple[ChannelName, ...] = ()
    step: str = ""
    episode_id: str = ""
    alert_id: str = ""
    rung: int = 0
    due_at: datetime | None = None
