"""What a refusal or a failure looks like: a page for people, JSON for programs, a fragment for an open page."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from missing_coord.domain.errors import (
    AnotherLayout,
    ConcurrencyConflict,
    DomainError,
    MissingCoordError,
    NotAllowed,
    NotFound,
    PermanentError,
    TransientError,
)
from missing_coord.telemetry import logger
from missing_coord.web.answers import page
from missing_coord.web.forms import Form, read_form
from missing_coord.web.rendering import Shell, render
from missing_coord.web.security import SAFE_METHODS
from missing_coord.web.session import FormTokenWrong, SignInNeeded, by_itself, current, local_path
from missing_coord.web.state import web_of

Handler = Callable[[Request, Any], Coroutine[Any, Any, Response]]
_log = logger("web")
API = "/api/"
STATUS: dict[type[MissingCoordError], int] = {
    SignInNeeded: 401,
    FormTokenWrong: 403,
    NotAllowed: 403,
    NotFound: 404,
    ConcurrencyConflict: 409,
    DomainError: 422,
    PermanentError: 400,
    TransientError: 503,
}
ANOTHER_LAYOUT = (
    "The database does not fit this release of missing-coord. Nothing was changed. Whoever runs missing-coord here can"
    " put it right: `missing-coord db check` says how."
)
TITLES = {
    400: "This could not be understood",
    403: "Nothing was changed",
    405: "This address takes no such request",
    409: "Changed by someone else",
    415: "This could not be understood",
    422: "This cannot be done",
    503: "Not possible just now",
}


def add_handlers(app: FastAPI) -> None:
    """Answer everything that the program raises on purpose, and what the framework raises."""
    for kind in STATUS:
        app.add_exception_handler(kind, _on_purpose)
    app.add_exception_handler(HTTPException, _by_framework)
    app.add_exception_handler(RequestValidationError, _unreadable)


async def _on_purpose(request: Request, error: Exception) -> Response:
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    if isinstance(error, AnotherLayout):
        return await _does_not_fit(request, error)
    if request.url.path.startswith(API):
        return _json(status, str(error), code=getattr(error, "code", ""))
    if isinstance(error, SignInNeeded):
        return await _sign_in_first(request, error)
    if by_itself(request):
        return HTMLResponse(render("partials/not_shown.html", {"text": str(error)}), status_code=status)
    if isinstance(error, ConcurrencyConflict):
        return await _lost_race(request, error)
    if isinstance(error, (NotAllowed, NotFound)):
        context = {"detail": str(error), "href": _came_from(request)}
        return await page(request, f"pages/errors/{status}.html", context, status=status)
    return await _refused(request, str(error), status=status)


async def _does_not_fit(request: Request, error: AnotherLayout) -> Response:
    """Say so plainly, without asking the database for anything more; the log has what to do."""
    _log.error("the database is of another release", error_type=type(error).__name__)
    if request.url.path.startswith(API):
        return _json(503, ANOTHER_LAYOUT)
    if by_itself(request):
        return HTMLResponse(render("partials/not_shown.html", {"text": ANOTHER_LAYOUT}), status_code=503)
    form = Form(fields={}) if request.method in SAFE_METHODS else await _typed(request)
    return _bare(
        request,
        "pages/errors/refused.html",
        {"title": TITLES[503], "detail": ANOTHER_LAYOUT, "posted": _kept(form)},
        status=503,
    )


async def _by_framework(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if request.url.path.startswith(API):
        return _json(status, str(getattr(error, "detail", "")))
    with suppress(MissingCoordError):
        await current(request)
    if status == 404:
        context = {"detail": None, "href": _came_from(request)}
        return await page(request, "pages/errors/404.html", context, status=404)
    return await _refused(request, str(getattr(error, "detail", "")), status=status)


async def _unreadable(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        details = error.errors() if isinstance(error, RequestValidationError) else []
        faults = [{"field": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in details]
        return JSONResponse({"detail": "This could not be understood.", "faults": faults}, status_code=422)
    return await _refused(request, "The address is not complete or not right.", status=400)


async def _sign_in_first(request: Request, error: SignInNeeded) -> Response:
    """Send a reader to the sign-in page; a page that fetches itself loses its content; a form's text stays in sight."""
    why = {"why": "expired"} if error.expired else {}
    if by_itself(request):
        context = {"text": "You are signed out. Sign in again to see this.", "sign_in": True}
        return HTMLResponse(render("partials/not_shown.html", context), status_code=401)
    if request.method in SAFE_METHODS:
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?{urlencode({'next': asked, **why})}", status_code=303)
    form = await _typed(request)
    href = f"/sign-in?{urlencode({'next': _came_from(request), **why})}"
    context = {"href": href, "expired": error.expired, "posted": _kept(form)}
    return await page(request, "pages/errors/401.html", context, status=401)


