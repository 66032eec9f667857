"""Sending: hands due deliveries to their channels, retries, and tries another channel or person when one fails."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from missing_coord.domain.deliveries import (
    GIVE_UP_AFTER,
    LEASE,
    MOST_IN_BUNDLE,
    MOST_IN_WINDOW,
    WINDOW,
    Delivery,
    Urgency,
    wait_before,
)
from missing_coord.domain.errors import PermanentError, TransientError
from missing_coord.domain.ladders import SHIPPED_BOOK, LadderBook
from missing_coord.domain.messages import ChannelName, MessageState
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.messages import AddressRefused, Channel, Outcome, Outgoing
from missing_coord.services.telling.rerouting import reroute

BATCH = 200
AT_ONCE = 8
SECONDS = 20.0
"""How long one attempt may take."""
Channels = Mapping[ChannelName, Channel]
OpenUnit = Callable[[], AbstractAsyncContextManager[Any]]
Group = list[Delivery]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one round did."""

    sent: int = 0
    failed: int = 0
    held: int = 0
    more: bool = False


async def send_due(
    open_unit: OpenUnit,
    channels: Channels,
    *,
    write: Write,
    book: LadderBook = SHIPPED_BOOK,
    limit: int = BATCH,
    seconds: float = SECONDS,
) -> Sent:
    """Send what is due in one round: take it, send it outside of any transaction, write down what became of it.

    A process that is cut off in between leaves a lease that ends; the next attempt carries the same reference.
    """
    async with open_unit() as uow:
        await _give_up(uow, channels, write=write, book=book)
        groups, held = await _take(uow, channels, limit=limit)
    outcomes = await _attempts(groups, channels, seconds=seconds)
    async with open_unit() as uow:
        await settle(uow, outcomes, channels, write=write, book=book)
    good = sum(each.state is not MessageState.FAILED and not each.error for each in outcomes)
    taken = sum(map(len, groups)) + held
    return Sent(sent=good, failed=len(outcomes) - good, held=held, more=taken >= limit)


async def _take(uow: Any, channels: Channels, *, limit: int) -> tuple[list[Group], int]:
    """Lease what is due, in groups that leave as one sending each; hold what would be too much for one address."""
    due = [each for each in await uow.deliveries.due(uow.now, limit=limit) if each.channel in channels]
    groups = _grouped(due)
    recent = await uow.deliveries.recent({(each.channel, each.address) for each in due}, uow.now - WINDOW)
    going: list[Group] = []
    changes: list[dict[str, Any]] = []
    held = 0
    for group in groups:
        first = group[0]
        seen = recent.get((first.channel, first.address))
        full = seen is not None and seen.count >= MOST_IN_WINDOW[first.channel]
        if seen is not None and full and not _unholdable(group):
            changes.extend(_hold(each, seen.first_at + WINDOW) for each in group)
            held += len(group)
        else:
            reference = first.reference or str(uuid.uuid4())
            going.append([_with_reference(each, reference) for each in group])
            changes.extend(_leased(each, reference, uow.now) for each in group)
    await uow.deliveries.lease(changes)
    return going, held


def _grouped(due: Sequence[Delivery]) -> list[Group]:
    """Return deliveries that leave together: those of one earlier attempt, or fresh ones for one address."""
    groups: dict[tuple[str, ...], list[Group]] = {}
    for each in due:
        key = ("again", each.reference) if each.reference else (each.channel, each.address, each.urgency)
        parts = groups.setdefault(key, [[]])
        if len(parts[-1]) >= MOST_IN_BUNDLE and not each.reference:
            parts.append([])
        parts[-1].append(each)
    return [group for parts in groups.values() for group in parts]


def _unholdable(group: Group) -> bool:
    return any(each.urgency is Urgency.BREACH or each.reference for each in group)


def _with_reference(delivery: Delivery, reference: str) -> Delivery:
    return replace(delivery, reference=reference)


def _leased(delivery: Delivery, reference: str, now: datetime) -> dict[str, Any]:
    return {
        "delivery_id": delivery.delivery_id,
        "state": MessageState.SENDING.value,
        "reference": reference,
        "attempts": delivery.attempts + 1,
        "cut_off": int(delivery.state is MessageState.SENDING),
        "next_attempt_at": now + LEASE,
        "held_until": None,
        "give_up_at": delivery.give_up_at,
    }


