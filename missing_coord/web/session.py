"""Who is signed in, and the access rule that every route must carry.

Companions: `answers` (page, redirect with a flash message, fragments), `forms` (reading posted forms), `state` (what
the application shares), `routers` (the list of all routers).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from missing_coord.domain.access import PEOPLE_ROLES, Role
from missing_coord.domain.errors import MissingCoordError, NotAllowed
from missing_coord.services.sign_in import SignedIn
from missing_coord.web.security import SAFE_METHODS
from missing_coord.web.state import web_of

__all__ = [
    "OFFICE",
    "OPENERS",
    "Access",
    "AccessRule",
    "FormTokenWrong",
    "Open",
    "SignInNeeded",
    "SignedIn",
    "anyone_signed_in",
    "cookie_name",
    "current",
    "local_path",
    "posted",
    "require",
    "session_token",
]

OFFICE = (Role.COORDINATOR, Role.MANAGER)
OPENERS = (*OFFICE, Role.QUALITY_AUDITOR, Role.INTERVIEW_WORKER)
"""Who may open the page of an interview, so far as the database shows it to them."""


class SignInNeeded(MissingCoordError):
    """Nobody is signed in, or the session has ended; `expired` tells which."""

    def __init__(self, *, expired: bool) -> None:
        super().__init__("Sign in first.")
        self.expired = expired


class FormTokenWrong(MissingCoordError):
    """A posted form does not carry the token of the session; nothing was changed."""


class AccessRule:
    """What every route must have among its dependencies, so that none is open by oversight."""


@dataclass(frozen=True)
class Access(AccessRule):
    """Lets in signed-in people of some roles; a write must carry the session's form token as well."""

    roles: frozenset[Role]

    async def __call__(self, request: Request) -> SignedIn:
        """Return who is signed in; raises SignInNeeded, NotAllowed or FormTokenWrong."""
        who = await current(request)
        if who.role not in self.roles:
            raise NotAllowed("Your role does not give access to this page.")
        if request.method not in SAFE_METHODS:
            await _check_form_token(request, who)
        return who


@dataclass(frozen=True)
class Open(AccessRule):
    """Lets in everybody, signed in or not; `why` says for what reason."""

    why: str

    async def __call__(self) -> None:
        """Let everybody in."""


def require(*roles: Role) -> Access:
    """Return the rule for these roles; use as `Annotated[SignedIn, Depends(require(Role.MANAGER))]`."""
    return Access(frozenset(roles))


def anyone_signed_in() -> Access:
    """Return the rule for every person with a session."""
    return Access(frozenset(PEOPLE_ROLES))


async def current(request: Request) -> SignedIn:
    """Return who is signed in; raises SignInNeeded.

    What a page fetches by itself (htmx) is no sign of life: a session ends by idleness though its page is live.
    """
    kept = getattr(request.state, "signed_in", None)
    if kept is not None:
        return cast(SignedIn, kept)
    web = web_of(request)
    token = session_token(request)
    if not token:
        raise SignInNeeded(expired=False)
    gate = web.watching if by_itself(request) else web.gate
    who = await gate.session_for(token)
    if who is None:
        raise SignInNeeded(expired=True)
    request.state.signed_in = who
    return who


def session_token(request: Request) -> str:
    """Return the token that the browser keeps, empty when there is none."""
    return request.cookies.get(cookie_name(secure=web_of(request).secure_cookies), "")


def by_itself(request: Request) -> bool:
    """Say whether the page fetched this by itself, without anybody doing anything."""
    return request.headers.get("hx-request", "") == "true" or request.url.path == "/stream"


def cookie_name(*, secure: bool) -> str:
    """Return the name of the session cookie; a browser takes the prefixed one over https only."""
    return "__Host-missing-coord" if secure else "missing-coord"


def local_path(address: str, default: str = "/") -> str:
    """Return the path and query of an address on this site, or the default when it leads anywhere else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return default
    odd = "\\" in address or any(ord(sign) < 32 for sign in address)
    if parts.scheme or parts.netloc or odd or not address.startswith("/") or address.startswith("//"):
        return default
    return address


async def posted(request: Request) -> FormData:
    """Return what was posted; raises HTTPException (415) for a form in parts, which may name any codec for its text."""
    if request.headers.get("content-type", "").strip().lower().startswith("multipart/"):
        raise HTTPException(
            415, "Send the form as application/x-www-form-urlencoded; files are not taken here."
        )
    return await request.form()


async def _check_form_token(request: Request, who: SignedIn) -> None:
    given = (await posted(request)).get("csrf_token", "")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), who.form_token.encode()):
        raise FormTokenWrong("This form is older than your sign-in. Open the page again and repeat it.")
