"""Places that everybody goes to, known by their names."""

from __future__ import annotations

from missing_coord.linking.forms import is_numbered, plain_words
from missing_coord.linking.policy import PatternPolicy


def is_common(value: str, as_said: str, policy: PatternPolicy) -> bool:
    """Say whether a place is one that everybody goes to, by its name as said; a numbered house is not."""
    parts = [plain_words(part) for part in as_said.split(",")]
    words = f" {' '.join(parts)} "
    if any(f" {name} " in words for name in policy.common_names):
        return True
    if is_numbered(value):
        return False
    return any(part == end or part.endswith(f" {end}") for part in parts for end in policy.common_endings)
