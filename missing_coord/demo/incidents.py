"""Draws who goes missing, when, for how long and with whom, at the rates that English councils publish."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from missing_coord.demo.council import Council, Resident
from missing_coord.demo.families import Person, invent_family
from missing_coord.demo.geography import HOME_AREA, Area
from missing_coord.domain.london import LONDON, london_day
from missing_coord.domain.population import Population

PER_MONTH: Final = 350
_DAYS_IN_MONTH: Final = 30.4
_UNKNOWN: Final = 0.025
_TOGETHER: Final = 0.1
_CANCELLED: Final = 0.02
_AWAY: Final = 0.17
# Share of incidents, and share of the eligible children who go missing at all in three months.
_SHARES: Final = {
    Population.OWN_HOME: (0.26, 0.3),
    Population.OWN_CARE_IN_AREA: (0.39, 0.24),
    Population.OWN_CARE_OUT_OF_AREA: (0.23, 0.24),
    Population.OTHER_AUTHORITY: (0.12, 0.5),
}
_HOUR_WEIGHTS: Final = (7, 5, 3, 2, 1, 1, 1, 2, 4, 4, 3, 3, 4, 4, 5, 9, 11, 11, 11, 12, 13, 13, 12, 10)
_DAY_FACTORS: Final = (0.9, 0.9, 0.95, 1.0, 1.2, 1.2, 0.85)
_NEVER_FOUND: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What truly happened to one child once: police tell of it in notices, with errors.

    `child_id` is empty for a child whom the council does not know. Children who went together share `group`.
    `return_told` is False when police never say when the child came back, only that it was found.
    """

    child_id: str
    person: Person | None
    population: Population
    area: Area
    group: int
    away: bool
    risk: str
    cancelled: bool
    last_seen_at: datetime
    reported_at: datetime
    found_at: datetime
    returned_at: datetime
    safe_and_well_at: datetime | None
    return_told: bool
    reference: str = ""
    second_reference: str = ""

    @property
    def force(self) -> str:
        """The police force that reports the incident."""
        return self.area.force


@dataclass(slots=True, kw_only=True)
class _Draw:
    rng: random.Random
    council: Council
    now: datetime
    resting: frozenset[str]
    pools: dict[Population, tuple[list[Resident], list[float]]]
    houses: dict[str, list[Resident]]
    busy_until: dict[str, datetime] = field(default_factory=dict)
    groups: int = 0


def draw_incidents(
    council: Council,
    *,
    rng: random.Random,
    since: datetime,
    now: datetime,
    per_month: float = PER_MONTH,
    resting: frozenset[str] = frozenset(),
) -> list[Incident]:
    """Return the incidents begun in [since, now), oldest first; `resting` children are all back by `now`."""
    draw = _Draw(
        rng=rng,
        council=council,
        now=now,
        resting=resting,
        pools=_pools(council, rng=rng),
        houses=_houses(council),
    )
    incidents: list[Incident] = []
    for start in _starts(rng, since=since, now=now, per_month=per_month):
        incidents += _begin(draw, start=start)
    incidents.sort(key=lambda each: (each.reported_at, each.child_id))
    return _referenced(rng, incidents)


def _pools(council: Council, *, rng: random.Random) -> dict[Population, tuple[list[Resident], list[float]]]:
    pools = {}
    for population, (_, share) in _SHARES.items():
        eligible = [r for r in council.residents.values() if _may_go_missing(r, council, population)]
        active = rng.sample(eligible, max(1, round(len(eligible) * share))) if eligible else []
        weights = [_propensity(rng, resident) for resident in active]
        pools[population] = (active, weights)
    return pools


def _may_go_missing(resident: Resident, council: Council, population: Population) -> bool:
    return resident.population is population and resident.age_on(council.as_of.date()) >= 10


def _propensity(rng: random.Random, resident: Resident) -> float:
    """Few children go missing often: a Pareto tail, cut so that nobody has hundreds of incidents."""
    return min(rng.paretovariate(0.95), 22.0) * (1.4 if resident.house else 1.0)


def _houses(council: Council) -> dict[str, list[Resident]]:
    houses: dict[str, list[Resident]] = defaultdict(list)
    for resident in council.residents.values():
        if resident.house and resident.age_on(council.as_of.date()) >= 10:
            houses[resident.house].append(resident)
    return houses


def _starts(rng: random.Random, *, since: datetime, now: datetime, per_month: float) -> Iterator[datetime]:
    expected = per_month / (1 + _TOGETHER * 1.3) / _DAYS_IN_MONTH
    day = since.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < now:
        for _ in range(_poisson(rng, expected * _DAY_FACTORS[day.weekday()])):
            hour = rng.choices(range(24), _HOUR_WEIGHTS)[0]
            start = day.astimezone(since.tzinfo) + timedelta(hours=hour, minutes=rng.randrange(60))
            if since <= start < now:
                yield start
        day = (day + timedelta(days=1)).replace(fold=0)


