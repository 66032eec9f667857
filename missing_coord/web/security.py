"""What stands between browser and pages: answer headers, same-origin writes, form tokens, body size."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
STATIC_PREFIX = "/static/"
KEYED_PREFIX = "/api/v1/"
"""Addresses that ask for a key and look at no cookie, so that no page can make a browser write there."""
KEEP_A_YEAR = "public, max-age=31536000, immutable"
MEBIBYTE = 1024 * 1024


class SecurityHeaders:
    """Adds the security headers to every answer, and says which answers a browser may keep."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the headers of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _complete(MutableHeaders(scope=message), scope, status=message["status"])
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _complete(headers: MutableHeaders, scope: Scope, *, status: int) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    if not scope["path"].startswith(STATIC_PREFIX):
        headers["Cache-Control"] = "no-store"
    elif status == 200 and scope.get("query_string", b"").startswith(b"v="):
        headers["Cache-Control"] = KEEP_A_YEAR
    else:
        headers["Cache-Control"] = "no-cache"


class SameOriginWrites:
    """Refuses a write that another origin asked the browser for; bearer calls without a cookie pass."""

    def __init__(self, app: ASGIApp, *, trusted_origins: Collection[str] = ()) -> None:
        self.app = app
        self.trusted_origins = frozenset(origin.rstrip("/").lower() for origin in trusted_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to a cross-origin write, or pass the request on."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._allowed(scope):
            answer = PlainTextResponse(
                "This request did not come from a page of this service, so nothing was changed. "
                "Open the page again and repeat it; programs use a bearer key.",
                status_code=403,
            )
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if scope["path"].startswith(KEYED_PREFIX):
            return True
        if headers.get("authorization", "").lower().startswith("bearer ") and "cookie" not in headers:
            return True
        origin = headers.get("origin", "").rstrip("/").lower()
        if origin and origin in self.trusted_origins:
            return True
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        return origin in {f"{scheme}://{headers.get('host', '').lower()}" for scheme in ("http", "https")}


class _BodyTooLarge(Exception):
    """The body went over the limit while it was read."""


class BodyLimit:
    """Refuses a body over `limit` bytes; `larger` gives path prefixes, such as uploads, their own limit."""

    def __init__(
        self, app: ASGIApp, *, limit: int = MEBIBYTE, larger: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.limit = limit
        self.larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 to a body that is, or says it is, over the limit; nothing after the limit is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self._limit_for(scope["path"])
        if _declared_length(scope) > limit:
            await _too_large(limit, scope)(scope, receive, send)
            return
        await self._guarded(scope, receive, send, limit=limit)

    def _limit_for(self, path: str) -> int:
        limits = [limit for prefix, limit in self.larger.items() if path.startswith(prefix)]
        return max(limits, default=self.limit)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send, *, limit: int) -> None:
        read, started, over = 0, False, False

        async def counted() -> Message:
            nonlocal read, over
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                over = True
                raise _BodyTooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            if over and not started:
                return
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except Exception:
            if not over:
                raise
        if over and not started:
            await _too_large(limit, scope)(scope, receive, send)


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "0")
    return int(declared) if declared.isdigit() else 0


def _too_large(limit: int, scope: Scope) -> Response:
    text = f"The body is over the limit of {limit:,} bytes. Send it in smaller parts."
    if scope["path"].startswith(KEYED_PREFIX):
        problem = {"type": "about:blank", "title": "The body is too large", "status": 413, "detail": text}
        return JSONResponse(problem, status_code=413, media_type="application/problem+json")
    return PlainTextResponse(text, status_code=413)
