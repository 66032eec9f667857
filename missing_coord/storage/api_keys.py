"""Keys of sources in PostgreSQL; of the secret only its hash is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.services.ports_accounts import ApiKey, KeyScope
from missing_coord.storage.mappers import to_row
from missing_coord.storage.tables_plumbing import api_keys

_COLUMNS = (
    api_keys.c.key_id,
    api_keys.c.source,
    api_keys.c.scopes,
    api_keys.c.created_at,
    api_keys.c.revoked_at,
)


class SqlApiKeys:
    """Keys of sources, one row per source."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, key: ApiKey, key_hash: str) -> bool:
        """Keep a key, in place of a revoked one; False when the source has one in force."""
        row = {**to_row(key), "scopes": [scope.value for scope in key.scopes], "key_hash": key_hash}
        changes = {name: value for name, value in row.items() if name != "source"}
        result = await self._connection.execute(
            insert(api_keys)
            .values(**row)
            .on_conflict_do_update(
                index_elements=["source"], set_=changes, where=api_keys.c.revoked_at.is_not(None)
            )
            .returning(api_keys.c.key_id)
        )
        return result.one_or_none() is not None

    async def all(self) -> list[ApiKey]:
        """Return every key by source, revoked ones included."""
        result = await self._connection.execute(select(*_COLUMNS).order_by(api_keys.c.source))
        return [_key(row) for row in result.mappings()]

    async def revoke(self, source: str, at: datetime) -> ApiKey | None:
        """Revoke the key in force of a source and return it."""
        result = await self._connection.execute(
            update(api_keys)
            .where(api_keys.c.source == source, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(*_COLUMNS)
        )
        row = result.mappings().one_or_none()
        return None if row is None else _key(row)

    async def by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key in force with this hash."""
        statement = select(*_COLUMNS).where(api_keys.c.key_hash == key_hash, api_keys.c.revoked_at.is_(None))
        row = (await self._connection.execute(statement)).mappings().one_or_none()
        return None if row is None else _key(row)


def _key(row: Any) -> ApiKey:
    return ApiKey(
        key_id=str(row["key_id"]),
        source=row["source"],
        scopes=tuple(KeyScope(word) for word in row["scopes"]),
        created_at=row["created_at"],
        revoked_at=row["revoked_at"],
    )
