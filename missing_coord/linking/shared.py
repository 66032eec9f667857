"""The same place, person, vehicle or telephone named for different children, own home and common places left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.linking.forms import is_numbered, plain_words, postcode_in
from missing_coord.linking.mentions import MentionKind
from missing_coord.linking.policy import PatternPolicy
from missing_coord.linking.proposals import Evidence, PatternKind, Proposal, Strength, digest

_KINDS = {
    MentionKind.PLACE: PatternKind.SHARED_PLACE,
    MentionKind.PERSON: PatternKind.SHARED_PERSON,
    MentionKind.VEHICLE: PatternKind.SHARED_VEHICLE,
    MentionKind.PHONE: PatternKind.SHARED_PHONE,
}
MOST_EVIDENCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One thing named in one incident of one child's live episode."""

    kind: MentionKind
    value: str
    as_said: str
    child_id: str
    episode_id: str
    incident_id: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWorld:
    """What is a child's own and so links it to nobody, in comparing forms.

    `postcodes` are those of the child's homes and placements; `whole_postcodes` those of them that have no house
    number, so that every door there counts as the child's own.
    """

    places: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    whole_postcodes: frozenset[str] = frozenset()
    school: str = ""
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    household: str = ""
    provisional: bool = False


NOBODY = OwnWorld()


def is_own(naming: Naming, own: OwnWorld) -> bool:
    """Say whether a thing is the child's own home, placement, school, family telephone or name."""
    match naming.kind:
        case MentionKind.PLACE:
            return is_own_place(naming.value, own)
        case MentionKind.PHONE:
            return naming.value in own.phones
        case MentionKind.PERSON:
            return naming.value in own.names
        case MentionKind.VEHICLE:
            return False


def is_own_place(value: str, own: OwnWorld) -> bool:
    """Say whether a place, in its comparing form, is the child's own home, placement or school."""
    near = own.whole_postcodes if is_numbered(value) else own.postcodes
    if value in own.places or postcode_in(value) in near:
        return True
    return bool(own.school) and re.search(rf"\b{re.escape(own.school)}\b", value) is not None


def is_common(value: str, as_said: str, policy: PatternPolicy) -> bool:
    """Say whether a place is one that everybody goes to, by its name as said; a numbered house is not."""
    parts = [plain_words(part) for part in as_said.split(",")]
    words = f" {' '.join(parts)} "
    if any(f" {name} " in words for name in policy.common_names):
        return True
    if is_numbered(value):
        return False
    return any(part == end or part.endswith(f" {end}") for part in parts for end in policy.common_endings)


def shared_proposals(
    namings: Iterable[Naming], *, own: Mapping[str, OwnWorld], policy: PatternPolicy, now: datetime
) -> list[Proposal]:
    """Return one proposal for each thing named for at least two children, or for too many to be a link.

    Never one for each pair: a value gives one proposal however many children name it.
    """
    grouped: dict[tuple[MentionKind, str], list[Naming]] = defaultdict(list)
    for each in namings:
        if not is_own(each, own.get(each.child_id, NOBODY)):
            grouped[each.kind, each.value].append(each)
    found = [
        _proposal(kind, value, group, own, policy, now) for (kind, value), group in sorted(grouped.items())
    ]
    return [each for each in found if each is not None]


def _proposal(
    kind: MentionKind,
    value: str,
    group: list[Naming],
    own: Mapping[str, OwnWorld],
    policy: PatternPolicy,
    now: datetime,
) -> Proposal | None:
    children = {each.child_id for each in group}
    if len(children) < 2:
        return None
    busiest = most_children(group, days=policy.hot_spot_days)
    hot = busiest > policy.hot_spot_children
    common = kind is MentionKind.PLACE and all(is_common(value, each.as_said, policy) for each in group)
    if common and not hot:
        return None
    notes = _notes(kind, value, children, own, common=common, hot=hot)
    group.sort(key=lambda each: (each.started_at, each.episode_id, each.incident_id))
    family = f"shared:{kind.value}:{digest(kind.value, value)}"
    return Proposal(
        kind=PatternKind.HOT_SPOT if hot else _KINDS[kind],
        family=family,
        key=family,
        rule_version=policy.version,
        detail={
            "named": kind.value,
            "children": len(children),
            "episodes": len({each.episode_id for each in group}),
            "most_children_in_window": busiest,
            "window_days": policy.hot_spot_days,
            "hot_spot_over": policy.hot_spot_children,
            "first_at": group[0].started_at.isoformat(),
            "last_at": group[-1].started_at.isoformat(),
            "strength": (Strength.WEAK if notes else Strength.STRONG).value,
            "notes": notes,
        },
        evidence=frozenset(_evidence(each) for each in _kept(group)),
        least_children=2,
        news=group[-1].started_at >= now - timedelta(days=policy.look_back_days),
    )


def _kept(group: list[Naming]) -> list[Naming]:
    """Return the newest evidence where there is more than anybody reads; counts in the detail stay whole."""
    return group[-MOST_EVIDENCE:]


def _evidence(each: Naming) -> Evidence:
    return Evidence(
        child_id=each.child_id, episode_id=each.episode_id, incident_id=each.incident_id, said=each.as_said
    )


def most_children(group: Sequence[Naming], *, days: int) -> int:
    """Return the largest number of different children who were named with a thing within any `days` days."""
    ordered = sorted(group, key=lambda each: each.started_at)
    counts: dict[str, int] = defaultdict(int)
    first = most = 0
    for each in ordered:
        counts[each.child_id] += 1
        while each.started_at - ordered[first].started_at >= timedelta(days=days):
            left = ordered[first].child_id
            counts[left] -= 1
            if counts[left] == 0:
                del counts[left]
            first += 1
        most = max(most, len(counts))
    return most


def _notes(
    kind: MentionKind, value: str, children: set[str], own: Mapping[str, OwnWorld], *, common: bool, hot: bool
) -> list[str]:
    worlds = [own.get(child_id, NOBODY) for child_id in sorted(children)]
    notes = []
    if common:
        notes.append("common_place")
    if hot:
        notes.append("named_for_many")
    if kind is MentionKind.PERSON and " " not in value:
        notes.append("first_name_only")
    households = {each.household for each in worlds}
    if len(households) == 1 and "" not in households:
        notes.append("same_household")
    if sum(not each.provisional for each in worlds) < 2:
        notes.append("provisional_record")
    return notes
