"""Places named for many children within a month, by the time of day and the day of the week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from missing_coord.domain.london import LONDON
from missing_coord.linking.mentions import MentionKind
from missing_coord.linking.naming import NOBODY, Naming, OwnWorld, is_own
from missing_coord.linking.places import is_common
from missing_coord.linking.policy import PatternPolicy
from missing_coord.linking.proposals import MEDIUM_FROM, Evidence, PatternKind, Proposal, digest

MOST_EVIDENCE = 500
BAND_HOURS = 4


def hot_spot_proposals(
    namings: Iterable[Naming], *, own: Mapping[str, OwnWorld], policy: PatternPolicy, now: datetime
) -> list[Proposal]:
    """Return one proposal for each place named for too many children to be a link between any two of them."""
    grouped: dict[str, list[Naming]] = defaultdict(list)
    for each in namings:
        if each.kind is MentionKind.PLACE and not is_own(each, own.get(each.child_id, NOBODY)):
            grouped[each.value].append(each)
    found = [_proposal(value, group, policy, now) for value, group in sorted(grouped.items())]
    return [each for each in found if each is not None]


def _proposal(value: str, group: list[Naming], policy: PatternPolicy, now: datetime) -> Proposal | None:
    busiest = most_children(group, days=policy.hot_spot_days)
    if busiest <= policy.hot_spot_children:
        return None
    group.sort(key=lambda each: (each.started_at, each.episode_id, each.incident_id))
    common = all(is_common(value, each.as_said, policy) for each in group)
    episodes = {each.episode_id: each.started_at for each in group}
    family = f"hot:{digest(MentionKind.PLACE.value, value)}"
    return Proposal(
        kind=PatternKind.HOT_SPOT,
        family=family,
        key=family,
        rule_version=policy.version,
        detail={
            "rule": "hot_spot",
            "children": len({each.child_id for each in group}),
            "episodes": len(episodes),
            "most_children_in_window": busiest,
            "window_days": policy.hot_spot_days,
            "hot_spot_over": policy.hot_spot_children,
            "by_hours": _by_hours(episodes.values()),
            "by_weekday": _by_weekday(episodes.values()),
            "first_at": group[0].started_at.isoformat(),
            "last_at": group[-1].started_at.isoformat(),
            "notes": ["common_place"] if common else [],
        },
        evidence=frozenset(_evidence(each) for each in group[-MOST_EVIDENCE:]),
        strength=min(MEDIUM_FROM - 1, 20 + busiest) if common else min(85, 40 + busiest),
        least_children=2,
        news=group[-1].started_at >= now - timedelta(days=policy.look_back_days),
    )


def _by_hours(starts: Iterable[datetime]) -> list[int]:
    """Return how many episodes began in each band of four hours of the London day, from midnight."""
    counts = [0] * (24 // BAND_HOURS)
    for each in starts:
        counts[each.astimezone(LONDON).hour // BAND_HOURS] += 1
    return counts


def _by_weekday(starts: Iterable[datetime]) -> list[int]:
    """Return how many episodes began on each day of the week, from Monday."""
    counts = [0] * 7
    for each in starts:
        counts[each.astimezone(LONDON).weekday()] += 1
    return counts


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
