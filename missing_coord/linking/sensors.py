"""Sensors over one child's time missing: quickening, a changed pattern, under 13, signs of exploitation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from missing_coord.domain.london import LONDON, london_day
from missing_coord.linking.policy import PatternPolicy, SensorRules
from missing_coord.linking.proposals import EpisodeSpan, Evidence, PatternKind, Proposal

NIGHT_FROM, NIGHT_TO = 0, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign of exploitation in the words of one notice or interview."""

    kind: str
    episode_id: str
    incident_id: str
    said: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildHistory:
    """One child's live episodes, oldest first, with what the sensors need; `born_on` None when not known."""

    child_id: str
    episodes: tuple[EpisodeSpan, ...]
    born_on: date | None = None
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crossing:
    kind: PatternKind
    rule: str
    at: EpisodeSpan
    episodes: Sequence[EpisodeSpan]
    strength: int
    threshold: dict[str, object]
    changes: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()


def signs_in(said: str, rules: SensorRules) -> list[str]:
    """Return the signs that a text holds, by the phrases of the policy."""
    words = said.casefold()
    return [kind for kind, phrases in rules.phrases if any(phrase in words for phrase in phrases)]


def sensor_proposals(history: ChildHistory, *, policy: PatternPolicy, now: datetime) -> list[Proposal]:
    """Return one proposal for each crossing of each sensor, raised once however long the count stays above."""
    missing = [each for each in history.episodes if each.kind == "M"]
    if not missing:
        return []
    rules = policy.sensors
    found = [*_quickening(missing, rules), *_changed(missing, rules, now)]
    found += [*_young(history, missing, rules, now), *_signs(history, missing, rules)]
    return [_proposal(history.child_id, each, policy, now) for each in found]


def _quickening(missing: Sequence[EpisodeSpan], rules: SensorRules) -> list[_Crossing]:
    """A run of starts much closer together than the child's own usual ones; once for each run."""
    found: list[_Crossing] = []
    for index, episode in enumerate(missing):
        window = _within(missing[: index + 1], episode, days=rules.quick_days)
        before = _within(missing[: index + 1], episode, days=rules.quick_days + rules.usual_days)
        usual = (len(before) - len(window)) * rules.quick_days / rules.usual_days
        if len(window) < rules.quick_times or len(window) < usual * rules.quick_factor:
            continue
        if found and found[-1].episodes[-1] in window:
            found[-1] = _longer(found[-1], episode)
            continue
        threshold: dict[str, object] = {"times": rules.quick_times, "days": rules.quick_days}
        threshold |= {"factor": rules.quick_factor, "usual": round(usual, 1)}
        found.append(
            _Crossing(
                kind=PatternKind.QUICKENING,
                rule="quickening",
                at=episode,
                episodes=window,
                strength=min(80, 50 + 4 * (len(window) - rules.quick_times)),
                threshold=threshold,
            )
        )
    return found


def _longer(crossing: _Crossing, episode: EpisodeSpan) -> _Crossing:
    return _Crossing(
        kind=crossing.kind,
        rule=crossing.rule,
        at=crossing.at,
        episodes=(*crossing.episodes, episode),
        strength=min(80, crossing.strength + 4),
        threshold=crossing.threshold,
    )


def _changed(missing: Sequence[EpisodeSpan], rules: SensorRules, now: datetime) -> list[_Crossing]:
    """The first time that something is new: it needs a settled past to be new against."""
    found = []
    for index in range(rules.settled, len(missing)):
        episode, before = missing[index], missing[:index]
        changes = _changes(episode, before, rules, now)
        if changes:
            found.append(
                _Crossing(
                    kind=PatternKind.CHANGED_PATTERN,
                    rule="changed_pattern",
                    at=episode,
                    episodes=(episode,),
                    strength=25 + 15 * len(changes),
                    threshold={
                        "settled": rules.settled,
                        "factor": rules.longer_factor,
                        "hours": rules.longer_hours,
                    },
                    changes=changes,
                )
            )
    return found


def _changes(
    episode: EpisodeSpan, before: Sequence[EpisodeSpan], rules: SensorRules, now: datetime
) -> tuple[str, ...]:
    changes = []
    if is_overnight(episode, now) and not any(is_overnight(each, now) for each in before):
        changes.append("first_night_away")
    longest = max(_length(each, now) for each in before)
    if _length(episode, now) > max(longest * rules.longer_factor, timedelta(hours=rules.longer_hours)):
        changes.append("much_longer")
    known = frozenset(force for each in before for force in each.forces)
    if known and episode.forces and not episode.forces & known:
        changes.append("another_force_area")
    return tuple(changes)


