"""Accounts of people, for the administrator: open, disable, enable, and give a new password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy import text

from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError
from missing_coord.services import accounts
from missing_coord.services.accounts import NewUser
from missing_coord.services.ports.accounts import Account
from missing_coord.web.answers import page, redirect
from missing_coord.web.forms import Form, read_form
from missing_coord.web.session import SignedIn, require
from missing_coord.web.state import web_of

router = APIRouter(include_in_schema=False)
Administrator = Annotated[SignedIn, Depends(require(Role.ADMINISTRATOR))]
FIELDS = ("username", "name", "role", "worker_id", "password")
RULES = {"display_name": "name"}
View = dict[str, object]
_WORKERS = text("select worker_id, name from workers order by name, worker_id")


@router.get("/users")
async def users(request: Request, who: Administrator) -> Response:
    """Show every account."""
    return await _show(request, who, Form(fields={}))


@router.post("/users")
async def add(request: Request, who: Administrator) -> Response:
    """Open an account; without a password one is made up and shown once."""
    form = await read_form(request)
    new = NewUser(
        username=form.text("username"),
        display_name=form.text("name"),
        role=form.text("role"),
        worker_id=form.text("worker_id"),
        password=_password(form),
    )
    web = web_of(request)
    try:
        async with web.acting(who.actor) as uow:
            added = await accounts.add_user(uow, new, hasher=web.gate.hasher)
    except DomainError as error:
        form.refused(error, known=FIELDS, names=RULES)
        return await _show(request, who, form, status=422)
    if added.generated_password is not None:
        return await _show(request, who, Form(fields={}), made=(added.account, added.generated_password))
    return redirect(request, "/users", said=f"The account {added.account.username} is open.")


@router.post("/users/{user_id}/disable")
async def disable(request: Request, user_id: str, who: Administrator) -> Response:
    """Close an account and end its sessions."""
    form = await read_form(request)
    async with web_of(request).acting(who.actor) as uow:
        account = await accounts.disable_user(uow, user_id, expected_version=form.version())
    return redirect(request, "/users", said=f"The account {account.username} is disabled.")


@router.post("/users/{user_id}/enable")
async def enable(request: Request, user_id: str, who: Administrator) -> Response:
    """Let a disabled account sign in again."""
    form = await read_form(request)
    async with web_of(request).acting(who.actor) as uow:
        account = await accounts.enable_user(uow, user_id, expected_version=form.version())
    return redirect(request, "/users", said=f"The account {account.username} is enabled.")


@router.post("/users/{user_id}/password")
async def set_password(request: Request, user_id: str, who: Administrator) -> Response:
    """Give an account a new password, unlock it and end its sessions; without one it is made up and shown once."""
    form, web = await read_form(request), web_of(request)
    form.version()
    try:
        async with web.acting(who.actor) as uow:
            made = await accounts.set_password(uow, user_id, _password(form), hasher=web.gate.hasher)
            account = await uow.accounts.get(user_id)
    except DomainError as error:
        form.fields = {}
        form.refused(error, known=("password",), names={})
        return await _show(request, who, form, status=422, of=user_id)
    if made is not None:
        return await _show(request, who, Form(fields={}), made=(account, made))
    return redirect(request, "/users", said=f"The account {account.username} has a new password.")


def _password(form: Form) -> str | None:
    """Return the password as it was typed, None when it is to be made up."""
    return next(iter(form.fields.get("password", ())), "") or None


async def _show(
    request: Request,
    who: SignedIn,
    form: Form,
    *,
    made: tuple[Account, str] | None = None,
    of: str = "",
    status: int = 200,
) -> Response:
    """Show the accounts; `of` is the account whose new password was refused."""
    async with web_of(request).acting(who.actor) as uow:
        found = await accounts.list_users(uow)
        known = (await uow.execute(_WORKERS)).mappings().all()
        uow.audit("opened", subject_type="users", subject_id="")
    names = {row["worker_id"]: row["name"] for row in known}
    values = {name: value for name, value in form.values().items() if name != "password"}
    context = {
        "rows": [_row(each, names) for each in found],
        "workers": [(key, f"{name or 'No name'} ({key})") for key, name in names.items()],
        "made": {"username": made[0].username, "password": made[1]} if made else None,
        "password_errors": {of: form.errors.get("password", "")} if of else {},
        "values": {} if of else values,
        "errors": {} if of else form.errors,
    }
    return await page(request, "pages/users.html", context, status=status)


def _row(account: Account, workers: dict[str, str]) -> View:
    return {
        "user_id": account.user_id,
        "username": account.username,
        "name": account.display_name,
        "role": account.role.value,
        "worker_name": (workers.get(account.worker_id) or account.worker_id) if account.worker_id else None,
        "active": account.active,
        "last_seen_at": account.last_seen_at,
        "version": account.version,
    }
