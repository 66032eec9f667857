"""A child's name as every list shows it."""

from __future__ import annotations

NOT_KNOWN = "Name not known"
LONGEST = 60
"""How many characters of a forename or surname are shown: one that somebody filled with more breaks every list."""
NAME = (
    f"coalesce(nullif(concat_ws(' ', nullif(left(c.forename, {LONGEST}), ''),"
    f" nullif(left(c.surname, {LONGEST}), '')), ''), '{NOT_KNOWN}')"
)
"""The same in SQL, of a row `c` of the table of children."""


def shown_name(*parts: str | None) -> str:
    """Return the parts of a name that are known, with a space between them."""
    return " ".join(part[:LONGEST] for part in parts if part) or NOT_KNOWN
