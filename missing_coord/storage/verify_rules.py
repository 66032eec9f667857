"""What a rule of `verify` is: a query that returns the references of what breaks it."""

from __future__ import annotations

from dataclasses import dataclass

SHOWN = 20
GRACE = "interval '10 minutes'"
KNOWN = "greatest({}, (select e.updated_at from episodes e where e.episode_id = d.episode_id))"
"""A time of a duty, or when it was last told, if that was later: nobody can act on a deadline before it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what is said when it is broken, and the query for the references of what breaks it."""

    name: str
    says: str
    query: str
