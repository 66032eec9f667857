"""Keys with which police forces and case systems send rows over HTTP; two in force per source, to change over."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from missing_coord.domain.errors import DomainError, NotFound
from missing_coord.services.ports.accounts import AccessUnit, ApiKey, KeyScope

MOST_IN_FORCE = 2
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A new key and its secret, which is shown once and kept by nobody but the source."""

    key: ApiKey
    secret: str = field(repr=False)


async def add_key(uow: AccessUnit, source: str, scopes: Iterable[str]) -> NewKey:
    """Give a source a key; raises DomainError, its code the field that is wrong."""
    name = source.strip()
    if not _SOURCE.fullmatch(name):
        raise DomainError("source", "source: write 1 to 64 letters, digits, spaces or . _ -, such as gmp.")
    key = ApiKey(key_id=str(uuid.uuid4()), source=name, scopes=_scopes(scopes), created_at=uow.now)
    secret = f"mck_{secrets.token_urlsafe(32)}"
    if not await uow.keys.add(key, hashlib.sha256(secret.encode()).hexdigest(), most=MOST_IN_FORCE):
        raise DomainError("source", f"source: {name} has two keys already; revoke the older one first.")
    uow.audit(
        "key_added", subject_type="api_key", subject_id=key.key_id, source=name, scopes=list(key.scopes)
    )
    return NewKey(key=key, secret=secret)


async def list_keys(uow: AccessUnit) -> list[ApiKey]:
    """Return every key by source and age, revoked ones included."""
    return await uow.keys.all()


async def revoke_keys(uow: AccessUnit, source: str, *, older: bool = False) -> list[ApiKey]:
    """Take a source's keys out of force at once, or all but the newest; raises NotFound when there is none."""
    keys = await uow.keys.revoke(source.strip(), uow.now, older=older)
    if not keys:
        which = "older key" if older else "key"
        raise NotFound(f"There is no {which} in force for the source {source.strip()!r}.")
    for key in keys:
        uow.audit("key_revoked", subject_type="api_key", subject_id=key.key_id, source=key.source)
    return keys


def _scopes(written: Iterable[str]) -> tuple[KeyScope, ...]:
    known = {scope.value: scope for scope in KeyScope}
    words = [str(word).strip().lower() for word in written]
    unknown = [word for word in words if word not in known]
    if unknown or not words:
        what = f"{unknown[0]!r} is none" if unknown else "none given"
        raise DomainError("scopes", f"scopes: {what}; write one or more of {', '.join(known)}.")
    return tuple(scope for word, scope in known.items() if word in words)
