"""Going missing together: two episodes that overlap, with more in common than the time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from missing_coord.linking.proposals import EpisodeSpan

FOR_EVER = datetime.max.replace(tzinfo=UTC)
FOUND_WITHIN = timedelta(minutes=120)


class TogetherReason(StrEnum):
    """What two overlapping episodes have in common."""

    SAME_REFERENCE = "same_police_reference"
    NAMED_AS_COMPANION = "named_as_companion"
    FOUND_TOGETHER = "found_together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """An episode with what may join it to another, every text in its comparing form.

    `references` maps a police reference to its incident; `companions` a name to (words, incident); `found_places` are
    places of their own, not the child's, where it was found.
    """

    span: EpisodeSpan
    incident_id: str = ""
    references: Mapping[str, str] = field(default_factory=dict)
    companions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    found_places: frozenset[str] = frozenset()
    found_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One time that two children were missing together, and what says so."""

    one: Going
    other: Going
    reasons: frozenset[TogetherReason]


def occasions(
    ones: Iterable[Going],
    others: Iterable[Going],
    *,
    names: tuple[frozenset[str], frozenset[str]],
    is_common: Callable[[str], bool],
) -> list[Occasion]:
    """Return each time that two children were missing together; `names` are theirs, in the same order."""
    found = []
    theirs = [(each.span.started_at, each.span.ended_at or FOR_EVER, each) for each in others]
    for one in ones:
        start, end = one.span.started_at, one.span.ended_at or FOR_EVER
        for their_start, their_end, other in theirs:
            if start < their_end and their_start < end and (why := _reasons(one, other, names, is_common)):
                found.append(Occasion(one=one, other=other, reasons=why))
    return found


def _reasons(
    one: Going,
    other: Going,
    names: tuple[frozenset[str], frozenset[str]],
    is_common: Callable[[str], bool],
) -> frozenset[TogetherReason]:
    why = set()
    if one.references.keys() & other.references.keys():
        why.add(TogetherReason.SAME_REFERENCE)
    if one.companions.keys() & names[1] or other.companions.keys() & names[0]:
        why.add(TogetherReason.NAMED_AS_COMPANION)
    at_once = one.found_at and other.found_at and abs(one.found_at - other.found_at) <= FOUND_WITHIN
    if at_once and any(not is_common(place) for place in one.found_places & other.found_places):
        why.add(TogetherReason.FOUND_TOGETHER)
    return frozenset(why)
