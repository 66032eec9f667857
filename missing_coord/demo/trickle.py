"""Notices that keep arriving while the demonstration runs, the same after every restart."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from missing_coord.demo.clues import Clues
from missing_coord.demo.council import Council, Resident
from missing_coord.demo.incidents import Incident
from missing_coord.demo.notices import Sent, compose, opening, person_details, written
from missing_coord.demo.rows import Row
from missing_coord.domain.london import london_day

EVERY: Final = timedelta(seconds=90)
_LONGEST: Final = timedelta(hours=2)
_POOL: Final = 150


def trickle_pool(council: Council) -> list[str]:
    """Return the children whom the trickle reports, in its order; history spares them just before `now`."""
    eligible = [
        each.child_id for each in council.residents.values() if each.age_on(council.as_of.date()) >= 11
    ]
    rng = random.Random(f"trickle-{council.seed}")
    return rng.sample(eligible, min(_POOL, len(eligible)))


def trickle(council: Council, *, since: datetime, until: datetime, every: timedelta = EVERY) -> list[Row]:
    """Return the notices sent in (since, until], in order: a new incident each `every`, then its end.

    Demonstration time runs fast: a child is found after 8 to 25 minutes and is back a few minutes later.
    """
    sent = [
        each for each in _sent(council, since=since, until=until, every=every) if since < each.at <= until
    ]
    return [each.row for each in sorted(sent, key=lambda each: (each.at, each.row["reference"]))]


def _sent(council: Council, *, since: datetime, until: datetime, every: timedelta) -> Iterator[Sent]:
    pool = trickle_pool(council)
    first = int((since - _LONGEST).timestamp() // every.total_seconds())
    last = int(until.timestamp() // every.total_seconds())
    for slot in range(first, last + 1):
        rng = random.Random(f"{council.seed}-{slot}")
        resident = council.residents[pool[slot % len(pool)]]
        start = datetime.fromtimestamp(slot * every.total_seconds(), UTC)
        yield from _told(council, resident, start=start, slot=slot, rng=rng)


def _told(
    council: Council, resident: Resident, *, start: datetime, slot: int, rng: random.Random
) -> Iterator[Sent]:
    incident = _incident(resident, start=start, slot=slot, rng=rng)
    clues = Clues(circumstances="Did not return by the agreed time.")
    person = person_details(incident, council=council, clues=clues, rng=rng)
    known = opening(incident)
    yield compose(incident, "missing", at=start, known=known, person=person)
    known = known | {"found_at": written(incident, incident.found_at), "found_place": "at a friend's address"}
    yield compose(incident, "found", at=incident.found_at + timedelta(minutes=1), known=known, person=person)
    known = known | {"returned_at": written(incident, incident.returned_at), "returned_to": "placement"}
    yield compose(
        incident, "returned", at=incident.returned_at + timedelta(minutes=1), known=known, person=person
    )
    checked = incident.safe_and_well_at
    if checked and rng.random() < 0.6:
        known = known | {"safe_and_well_at": written(incident, checked)}
        yield compose(
            incident, "safe_and_well", at=checked + timedelta(minutes=1), known=known, person=person
        )


def _incident(resident: Resident, *, start: datetime, slot: int, rng: random.Random) -> Incident:
    day = london_day(start)
    found = start + timedelta(minutes=rng.randint(8, 25))
    returned = found + timedelta(minutes=rng.randint(2, 9))
    return Incident(
        child_id=resident.child_id,
        person=None,
        population=resident.population_on(day),
        area=resident.area_on(day),
        group=slot,
        away=rng.random() < 0.15,
        risk=rng.choice(("low", "medium", "medium", "high")),
        cancelled=False,
        last_seen_at=start - timedelta(minutes=rng.randint(20, 100)),
        reported_at=start - timedelta(minutes=rng.randint(3, 15)),
        found_at=found,
        returned_at=returned,
        safe_and_well_at=returned + timedelta(minutes=rng.randint(3, 12)),
        return_told=True,
        reference=f"MP{start:%y}-T{slot % 100_000_000:08}",
    )
