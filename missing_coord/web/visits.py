"""Where a worker's visit is, in words that never hold a confidential address."""

from __future__ import annotations

from missing_coord.storage.views.interviews_detail import MyInterview


def place_words(mine: MyInterview) -> str:
    """Return where the child is to be visited."""
    if mine.confidential:
        return "Confidential: ask the coordinator"
    return (
        ", ".join(part for part in (mine.address, mine.postcode) if part) or "Not known: ask the coordinator"
    )
