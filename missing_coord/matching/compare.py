"""How alike two cleaned names are, as a named level; remembered, because the same pairs come again."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from missing_coord.matching.letters import is_skeleton
from missing_coord.matching.sounds import sound
from missing_coord.matching.variants import may_be_same_name


class NameLevel(StrEnum):
    """How well two forenames, or two surnames, agree."""

    EXACT = "exact"
    VARIANT = "variant"
    CLOSE = "close"
    PART = "part"
    OTHER_NAME = "other_name"
    INITIAL = "initial"
    ALIKE = "alike"
    DIFFERENT = "different"
    MISSING = "missing"


AGREEING = frozenset(
    {
        NameLevel.EXACT,
        NameLevel.VARIANT,
        NameLevel.CLOSE,
        NameLevel.PART,
        NameLevel.OTHER_NAME,
        NameLevel.INITIAL,
    }
)


# Below this Jaro-Winkler similarity no slip, common sound or shared start is found: one cheap call settles it.
_HOPELESS = 0.78
_SAME_SOUND_FROM = 0.82
_ALIKE_FROM = 0.86


@lru_cache(maxsize=300_000)
def compare_surnames(said: str, known: str) -> NameLevel:
    """Compare two cleaned surnames; empty text is missing."""
    if not said or not known:
        return NameLevel.MISSING
    if said == known:
        return NameLevel.EXACT
    if " " in said or " " in known:
        if _share_a_word(said, known):
            return NameLevel.PART
        said, known = said.replace(" ", ""), known.replace(" ", "")
        if said == known:
            return NameLevel.EXACT
    return _near(said, known, shortest=4)


@lru_cache(maxsize=300_000)
def compare_forenames(said: str, known: str) -> NameLevel:
    """Compare two cleaned forenames; empty text is missing, one letter is an initial."""
    if not said or not known:
        return NameLevel.MISSING
    if said == known:
        return NameLevel.EXACT
    if len(said) == 1 or len(known) == 1:
        return NameLevel.INITIAL if said[0] == known[0] else NameLevel.DIFFERENT
    if " " in said or " " in known:
        return _compare_compound_forenames(said, known)
    if may_be_same_name(said, known):
        return NameLevel.VARIANT
    return _near(said, known, shortest=5)


def _compare_compound_forenames(said: str, known: str) -> NameLevel:
    if said.replace(" ", "") == known.replace(" ", ""):
        return NameLevel.EXACT
    first_said, first_known = said.partition(" ")[0], known.partition(" ")[0]
    if first_said == first_known or _share_a_word(said, known):
        return NameLevel.PART
    if may_be_same_name(first_said, first_known):
        return NameLevel.VARIANT
    return _near(said, known, shortest=5)


def _near(said: str, known: str, *, shortest: int) -> NameLevel:
    """Close for slips of the keys and common sounds, alike for other resemblance."""
    similarity = JaroWinkler.similarity(said, known)
    if similarity < _SAME_SOUND_FROM and (is_skeleton(said) or is_skeleton(known)):
        return NameLevel.CLOSE if sound(said) == sound(known) else NameLevel.DIFFERENT
    if similarity < _HOPELESS:
        return NameLevel.DIFFERENT
    if _one_slip(said, known, shortest=shortest):
        return NameLevel.CLOSE
    if similarity >= _SAME_SOUND_FROM and min(len(said), len(known)) >= 4 and sound(said) == sound(known):
        return NameLevel.CLOSE
    prefix = min(len(said), len(known)) >= 3 and (said.startswith(known) or known.startswith(said))
    return NameLevel.ALIKE if prefix or similarity >= _ALIKE_FROM else NameLevel.DIFFERENT


def _share_a_word(said: str, known: str) -> bool:
    return any(len(word) >= 3 for word in set(said.split()).intersection(known.split()))


def _one_slip(said: str, known: str, *, shortest: int) -> bool:
    """One letter wrong, missing, added or exchanged; two in long names."""
    length = min(len(said), len(known))
    if length < shortest:
        return False
    allowed = 2 if length >= 7 else 1
    return OSA.distance(said, known, score_cutoff=allowed) <= allowed
