"""Signing in and out: form token in a cookie of its own, a slow-down for guessing, demo sign-ins in demo mode only."""

from __future__ import annotations

import hmac
import math
import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from missing_coord.domain.access import ROLE_NAMES
from missing_coord.domain.plurals import plural
from missing_coord.services.sign_in import REFUSED, OpenedSession
from missing_coord.web.answers import page
from missing_coord.web.forms import Form, read_form
from missing_coord.web.navigation import FIRST_PAGE
from missing_coord.web.session import (
    FormTokenWrong,
    Open,
    SignedIn,
    SignInNeeded,
    anyone_signed_in,
    cookie_name,
    current,
    local_path,
    session_token,
)
from missing_coord.web.state import Web, web_of

router = APIRouter(include_in_schema=False)
Anyone = Annotated[SignedIn, Depends(anyone_signed_in())]
EVERYBODY = Depends(Open(why="Nobody is signed in yet on the page where one signs in"))
WHY = {
    "expired": "You were signed out because nothing was done for a while. Sign in again to go on.",
    "out": "You are signed out.",
}


@router.get("/sign-in", dependencies=[EVERYBODY])
async def sign_in_page(request: Request) -> Response:
    """Show the sign-in form, or send those who are signed in to their first page."""
    try:
        who = await current(request)
    except SignInNeeded:
        form = Form(fields={"next": (local_path(request.query_params.get("next", "")),)})
        return await _form_page(request, form, said=WHY.get(request.query_params.get("why", ""), ""))
    return RedirectResponse(FIRST_PAGE[who.role], status_code=303)


@router.post("/sign-in", dependencies=[EVERYBODY])
async def sign_in(request: Request) -> Response:
    """Open a session; whatever is wrong, the answer says the same."""
    web, form = web_of(request), await read_form(request)
    _check_form_token(request, form)
    username = form.required("username", "Enter your user name")
    password = next(iter(form.fields.get("password", ())), "")
    if not password:
        form.wrong("password", "Enter your password")
    if form.errors:
        return await _form_page(request, form, status=422)
    address = request.client.host if request.client else ""
    if (wait := web.limiter.wait(address=address, account=username)) is not None:
        minutes = math.ceil(wait.total_seconds() / 60)
        form.wrong("username", f"Too many tries. Wait {plural(minutes, 'minute')} and try again.")
        return await _form_page(request, form, status=429)
    session = await web.gate.sign_in(username=username, password=password)
    if session is None:
        web.limiter.failed(address=address, account=username)
        form.wrong("username", REFUSED)
        return await _form_page(request, form, status=401)
    web.limiter.succeeded(account=username)
    return _welcome(web, session, form)


@router.post("/sign-out")
async def sign_out(request: Request, who: Anyone) -> Response:
    """End the session."""
    web = web_of(request)
    await web.gate.end_session(session_token(request))
    answer = RedirectResponse("/sign-in?why=out", status_code=303)
    _forget(answer, cookie_name(secure=web.secure_cookies), web)
    return answer


def _welcome(web: Web, session: OpenedSession, form: Form) -> Response:
    target = local_path(form.text("next"))
    answer = RedirectResponse(
        FIRST_PAGE[session.signed_in.role] if target == "/" else target, status_code=303
    )
    answer.set_cookie(
        cookie_name(secure=web.secure_cookies),
        session.token,
        secure=web.secure_cookies,
        httponly=True,
        samesite="lax",
    )
    _forget(answer, _form_cookie(web), web)
    return answer


def _forget(answer: Response, name: str, web: Web) -> None:
    answer.delete_cookie(name, secure=web.secure_cookies, httponly=True, samesite="lax")


async def _form_page(request: Request, form: Form, *, status: int = 200, said: str = "") -> Response:
    web = web_of(request)
    token = request.cookies.get(_form_cookie(web), "") or secrets.token_urlsafe(32)
    context = {
        "values": {"username": form.text("username"), "next": form.text("next")},
        "errors": form.errors,
        "demo_accounts": await _demo_accounts(web),
        "said": said,
    }
    answer = await page(request, "pages/sign_in.html", context, status=status, csrf_token=token)
    answer.set_cookie(
        _form_cookie(web), token, secure=web.secure_cookies, httponly=True, samesite="lax", max_age=3600
    )
    return answer


async def _demo_accounts(web: Web) -> list[dict[str, str]]:
    """Return the demo sign-ins in demo mode, none otherwise."""
    if not web.demo:
        return []
    return [
        {"role_name": ROLE_NAMES[each.role], "username": each.username, "password": each.password}
        for each in await web.gate.demo_accounts()
    ]


def _form_cookie(web: Web) -> str:
    return "__Host-missing-coord-form" if web.secure_cookies else "missing-coord-form"


def _check_form_token(request: Request, form: Form) -> None:
    """Compare the form's token with that in the cookie, which another site can neither read nor set."""
    kept = request.cookies.get(_form_cookie(web_of(request)), "")
    if not kept or not hmac.compare_digest(form.text("csrf_token").encode(), kept.encode()):
        raise FormTokenWrong("The sign-in page was open for too long. Open it again.")
