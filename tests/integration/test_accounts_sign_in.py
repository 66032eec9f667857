"""Signing in tells nothing, locks after failures, and opens sessions that end by themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Actor, Role
from missing_coord.services.accounts import NewUser, add_user, set_password
from missing_coord.services.sign_in import LockoutPolicy
from missing_coord.storage.passwords import Argon2Passwords
from tests.integration.accounts_office import NOW, PASSWORD, WRONG, Office

COST = "$argon2id$v=19$m=65536,t=3,p=4$"


async def _fail(office: Office, times: int) -> None:
    for _ in range(times):
        assert await office.gate().sign_in(username="robin", password=WRONG) is None


async def _enter(office: Office) -> str:
    opened = await office.gate().sign_in(username="robin", password=PASSWORD)
    assert opened is not None
    return opened.token


async def test_a_password_is_checked_even_where_nothing_could_match(office: Office) -> None:
    assert await office.gate().sign_in(username="nobody", password=PASSWORD) is None
    assert office.hasher.checks == [None]
    assert await office.audit("unknown") == ["sign_in_failed"]


async def test_what_was_typed_as_an_unknown_user_name_is_kept_nowhere(office: Office) -> None:
    await office.gate().sign_in(username="my-secret-by-mistake", password=WRONG)
    async with office.administrator() as uow:
        rows = (await uow.execute(text("select audit_trail::text from audit_trail"))).scalars().all()
    assert rows
    assert not any("my-secret" in row for row in rows)


async def test_five_wrong_passwords_lock_the_account_for_a_minute(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    await _fail(office, 5)
    assert await office.gate().sign_in(username="robin", password=PASSWORD) is None
    office.later(seconds=61)
    await _enter(office)
    assert await office.audit(user_id) == [
        "user_added",
        *["sign_in_failed"] * 5,
        "locked_out",
        "sign_in_failed",
        "signed_in",
    ]


async def test_each_further_failure_doubles_the_delay_up_to_its_longest() -> None:
    policy = LockoutPolicy()
    delays = [policy.locked_until(failures, NOW) for failures in (4, 5, 6, 7, 8, 9, 10, 5000)]
    minutes = [None if until is None else (until - NOW) / timedelta(minutes=1) for until in delays]
    assert minutes == [None, 1, 2, 4, 8, 15, 15, 15]


async def test_a_right_password_forgets_the_failures_before(office: Office) -> None:
    await office.user()
    await _fail(office, 4)
    await _enter(office)
    await _fail(office, 4)
    await _enter(office)


async def test_attempts_while_locked_do_not_lengthen_the_delay(office: Office) -> None:
    await office.user()
    await _fail(office, 25)
    office.later(seconds=61)
    await _enter(office)


async def test_many_attempts_at_once_are_counted_as_many(office: Office) -> None:
    await office.user()
    gate = office.gate()
    await asyncio.gather(*(gate.sign_in(username="robin", password=WRONG) for _ in range(12)))
    assert await gate.sign_in(username="robin", password=PASSWORD) is None


async def test_an_administrators_new_password_unlocks(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    await _fail(office, 9)
    async with office.administrator() as uow:
        await set_password(uow, user_id, PASSWORD, hasher=office.hasher)
    await _enter(office)


async def test_a_session_names_the_person_and_a_form_token(office: Office) -> None:
    await office.user()
    token = await _enter(office)
    signed_in = await office.gate().session_for(token)
    assert signed_in is not None
    assert (signed_in.username, signed_in.display_name) == ("robin", "Robin Ashdown")
    assert signed_in.actor.name == "Robin Ashdown (robin)"
    assert len(signed_in.form_token) >= 32
    assert signed_in.form_token not in repr(signed_in)
    assert signed_in.expires_at == NOW + timedelta(minutes=30)


async def test_the_database_keeps_no_token_that_would_open_a_session(office: Office) -> None:
    await office.user()
    token = await _enter(office)
    async with office.storage.unit_of_work(Actor(role=Role.SIGN_IN, name="test")) as uow:
        [row] = (await uow.execute(text("select sessions::text from sessions"))).scalars().all()
    assert token not in row


async def test_a_session_left_alone_for_30_minutes_is_over(office: Office) -> None:
    await office.user()
    token = await _enter(office)
    office.later(minutes=29)
    assert await office.gate().session_for(token) is not None
    office.later(minutes=29)
    assert await office.gate().session_for(token) is not None
    office.later(minutes=30)
    assert await office.gate().session_for(token) is None
    assert await office.gate().session_for(token) is None


async def test_a_session_in_use_is_over_after_12_hours(office: Office) -> None:
    await office.user()
    token = await _enter(office)
    for _ in range(36):
        office.later(minutes=19, seconds=59)
        assert await office.gate().session_for(token) is not None
    office.later(minutes=1)
    assert await office.gate().session_for(token) is None


async def test_that_a_session_was_used_is_written_at_most_once_a_minute(office: Office) -> None:
    await office.user()
    token = await _enter(office)
    for passed, seen in ((30, 0), (29, 0), (1, 60), (59, 60)):
        office.later(seconds=passed)
        await office.gate().session_for(token)
        assert await _last_seen(office) == NOW + timedelta(seconds=seen)


async def _last_seen(office: Office) -> object:
    async with office.administrator() as uow:
        return (await uow.execute(text("select last_seen_at from sessions"))).scalar_one()


async def test_signing_out_ends_that_session_only(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    here, there = await _enter(office), await _enter(office)
    assert here != there
    await office.gate().end_session(here)
    await office.gate().end_session(here)
    assert await office.gate().session_for(here) is None
    assert await office.gate().session_for(there) is not None
    assert (await office.audit(user_id)).count("signed_out") == 1


@pytest.mark.parametrize("token", ["", "x", "\udcff", "a" * 100_000, "'; drop table sessions --"])
async def test_a_token_that_is_none_opens_nothing(office: Office, token: str) -> None:
    assert await office.gate().session_for(token) is None
    await office.gate().end_session(token)


async def test_sessions_that_are_over_are_forgotten_when_somebody_signs_in(office: Office) -> None:
    await office.user()
    await _enter(office)
    office.later(minutes=31)
    await _enter(office)
    async with office.administrator() as uow:
        assert (await uow.execute(text("select count(user_id) from sessions"))).scalar_one() == 1


@pytest.mark.parametrize("name", ["", " robin ", "ROBIN", "röbin", "r" * 10_000])
async def test_any_user_name_may_be_tried(office: Office, name: str) -> None:
    await office.user()
    opened = await office.gate().sign_in(username=name, password=PASSWORD)
    assert (opened is not None) == (name.strip().lower() == "robin")


async def test_real_hashes_are_argon2id_and_an_unknown_name_is_checked_against_one_of_the_same_cost(
    office: Office,
) -> None:
    passwords = Argon2Passwords()
    try:
        async with office.administrator() as uow:
            new = NewUser(username="robin", display_name="Robin", role="manager", password=PASSWORD)
            await add_user(uow, new, hasher=passwords)
        async with office.storage.unit_of_work(Actor(role=Role.SIGN_IN, name="test")) as uow:
            kept = (await uow.execute(text("select password_hash from user_secrets"))).scalar_one()
        assert kept.startswith(COST)
        assert passwords._dummy.result().startswith(COST)
        gate = office.gate(hasher=passwords)
        assert await gate.sign_in(username="robin", password=PASSWORD) is not None
        for name in ("robin", "nobody"):
            assert await gate.sign_in(username=name, password=WRONG) is None
    finally:
        passwords.close()


async def test_a_password_is_the_same_however_its_accents_are_composed() -> None:
    passwords = Argon2Passwords()
    try:
        kept = await passwords.hash("café-alder-violin")
        assert await passwords.verify("cafe\u0301-alder-violin", kept)
        assert not await passwords.verify("cafe-alder-violin", kept)
        assert not await passwords.verify("\ud800" + "x" * 5000, kept)
    finally:
        passwords.close()
