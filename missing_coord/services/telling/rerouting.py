"""What follows a delivery that failed: another channel for the same person, or else the next person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from missing_coord.domain.deliveries import GIVE_UP_AFTER, Delivery, after_receipt
from missing_coord.domain.directory import Directory
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import CHANNEL_WORDS, ChannelName, MessageState
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.messages import NewDelivery
from missing_coord.services.telling.passing_on import Why, pass_on


async def reroute(
    uow: Any, failed: Sequence[Delivery], *, usable: Collection[ChannelName], write: Write, book: LadderBook
) -> None:
    """Plan the next channel of each failed delivery; where all of a step failed, tell the next person."""
    if not failed:
        return
    directory = await uow.routing.directory(outside=True)
    planned = [again for each in failed if (again := _next(each, directory, usable, uow)) is not None]
    await uow.deliveries.plan(planned)
    await uow.routing.more_ways([each.message_id for each in planned])
    alive = await uow.deliveries.alive({each.message_id for each in failed})
    dead = {each.message_id for each in failed} - alive
    for message in await uow.routing.messages(sorted(dead)):
        if await uow.routing.lost(message, "nothing was delivered to anybody told"):
            await pass_on(uow, message, Why.NOT_DELIVERED, book=book, write=write)


def _next(
    failed: Delivery, directory: Directory, usable: Collection[ChannelName], uow: Any
) -> NewDelivery | None:
    person = next(iter(directory.user(failed.recipient_user)), None) if failed.recipient_user else None
    left = [
        each for each in failed.fallbacks if each in usable and person is not None and each in person.contacts
    ]
    if person is None or not left:
        return None
    return NewDelivery(
        message_id=failed.message_id,
        channel=left[0],
        recipient_user=failed.recipient_user,
        address=person.contacts[left[0]],
        urgency=failed.urgency,
        text=failed.text,
        fallbacks=tuple(left[1:]),
        planned_at=uow.now,
        give_up_at=uow.now + GIVE_UP_AFTER[left[0]],
    )


async def receive_receipt(
    uow: Any,
    *,
    reference: str,
    told: MessageState,
    refused: bool,
    why: str,
    write: Write,
    book: LadderBook = SHIPPED_BOOK,
) -> bool:
    """Take in what a provider says became of a sending; False when no sending has this reference.

    Safe to repeat and in any order: what was delivered stays delivered.
    """
    found = await uow.deliveries.of_reference([reference])
    changed = [each for each in found if after_receipt(each.state, told) is not each.state]
    await uow.deliveries.settle(
        [
            {
                "delivery_id": each.delivery_id,
                "state": after_receipt(each.state, told),
                "next_attempt_at": uow.now,
                "give_up_at": each.give_up_at,
                "sent_at": uow.now,
                "ended_at": uow.now,
                "provider_id": "",
                "error": why if told is MessageState.FAILED else "",
            }
            for each in changed
        ]
    )
    failed = [each for each in changed if told is MessageState.FAILED]
    for each in failed if refused else []:
        await uow.deliveries.break_contact(each, f"{CHANNEL_WORDS[each.channel]}: {why}", uow.now)
    await reroute(uow, failed, usable=tuple(ChannelName), write=write, book=book)
    return bool(found)
