"""What becomes of a message on its way to one person by one channel: attempts, waits, receipts and the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from missing_coord.domain.messages import ChannelName, MessageState

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = {ChannelName.SMS: 6, ChannelName.EMAIL: 20, ChannelName.TEAMS: 60}
"""How many sendings one address gets in ten minutes; breaches are never held."""
GIVE_UP_AFTER = {
    ChannelName.SMS: timedelta(minutes=15),
    ChannelName.EMAIL: timedelta(minutes=60),
    ChannelName.TEAMS: timedelta(minutes=30),
}
"""How long one channel may take before another channel or person is tried."""
LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=20)
LONGEST_WAIT = timedelta(minutes=10)
MOST_IN_BUNDLE = 20
ENDED = frozenset({MessageState.DELIVERED, MessageState.FAILED})


class Urgency(StrEnum):
    """In which order deliveries leave: a first alert never waits behind a repeat. Sorts by value."""

    BREACH = "0_breach"
    FIRST = "1_first"
    REPEAT = "2_repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one person by one channel; rows of one `reference` leave as one sending."""

    delivery_id: int
    message_id: int
    channel: ChannelName
    recipient_user: str
    address: str
    urgency: Urgency
    state: MessageState
    text: str
    planned_at: datetime
    give_up_at: datetime
    attempts: int
    reference: str
    fallbacks: tuple[ChannelName, ...]


def wait_before(attempt: int) -> timedelta:
    """Return how long to wait after a failed attempt, the first being 1: 20 s, 40 s, 80 s, at most 10 minutes."""
    doubled: int = 1 << min(attempt - 1, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * doubled)


def after_receipt(state: MessageState, told: MessageState) -> MessageState:
    """Return the state after a receipt: receipts repeat and come out of order, and what was delivered stays so."""
    if state is MessageState.DELIVERED or told is MessageState.DELIVERED:
        return MessageState.DELIVERED
    if MessageState.FAILED in (state, told):
        return MessageState.FAILED
    return MessageState.ACCEPTED


def held_words(until_words: str, channel: ChannelName) -> str:
    """Say until when a delivery is held and why."""
    return f"held until {until_words}: {MOST_IN_WINDOW[channel]} in 10 minutes is the most for one address"
