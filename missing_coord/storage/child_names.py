"""A child's name as every list shows it."""

from __future__ import annotations

NOT_KNOWN = "Name not known"
NAME = f"coalesce(nullif(concat_ws(' ', nullif(c.forename, ''), nullif(c.surname, '')), ''), '{NOT_KNOWN}')"
"""The same in SQL, of a row `c` of the table of children."""


def shown_name(*parts: str | None) -> str:
    """Return the parts of a name that are known, with a space between them."""
    return " ".join(part for part in parts if part) or NOT_KNOWN
