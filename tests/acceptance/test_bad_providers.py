"""What happens when providers fail, are slow, send receipts twice, or would tell one address too much."""

from __future__ import annotations

from datetime import timedelta

from missing_coord.domain.access import Role
from missing_coord.domain.errors import TransientError
from missing_coord.domain.messages import ChannelName, MessageState
from missing_coord.services.ports.messages import AddressRefused
from tests.acceptance.telling_scene import Telling
from tests.acceptance.telling_words import (
    BREACH,
    UNDELIVERED,
    WARNED_24,
    WARNED_48,
    ladder,
    office,
    step,
)
from tests.builders.cases import RETURNED


async def test_a_provider_that_fails_once_is_tried_again_soon(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    council.channels[ChannelName.EMAIL].faults["*"] = TransientError("busy")
    assert await council.after(case, hours=24) == []
    council.channels[ChannelName.EMAIL].faults.clear()
    assert await council.after(case, hours=24, seconds=19) == []
    assert await council.after(case, hours=24, seconds=21) == [f"cora email: {WARNED_24}"]
    assert await council.rows("select state, attempts from deliveries") == [("delivered", 2)]


async def test_waits_between_attempts_grow(council: Telling) -> None:
    await office(council)
    case = await council.returned()
    council.channels[ChannelName.EMAIL].faults["*"] = TransientError("busy")
    tried = []
    for second in range(0, 300, 10):
        await council.after(case, hours=24, seconds=second)
        [[attempts]] = await council.rows("select attempts from deliveries")
        tried.append(attempts)
    assert [tried.index(number) * 10 for number in (1, 2, 3, 4)] == [0, 20, 60, 140]


async def test_one_bad_address_stops_nobody_else(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR)
    await council.person("carl", Role.COORDINATOR)
    council.channels[ChannelName.EMAIL].faults["carl@email"] = AddressRefused("no such address")
    case = await council.returned()
    assert await council.after(case, hours=24) == [f"cora email: {WARNED_24}"]
    broken = await council.rows("select address, broken_why from contacts where broken_at is not null")
    assert broken == [("carl@email", "no such address")]


async def test_an_address_that_was_refused_is_not_used_again(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR, sms=True)
    council.channels[ChannelName.EMAIL].faults["cora@email"] = AddressRefused("no such address")
    case = await council.returned()
    await council.after(case, hours=24)
    council.channels[ChannelName.EMAIL].faults.clear()
    council.heard()
    assert await council.after(case, hours=48) == [f"cora sms: {WARNED_48}"]


async def test_a_text_message_that_fails_goes_by_e_mail_to_the_same_person(council: Telling) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms email", repeat=24))]
    council.channels[ChannelName.SMS].faults["*"] = AddressRefused("dead")
    case = await council.returned()
    assert await council.after(case, hours=72) == [f"max email: {BREACH}"]


async def test_a_provider_that_is_down_past_the_deadline_is_left_for_the_other_channel(
    council: Telling,
) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms email", repeat=24))]
    council.channels[ChannelName.SMS].faults["*"] = TransientError("down")
    case = await council.returned()
    heard = [await council.after(case, hours=72, minutes=minute) for minute in range(20)]
    [minute] = [number for number, each in enumerate(heard) if each]
    assert minute <= 15
    assert heard[minute] == [f"max email: {BREACH}"]


async def test_when_every_channel_of_everybody_fails_the_next_person_is_told(council: Telling) -> None:
    await office(council)
    council.channels[ChannelName.EMAIL].faults["cora@email"] = AddressRefused("dead")
    case = await council.returned()
    heard = await council.after(case, hours=24)
    assert heard == [f"max sms: {WARNED_24}; {UNDELIVERED}"]


async def test_a_text_message_without_a_receipt_is_tried_another_way(council: Telling) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms email", repeat=24))]
    council.channels[ChannelName.SMS].receipts = True
    case = await council.returned()
    assert await council.after(case, hours=72) == [f"max sms: {BREACH}"]
    assert await council.after(case, hours=72, minutes=14) == []
    assert await council.after(case, hours=72, minutes=15) == [f"max email: {BREACH}"]
    assert await council.rows("select channel, state, error from deliveries order by delivery_id") == [
        ("sms", "failed", "no receipt in time"),
        ("email", "delivered", ""),
    ]


async def test_a_receipt_in_time_ends_the_matter(council: Telling) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms email", repeat=24))]
    council.channels[ChannelName.SMS].receipts = True
    case = await council.returned()
    assert len(await council.after(case, hours=72)) == 1
    await council.receipts(MessageState.DELIVERED)
    assert await council.after(case, hours=73) == []


async def test_receipts_that_repeat_and_contradict_each_other_leave_it_delivered(council: Telling) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms email", repeat=24))]
    council.channels[ChannelName.SMS].receipts = True
    case = await council.returned()
    assert len(await council.after(case, hours=72)) == 1
    for told in (MessageState.DELIVERED, MessageState.FAILED, MessageState.DELIVERED):
        await council.receipts(told)
    assert await council.after(case, hours=73) == []
    assert await council.rows("select state from deliveries") == [("delivered",)]


async def test_a_receipt_of_a_dead_number_marks_it_and_tells_by_e_mail(council: Telling) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms email", repeat=24))]
    council.channels[ChannelName.SMS].receipts = True
    case = await council.returned()
    assert len(await council.after(case, hours=72)) == 1
    await council.receipts(MessageState.FAILED, refused=True)
    await council.receipts(MessageState.FAILED, refused=True)
    assert await council.after(case, hours=72, minutes=1) == [f"max email: {BREACH}"]
    assert await council.rows("select channel from contacts where broken_at is not null") == [("sms",)]


async def test_a_sending_that_was_cut_off_is_not_sent_twice_when_the_provider_can_tell(
    council: Telling,
) -> None:
    await council.person("max", Role.MANAGER, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms", repeat=24))]
    council.channels[ChannelName.SMS].receipts = True
    case = await council.returned()
    assert len(await council.after(case, hours=72)) == 1
    await council.rows("update deliveries set state = 'sending', provider_id = '' returning 1")
    assert await council.after(case, hours=72, minutes=3) == []
    assert await council.rows("select state, attempts, cut_off from deliveries") == [("accepted", 2, 1)]


async def test_too_many_for_one_address_are_held_and_say_until_when(council: Telling) -> None:
    await council.person("cora", Role.COORDINATOR, email=False, sms=True)
    council.ladders = [
        ladder(
            step("warn", -24, Role.COORDINATOR, channels="sms"), step("breach", 0, Role.MANAGER, repeat=24)
        )
    ]
    for minute in range(8):
        await council.returned(RETURNED + timedelta(minutes=minute))
    heard = [len(await council.at(RETURNED + timedelta(hours=48, minutes=minute))) for minute in range(12)]
    assert heard == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2, 0]
    held = await council.rows("select count(*) from deliveries where held_until is not null")
    assert held == [(0,)]


async def test_a_breach_is_never_held(council: Telling) -> None:
    await council.person("max", Role.MANAGER, email=False, sms=True)
    council.ladders = [ladder(step("breach", 0, Role.MANAGER, channels="sms", repeat=24))]
    for minute in range(9):
        await council.returned(RETURNED + timedelta(minutes=minute))
    heard = [len(await council.at(RETURNED + timedelta(hours=72, minutes=minute))) for minute in range(9)]
    assert heard == [1] * 9


async def test_first_alerts_leave_before_repeats(council: Telling) -> None:
    await council.person("max", Role.MANAGER)
    await council.person("cora", Role.COORDINATOR)
    late = await council.returned()
    await council.after(late, hours=96)
    await council.returned(RETURNED + timedelta(hours=96))
    council.clock.instant = RETURNED + timedelta(hours=120)
    await council.tick()
    assert [(address, _first_words(texts)) for _, _, address, texts in council.log] == [
        ("cora@email", "24 hours from"),
        ("max@email", "24 hours over"),
    ]
    council.heard()


def _first_words(texts: tuple[str, ...]) -> str:
    return " ".join(texts[0].split(": ", 1)[1].split()[:3])
