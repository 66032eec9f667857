"""Passwords hashed quickly, for tests that are not about hashing."""

from __future__ import annotations

import hashlib


class QuickPasswords:
    """Hashes with plain SHA-256, which no product may, and counts how often a password was checked."""

    def __init__(self) -> None:
        self.checks: list[str | None] = []

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        return hashlib.sha256(password.encode()).hexdigest()

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the one hashed."""
        self.checks.append(password_hash)
        return await self.hash(password) == password_hash
