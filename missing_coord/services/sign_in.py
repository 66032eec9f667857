"""Signing in and out: passwords checked without telling anything, lockout, and sessions that end by themselves."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from missing_coord.domain.access import Actor, Role
from missing_coord.services.accounts import DemoSignIn, demo_sign_ins
from missing_coord.services.ports.accounts import (
    AccessUnit,
    Account,
    ApiKey,
    Credentials,
    PasswordHasher,
    Session,
)

REFUSED = (
    "The user name or the password is not right. "
    "After several wrong passwords an account is locked for some minutes."
)
_GATE = Actor(role=Role.SIGN_IN, name="sign-in")
_LONGEST_INPUT = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPolicy:
    """How long a session lasts without being used and in all, and how often its use is written down."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    touched_every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockoutPolicy:
    """After how many failures in a row an account is locked, for how long first, and for how long at most."""

    failures: int = 5
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(minutes=15)

    def locked_until(self, failures: int, now: datetime) -> datetime | None:
        """Return until when an account is locked after so many failures; each further failure doubles the delay."""
        beyond = failures - self.failures
        if beyond < 0:
            return None
        return now + min(self.first * (1 << min(beyond, 16)), self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in; the session ends at `expires_at`, which moves while it is used, up to its absolute end."""

    user_id: str
    username: str
    display_name: str
    role: Role
    worker_id: str
    form_token: str = field(repr=False)
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        """The actor of this person's transactions; its name says who it is even where two share a name."""
        name = f"{self.display_name} ({self.username})"
        return Actor(role=self.role, name=name, user_id=self.user_id, worker_id=self.worker_id or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A new session and its token, which the browser keeps and we do not."""

    token: str = field(repr=False)
    signed_in: SignedIn


class Units(Protocol):
    """Something that opens transactions, as the database does."""

    def unit_of_work(self, actor: Actor) -> AbstractAsyncContextManager[AccessUnit]:
        """Open a transaction on behalf of an actor."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The way in: passwords, sessions and keys; outside demo mode (`demo` False) no demo account passes."""

    units: Units
    hasher: PasswordHasher
    demo: bool = False
    sessions: SessionPolicy = SessionPolicy()
    lockout: LockoutPolicy = LockoutPolicy()

    async def sign_in(self, *, username: str, password: str) -> OpenedSession | None:
        """Open a session, or return None for whatever reason; show REFUSED then.

        The password is checked between two transactions, as that takes long; the second looks again whether the
        account is locked, so that many attempts at once count as many.
        """
        name = username.strip().lower()[:_LONGEST_INPUT]
        async with self.units.unit_of_work(_GATE) as uow:
            known = await uow.accounts.credentials(name)
            open_now = known is not None and self._may_enter(known, uow.now)
        right_hash = known.password_hash if known is not None and open_now else None
        right = await self.hasher.verify(password, right_hash)
        async with self.units.unit_of_work(_GATE) as uow:
            held = await uow.accounts.credentials(name, hold=True)
            if held is None:
                uow.audit("sign_in_failed", subject_type="user", subject_id="unknown")
                return None
            if right and held.password_hash == right_hash and self._may_enter(held, uow.now):
                return await self._open(uow, held)
            await self._refuse(uow, held)
            return None

    async def session_for(self, token: str) -> SignedIn | None:
        """Return who is signed in with this token, or None; writes down at most once a minute that it was used."""
        if not token:
            return None
        async with self.units.unit_of_work(_GATE) as uow:
            found = await uow.accounts.session(_digest(token))
            if found is None:
                return None
            session, account = found
            if not self._lasts(session, account, uow.now):
                await uow.accounts.end_session(session.token_hash)
                return None
            seen_at = session.last_seen_at
            if uow.now - seen_at >= self.sessions.touched_every:
                seen_at = uow.now
                await uow.accounts.touch_session(session.token_hash, seen_at)
            return self._signed_in(session, account, seen_at)

    async def end_session(self, token: str) -> None:
        """Sign out; a token that is none, or none any more, changes nothing."""
        async with self.units.unit_of_work(_GATE) as uow:
            found = await uow.accounts.session(_digest(token))
            user_id = await uow.accounts.end_session(_digest(token))
            if user_id is not None and found is not None:
                uow.audit("signed_out", subject_type="user", subject_id=user_id, name=found[1].display_name)

    async def key_for(self, bearer: str) -> ApiKey | None:
        """Return the key in force whose secret was sent, or None."""
        if not bearer:
            return None
        async with self.units.unit_of_work(_GATE) as uow:
            return await uow.keys.by_hash(_digest(bearer))

    async def demo_accounts(self) -> list[DemoSignIn]:
        """Return the demo accounts for the sign-in page; none outside demo mode."""
        if not self.demo:
            return []
        async with self.units.unit_of_work(_GATE) as uow:
            return demo_sign_ins(await uow.accounts.demo_accounts())

    def _welcome(self, account: Account) -> bool:
        return account.active and (self.demo or not account.demo)

    def _may_enter(self, known: Credentials, now: datetime) -> bool:
        return self._welcome(known.account) and (known.locked_until is None or known.locked_until <= now)

    def _lasts(self, session: Session, account: Account, now: datetime) -> bool:
        in_use = session.last_seen_at + self.sessions.idle > now
        return in_use and session.expires_at > now and self._welcome(account)

    async def _open(self, uow: AccessUnit, known: Credentials) -> OpenedSession:
        token, account = secrets.token_urlsafe(32), known.account
        session = Session(
            token_hash=_digest(token),
            form_token=secrets.token_urlsafe(32),
            user_id=account.user_id,
            created_at=uow.now,
            last_seen_at=uow.now,
            expires_at=uow.now + self.sessions.absolute,
        )
        await uow.accounts.forget_sessions(ended_by=uow.now, unseen_since=uow.now - self.sessions.idle)
        await uow.accounts.count_failures(account.user_id, 0, None)
        await uow.accounts.open_session(session)
        uow.audit("signed_in", subject_type="user", subject_id=account.user_id, name=account.display_name)
        return OpenedSession(token=token, signed_in=self._signed_in(session, account, uow.now))

    async def _refuse(self, uow: AccessUnit, known: Credentials) -> None:
        """Count a failure; one against an account that is locked or closed is only written down."""
        user_id = known.account.user_id
        failures = known.failures + 1
        until = self.lockout.locked_until(failures, uow.now)
        counted = self._may_enter(known, uow.now)
        name = known.account.display_name
        uow.audit("sign_in_failed", subject_type="user", subject_id=user_id, name=name, counted=counted)
        if not counted:
            return
        await uow.accounts.count_failures(user_id, failures, until)
        if until is not None:
            uow.audit(
                "locked_out",
                subject_type="user",
                subject_id=user_id,
                name=name,
                until=until,
                failures=failures,
            )

    def _signed_in(self, session: Session, account: Account, seen_at: datetime) -> SignedIn:
        return SignedIn(
            user_id=account.user_id,
            username=account.username,
            display_name=account.display_name,
            role=account.role,
            worker_id=account.worker_id,
            form_token=session.form_token,
            expires_at=min(seen_at + self.sessions.idle, session.expires_at),
        )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
