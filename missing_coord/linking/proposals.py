"""A pattern as the rules propose it: what it is, the evidence for it, and the key by which it is raised once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class PatternKind(StrEnum):
    """What was seen."""

    LINKED_CHILDREN = "linked_children"
    EMERGING_GROUP = "emerging_group"
    KNOWN_CONCERN = "known_concern"
    EXPLOITATION_SIGNS = "exploitation_signs"
    UNDER_13 = "under_13"
    QUICKENING = "quickening"
    CHANGED_PATTERN = "changed_pattern"
    REPEAT_MISSING = "repeat_missing"
    LONG_MISSING = "long_missing"
    HOT_SPOT = "hot_spot"


class PatternState(StrEnum):
    """Where a pattern stands; only a person confirms, rejects or parks, only the rules withdraw."""

    PROPOSED = "proposed"
    PARKED = "parked"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STRONG_FROM, MEDIUM_FROM = 90, 50


class Strength(StrEnum):
    """The band of a strength from 0 to 100: of links it is a probability, of sensors an order only."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


def band_of(strength: int) -> Strength:
    """Return the band of a strength."""
    if strength >= STRONG_FROM:
        return Strength.STRONG
    return Strength.MEDIUM if strength >= MEDIUM_FROM else Strength.WEAK


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSpan:
    """A live missing episode as the rules need it: [started_at, ended_at) in UTC, None while missing.

    `forces` are the police forces that told of it.
    """

    episode_id: str
    child_id: str
    kind: str
    started_at: datetime
    ended_at: datetime | None
    forces: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Evidence:
    """One piece of evidence: the child, the episode, the incident where there is one, and the words said."""

    child_id: str
    episode_id: str
    incident_id: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A pattern that the evidence gives. `detail` holds references, thresholds and counts, never anybody's words.

    `family` is what the pattern is about, `key` tells it from others of its family. `anchors` are the episodes by
    which it is known again when late data moves its key. `least_children` is what it needs to stand.
    `strength` is 0 to 100. `alike` holds what makes it the same as another of its family whose children changed.
    `news` is False for what is too long ago to be raised now, but still holds up what was raised before.
    """

    kind: PatternKind
    family: str
    key: str
    rule_version: str
    detail: Mapping[str, object]
    evidence: frozenset[Evidence]
    anchors: frozenset[str] = frozenset()
    alike: frozenset[str] = frozenset()
    strength: int = MEDIUM_FROM
    least_children: int = 1
    news: bool = True
    children: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "children", tuple(sorted({each.child_id for each in self.evidence})))


def digest(*parts: str) -> str:
    """Return 16 hexadecimal digits that stand for a value in keys, so that nobody's words stand in them."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