def _hold(delivery: Delivery, until: datetime) -> dict[str, Any]:
    return {
        "delivery_id": delivery.delivery_id,
        "state": MessageState.PLANNED.value,
        "reference": "",
        "attempts": delivery.attempts,
        "cut_off": 0,
        "next_attempt_at": until,
        "held_until": until,
        "give_up_at": max(delivery.give_up_at, until + GIVE_UP_AFTER[delivery.channel]),
    }


async def _attempts(groups: Sequence[Group], channels: Channels, *, seconds: float) -> list[Outcome]:
    """Send every group; one that hangs or fails holds up no other for longer than its own time."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(group: Group) -> Outcome:
        async with gate:
            return await _attempt(group, channels[group[0].channel], seconds=seconds)

    return list(await asyncio.gather(*(one(group) for group in groups)))


async def _attempt(group: Group, channel: Channel, *, seconds: float) -> Outcome:
    first = group[0]
    outgoing = Outgoing(
        reference=first.reference,
        channel=first.channel,
        address=first.address,
        texts=tuple(dict.fromkeys(each.text for each in group)),
        urgent=first.urgency is Urgency.BREACH,
        again=first.attempts > 0,
    )
    taken = MessageState.ACCEPTED if channel.receipts else MessageState.DELIVERED
    try:
        async with asyncio.timeout(seconds):
            before = await channel.taken_before(first.reference) if outgoing.again else None
            provider_id = before or await channel.send(outgoing)
    except AddressRefused as error:
        return _failed(first, str(error), refused=True)
    except PermanentError as error:
        return _failed(first, str(error))
    except TimeoutError:
        return _later(first, f"no answer within {seconds:g} s")
    except TransientError as error:
        return _later(first, str(error))
    except Exception as error:  # one channel's fault must not stop what others send
        return _later(first, type(error).__name__)
    return Outcome(reference=first.reference, state=taken, provider_id=provider_id)


def _failed(first: Delivery, error: str, *, refused: bool = False) -> Outcome:
    return Outcome(
        reference=first.reference, state=MessageState.FAILED, error=error[:200], address_refused=refused
    )


def _later(first: Delivery, error: str) -> Outcome:
    return Outcome(reference=first.reference, state=MessageState.PLANNED, error=error[:200])


async def settle(
    uow: Any, outcomes: Sequence[Outcome], channels: Channels, *, write: Write, book: LadderBook
) -> None:
    """Write down what became of sendings; a receipt that was quicker than this stays."""
    by_reference = {each.reference: each for each in outcomes}
    found = await uow.deliveries.of_reference(list(by_reference))
    changes, failed = [], []
    for delivery in found:
        if delivery.state is not MessageState.SENDING:
            continue
        outcome = by_reference[delivery.reference]
        change = _change(delivery, outcome, uow.now)
        changes.append(change)
        if change["state"] is MessageState.FAILED:
            failed.append((delivery, outcome))
    await uow.deliveries.settle(changes)
    for delivery, outcome in failed:
        if outcome.address_refused:
            await uow.deliveries.break_contact(delivery, outcome.error, uow.now)
    await reroute(uow, [delivery for delivery, _ in failed], usable=channels.keys(), write=write, book=book)


def _change(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    state = outcome.state
    next_attempt_at = now + wait_before(delivery.attempts)
    if state is MessageState.PLANNED and next_attempt_at >= delivery.give_up_at:
        state = MessageState.FAILED
    good = state in (MessageState.ACCEPTED, MessageState.DELIVERED)
    return {
        "delivery_id": delivery.delivery_id,
        "state": state,
        "next_attempt_at": next_attempt_at,
        "give_up_at": now + GIVE_UP_AFTER[delivery.channel] if good else delivery.give_up_at,
        "sent_at": now if good else None,
        "ended_at": now if state in (MessageState.DELIVERED, MessageState.FAILED) else None,
        "provider_id": outcome.provider_id,
        "error": outcome.error,
    }


async def _give_up(uow: Any, channels: Channels, *, write: Write, book: LadderBook) -> None:
    """Fail what took longer than its channel may take, and try another way."""
    late = await uow.deliveries.overdue(uow.now)
    words = {MessageState.ACCEPTED: "no receipt in time"}
    await uow.deliveries.settle(
        [
            {
                "delivery_id": each.delivery_id,
                "state": MessageState.FAILED,
                "next_attempt_at": uow.now,
                "give_up_at": each.give_up_at,
                "sent_at": None,
                "ended_at": uow.now,
                "provider_id": "",
                "error": words.get(each.state, "not sent in time"),
            }
            for each in late
        ]
    )
    await reroute(uow, late, usable=channels.keys(), write=write, book=book)