def is_overnight(episode: EpisodeSpan, now: datetime) -> bool:
    """Say whether a child was away through the hours from midnight to five of one London night."""
    start, end = episode.started_at.astimezone(LONDON), (episode.ended_at or now).astimezone(LONDON)
    night = start.replace(hour=NIGHT_FROM, minute=0, second=0, microsecond=0)
    if start > night:
        night += timedelta(days=1)
    return end >= night.replace(hour=NIGHT_TO)


def _length(episode: EpisodeSpan, now: datetime) -> timedelta:
    return (episode.ended_at or now) - episode.started_at


def _within(episodes: Sequence[EpisodeSpan], latest: EpisodeSpan, *, days: int) -> tuple[EpisodeSpan, ...]:
    return tuple(each for each in episodes if latest.started_at - each.started_at < timedelta(days=days))


def _young(
    history: ChildHistory, missing: Sequence[EpisodeSpan], rules: SensorRules, now: datetime
) -> list[_Crossing]:
    """A child under the age: twice in the window, or once with a night away or a sign; once for each window."""
    if history.born_on is None:
        return []
    young = [each for each in missing if _age(history.born_on, each.started_at) < rules.young_age]
    told = {each.episode_id for each in history.signs}
    found: list[_Crossing] = []
    for index, episode in enumerate(young):
        if found and episode.started_at - found[-1].at.started_at < timedelta(days=rules.young_days):
            continue
        window = _within(young[: index + 1], episode, days=rules.young_days)
        night, sign = is_overnight(episode, now), episode.episode_id in told
        if len(window) >= rules.young_times or night or sign:
            threshold: dict[str, object] = {"age": rules.young_age, "times": rules.young_times}
            found.append(
                _Crossing(
                    kind=PatternKind.UNDER_13,
                    rule="under_13",
                    at=episode,
                    episodes=window,
                    strength=min(89, 25 + 5 * len(window) + 10 * night + 25 * sign),
                    threshold=threshold | {"days": rules.young_days},
                    changes=(*(["night_away"] if night else []), *(["sign_of_exploitation"] if sign else [])),
                )
            )
    return found


def _age(born_on: date, at: datetime) -> int:
    day = london_day(at)
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def _signs(history: ChildHistory, missing: Sequence[EpisodeSpan], rules: SensorRules) -> list[_Crossing]:
    """Different signs within the window; once until they have all grown old."""
    found: list[_Crossing] = []
    by_id = {each.episode_id: each for each in missing}
    signs = sorted(
        (s for s in history.signs if s.episode_id in by_id), key=lambda s: (s.at, s.kind, s.incident_id)
    )
    for index, sign in enumerate(signs):
        window = [s for s in signs[: index + 1] if sign.at - s.at < timedelta(days=rules.signs_days)]
        kinds = sorted({each.kind for each in window})
        if len(kinds) < rules.signs:
            continue
        if found and sign.at - found[-1].at.started_at < timedelta(days=rules.signs_days):
            continue
        episodes = tuple({each.episode_id: by_id[each.episode_id] for each in window}.values())
        found.append(
            _Crossing(
                kind=PatternKind.EXPLOITATION_SIGNS,
                rule="exploitation_signs",
                at=by_id[sign.episode_id],
                episodes=episodes,
                strength=min(90, 35 + 15 * len(kinds)),
                threshold={"signs": rules.signs, "days": rules.signs_days},
                changes=tuple(kinds),
                signs=tuple(window),
            )
        )
    return found


def _proposal(child_id: str, crossing: _Crossing, policy: PatternPolicy, now: datetime) -> Proposal:
    family = f"{crossing.rule}:{child_id}"
    pieces = {Evidence(child_id=child_id, episode_id=each.episode_id) for each in crossing.episodes}
    pieces |= {
        Evidence(child_id=child_id, episode_id=s.episode_id, incident_id=s.incident_id, said=s.said)
        for s in crossing.signs
    }
    return Proposal(
        kind=crossing.kind,
        family=family,
        key=f"{family}:{crossing.at.episode_id}",
        rule_version=policy.version,
        detail={
            "rule": crossing.rule,
            "children": 1,
            **crossing.threshold,
            "changes": list(crossing.changes),
            "crossed_at": crossing.at.started_at.isoformat(),
            "episodes": len(crossing.episodes),
        },
        evidence=frozenset(pieces),
        anchors=frozenset(each.episode_id for each in crossing.episodes),
        strength=crossing.strength,
        news=crossing.at.started_at >= now - timedelta(days=policy.look_back_days),
    )
