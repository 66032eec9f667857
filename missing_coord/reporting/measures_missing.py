"""Who went missing: children and episodes, from where, how long, how often, at what risk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from missing_coord.domain.population import Population
from missing_coord.reporting.facts import AWAY, IN_CARE, EpisodeFact
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import Measure, MeasureGroup, Opens, counted, counted_children, parts

ONE_DAY = timedelta(hours=24)
OFTEN = 3
SHOWN_PROVIDERS = 20


def missing_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return measures 1 to 5: who went missing, and how often."""
    missing = facts.missing
    in_care = [each for each in missing if each.population in IN_CARE]
    away = [each for each in facts.own_episodes if each.kind == AWAY]
    found = (
        *_both(facts),
        _looked_after(facts),
        _looked_after_missing(facts, in_care),
        counted(
            "looked_after_incidents",
            "Missing incidents of looked-after children",
            in_care,
            "Of the missing incidents, those of looked-after children.",
            of=missing,
        ),
        counted(
            "brought_over",
            "Missing incidents known from the earlier records alone",
            [each for each in missing if each.brought_over],
            "Of the missing incidents, those that the council brought over and nobody else told of.",
            of=missing,
        ),
        counted_children("away_children", "Children away without authorisation", away, _WITH_A),
        counted("away_incidents", "Episodes away without authorisation", away, _WITH_A),
    )
    return MeasureGroup(title="Children and incidents, by the start of the episode", measures=found)


def provider_incidents(facts: PeriodFacts) -> MeasureGroup:
    """Return how many children and incidents there were, for the page of one provider."""
    return MeasureGroup(title="Children and incidents, by the start of the episode", measures=_both(facts))


def _both(facts: PeriodFacts) -> tuple[Measure, ...]:
    missing = facts.missing
    return (
        counted_children("children_missing", "Children reported missing", missing, _WITH_M),
        counted(
            "incidents",
            "Missing incidents",
            missing,
            "Missing episodes (type M) that began in the period.",
        ),
    )


_WITH_M = "Different children with a missing episode (type M) that began in the period."
_WITH_A = "Episodes of type A that began in the period; not counted above."


def _looked_after(facts: PeriodFacts) -> Measure:
    return Measure(
        key="looked_after",
        name="Looked-after children",
        numerator=len(facts.looked_after),
        definition="Own looked-after children with a placement on any day of the period.",
        opens=Opens.CHILDREN,
        rows=facts.looked_after,
    )


def _looked_after_missing(facts: PeriodFacts, in_care: Sequence[EpisodeFact]) -> Measure:
    """Of the looked-after children; a child whose placement was corrected since is in the count, not in the base."""
    return Measure(
        key="looked_after_missing",
        name="Looked-after children who went missing",
        numerator=len({each.child_id for each in in_care}),
        denominator=len({*facts.looked_after, *(each.child_id for each in in_care)}),
        definition="Of the looked-after children, those with a missing episode (type M) that began in the period.",
        rows=tuple(each.episode_id for each in in_care),
    )


def repeat_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return how long and how often children were missing."""
    missing = facts.missing
    times = Counter(each.child_id for each in missing)
    long = [each for each in missing if each.lasted(facts.as_at) > ONE_DAY]
    nights = [each for each in missing if each.overnight(facts.as_at)]
    again = [each for each in missing if times[each.child_id] > 1]
    often = [each for each in missing if facts.lately.get(each.child_id, 0) >= OFTEN]
    top = _most(times)
    most = [each for each in missing if each.child_id == top]
    return MeasureGroup(
        title="How long and how often",
        measures=(
            counted("over_24h", "Missing for more than 24 hours", long, _SO_FAR, of=missing),
            counted("overnight", "Missing overnight (at 3 in the morning)", nights, _SO_FAR, of=missing),
            counted_children(
                "repeat_children", "Children missing twice or more in the period", again, of=missing
            ),
            counted("repeat_incidents", "Incidents of those children", again, of=missing),
            counted_children(
                "often_children",
                "Children missing three times or more in 90 days",
                often,
                _NINETY,
                of=missing,
            ),
            counted("most_incidents", "Incidents of the child who was missing most often", most, of=missing),
        ),
    )


_SO_FAR = "An episode that is not over counts with its length so far."
_NINETY = "Of the children missing in the period: three incidents in the 90 days that end with the period."


def _most(times: Counter[str]) -> str:
    return max(times, key=lambda child_id: (times[child_id], child_id), default="")


RISK_NAMES = {
    "high": "High",
    "medium": "Medium",
    "low": "Low",
    "no_apparent_risk": "No apparent risk",
    "": "Not stated",
}


def risk_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the missing incidents by the latest police risk level; unknown levels are a line of their own."""
    missing = facts.missing
    lines = [
        (f"risk_{code or 'not_stated'}", name, [each for each in missing if each.risk == code])
        for code, name in RISK_NAMES.items()
    ]
    other = [each for each in missing if each.risk not in RISK_NAMES]
    return parts(
        "Missing incidents by the police's latest risk level",
        [*lines, ("risk_other", "Another level", other)],
        of=missing,
        chart=True,
    )


PLACE_GROUPS = (
    ("home", "Home", lambda each: each.population is Population.OWN_HOME),
    ("childrens_home", "Children's home (K1, K2)", lambda each: each.place_code in ("K1", "K2")),
    (
        "supported",
        "Supported or semi-independent (K3, H5, P2)",
        lambda each: each.place_code in ("K3", "H5", "P2"),
    ),
    ("foster", "Foster placement (U1 to U6)", lambda each: each.place_code.startswith("U")),
    ("parents", "Placed with own parents (P1)", lambda each: each.place_code == "P1"),
    ("other_placement", "Another placement", lambda each: each.place_code != ""),
    ("no_placement", "Looked after, no placement known", lambda each: True),
)
"""Placement types of the SSDA903, each line what the lines before it left; codes of all collection years."""


def placement_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the missing incidents by where the child lived when it began."""
    missing = facts.missing
    left = list(missing)
    lines = []
    for key, name, belongs in PLACE_GROUPS:
        lines.append((f"place_{key}", name, _those(left, belongs)))
        left = [each for each in left if not belongs(each)]
    return parts("Missing incidents by type of placement", lines, of=missing, chart=True)


def _those(episodes: Sequence[EpisodeFact], belongs: Callable[[EpisodeFact], bool]) -> list[EpisodeFact]:
    return [each for each in episodes if belongs(each)]


def provider_measures(facts: PeriodFacts) -> MeasureGroup:
    """Return the missing incidents from care by the provider of the placement, most first."""
    in_care = [each for each in facts.missing if each.population in IN_CARE]
    times = Counter(each.provider for each in in_care)
    named = sorted((each for each in times if each), key=lambda name: (-times[name], name))
    shown = named[:SHOWN_PROVIDERS]
    lines = [
        (f"provider:{name}", name, [each for each in in_care if each.provider == name]) for name in shown
    ]
    rest = set(named[SHOWN_PROVIDERS:])
    lines.append(
        ("providers_rest", "All other providers", [each for each in in_care if each.provider in rest])
    )
    lines.append(("provider_unknown", "Not known", [each for each in in_care if not each.provider]))
    return parts("Missing incidents from care by provider of the placement", lines, of=in_care)
