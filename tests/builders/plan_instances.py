"""Generated instances of `plan solve`: ordinary days, overloaded ones, and hostile ones, from a seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

JSON = dict[str, Any]

MONDAY = datetime(2026, 10, 19, 8, 0, tzinfo=UTC)
SPRING_FRIDAY = datetime(2027, 3, 26, 8, 0, tzinfo=UTC)
AUTUMN_FRIDAY = datetime(2026, 10, 23, 8, 0, tzinfo=UTC)


def instance_of(
    seed: int,
    *,
    interviews: int,
    workers: int,
    days: int = 3,
    hours: int = 8,
    spread: int = 20_000,
    capacity: int = 15,
) -> JSON:
    """Return an ordinary instance: returns over the last 60 hours, each due 72 hours after."""
    rng = random.Random(seed)
    staff = [worker(rng, n, now=MONDAY, days=days, hours=hours, spread=spread) for n in range(workers)]
    staff = [{**each, "capacity": capacity} for each in staff]
    asked = [interview(rng, n, now=MONDAY, spread=spread, workers=workers) for n in range(interviews)]
    return {"now": MONDAY.isoformat(), "speed_kmh": 40, "workers": staff, "interviews": asked, "pinned": []}


def worker(rng: random.Random, n: int, *, now: datetime, days: int, hours: int, spread: int) -> JSON:
    """Return one worker with a shift on each of the coming days."""
    morning = now.replace(hour=8, minute=0)
    starts = [morning + timedelta(days=d) for d in range(days)]
    shifts = [{"start": s.isoformat(), "end": (s + timedelta(hours=hours)).isoformat()} for s in starts]
    return {
        "id": f"w{n}",
        "base": _place(rng, spread),
        "shifts": shifts,
        "capacity": 15,
        "skills": ["somali"] if n % 4 == 0 else [],
        "employer": "charity",
    }


def interview(rng: random.Random, n: int, *, now: datetime, spread: int, workers: int) -> JSON:
    """Return one interview of a child who came back some hours ago."""
    returned = now - timedelta(minutes=rng.randrange(60 * 60))
    return {
        "id": f"i{n}",
        "place": _place(rng, spread),
        "earliest": returned.isoformat(),
        "due": (returned + timedelta(hours=72)).isoformat(),
        "latest": (returned + timedelta(days=14)).isoformat(),
        "minutes": 60,
        "skills": ["somali"] if rng.random() < 0.1 else [],
        "excluded_workers": [f"w{rng.randrange(workers)}"] if workers and rng.random() < 0.2 else [],
        "preferred_worker": f"w{rng.randrange(workers)}" if workers and rng.random() < 0.2 else None,
        "priority": rng.choice([1, 1, 1, 2, 3]),
    }


def hostile_instance(seed: int) -> JSON:
    """Return an instance that is readable but strange: overlaps, odd seconds, far places, bad pins."""
    rng = random.Random(seed)
    now = rng.choice([MONDAY, SPRING_FRIDAY, AUTUMN_FRIDAY]) + timedelta(seconds=rng.randrange(86_400))
    spread = rng.choice([0, 1000, 30_000, 400_000])
    count = rng.randrange(6)
    staff = [_odd_worker(rng, n, now, spread) for n in range(count)]
    asked = [_odd_interview(rng, n, now, spread, count) for n in range(rng.randrange(25))]
    _make_ties(rng, asked)
    pinned = [_odd_pin(rng, each, staff, now) for each in asked if staff and rng.random() < 0.3]
    speed = rng.choice([40, 40, 39, 1, 200, 33.3])
    told = {"now": now.isoformat(), "speed_kmh": speed}
    return {**told, "workers": staff, "interviews": asked, "pinned": pinned}


def _odd_worker(rng: random.Random, n: int, now: datetime, spread: int) -> JSON:
    base = worker(rng, n, now=now, days=1, hours=8, spread=spread)
    starts = [now + timedelta(seconds=rng.randrange(-90_000, 400_000)) for _ in range(rng.randrange(6))]
    shifts = [{"start": s, "end": s + timedelta(seconds=rng.randrange(1, 60_000))} for s in starts]
    base["shifts"] = [{key: value.isoformat() for key, value in shift.items()} for shift in shifts]
    base["capacity"] = rng.choice([0, 1, 2, 7.5, 15])
    return base


def _odd_interview(rng: random.Random, n: int, now: datetime, spread: int, workers: int) -> JSON:
    asked = interview(rng, n, now=now, spread=spread, workers=workers)
    asked["minutes"] = rng.choice([1, 45, 60, 60, 61, 600])
    earliest = now + timedelta(seconds=rng.randrange(-100_000, 200_000), microseconds=rng.choice([0, 0, 1]))
    asked["earliest"] = rng.choice([None, earliest.isoformat()])
    asked["due"] = (now + timedelta(seconds=rng.randrange(-100_000, 300_000))).isoformat()
    latest = now + timedelta(seconds=rng.randrange(-50_000, 400_000))
    asked["latest"] = rng.choice([None, latest.isoformat()])
    asked["skills"] = rng.choice([[], [], ["somali"], ["sign language"]])
    if rng.random() < 0.2:
        del asked["priority"], asked["preferred_worker"], asked["excluded_workers"]
    if rng.random() < 0.15:
        asked["earliest"] = earliest.replace(microsecond=0).isoformat()
        asked["latest"] = (earliest.replace(microsecond=0) + timedelta(minutes=asked["minutes"])).isoformat()
    if rng.random() < 0.3:
        asked["place"] = [390_000 + 1000 * rng.randrange(4), 390_000]
    return asked


def _make_ties(rng: random.Random, asked: list[JSON]) -> None:
    """Make some interviews the same as the one before but for their id."""
    for before, each in pairwise(asked):
        if rng.random() < 0.15:
            each.update({**before, "id": each["id"]})


def _odd_pin(rng: random.Random, asked: JSON, staff: list[JSON], now: datetime) -> JSON:
    chosen = rng.choice(staff)
    start = now + timedelta(seconds=rng.randrange(-20_000, 200_000))
    if chosen["shifts"] and rng.random() < 0.8:
        shift = rng.choice(chosen["shifts"])
        start = datetime.fromisoformat(shift["start"]) + timedelta(seconds=rng.randrange(30_000))
        if rng.random() < 0.3:
            start = datetime.fromisoformat(shift["start"]) + timedelta(hours=1)
    return {"interview": asked["id"], "worker": chosen["id"], "start": start.isoformat()}


def _place(rng: random.Random, spread: int) -> list[int]:
    return [390_000 + rng.randint(-spread, spread), 398_000 + rng.randint(-spread, spread)]
