"""Accounts are opened with clear refusals, disabled at once, and given passwords that nobody guesses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotFound
from missing_coord.services.accounts import (
    NewUser,
    add_user,
    disable_user,
    enable_user,
    list_users,
    set_password,
)
from tests.integration.accounts_office import PASSWORD, Office


async def _refusal(office: Office, **changes: Any) -> tuple[str, str]:
    with pytest.raises(DomainError) as refused:
        await office.user(**changes)
    return refused.value.code, refused.value.message


async def test_an_account_signs_in_with_the_password_it_was_given(office: Office) -> None:
    added = await office.user()
    assert added.generated_password is None
    opened = await office.gate().sign_in(username=" Robin ", password=PASSWORD)
    assert opened is not None
    assert (opened.signed_in.user_id, opened.signed_in.role) == (added.account.user_id, Role.COORDINATOR)
    assert await office.audit(added.account.user_id) == ["user_added", "signed_in"]


async def test_an_account_without_a_password_gets_one_that_is_told_once(office: Office) -> None:
    added = await office.user(password=None)
    assert added.generated_password is not None
    assert added.generated_password not in repr(added)
    opened = await office.gate().sign_in(username="robin", password=added.generated_password)
    assert opened is not None


@pytest.mark.parametrize(
    ("changes", "field", "word"),
    [
        ({"username": "r"}, "username", "2 to 64"),
        ({"username": "robin ashdown"}, "username", "letters"),
        ({"display_name": "  "}, "display_name", "name"),
        ({"role": "boss"}, "role", "quality_auditor"),
        ({"role": "system"}, "role", "coordinator"),
        ({"role": "sign_in"}, "role", "coordinator"),
        ({"role": "interview_worker"}, "worker_id", "needs"),
        ({"role": "interview_worker", "worker_id": "W9"}, "worker_id", "W9"),
        ({"worker_id": "W1"}, "worker_id", "leave it empty"),
        ({"password": "short-one"}, "password", "12"),
        ({"password": ""}, "password", "12"),
        ({"password": "x" * 300}, "password", "256"),
        ({"password": "aaaaaaaaaaaaaaaa"}, "password", "different"),
        ({"password": "123456789012345"}, "password", "different"),
        ({"password": "Password123!"}, "password", "guessed"),
        ({"password": "robinashdown1"}, "password", "guessed"),
    ],
)
async def test_a_wrong_account_is_refused_by_the_name_of_the_field(
    office: Office, changes: dict[str, str], field: str, word: str
) -> None:
    code, message = await _refusal(office, **changes)
    assert code == field
    assert message.startswith(f"{field}: ")
    assert word in message
    assert changes.get("password") in (None, "") or changes["password"] not in message
    async with office.administrator() as uow:
        assert await list_users(uow) == []


async def test_a_user_name_is_taken_once_whatever_its_case(office: Office) -> None:
    await office.user("robin")
    assert (await _refusal(office, username="ROBIN"))[0] == "username"


async def test_two_administrators_cannot_open_the_same_user_name_at_once(office: Office) -> None:
    answers = await asyncio.gather(office.user(), office.user(), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Added", "DomainError"]


async def test_an_interview_worker_signs_in_as_that_worker(office: Office) -> None:
    await office.worker("W1")
    await office.user("ade", role="Interview worker", worker_id="W1")
    opened = await office.gate().sign_in(username="ade", password=PASSWORD)
    assert opened is not None
    assert opened.signed_in.actor.worker_id == "W1"
    assert opened.signed_in.actor.role is Role.INTERVIEW_WORKER


async def test_a_disabled_account_is_out_at_once_and_in_again_when_enabled(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    opened = await office.gate().sign_in(username="robin", password=PASSWORD)
    assert opened is not None
    async with office.administrator() as uow:
        disabled = await disable_user(uow, user_id, expected_version=1)
    assert (disabled.active, disabled.version) == (False, 2)
    assert await office.gate().session_for(opened.token) is None
    assert await office.gate().sign_in(username="robin", password=PASSWORD) is None
    async with office.administrator() as uow:
        assert (await enable_user(uow, user_id)).active
    assert await office.gate().session_for(opened.token) is None
    assert await office.gate().sign_in(username="robin", password=PASSWORD) is not None


async def test_an_account_changed_since_it_was_read_is_not_overwritten(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    with pytest.raises(ConcurrencyConflict):
        async with office.administrator() as uow:
            await disable_user(uow, user_id, expected_version=7)


async def test_the_last_administrator_cannot_be_disabled(office: Office) -> None:
    first = (await office.user("ada", role="administrator")).account.user_id
    with pytest.raises(DomainError, match="last administrator"):
        async with office.administrator() as uow:
            await disable_user(uow, first)
    await office.user("eda", role="administrator")
    async with office.administrator() as uow:
        assert not (await disable_user(uow, first)).active


async def test_a_new_password_ends_sessions_and_the_old_password(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    opened = await office.gate().sign_in(username="robin", password=PASSWORD)
    assert opened is not None
    async with office.administrator() as uow:
        made_up = await set_password(uow, user_id, hasher=office.hasher)
    assert made_up is not None
    assert await office.gate().session_for(opened.token) is None
    assert await office.gate().sign_in(username="robin", password=PASSWORD) is None
    assert await office.gate().sign_in(username="robin", password=made_up) is not None
    assert (await office.audit(user_id))[:3] == ["user_added", "signed_in", "password_set"]


async def test_a_weak_new_password_is_refused_and_the_old_one_stays(office: Office) -> None:
    user_id = (await office.user()).account.user_id
    with pytest.raises(DomainError, match="password: "):
        async with office.administrator() as uow:
            await set_password(uow, user_id, "robinrobinrobin", hasher=office.hasher)
    assert await office.gate().sign_in(username="robin", password=PASSWORD) is not None


@pytest.mark.parametrize("user_id", ["nobody", "00000000-0000-0000-0000-000000000000"])
async def test_a_user_that_is_none_is_not_found(office: Office, user_id: str) -> None:
    with pytest.raises(NotFound):
        async with office.administrator() as uow:
            await disable_user(uow, user_id)


async def test_the_list_says_when_each_was_last_seen_even_after_signing_out(office: Office) -> None:
    await office.user("robin")
    await office.user("kit")
    opened = await office.gate().sign_in(username="robin", password=PASSWORD)
    assert opened is not None
    await office.gate().end_session(opened.token)
    async with office.administrator() as uow:
        seen = {each.username: each.last_seen_at for each in await list_users(uow)}
    assert seen == {"robin": office.clock.now(), "kit": None}


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.SYSTEM)])
async def test_no_other_role_opens_an_account(office: Office, role: Role) -> None:
    new = NewUser(username="loot", display_name="Loot", role="administrator", password=PASSWORD)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with office.storage.unit_of_work(Actor(role=role, name="x")) as uow:
            await add_user(uow, new, hasher=office.hasher)


async def test_the_system_gives_nobody_a_password(office: Office) -> None:
    new = NewUser(username="loot", display_name="Loot", role="administrator", password=PASSWORD)
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with office.storage.unit_of_work(Actor(role=Role.SYSTEM, name="x")) as uow:
            await add_user(uow, new, hasher=office.hasher)


async def test_neither_password_nor_its_hash_stands_in_the_audit_trail(office: Office) -> None:
    await office.user()
    async with office.administrator() as uow:
        rows = (await uow.execute(text("select detail::text from audit_trail"))).scalars().all()
    kept = await office.hasher.hash(PASSWORD)
    assert rows
    assert not any(PASSWORD in row or kept in row for row in rows)
