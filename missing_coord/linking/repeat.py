"""Repeat missing and long missing: rolling windows over the starts of one child's episodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.domain.london import LONDON
from missing_coord.linking.policy import LongRule, PatternPolicy, RepeatRule
from missing_coord.linking.proposals import EpisodeSpan, Evidence, PatternKind, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The count of a window reached its threshold with `at`; `later` followed before it fell below again."""

    window: tuple[EpisodeSpan, ...]
    at: EpisodeSpan
    later: tuple[EpisodeSpan, ...]


def crossings(episodes: Iterable[EpisodeSpan], rule: RepeatRule) -> list[Crossing]:
    """Return each time that one child's count crossed the threshold, oldest first.

    A window of 90 days is the London day of an episode's start and the 89 days before it: a first start on day 1 and
    a third on day 90 cross, one on day 91 does not. Between two starts the count can only fall, so it crosses when a
    start makes it exactly the threshold.
    """
    ordered = sorted(
        (e for e in episodes if e.kind in rule.kinds), key=lambda e: (e.started_at, e.episode_id)
    )
    found: list[Crossing] = []
    first = 0
    for index, episode in enumerate(ordered):
        while (_day(episode) - _day(ordered[first])).days >= rule.days:
            first += 1
        count = index - first + 1
        if count == rule.times:
            found.append(Crossing(window=tuple(ordered[first : index + 1]), at=episode, later=()))
        elif count > rule.times:
            found[-1] = _followed(found[-1], episode)
    return found


def _followed(crossing: Crossing, episode: EpisodeSpan) -> Crossing:
    return Crossing(window=crossing.window, at=crossing.at, later=(*crossing.later, episode))


def _day(episode: EpisodeSpan) -> datetime:
    local = episode.started_at.astimezone(LONDON)
    return local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def repeat_proposals(
    child_id: str, episodes: Sequence[EpisodeSpan], *, policy: PatternPolicy, now: datetime
) -> list[Proposal]:
    """Return one proposal for each crossing of each repeat rule and for each episode that lasts too long."""
    found = plainest(
        [
            _repeat(child_id, rule, each, policy, now)
            for rule in policy.repeat
            for each in crossings(episodes, rule)
        ]
    )
    for rule in policy.long:
        long = [each for each in episodes if lasts_too_long(each, rule, now)]
        found += [_long(child_id, rule, each, policy, now) for each in long]
    return found


def plainest(found: list[Proposal]) -> list[Proposal]:
    """Leave out what shares episodes with something stronger: one child's one run is raised once."""
    return [
        each
        for each in found
        if not any(other.strength > each.strength and other.anchors & each.anchors for other in found)
    ]


def _strength(rule: RepeatRule, episodes: int) -> int:
    """Return the order of a crossing: by how often within how many days, and how far beyond the threshold it went."""
    monthly = rule.times * 30 / rule.days
    return min(85, round(14 + 9 * monthly) + 2 * (episodes - rule.times))


def lasts_too_long(episode: EpisodeSpan, rule: LongRule, now: datetime) -> bool:
    """Say whether an episode has lasted more than the rule's elapsed hours; exactly that long is not more."""
    if episode.kind not in rule.kinds:
        return False
    return (episode.ended_at or now) - episode.started_at > timedelta(hours=rule.hours)


def _repeat(
    child_id: str, rule: RepeatRule, crossing: Crossing, policy: PatternPolicy, now: datetime
) -> Proposal:
    episodes = (*crossing.window, *crossing.later)
    family = f"repeat:{rule.name}:{child_id}"
    return Proposal(
        kind=PatternKind.REPEAT_MISSING,
        family=family,
        key=f"{family}:{crossing.at.episode_id}",
        rule_version=policy.version,
        detail={
            "rule": rule.name,
            "children": 1,
            "times": rule.times,
            "days": rule.days,
            "kinds": sorted(rule.kinds),
            "crossed_at": crossing.at.started_at.isoformat(),
            "crossing_episode": crossing.at.episode_id,
            "episodes": len(episodes),
        },
        evidence=frozenset(Evidence(child_id=child_id, episode_id=each.episode_id) for each in episodes),
        anchors=frozenset(each.episode_id for each in (crossing.at, *crossing.later)),
        strength=_strength(rule, len(episodes)),
        news=_is_news((crossing.later or (crossing.at,))[-1], policy, now),
    )


def _long(
    child_id: str, rule: LongRule, episode: EpisodeSpan, policy: PatternPolicy, now: datetime
) -> Proposal:
    family = f"long:{rule.name}:{child_id}"
    return Proposal(
        kind=PatternKind.LONG_MISSING,
        family=family,
        key=f"{family}:{episode.episode_id}",
        rule_version=policy.version,
        detail={
            "rule": rule.name,
            "children": 1,
            "hours": rule.hours,
            "kinds": sorted(rule.kinds),
            "episode": episode.episode_id,
        },
        evidence=frozenset({Evidence(child_id=child_id, episode_id=episode.episode_id)}),
        anchors=frozenset({episode.episode_id}),
        news=episode.ended_at is None or _is_news(episode, policy, now),
    )


def _is_news(episode: EpisodeSpan, policy: PatternPolicy, now: datetime) -> bool:
    return episode.started_at >= now - timedelta(days=policy.look_back_days)
