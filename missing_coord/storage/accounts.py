"""Users, their secrets and their sessions in PostgreSQL; what a role may do here the database decides."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.domain.access import Role
from missing_coord.domain.errors import NotFound
from missing_coord.services.ports.accounts import Account, Credentials, Session
from missing_coord.storage.mappers import from_row, to_row
from missing_coord.storage.tables.people import workers
from missing_coord.storage.tables.plumbing import sessions, user_secrets, users

# Sessions go when they end; when somebody signed in stays in the audit trail.
_ALL = text("""
    select u.*, greatest(
        (select max(s.last_seen_at) from sessions s where s.user_id = u.user_id),
        (select max(a.at) from audit_trail a where a.subject_type = 'user' and a.subject_id = u.user_id::text
            and a.action in ('signed_in', 'signed_out'))) as last_seen_at
    from users u order by u.username
""")
_WITHOUT_ACCOUNT = text("""
    select w.worker_id, w.name from workers w
    where not exists (select from users u where u.worker_id = w.worker_id and u.disabled_at is null)
    order by w.worker_id
""")
_ACCOUNT_COLUMNS = {each.name for each in fields(Account)} - {"last_seen_at"}


class SqlAccounts:
    """Users, their secrets and their sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account: Account, password_hash: str) -> bool:
        """Keep a new account; False when the user name is taken."""
        row = {name: value for name, value in to_row(account).items() if name in _ACCOUNT_COLUMNS}
        result = await self._connection.execute(
            pg_insert(users)
            .values(**row)
            .on_conflict_do_nothing(index_elements=["username"])
            .returning(users.c.user_id)
        )
        if result.one_or_none() is None:
            return False
        await self._connection.execute(
            insert(user_secrets).values(user_id=account.user_id, password_hash=password_hash)
        )
        return True

    async def all(self) -> list[Account]:
        """Return every account by user name, with when it was last seen."""
        result = await self._connection.execute(_ALL)
        return [_account(row, row["last_seen_at"]) for row in result.mappings()]

    async def get(self, user_id: str) -> Account:
        """Return one account, held until the transaction ends; raises NotFound."""
        statement = select(users).where(users.c.user_id == _uuid(user_id)).with_for_update()
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"There is no user {user_id}.")
        return _account(row)

    async def save(self, account: Account) -> None:
        """Write whether the account is disabled; its version grows by one."""
        await self._connection.execute(
            update(users)
            .where(users.c.user_id == account.user_id)
            .values(disabled_at=account.disabled_at, version=account.version + 1)
        )

    async def set_secret(self, user_id: str, password_hash: str) -> None:
        """Replace the password and forget failures."""
        values = {"password_hash": password_hash, "failures": 0, "locked_until": None}
        await self._connection.execute(
            pg_insert(user_secrets)
            .values(user_id=user_id, **values)
            .on_conflict_do_update(index_elements=["user_id"], set_=values)
        )

    async def worker_known(self, worker_id: str) -> bool:
        """Say whether there is such an interview worker."""
        result = await self._connection.execute(
            select(workers.c.worker_id).where(workers.c.worker_id == worker_id)
        )
        return result.one_or_none() is not None

    async def workers_without_account(self) -> list[tuple[str, str]]:
        """Return (worker_id, name) of the workers as whom nobody may sign in."""
        return [(row[0], row[1]) for row in await self._connection.execute(_WITHOUT_ACCOUNT)]

    async def credentials(self, username: str, *, hold: bool = False) -> Credentials | None:
        """Return what sign-in needs; with `hold`, nobody else may count failures until the transaction ends."""
        statement = (
            select(users, user_secrets.c.password_hash, user_secrets.c.failures, user_secrets.c.locked_until)
            .join(user_secrets, user_secrets.c.user_id == users.c.user_id)
            .where(users.c.username == username)
        )
        statement = statement.with_for_update(of=user_secrets) if hold else statement
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        if row is None:
            return None
        return Credentials(
            account=_account(row),
            password_hash=row["password_hash"],
            failures=row["failures"],
            locked_until=row["locked_until"],
        )

    async def count_failures(self, user_id: str, failures: int, locked_until: datetime | None) -> None:
        """Write how often sign-in failed in a row, and until when the account is locked."""
        await self._connection.execute(
            update(user_secrets)
            .where(user_secrets.c.user_id == user_id)
            .values(failures=failures, locked_until=locked_until)
        )

    async def demo_accounts(self) -> list[Account]:
        """Return the active demo accounts."""
        statement = (
            select(users).where(users.c.demo, users.c.disabled_at.is_(None)).order_by(users.c.username)
        )
        return [_account(row) for row in (await self._connection.execute(statement)).mappings()]

    async def open_session(self, session: Session) -> None:
        """Keep a session."""
        await self._connection.execute(insert(sessions).values(**to_row(session)))

    async def session(self, token_hash: str) -> tuple[Session, Account] | None:
        """Return a session and whose it is."""
        whose = [users.c[name].label(f"of_{name}") for name in sorted(_ACCOUNT_COLUMNS)]
        statement = select(sessions, *whose).join(users, users.c.user_id == sessions.c.user_id)
        result = await self._connection.execute(statement.where(sessions.c.token_hash == token_hash))
        row = result.mappings().one_or_none()
        if row is None:
            return None
        account = _account({name: row[f"of_{name}"] for name in _ACCOUNT_COLUMNS})
        return from_row(Session, {**row, "user_id": account.user_id}), account

    async def touch_session(self, token_hash: str, at: datetime) -> None:
        """Write when a session was last seen."""
        await self._connection.execute(
            update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=at)
        )

    async def end_session(self, token_hash: str) -> str | None:
        """Remove a session and return the id of its user."""
        result = await self._connection.execute(
            delete(sessions).where(sessions.c.token_hash == token_hash).returning(sessions.c.user_id)
        )
        user_id = result.scalar_one_or_none()
        return None if user_id is None else str(user_id)

    async def end_sessions_of(self, user_id: str) -> int:
        """Remove every session of a user; return how many there were."""
        return (
            await self._connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
        ).rowcount

    async def forget_sessions(self, *, ended_by: datetime, unseen_since: datetime) -> None:
        """Remove the sessions that are over."""
        over = or_(sessions.c.expires_at <= ended_by, sessions.c.last_seen_at <= unseen_since)
        await self._connection.execute(delete(sessions).where(over))


def _uuid(user_id: str) -> str:
    try:
        return str(uuid.UUID(user_id))
    except ValueError:
        raise NotFound(f"There is no user {user_id}.") from None


def _account(row: Any, last_seen_at: datetime | None = None) -> Account:
    values = {name: row[name] for name in _ACCOUNT_COLUMNS}
    values |= {"user_id": str(row["user_id"]), "role": Role(row["role"])}
    return Account(**values, last_seen_at=last_seen_at)
