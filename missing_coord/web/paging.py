"""Pages of a long list: which one was asked for, and the links to its neighbours with the filters kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import Request

LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The page asked for, counted from 1, and how many rows one holds."""

    number: int
    size: int

    @classmethod
    def asked(cls, request: Request, *, size: int) -> Pages:
        """Return what `?page=` asks for; anything that is no page is the first."""
        given = request.query_params.get("page", "")
        number = int(given) if re.fullmatch(r"[0-9]{1,6}", given) else 1
        return cls(number=min(max(number, 1), LAST_PAGE), size=size)

    def within(self, total: int) -> Pages:
        """Return this page, or the last one of a list that ends before it."""
        last = max(1, -(-total // self.size))
        return replace(self, number=min(self.number, last))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size


def pages_of(
    request: Request, shown: Pages, *, more: bool, count: int, total: int | None = None, path: str = ""
) -> dict[str, object]:
    """Return the pager of a list (see macros.pager); `count` rows are on this page."""
    of = f" of {total:,}" if total is not None else ""
    newer = _href(request, path, shown.number - 1) if shown.number > 1 else None
    older = _href(request, path, shown.number + 1) if more else None
    text = f"{shown.offset + 1:,} to {shown.offset + count:,}{of}" if count else f"Nothing on this page{of}"
    return {"newer_href": newer, "older_href": older, "text": text}


def _href(request: Request, path: str, number: int) -> str:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page" and value]
    return f"{path or request.url.path}?{urlencode([*kept, ('page', str(number))])}"
