"""Routing: turns what is to be told into deliveries to people; a step that reaches nobody passes on at once."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from missing_coord.domain.deliveries import GIVE_UP_AFTER, Urgency
from missing_coord.domain.directory import Directory, Person, nobody_words, ways_to
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import CHANNEL_WORDS, ChannelName, MessageKind
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.messages import NewDelivery, Routed, Told
from missing_coord.services.telling.passing_on import Why, pass_on

BATCH = 500
Usable = Collection[ChannelName]


async def route(
    uow: Any,
    *,
    usable: Usable,
    write: Write,
    book: LadderBook = SHIPPED_BOOK,
    limit: int = BATCH,
) -> int:
    """Route up to `limit` messages in this transaction and return how many there were.

    `usable` are the channels that are set up; without any, the product itself is where people are told.
    """
    found = await uow.routing.unrouted(limit=limit)
    if not found:
        return 0
    directory = await uow.routing.directory(outside=True)
    routed, planned, lost = [], [], []
    for message in found:
        people = _people(message, directory, uow)
        ways = _deliveries(message, people, usable)
        why = _unreached(message, people, ways, usable)
        planned.extend(ways)
        routed.append(Routed(message_id=message.message_id, ways=len(ways), unreached=""))
        if why:
            lost.append((message, why))
        if message.target:
            inside = [(each.role.value, each.user_id) for each in people if each.user_id]
            await uow.routing.copy_to(message, inside)
    await uow.routing.routed(routed, uow.now)
    await uow.deliveries.plan(planned)
    for message, why in lost:
        if await uow.routing.lost(message, why):
            await pass_on(uow, message, Why.NOBODY_REACHABLE, book=book, write=write)
    return len(found)


def _people(message: Told, directory: Directory, uow: Any) -> tuple[Person, ...]:
    if message.recipient_user:
        return directory.user(message.recipient_user)
    return directory.meant_by(message.recipient, uow.now) if message.recipient else ()


def _deliveries(message: Told, people: Collection[Person], usable: Usable) -> list[NewDelivery]:
    if not any(each in usable for each in message.channels):
        return []
    ways = [
        _delivery(message, channels[0], channels[1:], person)
        for person in people
        if (channels := ways_to(person, message.channels, usable))
    ]
    if ChannelName.TEAMS in message.channels and ChannelName.TEAMS in usable:
        ways.append(_delivery(message, ChannelName.TEAMS, (), None))
    return ways


def _delivery(
    message: Told, channel: ChannelName, fallbacks: tuple[ChannelName, ...], person: Person | None
) -> NewDelivery:
    return NewDelivery(
        message_id=message.message_id,
        channel=channel,
        recipient_user=person.user_id if person else "",
        address=person.contacts[channel] if person else "",
        urgency=urgency_of(message),
        text=message.text,
        fallbacks=fallbacks,
        planned_at=message.planned_at,
        give_up_at=message.planned_at + GIVE_UP_AFTER[channel],
    )


def urgency_of(message: Told) -> Urgency:
    """Return in which order a message leaves."""
    if message.kind == MessageKind.BREACH:
        return Urgency.BREACH
    return Urgency.REPEAT if "+" in message.step else Urgency.FIRST


def _unreached(
    message: Told, people: Collection[Person], ways: Collection[NewDelivery], usable: Usable
) -> str:
    """Return why nobody is reached, empty when somebody is; in the product all who sign in are."""
    if not people:
        return nobody_words(message.recipient) if message.recipient else "addressed to nobody"
    wanted = [each for each in message.channels if each in usable]
    if wanted and not ways:
        words = " or ".join(CHANNEL_WORDS[each] for each in wanted)
        return f"nobody told has a working contact for {words}"
    return ""