async def _lost_race(request: Request, error: ConcurrencyConflict) -> Response:
    form = await _typed(request)
    context = {
        "what": getattr(error, "what", "This interview" if hasattr(error, "changed_at") else "This record"),
        "changed_by": getattr(error, "changed_by", "somebody else"),
        "changed_at": _instant(getattr(error, "changed_at", None), web_of(request).now()),
        "href": _came_from(request),
        "posted": _kept(form),
    }
    return await page(request, "pages/errors/409.html", context, status=409)


async def _refused(request: Request, detail: str, *, status: int) -> Response:
    form = Form(fields={}) if request.method in SAFE_METHODS else await _typed(request)
    context = {
        "title": TITLES.get(status, "This cannot be done"),
        "detail": detail,
        "href": _came_from(request),
        "posted": _kept(form),
    }
    return await page(request, "pages/errors/refused.html", context, status=status)


async def _typed(request: Request) -> Form:
    """Return what was typed; nothing when the form itself is what could not be read."""
    try:
        return await read_form(request)
    except HTTPException:
        return Form(fields={})


def _kept(form: Form) -> list[tuple[str, str]]:
    """Return what was typed, without secrets."""
    return [
        (label, text)
        for label, text in form.posted()
        if "password" not in label.lower() and not label.lower().endswith(" id")
    ]


def _came_from(request: Request) -> str:
    """Return the page of this site that the request came from, else the nearest page above its own address."""
    reading = request.method in SAFE_METHODS
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    came_from = _referring_page(request)
    if came_from and not (reading and came_from == here):
        return came_from
    return _nearest_page(request, request.url.path.rpartition("/")[0] if reading else request.url.path)


def _referring_page(request: Request) -> str:
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if parts.netloc != request.headers.get("host", ""):
        return ""
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""), default="")


def _nearest_page(request: Request, path: str) -> str:
    pages = [route for route in request.app.routes if not isinstance(route, Mount)]
    while path:
        asked = {"type": "http", "method": "GET", "path": path, "root_path": ""}
        if any(route.matches(asked)[0] is Match.FULL for route in pages):
            return local_path(path)
        path = path.rpartition("/")[0]
    return "/"


def _instant(given: datetime | None, default: datetime) -> datetime:
    return given or default


def _json(status: int, detail: str, *, code: str = "") -> JSONResponse:
    content = {"detail": detail or "Not possible.", **({"code": code} if code else {})}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(content, status_code=status, headers=headers)


class NoNul:
    """Finds nothing at an address with a NUL sign in it, which no reference has and PostgreSQL cannot be asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404, or pass the request on."""
        if scope["type"] == "http" and ("\x00" in scope["path"] or b"%00" in scope.get("query_string", b"")):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class CatchUnexpected:
    """Answers whatever nobody foresaw with a reference that is also in the log, which holds no personal detail."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; an error before the answer began becomes the page of error 500."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except AnotherLayout as error:
            if started:
                raise
            await (await _does_not_fit(Request(scope), error))(scope, receive, send)
        except Exception:
            reference = uuid.uuid4().hex[:8].upper()
            _log.error("a request failed", exc_info=True, request_id=reference, method=scope["method"])
            if started:
                raise
            await _failed(Request(scope), reference)(scope, receive, send)


def _failed(request: Request, reference: str) -> Response:
    if request.url.path.startswith(API):
        return JSONResponse({"detail": "Something went wrong.", "reference": reference}, status_code=500)
    return _bare(request, "pages/errors/500.html", {"detail": None, "error_reference": reference}, status=500)


def _bare(request: Request, template: str, context: dict[str, object], *, status: int) -> Response:
    """Answer without asking who is signed in."""
    web = web_of(request)
    shell = Shell(council=web.council_name, now=web.now(), csrf_token="", demo=web.demo)
    return HTMLResponse(
        render(template, {"shell": shell, "href": _came_from(request), **context}), status_code=status
    )
