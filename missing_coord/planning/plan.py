"""The answer of `plan solve`: visits, interviews without one, and the score, with their JSON shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOption:
    """Another worker who could go, with everything else left as planned."""

    worker: str
    start: datetime
    end: datetime
    late_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One planned visit; `travel_minutes` is the leg to it, `late_minutes` how far it ends after `due`.

    `passed_over` says of each other worker, by id, why not; agreed visits and very large plans leave it empty.
    """

    interview: str
    worker: str
    start: datetime
    end: datetime
    travel_minutes: int
    late_minutes: int
    reasons: tuple[str, ...]
    next_options: tuple[NextOption, ...] = ()
    passed_over: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """An interview without a visit, why, and the first start that is free when `latest` does not bind."""

    interview: str
    reason: str
    earliest_possible: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the plan achieves; `travel_minutes` counts the legs home too, `cost` is in minutes of travel."""

    planned: int
    on_time: int
    late: int
    unplanned: int
    late_minutes: int
    travel_minutes: int
    not_preferred: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A feasible plan and how long it took to find."""

    visits: tuple[Visit, ...]
    unplanned: tuple[Unplanned, ...]
    score: Score
    seconds: float

    def to_json(self) -> dict[str, object]:
        """Return the plan in the shape of the public contract, times in UTC."""
        return {
            "visits": [_texted(asdict(visit)) for visit in self.visits],
            "unplanned": [_texted(asdict(each)) for each in self.unplanned],
            "score": asdict(self.score),
            "seconds": self.seconds,
        }


def _texted(values: dict[str, object]) -> dict[str, object]:
    return {key: _plain(value) for key, value in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return _texted(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
