"""Demo accounts pass in demo mode and nowhere else; sources send with keys that are shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from missing_coord.domain.access import PEOPLE_ROLES, Actor, Role
from missing_coord.domain.errors import DomainError, NotAllowed, NotFound
from missing_coord.services.accounts import DemoSignIn, add_demo_users, list_users
from missing_coord.services.api_keys import add_key, list_keys, revoke_keys
from missing_coord.services.ports.accounts import KeyScope
from tests.integration.accounts_office import PASSWORD, Office


async def _demo_users(office: Office) -> list[DemoSignIn]:
    async with office.administrator() as uow:
        return await add_demo_users(uow, demo=True, hasher=office.hasher)


async def test_demo_mode_has_a_sign_in_for_every_role_and_every_worker(office: Office) -> None:
    await office.worker("W-01")
    await office.worker("W-02")
    shown = await _demo_users(office)
    assert {each.role for each in shown} == set(PEOPLE_ROLES)
    assert [each.username for each in shown if each.role is Role.INTERVIEW_WORKER] == [
        "worker-w-01",
        "worker-w-02",
    ]
    gate = office.gate(demo=True)
    for each in shown:
        opened = await gate.sign_in(username=each.username, password=each.password)
        assert opened is not None
        assert opened.signed_in.role is each.role
    assert await gate.demo_accounts() == shown


async def test_demo_users_are_made_once_however_often_it_starts(office: Office) -> None:
    await office.worker("W-01")
    first = await _demo_users(office)
    await office.worker("W-02")
    second = await _demo_users(office)
    assert [each for each in second if each not in first] == [
        each for each in second if each.username == "worker-w-02"
    ]


async def test_no_demo_account_passes_outside_demo_mode_on_the_same_database(office: Office) -> None:
    shown = await _demo_users(office)
    opened = await office.gate(demo=True).sign_in(username=shown[0].username, password=shown[0].password)
    assert opened is not None
    outside = office.gate(demo=False)
    for each in shown:
        assert await outside.sign_in(username=each.username, password=each.password) is None
    assert await outside.demo_accounts() == []
    assert await outside.session_for(opened.token) is None


async def test_demo_accounts_are_not_made_outside_demo_mode(office: Office) -> None:
    with pytest.raises(NotAllowed, match="MISSING_COORD_DEMO"):
        async with office.administrator() as uow:
            await add_demo_users(uow, demo=False, hasher=office.hasher)
    async with office.administrator() as uow:
        assert await list_users(uow) == []


async def test_an_account_of_a_real_person_is_never_made_a_demo_account(office: Office) -> None:
    await office.user("manager", role="manager")
    shown = await _demo_users(office)
    assert "manager" not in {each.username for each in shown}
    assert await office.gate().sign_in(username="manager", password="demo-manager") is None
    assert await office.gate().sign_in(username="manager", password=PASSWORD) is not None


async def test_a_key_opens_its_scopes_and_only_its_hash_is_kept(office: Office) -> None:
    async with office.administrator() as uow:
        made = await add_key(uow, "gmp", ["police-notices"])
    assert made.secret not in repr(made)
    key = await office.gate().key_for(made.secret)
    assert key == made.key
    assert key is not None
    assert key.allows(KeyScope.POLICE_NOTICES)
    assert not key.allows(KeyScope.REGISTER)
    async with office.storage.unit_of_work(_sign_in()) as uow:
        [row] = (await uow.execute(text("select api_keys::text from api_keys"))).scalars().all()
    assert made.secret not in row
    assert made.secret.removeprefix("mck_") not in row


async def test_a_revoked_key_opens_nothing_and_the_source_can_have_another(office: Office) -> None:
    async with office.administrator() as uow:
        old = await add_key(uow, "gmp", ["police-notices"])
    async with office.administrator() as uow:
        await revoke_keys(uow, "gmp")
        assert [key.revoked_at for key in await list_keys(uow)] == [office.clock.now()]
    assert await office.gate().key_for(old.secret) is None
    async with office.administrator() as uow:
        new = await add_key(uow, "gmp", ["register", "placements"])
    assert await office.gate().key_for(old.secret) is None
    assert await office.gate().key_for(new.secret) == new.key
    assert await office.audit(old.key.key_id) == ["key_added", "key_revoked"]


async def test_a_source_changes_over_to_a_new_key_while_the_old_one_still_opens(office: Office) -> None:
    async with office.administrator() as uow:
        old = await add_key(uow, "gmp", ["police-notices"])
    office.clock.instant += timedelta(minutes=1)
    async with office.administrator() as uow:
        new = await add_key(uow, "gmp", ["police-notices"])
    assert [await office.gate().key_for(each.secret) for each in (old, new)] == [old.key, new.key]
    with pytest.raises(DomainError, match="revoke the older one first"):
        async with office.administrator() as uow:
            await add_key(uow, "gmp", ["police-notices"])
    async with office.administrator() as uow:
        assert [key.key_id for key in await revoke_keys(uow, "gmp", older=True)] == [old.key.key_id]
    assert await office.gate().key_for(old.secret) is None
    assert await office.gate().key_for(new.secret) == new.key
    with pytest.raises(NotFound, match="no older key"):
        async with office.administrator() as uow:
            await revoke_keys(uow, "gmp", older=True)


@pytest.mark.parametrize(
    ("source", "scopes", "field"),
    [("", ["register"], "source"), ("gmp", [], "scopes"), ("gmp", ["everything"], "scopes")],
)
async def test_a_wrong_key_is_refused_by_the_name_of_the_field(
    office: Office, source: str, scopes: list[str], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        async with office.administrator() as uow:
            await add_key(uow, source, scopes)
    assert refused.value.code == field


async def test_a_key_that_is_none_opens_nothing_and_cannot_be_revoked(office: Office) -> None:
    for bearer in ("", "mck_", "mck_" + "x" * 43, "\udcff"):
        assert await office.gate().key_for(bearer) is None
    with pytest.raises(NotFound):
        async with office.administrator() as uow:
            await revoke_keys(uow, "gmp")


def _sign_in() -> Actor:
    return Actor(role=Role.SIGN_IN, name="test")
