"""What telling people needs: messages not yet routed, who can be told, deliveries on their way, and channels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from missing_coord.domain.deliveries import Delivery, Urgency
from missing_coord.domain.directory import Directory
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.messages import ChannelName, MessageState


class AddressRefused(PermanentError):
    """The provider says that this address will never work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message as it is routed, and passed on when nobody is reached."""

    message_id: int
    message_key: str
    kind: str
    recipient_role: str
    recipient_user: str
    target: str
    subject_type: str
    subject_id: str
    text: str
    channels: tuple[ChannelName, ...]
    step: str
    episode_id: str
    alert_id: str
    rung: int
    due_at: datetime | None
    planned_at: datetime

    @property
    def recipient(self) -> str:
        """The recipient as a ladder names it."""
        return self.target or self.recipient_role


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to be planned."""

    message_id: int
    channel: ChannelName
    recipient_user: str
    address: str
    urgency: Urgency
    text: str
    fallbacks: tuple[ChannelName, ...]
    planned_at: datetime
    give_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What routing a message came to: how many deliveries were planned, or why nobody is reached."""

    message_id: int
    ways: int
    unreached: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One sending: what one address is told at once; `reference` stays the same over all attempts."""

    reference: str
    channel: ChannelName
    address: str
    texts: tuple[str, ...]
    urgent: bool
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt."""

    reference: str
    state: MessageState
    provider_id: str = ""
    error: str = ""
    address_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """How many sendings one address got in the last ten minutes, and when the first of them left."""

    count: int
    first_at: datetime


class Channel(Protocol):
    """One way out of the product."""

    @property
    def name(self) -> ChannelName:
        """Which channel this is."""
        ...

    @property
    def receipts(self) -> bool:
        """Whether the provider tells later what became of a sending; without, what it takes counts as delivered."""
        ...

    async def send(self, outgoing: Outgoing) -> str:
        """Hand over one sending and return the provider's id; raises TransientError, AddressRefused, PermanentError."""
        ...

    async def taken_before(self, reference: str) -> str | None:
        """Return the provider's id of a sending that an earlier, cut-off attempt handed over, if it can tell."""
        ...


class RoutingStore(Protocol):
    """Messages on their way to people."""

    async def unrouted(self, *, limit: int) -> list[Told]:
        """Hold and return messages that were not routed, the oldest first, passing over those held by others."""
        ...

    async def messages(self, message_ids: Collection[int]) -> list[Told]:
        """Return messages."""
        ...

    async def directory(self, *, outside: bool = False) -> Directory:
        """Return who can be told at all, with `outside` also the professionals of open alerts."""
        ...

    async def routed(self, results: Sequence[Routed], at: datetime) -> None:
        """Keep what routing came to."""
        ...

    async def copy_to(self, message: Told, people: Sequence[tuple[str, str]]) -> None:
        """Show a message in the product to (role, user id) as well."""
        ...

    async def lost(self, message: Told, why: str) -> bool:
        """Write down that nobody is reached by a message; say whether nobody is by any message of its step."""
        ...


class DeliveryStore(Protocol):
    """Deliveries on their way."""

    async def plan(self, deliveries: Sequence[NewDelivery]) -> None:
        """Plan deliveries; one that is there already is not planned again."""
        ...

    async def due(self, at: datetime, *, limit: int) -> list[Delivery]:
        """Hold and return deliveries whose next attempt is due: breaches, then first alerts, then repeats."""
        ...

    async def recent(
        self, addresses: Collection[tuple[ChannelName, str]], since: datetime
    ) -> dict[tuple[ChannelName, str], Recent]:
        """Return what these addresses were sent since then."""
        ...

    async def lease(self, changes: Sequence[dict[str, Any]]) -> None:
        """Mark deliveries as being sent, or as held."""
        ...

    async def of_reference(self, references: Collection[str]) -> list[Delivery]:
        """Hold and return the deliveries of sendings."""
        ...

    async def overdue(self, at: datetime) -> list[Delivery]:
        """Hold and return deliveries that took longer than their channel may take."""
        ...

    async def settle(self, changes: Sequence[dict[str, Any]]) -> None:
        """Write down new states."""
        ...

    async def alive(self, message_ids: Collection[int]) -> set[int]:
        """Return those of the messages that have a delivery which did not fail."""
        ...

    async def break_contact(self, delivery: Delivery, why: str, at: datetime) -> None:
        """Write down that an address does not work."""
        ...
