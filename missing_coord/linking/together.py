"""Missing together: episodes of two children that overlap in time and have something more in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from missing_coord.linking.policy import PatternPolicy
from missing_coord.linking.proposals import EpisodeSpan, Evidence, PatternKind, Proposal, Strength

FOR_EVER = datetime.max.replace(tzinfo=UTC)


class TogetherReason(StrEnum):
    """What two overlapping episodes have in common."""

    SAME_REFERENCE = "same_police_reference"
    NAMED_AS_COMPANION = "named_as_companion"
    FOUND_TOGETHER = "found_together"
    SAME_HOME = "same_home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """An episode with what may join it to another: every text is in its comparing form.

    `references` are (reference, words, incident); `companions` map a name to (words, incident); `homes` are the
    placements, addresses and homes from which the child went; `found` are places with the time found.
    """

    span: EpisodeSpan
    incident_id: str = ""
    references: frozenset[tuple[str, str]] = frozenset()
    companions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    homes: frozenset[str] = frozenset()
    found_places: frozenset[str] = frozenset()
    found_at: datetime | None = None
    names: frozenset[str] = frozenset()
    household: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Two overlapping episodes and why they count as one going; `first` is of the child whose id sorts first."""

    first: Circumstances
    second: Circumstances
    reasons: frozenset[TogetherReason]


def occurrences(
    episodes: Sequence[Circumstances], *, policy: PatternPolicy, of_children: Collection[str] | None = None
) -> list[Occurrence]:
    """Return every pair of overlapping episodes with something in common, of these children or of all.

    Only episodes that share a reference, a home, a place where they were found or a name are compared at all.
    """
    reasons: dict[tuple[int, int], set[TogetherReason]] = defaultdict(set)
    for reason, group in _groups(episodes):
        for one, other in _overlapping(episodes, group):
            if _counts(reason, episodes[one], episodes[other], policy):
                reasons[one, other].add(reason)
    wanted = [(pair, why) for pair, why in reasons.items() if _wanted(episodes, pair, of_children)]
    return [_occurrence(episodes, pair, why) for pair, why in wanted]


def _groups(episodes: Sequence[Circumstances]) -> Iterator[tuple[TogetherReason, list[int]]]:
    """Yield the episodes (by number) that share a key, for each reason that a key gives."""
    groups: dict[tuple[TogetherReason, str], list[int]] = defaultdict(list)
    for number, each in enumerate(episodes):
        for reason, key in _keys(each):
            groups[reason, key].append(number)
    for (reason, _), group in groups.items():
        if len(group) > 1:
            yield reason, group


def _keys(each: Circumstances) -> set[tuple[TogetherReason, str]]:
    keys = {(TogetherReason.SAME_REFERENCE, reference) for reference, _ in each.references}
    keys |= {(TogetherReason.SAME_HOME, home) for home in each.homes}
    keys |= {(TogetherReason.FOUND_TOGETHER, place) for place in each.found_places}
    keys |= {(TogetherReason.NAMED_AS_COMPANION, name) for name in (*each.companions, *each.names)}
    return keys


def _overlapping(episodes: Sequence[Circumstances], group: list[int]) -> Iterator[tuple[int, int]]:
    """Yield pairs of different children whose [start, end) overlap, by one sweep over the starts."""
    ordered = sorted(group, key=lambda number: (episodes[number].span.started_at, number))
    going: list[int] = []
    for number in ordered:
        span = episodes[number].span
        going = [each for each in going if (episodes[each].span.ended_at or FOR_EVER) > span.started_at]
        for other in going:
            if episodes[other].span.child_id != span.child_id:
                yield _in_order(episodes, other, number)
        going.append(number)


def _in_order(episodes: Sequence[Circumstances], one: int, other: int) -> tuple[int, int]:
    return (one, other) if episodes[one].span.child_id < episodes[other].span.child_id else (other, one)


