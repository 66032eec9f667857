"""What a source may ask of the JSON intake: its key and scope, its rate, and how much one call may carry."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from missing_coord.services.ports.accounts import ApiKey, KeyScope
from missing_coord.web.problems import Problem
from missing_coord.web.session import AccessRule
from missing_coord.web.state import web_of

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes of one call."""
ITEM_LIMIT = 5_000
"""Items of one array."""
BURST = 60
"""Calls that a key may make at once after a pause."""
PER_SECOND = 2.0
"""Calls a second that a key may go on making."""
JSON_TYPES = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json")
KEYS_REMEMBERED = 1_000


@dataclass(slots=True, kw_only=True)
class Buckets:
    """A token bucket for each key, in this process: `burst` calls at once, `per_second` in the long run."""

    burst: float = BURST
    per_second: float = PER_SECOND
    seconds: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, key_id: str) -> float:
        """Take a token; return 0, or for how many seconds there is none."""
        now = self.seconds()
        left, then = self._left.pop(key_id, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.per_second)
        self._left[key_id] = (left - 1, now) if left >= 1 else (left, now)
        while len(self._left) > KEYS_REMEMBERED:
            del self._left[next(iter(self._left))]
        return 0.0 if left >= 1 else (1 - left) / self.per_second


@dataclass(frozen=True)
class KeyAccess(AccessRule):
    """Lets in a source whose bearer key is in force and has this scope, within its rate; no cookie is looked at."""

    scope: KeyScope

    async def __call__(self, request: Request) -> ApiKey:
        """Return the key; raises Problem 401, 403 or 429."""
        key = await web_of(request).gate.key_for(_bearer(request))
        if key is None:
            raise _unauthorised("This key is not in force. Ask the council's administrator for a new one.")
        if not key.allows(self.scope):
            may = ", ".join(scope.value for scope in key.scopes)
            raise Problem(
                403,
                "This key may not send this",
                f"The key of {key.source} has the scope {may}; this address needs {self.scope.value}.",
            )
        wait = buckets_of(request).wait(key.key_id)
        if wait > 0:
            raise Problem(
                429,
                "Too many calls",
                f"A key may make {BURST} calls at once and {PER_SECOND:g} a second in the long run. Send more items in"
                f" one call (up to {ITEM_LIMIT:,}) and try again in {math.ceil(wait)} s.",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        return key


def buckets_of(request: Request) -> Buckets:
    """Return the buckets of this running application."""
    kept = getattr(request.app.state, "api_buckets", None)
    if not isinstance(kept, Buckets):
        kept = Buckets()
        request.app.state.api_buckets = kept
    return kept


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not secret.strip():
        raise _unauthorised("Send the source's key in the header `Authorization: Bearer <key>`.")
    return secret.strip()


def _unauthorised(detail: str) -> Problem:
    return Problem(
        401, "A key is needed", detail, headers={"WWW-Authenticate": 'Bearer realm="missing-coord"'}
    )


def check_type(request: Request) -> None:
    """Raise Problem 415 for anything but JSON in UTF-8."""
    written = request.headers.get("content-type", "")
    kind, _, rest = written.partition(";")
    charset = rest.strip().removeprefix("charset=").strip('"').casefold() if "charset=" in rest else "utf-8"
    if kind.strip().casefold() not in JSON_TYPES or charset not in ("utf-8", "utf8"):
        raise Problem(
            415,
            "Another kind of body is needed",
            f"Send JSON in UTF-8 with one of these content types: {', '.join(JSON_TYPES)}. Files in CSV or XLSX are"
            " taken in with `missing-coord ingest`.",
        )
    if request.headers.get("content-encoding", "identity").casefold() != "identity":
        raise Problem(415, "Another kind of body is needed", "Send the body as it is, not compressed.")


async def body_of(request: Request, *, limit: int = BODY_LIMIT) -> bytes:
    """Return the body; raises Problem 413 as soon as it is over the limit."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
    return b"".join(parts)


def _too_large(limit: int) -> Problem:
    detail = f"A body may have {limit:,} bytes and {ITEM_LIMIT:,} items. Send it in smaller parts; nothing was taken."
    return Problem(413, "The body is too large", detail)
