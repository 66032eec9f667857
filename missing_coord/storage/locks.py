"""Locks by name that last until the transaction ends, taken in one order so that two never wait for each other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.storage.rows import as_array

_HOLD = text(
    "select pg_advisory_xact_lock(n) from unnest(cast(:numbers as bigint[])) with ordinality as w(n, i)"
)


async def lock_names(connection: AsyncConnection, space: str, names: Iterable[str]) -> None:
    """Hold the names of one space; waits for whoever holds them now."""
    numbers = sorted({_number(space, name) for name in names})
    if numbers:
        await connection.execute(_HOLD, {"numbers": as_array(numbers)})


def _number(space: str, name: str) -> int:
    digest = hashlib.blake2b(f"{space}\x1e{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
