"""Accounts of people: opened, disabled and given passwords by an administrator; demo accounts only where asked for."""

from __future__ import annotations

import re
import secrets
import unicodedata
import uuid
from dataclasses import dataclass, field, replace
from itertools import pairwise

from missing_coord.domain.access import PEOPLE_ROLES, Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed
from missing_coord.services.ports.accounts import AccessUnit, Account, PasswordHasher

DEMO_NAMES = {
    Role.COORDINATOR: "Imogen Hartley",
    Role.MANAGER: "Desmond Okoro",
    Role.QUALITY_AUDITOR: "Ruth Pemberton",
    Role.EXPLOITATION_LEAD: "Callum Prys",
    Role.ADMINISTRATOR: "Nadia Farrant",
}
"""Invented people who hold the demo accounts, one for each role; interview workers bring their own names."""
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
_OFTEN_CHOSEN = (
    "password",
    "passw0rd",
    "p@ssw0rd",
    "letmein",
    "welcome",
    "qwerty",
    "iloveyou",
    "abc123",
    "changeme",
    "missing-coord",
    "missingcoord",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUser:
    """An account to be opened; without a password one is made up. Only an interview worker has a `worker_id`."""

    username: str
    display_name: str
    role: str
    worker_id: str = ""
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new account, and the password that was made up for it, to be shown once."""

    account: Account
    generated_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSignIn:
    """A demo account as the sign-in page shows it."""

    username: str
    role: Role
    display_name: str
    password: str


async def add_user(uow: AccessUnit, new: NewUser, *, hasher: PasswordHasher) -> Added:
    """Open an account; raises DomainError, its code the field that is wrong."""
    account = _checked(uow, new)
    if account.worker_id and not await uow.accounts.worker_known(account.worker_id):
        raise DomainError(
            "worker_id",
            f"worker_id: there is no interview worker {account.worker_id}; take in the workers' file first.",
        )
    password = new.password if new.password is not None else generated_password()
    check_password(password, account)
    await _add(uow, account, await hasher.hash(password))
    return Added(account=account, generated_password=password if new.password is None else None)


async def _add(uow: AccessUnit, account: Account, password_hash: str) -> None:
    if not await uow.accounts.add(account, password_hash):
        raise DomainError("username", f"username: {account.username} is taken; choose another.")
    uow.audit(
        "user_added",
        subject_type="user",
        subject_id=account.user_id,
        name=account.display_name,
        username=account.username,
        role=account.role,
        worker_id=account.worker_id,
    )


async def list_users(uow: AccessUnit) -> list[Account]:
    """Return every account by user name."""
    return await uow.accounts.all()


async def disable_user(uow: AccessUnit, user_id: str, *, expected_version: int | None = None) -> Account:
    """Close an account and end its sessions at once; raises DomainError for the last administrator."""
    account = await _held(uow, user_id, expected_version)
    if not account.active:
        return account
    if account.role is Role.ADMINISTRATOR and not await _another_administrator(uow, account):
        raise DomainError("role", "role: this is the last administrator; open another one's account first.")
    changed = replace(account, disabled_at=uow.now)
    await uow.accounts.save(changed)
    ended = await uow.accounts.end_sessions_of(user_id)
    uow.audit(
        "user_disabled",
        subject_type="user",
        subject_id=user_id,
        name=account.display_name,
        sessions_ended=ended,
    )
    return replace(changed, version=account.version + 1)


async def enable_user(uow: AccessUnit, user_id: str, *, expected_version: int | None = None) -> Account:
    """Let a disabled account sign in again with the password that it had."""
    account = await _held(uow, user_id, expected_version)
    if account.active:
        return account
    changed = replace(account, disabled_at=None)
    await uow.accounts.save(changed)
    uow.audit("user_enabled", subject_type="user", subject_id=user_id, name=account.display_name)
    return replace(changed, version=account.version + 1)


async def set_password(
    uow: AccessUnit, user_id: str, password: str | None = None, *, hasher: PasswordHasher
) -> str | None:
    """Give an account a new password, unlock it and end its sessions; returns the password if it was made up."""
    account = await uow.accounts.get(user_id)
    chosen = password if password is not None else generated_password()
    check_password(chosen, account)
    await uow.accounts.set_secret(user_id, await hasher.hash(chosen))
    ended = await uow.accounts.end_sessions_of(user_id)
    uow.audit(
        "password_set",
        subject_type="user",
        subject_id=user_id,
        name=account.display_name,
        sessions_ended=ended,
    )
    return chosen if password is None else None


def demo_password(username: str) -> str:
    """Return the well-known password of a demo account."""
    return f"demo-{username}"


async def add_demo_users(uow: AccessUnit, *, demo: bool, hasher: PasswordHasher) -> list[DemoSignIn]:
    """Open a demo account for each role and each worker that has none; raises NotAllowed outside demo mode."""
    if not demo:
        raise NotAllowed("Demo accounts are opened in demo mode only: start with MISSING_COORD_DEMO=1.")
    wanted = [
        NewUser(username=role.value.replace("_", "-"), display_name=DEMO_NAMES[role], role=role)
        for role in PEOPLE_ROLES
        if role is not Role.INTERVIEW_WORKER
    ]
    wanted += [
        NewUser(
            username=_worker_username(worker_id),
            display_name=name or worker_id,
            role="interview_worker",
            worker_id=worker_id,
        )
        for worker_id, name in await uow.accounts.workers_without_account()
    ]
    taken = {account.username for account in await uow.accounts.all()}
    for new in wanted:
        account = replace(_checked(uow, new), demo=True)
        if account.username not in taken:
            await _add(uow, account, await hasher.hash(demo_password(account.username)))
    return demo_sign_ins(await uow.accounts.demo_accounts())


def demo_sign_ins(accounts: list[Account]) -> list[DemoSignIn]:
    """Return what the sign-in page shows of demo accounts, in the order of the roles."""
    ordered = sorted(accounts, key=lambda account: (PEOPLE_ROLES.index(account.role), account.username))
    return [
        DemoSignIn(
            username=account.username,
            role=account.role,
            display_name=account.display_name,
            password=demo_password(account.username),
        )
        for account in ordered
    ]


def generated_password() -> str:
    """Return a password of 120 random bits that can be read out."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(6)) for _ in range(4))


def check_password(password: str, account: Account) -> None:
    """Raise DomainError for a password that is too short, too long or easily guessed."""
    fault = _weakness(unicodedata.normalize("NFKC", password), account)
    if fault:
        raise DomainError("password", f"password: {fault}")


def _weakness(password: str, account: Account) -> str | None:
    lowered = password.lower()
    if len(password) < SHORTEST_PASSWORD:
        return f"write at least {SHORTEST_PASSWORD} characters; three unrelated words are a good start."
    if len(password) > LONGEST_PASSWORD:
        return f"write at most {LONGEST_PASSWORD} characters."
    if len(set(lowered)) < 5 or _runs(lowered):
        return "too few different characters; three unrelated words are a good start."
    names = [account.username, *account.display_name.lower().split()]
    left = lowered
    for known in (*_OFTEN_CHOSEN, *(name for name in names if len(name) > 2)):
        left = left.replace(known, "")
    if len(left) < SHORTEST_PASSWORD // 2:
        return "it is easily guessed from the user name, the name or words often chosen; choose other words."
    return None


def _runs(password: str) -> bool:
    """Say whether most of a password only counts up or down or repeats, like 123456789012."""
    steps = [abs(ord(second) - ord(first)) for first, second in pairwise(password)]
    return sum(step <= 1 for step in steps) > len(steps) * 3 // 4


def _checked(uow: AccessUnit, new: NewUser) -> Account:
    username = new.username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise DomainError(
            "username",
            "username: write 2 to 64 letters, digits or . _ - @ +, beginning with a letter or digit.",
        )
    name = " ".join(new.display_name.split())
    if not name or len(name) > 100:
        raise DomainError("display_name", "display_name: write the person's name, at most 100 characters.")
    role = _role(new.role)
    worker_id = new.worker_id.strip()
    if role is Role.INTERVIEW_WORKER and not worker_id:
        raise DomainError("worker_id", "worker_id: an interview worker's account needs the worker's id.")
    if role is not Role.INTERVIEW_WORKER and worker_id:
        raise DomainError(
            "worker_id", "worker_id: only an interview worker's account has one; leave it empty."
        )
    return Account(
        user_id=str(uuid.uuid4()),
        username=username,
        display_name=name,
        role=role,
        worker_id=worker_id,
        demo=False,
        created_at=uow.now,
        disabled_at=None,
        version=1,
    )


def _role(written: str) -> Role:
    word = str(written).strip().lower().replace(" ", "_").replace("-", "_")
    known = {role.value: role for role in PEOPLE_ROLES}
    if word not in known:
        raise DomainError("role", f"role: {written!r} is none; write one of {', '.join(known)}.")
    return known[word]


def _worker_username(worker_id: str) -> str:
    return "worker-" + re.sub(r"[^a-z0-9._-]+", "-", worker_id.lower())[:50]


async def _held(uow: AccessUnit, user_id: str, expected_version: int | None) -> Account:
    account = await uow.accounts.get(user_id)
    if expected_version not in (None, account.version):
        raise ConcurrencyConflict("This account was changed since you opened it. Nothing of yours was saved.")
    return account


async def _another_administrator(uow: AccessUnit, account: Account) -> bool:
    return any(
        other.active and other.role is Role.ADMINISTRATOR and other.user_id != account.user_id
        for other in await uow.accounts.all()
        if not other.demo or account.demo
    )
