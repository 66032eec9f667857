"""Cleaning of one cell of text, the same for every file format."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from missing_coord.domain.records import column_key

TEXT_LIMIT = 10_000
"""The most characters that a cell of free text keeps; the rest is cut and the record flagged."""

# Dashes and question marks are "nothing" to the comparing form.
_PLACEHOLDERS = frozenset(
    {"unknown", "unk", "n/k", "nk", "notknown", "n/a", "na", "none", "null", "nil", "#n/a", "?", ""}
)
_DROPPED = {code: None for code in range(0x20) if chr(code) not in "\t\n"}
_DROPPED |= {code: None for code in range(0x7F, 0xA0)}
_DROPPED |= dict.fromkeys((0x200B, 0x2060, 0xFEFF, 0x2400))
_SURROGATES = re.compile("[\ud800-\udfff]")

cached_column_key = lru_cache(maxsize=4096)(column_key)


def storable(text: str) -> str:
    """Text as received, but for what PostgreSQL cannot hold: NUL becomes U+2400, half a character U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\u2400")
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def clean(text: str) -> tuple[str, bool]:
    """Trimmed, composed text with plain spaces and line ends; and whether control characters went."""
    text = text.strip()
    if text.isprintable():
        return (text if text.isascii() else unicodedata.normalize("NFC", text)), False
    text = storable(text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    kept = text.translate(_DROPPED)
    return unicodedata.normalize("NFC", kept).strip(), len(kept) != len(text)


def cut(text: str) -> str:
    """Text no longer than the limit; what was cut leaves a mark that differs when the lost part differs."""
    if len(text) <= TEXT_LIMIT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    mark = f" [cut: {len(text)} characters, {digest}]"
    return text[: TEXT_LIMIT - len(mark)] + mark


def is_placeholder(text: str) -> bool:
    """Whether the text only says that the sender does not know."""
    return cached_column_key(text) in _PLACEHOLDERS if len(text) <= 12 else False


@lru_cache(maxsize=4096)
def extra_name(header: str) -> str:
    """The name under which an unknown column is kept: lower case, words joined by underscores."""
    return "_".join(header.replace("_", " ").replace("-", " ").casefold().split())
