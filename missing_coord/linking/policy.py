"""What the council has decided about patterns: windows, thresholds and the names that everybody names."""

from __future__ import annotations

from dataclasses import dataclass

RULE_VERSION = "2026-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatRule:
    """Missing `times` times in `days` London calendar days, the day of the latest episode counted as one of them."""

    name: str
    times: int
    days: int
    kinds: frozenset[str] = frozenset({"M"})

    def __post_init__(self) -> None:
        if self.times < 2 or self.days < 1 or not self.kinds:
            raise ValueError(
                f"{self.name}: a repeat is at least 2 times in at least 1 day, of at least one kind"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRule:
    """One episode that lasts longer than `hours` elapsed hours."""

    name: str
    hours: int
    kinds: frozenset[str] = frozenset({"M"})


COMMON_ENDINGS = frozenset(
    {
        "bus station",
        "bus stop",
        "train station",
        "railway station",
        "tram stop",
        "tram station",
        "metro station",
        "underground station",
        "station",
        "city centre",
        "town centre",
        "high street",
        "shopping centre",
        "retail park",
        "park",
        "skate park",
        "playground",
        "library",
        "leisure centre",
        "cinema",
        "supermarket",
        "restaurant",
        "takeaway",
        "hospital",
        "police station",
        "school",
        "college",
        "youth club",
        "area",
    }
)
COMMON_NAMES = frozenset(
    {
        "mcdonalds",
        "kfc",
        "burger king",
        "greggs",
        "subway",
        "tesco",
        "asda",
        "aldi",
        "lidl",
        "sainsburys",
        "primark",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternPolicy:
    """Every threshold of the pattern rules; `version` is kept with each proposal that they raise.

    `common_endings` end a part of a place's name, `common_names` stand anywhere in it: such a place links nobody by
    itself. A value named for more than `hot_spot_children` children within `hot_spot_days` days is raised once, as a
    hot spot. Crossings and long episodes that began more than `look_back_days` days ago are history, not news.
    Children of one home with nothing else in common are proposed from the `same_home_times`th time on: in three months
    of a council once is mostly coincidence, and a lead who is shown hundreds of proposals reads none. For the same
    reason no rule about a single long episode is in force unless the council adds one, such as `OVER_24_HOURS`.
    """

    version: str = RULE_VERSION
    repeat: tuple[RepeatRule, ...] = (
        RepeatRule(name="3_in_90_days", times=3, days=90),
        RepeatRule(name="3_in_30_days", times=3, days=30),
    )
    long: tuple[LongRule, ...] = ()
    look_back_days: int = 92
    same_home_start_hours: int = 24
    same_home_times: int = 2
    found_together_minutes: int = 120
    hot_spot_children: int = 10
    hot_spot_days: int = 30
    common_endings: frozenset[str] = COMMON_ENDINGS
    common_names: frozenset[str] = COMMON_NAMES


OVER_24_HOURS = LongRule(name="over_24_hours", hours=24)
DEFAULT_PATTERN_POLICY = PatternPolicy()
