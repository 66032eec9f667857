"""Reading JSON lines, a JSON array, or one object, item by item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from missing_coord.contracts.json_text import JSON_DECODER, load_json
from missing_coord.contracts.limits import LINE_LIMIT

_CHUNK = 65_536
_BETWEEN = " \t\r\n,"


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonItem:
    """One object of a file and its number (line, or place in the array), or what is wrong there."""

    number: int
    body: dict[str, object] | None = None
    trouble: str | None = None
    text: str = ""


def json_items(stream: TextIO) -> Iterator[JsonItem]:
    """The objects of a file, whichever form it has: one a line, one array, or one object over many lines."""
    head = stream.read(LINE_LIMIT).lstrip("\ufeff \t\r\n")
    small = len(head) < LINE_LIMIT / 2
    if small and head.startswith("{") and isinstance(_loaded(head), dict):
        return iter((_item(1, head),))
    if head.startswith("["):
        return _array(stream, head[1:])
    return _lines(stream, head)


def _lines(stream: TextIO, head: str) -> Iterator[JsonItem]:
    """One object a line; `head` is what was read of the file already."""
    pending, number = head, 0
    while True:
        begun, rest = _first_line(pending)
        more = "" if rest is not None else stream.readline(LINE_LIMIT)
        text, pending = begun + more, rest or ""
        if not text:
            return
        number += 1
        if len(text) > LINE_LIMIT or (len(text) == LINE_LIMIT and not text.endswith("\n")):
            _skip_line(stream, text)
            yield JsonItem(number=number, trouble=f"the line is longer than {LINE_LIMIT} characters")
        elif text.strip():
            yield _item(number, text)


def _first_line(text: str) -> tuple[str, str | None]:
    """The text up to its first line end, and what follows it; None follows when the line may go on."""
    end = text.find("\n") + 1
    return (text[:end], text[end:]) if end else (text, None)


def _skip_line(stream: TextIO, text: str) -> None:
    while text and not text.endswith("\n"):
        text = stream.readline(LINE_LIMIT)


def _item(number: int, text: str) -> JsonItem:
    body = _loaded(text)
    if not isinstance(body, dict):
        return JsonItem(number=number, trouble="the line is not one JSON object", text=text.strip())
    return JsonItem(number=number, body=body)


def _loaded(text: str) -> object:
    try:
        return load_json(text)
    except (ValueError, RecursionError):
        return None


def _array(stream: TextIO, text: str) -> Iterator[JsonItem]:
    """The items of an array, read as they are needed; what follows a damaged item cannot be told apart."""
    number = 0
    while True:
        text = text.lstrip(_BETWEEN)
        if text.startswith("]"):
            return
        found = _decode_first(text)
        if found is None:
            more = stream.read(_CHUNK) if len(text) < 2 * LINE_LIMIT else ""
            if more:
                text += more
                continue
            trouble = "the array is damaged or cut off here; nothing after this item was read"
            yield JsonItem(number=number + 1, trouble=trouble, text=text[:1000])
            return
        number += 1
        body, end = found
        if isinstance(body, dict):
            yield JsonItem(number=number, body=body)
        else:
            yield JsonItem(number=number, trouble="the item is no JSON object", text=text[:end][:1000])
        text = text[end:]


def _decode_first(text: str) -> tuple[object, int] | None:
    """The first value of a text and where it ends; None when it is not whole or not JSON."""
    if not text:
        return None
    try:
        return JSON_DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
