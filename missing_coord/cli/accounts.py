"""`users` and `keys`: who may sign in, and which systems may send."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, london, print_json, print_table, say
from missing_coord.cli.running import with_application
from missing_coord.domain.plurals import plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.domain.access import Actor
    from missing_coord.services.accounts import NewUser
    from missing_coord.services.api_keys import NewKey
    from missing_coord.services.ports.accounts import Account, ApiKey

users = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(users, name="users")
    app.add_typer(keys, name="keys")


@users.callback()
def _users() -> None:
    """Say who may sign in."""


@keys.callback()
def _keys() -> None:
    """Say which systems may send over HTTP."""


@users.command("add")
def add_user(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name, as others see it.")],
    role: Annotated[
        str,
        typer.Option(
            help="coordinator, interview_worker, manager, quality_auditor, exploitation_lead or administrator."
        ),
    ],
    worker_id: Annotated[str, typer.Option(help="For an interview worker: the id in workers.csv.")] = "",
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password from stdin, else one is made up.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Open an account. A password that was made up is shown once."""
    from missing_coord.services.accounts import NewUser

    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    new = NewUser(username=username, display_name=name, role=role, worker_id=worker_id, password=password)
    account, made_up = with_application(lambda app: _add_user(app, new))
    if as_json:
        print_json({**_user_json(account), "password": made_up})
        return
    say(f"{account.username} may sign in as {account.role.value.replace('_', ' ')}.")
    if made_up:
        say(f"Password, shown only now: {made_up}")


@users.command("list")
def list_users(as_json: Json = False) -> None:
    """Show every account, disabled ones included."""
    found = with_application(_list_users)
    if as_json:
        print_json([_user_json(account) for account in found])
        return
    columns = ("user name", "name", "role", "worker", "state", "last seen")
    print_table("", columns, [_user_line(account) for account in found])


@users.command("disable")
def disable_user(
    username: Annotated[str, typer.Argument(help="The account to close.")], as_json: Json = False
) -> None:
    """Close an account. Its sessions end at once; nothing that the person did is lost."""
    account = with_application(lambda app: _disable_user(app, username))
    if as_json:
        print_json(_user_json(account))
    else:
        say(f"{account.username} can no longer sign in.")


@keys.command("add")
def add_key(
    source: Annotated[str, typer.Argument(help="Who will send with it, such as gmp.")],
    scope: Annotated[
        list[str],
        typer.Option(
            help="police-notices, register, placements or missing-lists; may be given several times."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Give a system a key. It is shown once and kept nowhere."""
    made = with_application(lambda app: _add_key(app, source, scope))
    if as_json:
        print_json({**_key_json(made.key), "key": made.secret})
        return
    say(f"Key of {made.key.source}, shown only now: {made.secret}")


@keys.command("list")
def list_keys(as_json: Json = False) -> None:
    """Show every key, revoked ones included; never the keys themselves."""
    found = with_application(_list_keys)
    if as_json:
        print_json([_key_json(key) for key in found])
        return
    lines = [
        (key.source, ", ".join(key.scopes), london(key.created_at), london(key.revoked_at) or "in force")
        for key in found
    ]
    print_table("", ("source", "may send", "since", "revoked"), lines)


@keys.command("revoke")
def revoke_keys(
    source: Annotated[str, typer.Argument(help="Whose keys.")],
    older: Annotated[bool, typer.Option("--older", help="Only what the newest key replaces.")] = False,
    as_json: Json = False,
) -> None:
    """Take a system's keys out of force at once."""
    revoked = with_application(lambda app: _revoke_keys(app, source, older=older))
    if as_json:
        print_json([_key_json(key) for key in revoked])
    else:
        say(f"{plural(len(revoked), 'key')} of {source.strip()} revoked.")


def _operator() -> Actor:
    from missing_coord.domain.access import Actor, Role

    return Actor(role=Role.ADMINISTRATOR, name="command line")


async def _add_user(app: Application, new: NewUser) -> tuple[Account, str | None]:
    from missing_coord.services.accounts import add_user
    from missing_coord.storage.passwords import Argon2Passwords

    with closing(Argon2Passwords()) as hasher:
        async with app.database.unit_of_work(_operator()) as uow:
            added = await add_user(uow, new, hasher=hasher)
    return added.account, added.generated_password


async def _list_users(app: Application) -> list[Account]:
    from missing_coord.services.accounts import list_users

    async with app.database.unit_of_work(_operator()) as uow:
        return await list_users(uow)


async def _disable_user(app: Application, username: str) -> Account:
    from missing_coord.domain.errors import NotFound
    from missing_coord.services.accounts import disable_user, list_users

    async with app.database.unit_of_work(_operator()) as uow:
        wanted = username.strip().lower()
        account = next((each for each in await list_users(uow) if each.username == wanted), None)
        if account is None:
            raise NotFound(f"There is no user {username!r}.")
        return await disable_user(uow, account.user_id)


async def _add_key(app: Application, source: str, scopes: list[str]) -> NewKey:
    from missing_coord.services.api_keys import add_key

    async with app.database.unit_of_work(_operator()) as uow:
        return await add_key(uow, source, scopes)


async def _list_keys(app: Application) -> list[ApiKey]:
    from missing_coord.services.api_keys import list_keys

    async with app.database.unit_of_work(_operator()) as uow:
        return await list_keys(uow)


async def _revoke_keys(app: Application, source: str, *, older: bool) -> list[ApiKey]:
    from missing_coord.services.api_keys import revoke_keys

    async with app.database.unit_of_work(_operator()) as uow:
        return await revoke_keys(uow, source, older=older)


def _user_json(account: Account) -> dict[str, Any]:
    return {
        "username": account.username,
        "display_name": account.display_name,
        "role": account.role.value,
        "worker_id": account.worker_id,
        "demo": account.demo,
        "active": account.active,
        "created_at": account.created_at,
        "disabled_at": account.disabled_at,
    }


def _user_line(account: Account) -> tuple[object, ...]:
    state = "demo" if account.demo and account.active else "may sign in" if account.active else "disabled"
    role = account.role.value.replace("_", " ")
    return (
        account.username,
        account.display_name,
        role,
        account.worker_id,
        state,
        london(account.last_seen_at),
    )


def _key_json(key: ApiKey) -> dict[str, Any]:
    return {
        "source": key.source,
        "scopes": [scope.value for scope in key.scopes],
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
