"""Keys of sources in PostgreSQL; of the secret only its hash is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.services.ports.accounts import ApiKey, KeyScope
from missing_coord.storage.locks import lock_names
from missing_coord.storage.mappers import to_row
from missing_coord.storage.tables.plumbing import api_keys

_COLUMNS = (
    api_keys.c.key_id,
    api_keys.c.source,
    api_keys.c.scopes,
    api_keys.c.created_at,
    api_keys.c.revoked_at,
)


class SqlApiKeys:
    """Keys of sources, one row per key."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, key_hash: str, *, most: int) -> bool:
        """Keep a key; False when the source has as many in force as it may."""
        await lock_names(self._connection, "api_keys", [key.source])
        in_force = await self._connection.execute(select(func.count()).where(*_in_force(key.source)))
        if in_force.scalar_one() >= most:
            return False
        row = {**to_row(key), "scopes": [scope.value for scope in key.scopes], "key_hash": key_hash}
        await self._connection.execute(insert(api_keys).values(**row))
        return True

    async def all(self) -> list[ApiKey]:
        """Return every key by source, revoked ones included."""
        result = await self._connection.execute(
            select(*_COLUMNS).order_by(api_keys.c.source, api_keys.c.created_at)
        )
        return [_key(row) for row in result.mappings()]

    async def revoke(self, source: str, at: datetime, *, older: bool) -> list[ApiKey]:
        """Revoke the keys in force of a source, or all but the newest, and return them."""
        newest = (
            select(api_keys.c.key_id)
            .where(*_in_force(source))
            .order_by(api_keys.c.created_at.desc(), api_keys.c.key_id)
            .limit(1)
        )
        spared = (api_keys.c.key_id.not_in(newest),) if older else ()
        result = await self._connection.execute(
            update(api_keys).where(*_in_force(source), *spared).values(revoked_at=at).returning(*_COLUMNS)
        )
        return [_key(row) for row in result.mappings()]

    async def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key in force with this hash."""
        statement = select(*_COLUMNS).where(api_keys.c.key_hash == key_hash, api_keys.c.revoked_at.is_(None))
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _key(row)


def _in_force(source: str) -> tuple[ColumnElement[bool], ...]:
    return api_keys.c.source == source, api_keys.c.revoked_at.is_(None)


def _key(row: Any) -> ApiKey:
    return ApiKey(
        key_id=str(row["key_id"]),
        source=row["source"],
        scopes=tuple(KeyScope(word) for word in row["scopes"]),
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