def _counts(reason: TogetherReason, one: Circumstances, other: Circumstances, policy: PatternPolicy) -> bool:
    if reason is TogetherReason.SAME_HOME:
        apart = abs(one.span.started_at - other.span.started_at)
        return apart <= timedelta(hours=policy.same_home_start_hours)
    if reason is TogetherReason.FOUND_TOGETHER:
        if one.found_at is None or other.found_at is None:
            return False
        return abs(one.found_at - other.found_at) <= timedelta(minutes=policy.found_together_minutes)
    if reason is TogetherReason.NAMED_AS_COMPANION:
        return bool(one.companions.keys() & other.names or other.companions.keys() & one.names)
    return True


def _wanted(
    episodes: Sequence[Circumstances], pair: tuple[int, int], of_children: Collection[str] | None
) -> bool:
    return of_children is None or any(episodes[number].span.child_id in of_children for number in pair)


def _occurrence(
    episodes: Sequence[Circumstances], pair: tuple[int, int], why: set[TogetherReason]
) -> Occurrence:
    return Occurrence(first=episodes[pair[0]], second=episodes[pair[1]], reasons=frozenset(why))


def together_proposals(
    found: Iterable[Occurrence], *, policy: PatternPolicy, now: datetime
) -> list[Proposal]:
    """Return one proposal for each two children, with every time that they were missing together."""
    pairs: dict[tuple[str, str], list[Occurrence]] = defaultdict(list)
    for each in found:
        pairs[each.first.span.child_id, each.second.span.child_id].append(each)
    telling = {pair: times for pair, times in pairs.items() if _is_telling(times, policy)}
    return [_proposal(pair, times, policy, now) for pair, times in sorted(telling.items())]


def _is_telling(times: Sequence[Occurrence], policy: PatternPolicy) -> bool:
    """Whether there is more than the same home, or the same home often enough."""
    reasons = {reason for each in times for reason in each.reasons}
    return reasons != {TogetherReason.SAME_HOME} or len(times) >= policy.same_home_times


def _proposal(
    pair: tuple[str, str], times: list[Occurrence], policy: PatternPolicy, now: datetime
) -> Proposal:
    reasons = sorted({reason.value for each in times for reason in each.reasons})
    starts = [max(each.first.span.started_at, each.second.span.started_at) for each in times]
    notes = _notes(times, reasons)
    family = f"together:{pair[0]}+{pair[1]}"
    return Proposal(
        kind=PatternKind.MISSING_TOGETHER,
        family=family,
        key=family,
        rule_version=policy.version,
        detail={
            "reasons": reasons,
            "times": len({(e.first.span.episode_id, e.second.span.episode_id) for e in times}),
            "first_at": min(starts).isoformat(),
            "last_at": max(starts).isoformat(),
            "strength": (Strength.WEAK if notes else Strength.STRONG).value,
            "notes": notes,
        },
        evidence=frozenset(piece for each in times for piece in _evidence(each)),
        least_children=2,
        news=max(starts) >= now - timedelta(days=policy.look_back_days),
    )


def _notes(times: list[Occurrence], reasons: list[str]) -> list[str]:
    """Return what makes the link weak: children of one household or one home go together for everyday reasons."""
    notes = []
    if reasons == [TogetherReason.SAME_HOME.value]:
        notes.append("same_home_only")
    if any(each.first.household and each.first.household == each.second.household for each in times):
        notes.append("same_household")
    if any(each.first.provisional or each.second.provisional for each in times):
        notes.append("provisional_record")
    return notes


def _evidence(each: Occurrence) -> list[Evidence]:
    pieces = []
    for one, other in ((each.first, each.second), (each.second, each.first)):
        said = [
            (words, incident) for name, (words, incident) in one.companions.items() if name in other.names
        ]
        shared = {reference for reference, _ in other.references}
        said += [(words, one.incident_id) for reference, words in one.references if reference in shared]
        if not said:
            said = [("", one.incident_id)]
        pieces += [
            Evidence(
                child_id=one.span.child_id, episode_id=one.span.episode_id, incident_id=incident, said=words
            )
            for words, incident in said
        ]
    return pieces
