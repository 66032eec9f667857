"""What a route answers with: a page in its frame, a fragment, or a redirect with a word about what was done."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.storage.views import messages as views_messages
from missing_coord.web.navigation import links_for
from missing_coord.web.rendering import Flash, Shell, render
from missing_coord.web.session import SignedIn
from missing_coord.web.state import Web, web_of

FLASH_SECONDS = 120


async def page(
    request: Request,
    template: str,
    context: Mapping[str, object],
    *,
    status: int = 200,
    live: str | None = None,
    reference: str | None = None,
    csrf_token: str = "",
) -> HTMLResponse:
    """Answer with `pages/...` in its frame; call it after the page's own transaction has ended.

    `live` is the topic that the page follows, `reference` what is printed at the foot of the paper; `csrf_token` is
    for pages of those who are not signed in. The context gets `shell` and `now`.
    """
    web = web_of(request)
    who: SignedIn | None = getattr(request.state, "signed_in", None)
    shell = Shell(
        council=web.council_name,
        now=web.now(),
        csrf_token=who.form_token if who else csrf_token,
        demo=web.demo,
        live_url=f"/stream?topic={live}" if live else None,
        reference=reference,
        flash=_flash(request, who),
    )
    if who is not None:
        unseen = await _unseen(web, who)
        shell = replace(
            shell,
            user_name=who.display_name,
            role_name=ROLE_NAMES[who.role],
            nav=links_for(who.role, path=request.url.path, unseen=unseen),
        )
    answer = HTMLResponse(render(template, {"now": shell.now, **context, "shell": shell}), status_code=status)
    if _flash_name(web) in request.cookies:
        answer.delete_cookie(_flash_name(web), secure=web.secure_cookies, httponly=True, samesite="lax")
    return answer


def fragment(request: Request, template: str, context: Mapping[str, object]) -> HTMLResponse:
    """Answer with a part of a page that the page fetches again."""
    web = web_of(request)
    shell = Shell(council=web.council_name, now=web.now(), csrf_token="")
    return HTMLResponse(render(template, {"now": shell.now, "shell": shell, **context}))


def redirect(request: Request, to: str, *, said: str = "", tone: str = "success") -> Response:
    """Send the browser on after a post; `said` is shown once on the page that follows, and holds no child's name."""
    answer = RedirectResponse(to, status_code=303)
    who: SignedIn | None = getattr(request.state, "signed_in", None)
    if said and who is not None:
        web = web_of(request)
        answer.set_cookie(
            _flash_name(web),
            _sealed(Flash(tone=tone, text=said), who),
            max_age=FLASH_SECONDS,
            secure=web.secure_cookies,
            httponly=True,
            samesite="lax",
        )
    return answer


async def _unseen(web: Web, who: SignedIn) -> int:
    if who.role is Role.ADMINISTRATOR:
        return 0
    async with web.acting(who.actor) as uow:
        return await views_messages.unseen(uow)


def _flash_name(web: Web) -> str:
    return "__Host-missing-coord-said" if web.secure_cookies else "missing-coord-said"


def _sealed(flash: Flash, who: SignedIn) -> str:
    words = base64.urlsafe_b64encode(json.dumps([flash.tone, flash.text]).encode()).decode()
    return f"{words}.{_seal(words, who)}"


def _seal(words: str, who: SignedIn) -> str:
    return hmac.new(who.form_token.encode(), words.encode(), hashlib.sha256).hexdigest()


def _flash(request: Request, who: SignedIn | None) -> Flash | None:
    """Return what the last answer said, if this session wrote it."""
    words, _, seal = request.cookies.get(_flash_name(web_of(request)), "").partition(".")
    if who is None or not words or not hmac.compare_digest(seal.encode(), _seal(words, who).encode()):
        return None
    tone, text = json.loads(base64.urlsafe_b64decode(words))
    return Flash(tone=tone, text=text)
