"""Accounts, sessions and keys as the use cases of access see them, and what they need from storage."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from missing_coord.domain.access import Actor, Role


class KeyScope(StrEnum):
    """What a source may send with its key."""

    POLICE_NOTICES = "police-notices"
    REGISTER = "register"
    PLACEMENTS = "placements"
    MISSING_LISTS = "missing-lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person's account, without any secret."""

    user_id: str
    username: str
    display_name: str
    role: Role
    worker_id: str
    demo: bool
    created_at: datetime
    disabled_at: datetime | None
    version: int
    last_seen_at: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether the account may sign in."""
        return self.disabled_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What sign-in knows of an account."""

    account: Account
    password_hash: str = field(repr=False)
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser; only the hash of its token is kept, `expires_at` is its absolute end."""

    token_hash: str = field(repr=False)
    form_token: str = field(repr=False)
    user_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A source's key, without the secret itself."""

    key_id: str
    source: str
    scopes: tuple[KeyScope, ...]
    created_at: datetime
    revoked_at: datetime | None = None

    def allows(self, scope: KeyScope) -> bool:
        """Say whether the source may send this."""
        return self.revoked_at is None and scope in self.scopes


class AccountStore(Protocol):
    """Users, their secrets and their sessions."""

    async def add(self, account: Account, password_hash: str) -> bool:
        """Keep a new account; False when the user name is taken."""
        ...

    async def all(self) -> list[Account]:
        """Return every account by user name, with when it was last seen."""
        ...

    async def get(self, user_id: str) -> Account:
        """Return one account, held until the transaction ends; raises NotFound."""
        ...

    async def save(self, account: Account) -> None:
        """Write whether the account is disabled; its version grows by one."""
        ...

    async def set_secret(self, user_id: str, password_hash: str) -> None:
        """Replace the password and forget failures."""
        ...

    async def worker_known(self, worker_id: str) -> bool:
        """Say whether there is such an interview worker."""
        ...

    async def workers_without_account(self) -> list[tuple[str, str]]:
        """Return (worker_id, name) of the workers as whom nobody may sign in."""
        ...

    async def credentials(self, username: str, *, hold: bool = False) -> Credentials | None:
        """Return what sign-in needs; with `hold`, nobody else may count failures until the transaction ends."""
        ...

    async def count_failures(self, user_id: str, failures: int, locked_until: datetime | None) -> None:
        """Write how often sign-in failed in a row, and until when the account is locked."""
        ...

    async def demo_accounts(self) -> list[Account]:
        """Return the active demo accounts."""
        ...

    async def open_session(self, session: Session) -> None:
        """Keep a session."""
        ...

    async def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """Return a session and whose it is."""
        ...

    async def touch_session(self, token_hash: str, at: datetime) -> None:
        """Write when a session was last seen."""
        ...

    async def end_session(self, token_hash: str) -> str | None:
        """Remove a session and return the id of its user."""
        ...

    async def end_sessions_of(self, user_id: str) -> int:
        """Remove every session of a user; return how many there were."""
        ...

    async def forget_sessions(self, *, ended_by: datetime, unseen_since: datetime) -> None:
        """Remove the sessions that are over."""
        ...


class KeyStore(Protocol):
    """Keys of the sources that send rows over HTTP."""

    async def add(self, key: ApiKey, key_hash: str, *, most: int) -> bool:
        """Keep a key; False when the source has as many in force as it may."""
        ...

    async def all(self) -> list[ApiKey]:
        """Return every key by source and age, revoked ones included."""
        ...

    async def revoke(self, source: str, at: datetime, *, older: bool) -> list[ApiKey]:
        """Revoke the keys in force of a source, or all but the newest, and return them."""
        ...

    async def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key in force with this hash."""
        ...


class PasswordHasher(Protocol):
    """Something that hashes passwords slowly, without holding up anybody else."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the one hashed; takes as long for None, which nothing matches."""
        ...


class AccessUnit(Protocol):
    """One transaction in which accounts, sessions and keys are kept."""

    @property
    def actor(self) -> Actor:
        """For whom it runs."""
        ...

    @property
    def now(self) -> datetime:
        """The instant at which it began."""
        ...

    @property
    def accounts(self) -> AccountStore:
        """Users and sessions."""
        ...

    @property
    def keys(self) -> KeyStore:
        """Keys of sources."""
        ...

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction; `detail` holds references only."""
        ...
