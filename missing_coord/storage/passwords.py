"""Argon2id hashes of passwords, worked out in a few threads of their own so that nobody else waits."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2
"""How many are worked out at once: each takes 64 MiB for its time (RFC 9106, second recommended option)."""

_LONGEST = 256


class Argon2Passwords:
    """Hashes and checks passwords; a password is compared in its NFKC form."""

    def __init__(self, *, at_once: int = AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="argon2")
        self._hashing = PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4),))
        # Worked out at once, so that the first stranger is not told apart by the time it takes.
        self._dummy = self._threads.submit(self._hash, secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        """Return the hash of a password."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the one hashed; takes as long for None, which nothing matches."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._verify, password, password_hash)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    def _hash(self, password: str) -> str:
        return self._hashing.hash(_compared(password))

    def _verify(self, password: str, password_hash: str | None) -> bool:
        matches = self._hashing.verify(_compared(password), password_hash or self._dummy.result())
        return matches and password_hash is not None and len(password) <= _LONGEST


def _compared(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password[:_LONGEST]).encode("utf-8", "surrogatepass")
