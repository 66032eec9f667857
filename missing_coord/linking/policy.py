"""What the council has decided about patterns: windows, thresholds and the names that everybody names."""

from __future__ import annotations

from dataclasses import dataclass

RULE_VERSION = "2026-2"


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


SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("money_or_gifts", ("unexplained money", "cash", "new clothes", "new phone", "gifts", "designer")),
    ("second_phone", ("second phone", "burner", "two phones", "secret phone")),
    (
        "older_people",
        ("older male", "older man", "older men", "unknown adult", "older boyfriend", "adult male"),
    ),
    ("county_lines", ("county lines", "drug line", "running drugs", "dealing", "trap house", "cuckoo")),
    ("travel", ("hotel", "train to", "out of area", "another city", "taxi paid", "motorway services")),
    ("drugs_or_alcohol", ("cannabis", "drugs on", "intoxicated", "drug debt")),
    ("sexual_exploitation", ("cse", "sexual exploitation", "grooming", "sti ", "pregnan")),
    ("weapons_or_violence", ("knife", "weapon", "machete", "unexplained injur", "threats")),
    ("exploitation_marker", ("exploitation", "cce", "nrm", "trafficking", "modern slavery", "gang")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRules:
    """Thresholds of the sensors that look at one child over time; every window ends with the latest episode.

    Quickening: `quick_times` starts within `quick_days`, and so at least `quick_factor` times as often as in the
    window of `usual_days` before. Changed: the first whole night away, an episode `longer_factor` times as long as any
    before and over `longer_hours`, or the first one told by another police force, each after `settled` earlier ones.
    Under `young_age`: `young_times` episodes in `young_days`, or one with a night away or a sign. Signs: `signs`
    different ones within `signs_days`.
    """

    quick_times: int = 5
    quick_days: int = 14
    usual_days: int = 76
    quick_factor: float = 3.0
    settled: int = 3
    longer_factor: float = 3.0
    longer_hours: int = 24
    young_age: int = 13
    young_times: int = 2
    young_days: int = 90
    signs: int = 2
    signs_days: int = 90
    phrases: tuple[tuple[str, tuple[str, ...]], ...] = SIGNS


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternPolicy:
    """Every threshold of the pattern rules; `version` is kept with each proposal that they raise.

    `common_endings` end a part of a place's name, `common_names` stand anywhere in it: such a place links nobody by
    itself. Two children are linked from a probability of `link_at_least` on. A place named for more than
    `hot_spot_children` children within `hot_spot_days` days is a hot spot. Crossings and links that are older than
    `look_back_days` days are history, not news. No rule about a single long episode is in force unless the council adds
    one, such as `OVER_24_HOURS`.
    """

    version: str = RULE_VERSION
    repeat: tuple[RepeatRule, ...] = (
        RepeatRule(name="3_in_90_days", times=3, days=90),
        RepeatRule(name="3_in_30_days", times=3, days=30),
        RepeatRule(name="6_in_30_days", times=6, days=30),
    )
    long: tuple[LongRule, ...] = ()
    sensors: SensorRules = SensorRules()
    look_back_days: int = 92
    link_at_least: float = 0.7
    hot_spot_children: int = 10
    hot_spot_days: int = 30
    common_endings: frozenset[str] = COMMON_ENDINGS
    common_names: frozenset[str] = COMMON_NAMES


OVER_24_HOURS = LongRule(name="over_24_hours", hours=24)
DEFAULT_PATTERN_POLICY = PatternPolicy()