def _poisson(rng: random.Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def _begin(draw: _Draw, *, start: datetime) -> list[Incident]:
    draw.groups += 1
    if draw.rng.random() < _UNKNOWN:
        return [_stranger(draw, start=start)]
    for _ in range(8):
        resident = _pick(draw)
        incident = _incident(draw, resident, start=start)
        if _possible(draw, incident):
            return [_remember(draw, incident), *_together(draw, resident, incident)]
    return []


def _pick(draw: _Draw) -> Resident:
    names = [population for population in _SHARES if draw.pools[population][0]]
    population = draw.rng.choices(names, [_SHARES[name][0] for name in names])[0]
    residents, weights = draw.pools[population]
    return draw.rng.choices(residents, weights)[0]


def _possible(draw: _Draw, incident: Incident) -> bool:
    if incident.child_id in draw.resting and incident.returned_at > draw.now - timedelta(hours=12):
        return False
    until = draw.busy_until.get(incident.child_id)
    return until is None or incident.last_seen_at > until


def _remember(draw: _Draw, incident: Incident) -> Incident:
    draw.busy_until[incident.child_id] = incident.returned_at + timedelta(hours=2)
    return incident


def _together(draw: _Draw, resident: Resident, incident: Incident) -> list[Incident]:
    """Return the incidents of those who went along: others of the same home, or of the same area."""
    if draw.rng.random() > _TOGETHER * (2.2 if resident.house else 0.7):
        return []
    mates = [each for each in draw.houses.get(resident.house, []) if each is not resident]
    if not mates:
        mates = [each for each in draw.pools[resident.population][0] if each is not resident]
    chosen = draw.rng.sample(mates, min(len(mates), draw.rng.choices((1, 2, 3), (72, 22, 6))[0]))
    others = []
    for mate in chosen:
        other = _alongside(draw, mate, incident)
        if _possible(draw, other):
            others.append(_remember(draw, other))
    return others


def _alongside(draw: _Draw, mate: Resident, incident: Incident) -> Incident:
    split = timedelta(minutes=draw.rng.choice((0, 0, 0, 25, 240)))
    back = timedelta(minutes=draw.rng.randrange(0, 40)) + split
    safe = incident.safe_and_well_at
    day = london_day(incident.last_seen_at)
    return replace(
        incident,
        child_id=mate.child_id,
        population=mate.population_on(day),
        area=mate.area_on(day),
        found_at=incident.found_at + split,
        returned_at=incident.returned_at + back,
        safe_and_well_at=safe + back if safe else None,
        cancelled=False,
    )


def _incident(draw: _Draw, resident: Resident, *, start: datetime) -> Incident:
    uasc = resident.child["uasc"] == "yes"
    incident = _timeline(draw, start=start, uasc=uasc, group=draw.groups)
    day = london_day(start)
    return replace(
        incident,
        child_id=resident.child_id,
        population=resident.population_on(day),
        area=resident.area_on(day),
    )


def _stranger(draw: _Draw, *, start: datetime) -> Incident:
    """A child whom the register does not hold: not known to the council, or not yet entered."""
    person = invent_family(draw.rng, today=draw.council.as_of.date(), looked_after=False)[0]
    incident = _timeline(draw, start=start, uasc=False, group=draw.groups)
    return replace(incident, person=person, cancelled=False)


def _timeline(draw: _Draw, *, start: datetime, uasc: bool, group: int) -> Incident:
    rng = draw.rng
    away = not uasc and rng.random() < _AWAY
    length = (
        _NEVER_FOUND if uasc and rng.random() < 0.06 else timedelta(minutes=_minutes_missing(rng, away=away))
    )
    reported = start + min(timedelta(minutes=rng.triangular(25, 420, 90)), length * 0.6)
    found = start + length
    returned = found + timedelta(minutes=rng.choice((0, 15, 30, 45, 60, 90, 150, 300)))
    checked = not away and rng.random() < 0.8
    return Incident(
        child_id="",
        person=None,
        population=Population.OWN_HOME,
        area=HOME_AREA,
        group=group,
        away=away,
        risk="no apparent risk" if away else rng.choices(("low", "medium", "high"), (24, 61, 15))[0],
        cancelled=rng.random() < _CANCELLED,
        last_seen_at=start,
        reported_at=_whole_minute(reported),
        found_at=_whole_minute(found),
        returned_at=_whole_minute(returned),
        safe_and_well_at=_whole_minute(returned + timedelta(minutes=rng.triangular(30, 2000, 500)))
        if checked
        else None,
        return_told=rng.random() > 0.08,
    )


def _minutes_missing(rng: random.Random, *, away: bool) -> float:
    if away:
        return min(rng.lognormvariate(math.log(210), 0.6), 20 * 60)
    share = rng.random()
    if share < 0.78:
        return min(rng.lognormvariate(math.log(330), 0.7), 23.5 * 60)
    if share < 0.945:
        return rng.uniform(24, 72) * 60
    if share < 0.99:
        return rng.uniform(72, 240) * 60
    return rng.uniform(240, 900) * 60


def _whole_minute(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)


def _referenced(rng: random.Random, incidents: list[Incident]) -> list[Incident]:
    """Number the incidents force by force; some groups share one reference, some incidents get two."""
    numbers: dict[str, int] = defaultdict(lambda: 4100)
    shared: dict[tuple[int, str], str] = {}
    referenced = []
    for incident in incidents:
        reference = shared.get((incident.group, incident.force)) or _next(numbers, incident)
        second = _next(numbers, incident) if rng.random() < 0.015 else ""
        if incident.group and rng.random() < 0.4:
            shared[incident.group, incident.force] = reference
        referenced.append(replace(incident, reference=reference, second_reference=second))
    return referenced


def _next(numbers: dict[str, int], incident: Incident) -> str:
    numbers[incident.force] += 1
    year = incident.reported_at.astimezone(LONDON).strftime("%y")
    return f"MP{year}-{numbers[incident.force]:06}"
