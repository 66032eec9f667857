"""An independent judge of plans, written from the public contract; it shares nothing with the planner."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

JSON = dict[str, Any]


def violations(instance: JSON, plan: JSON) -> list[str]:
    """Return everything that is wrong with `plan` as an answer to `instance`; both are decoded JSON."""
    return [
        *_every_interview_once(instance, plan),
        *_each_visit_allowed(instance, plan),
        *_pins_kept(instance, plan),
        *_capacity_kept(instance, plan),
        *_routes_driven(instance, plan),
        *_score_true(instance, plan),
    ]


def road_minutes(instance: JSON, start: list[float], end: list[float]) -> int:
    """Return the contract's travel time: straight line x 1.3 at speed_kmh, rounded up to a minute."""
    with localcontext() as context:
        context.prec = 60
        east, north = Decimal(start[0]) - Decimal(end[0]), Decimal(start[1]) - Decimal(end[1])
        metres = (east * east + north * north).sqrt() * Decimal("1.3")
        minutes = metres * 60 / 1000 / Decimal(instance.get("speed_kmh") or 40)
        settled = minutes.quantize(Decimal("1e-30"))
        return int(settled.to_integral_value(ROUND_CEILING))


def _time(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    assert instant.tzinfo is not None
    return instant.astimezone(ZoneInfo("UTC"))


def _by_id(items: list[JSON]) -> dict[str, JSON]:
    return {item["id"]: item for item in items}


def _minutes(interview: JSON) -> timedelta:
    return timedelta(minutes=60 if interview.get("minutes") is None else interview["minutes"])


def _every_interview_once(instance: JSON, plan: JSON) -> Iterator[str]:
    answered = Counter([v["interview"] for v in plan["visits"]] + [u["interview"] for u in plan["unplanned"]])
    asked = {item["id"] for item in instance["interviews"]}
    for name in asked - set(answered):
        yield f"{name}: neither planned nor unplanned"
    for name, times in answered.items():
        if name not in asked or times != 1:
            yield f"{name}: answered {times} times"
    for each in plan["unplanned"]:
        if not each["reason"]:
            yield f"{each['interview']}: unplanned without a reason"


def _each_visit_allowed(instance: JSON, plan: JSON) -> Iterator[str]:
    interviews, workers = _by_id(instance["interviews"]), _by_id(instance["workers"])
    pinned = {pin["interview"] for pin in instance.get("pinned") or []}
    for visit in plan["visits"]:
        name, asked, worker = visit["interview"], interviews[visit["interview"]], workers[visit["worker"]]
        start, end = _time(visit["start"]), _time(visit["end"])
        if end - start != _minutes(asked):
            yield f"{name}: wrong length"
        if asked.get("earliest") and start < _time(asked["earliest"]):
            yield f"{name}: before earliest"
        if asked.get("latest") and end > _time(asked["latest"]):
            yield f"{name}: after latest"
        if name not in pinned and start < _time(instance["now"]):
            yield f"{name}: in the past"
        if not set(asked.get("skills") or []) <= set(worker.get("skills") or []):
            yield f"{name}: skills"
        if visit["worker"] in (asked.get("excluded_workers") or []):
            yield f"{name}: excluded worker"
        late = max(timedelta(), end - _time(asked["due"]))
        if visit["late_minutes"] != -(-late // timedelta(minutes=1)):
            yield f"{name}: late minutes"
        if not visit["reasons"]:
            yield f"{name}: no reason"


def _pins_kept(instance: JSON, plan: JSON) -> Iterator[str]:
    planned = {visit["interview"]: visit for visit in plan["visits"]}
    refused = {each["interview"]: each["reason"] for each in plan["unplanned"]}
    for pin in instance.get("pinned") or []:
        visit = planned.get(pin["interview"])
        if visit is None:
            if "agreed" not in refused.get(pin["interview"], ""):
                yield f"{pin['interview']}: pin dropped without saying so"
        elif visit["worker"] != pin["worker"] or _time(visit["start"]) != _time(pin["start"]):
            yield f"{pin['interview']}: pin moved"


def _capacity_kept(instance: JSON, plan: JSON) -> Iterator[str]:
    workers = _by_id(instance["workers"])
    weeks = Counter(
        (v["worker"], _time(v["start"]).astimezone(ZoneInfo("Europe/London")).isocalendar()[:2])
        for v in plan["visits"]
    )
    for (worker, week), count in weeks.items():
        capacity = workers[worker].get("capacity")
        if count > (15 if capacity is None else capacity):
            yield f"{worker}: {count} visits in week {week}"


def _routes_driven(instance: JSON, plan: JSON) -> Iterator[str]:
    places = {name: item["place"] for name, item in _by_id(instance["interviews"]).items()}
    for worker in instance["workers"]:
        mine = [visit for visit in plan["visits"] if visit["worker"] == worker["id"]]
        mine.sort(key=lambda visit: _time(visit["start"]))
        shifts = sorted({(_time(s["start"]), _time(s["end"])) for s in worker["shifts"]})
        routes: dict[tuple[datetime, datetime], list[JSON]] = defaultdict(list)
        for visit in mine:
            inside = [s for s in shifts if s[0] <= _time(visit["start"]) and _time(visit["end"]) <= s[1]]
            if not inside:
                yield f"{visit['interview']}: outside the shifts of {worker['id']}"
            else:
                routes[inside[0]].append(visit)
        for shift, visits in routes.items():
            yield from _route_driven(instance, worker, shift, visits, places)


def _route_driven(
    instance: JSON,
    worker: JSON,
    shift: tuple[datetime, datetime],
    visits: list[JSON],
    places: dict[str, Any],
) -> Iterator[str]:
    here, free = worker["base"], shift[0]
    for visit in visits:
        there = places[visit["interview"]]
        leg = road_minutes(instance, here, there)
        if visit["travel_minutes"] != leg:
            yield f"{visit['interview']}: travel minutes {visit['travel_minutes']}, should be {leg}"
        if free + timedelta(minutes=leg) > _time(visit["start"]):
            yield f"{visit['interview']}: cannot be reached in time"
        here, free = there, _time(visit["end"])
    if visits and free + timedelta(minutes=road_minutes(instance, here, worker["base"])) > shift[1]:
        yield f"{worker['id']}: back at the base after the shift"


def _score_true(instance: JSON, plan: JSON) -> Iterator[str]:
    late = [visit["late_minutes"] for visit in plan["visits"] if visit["late_minutes"]]
    told = {
        "planned": len(plan["visits"]),
        "unplanned": len(plan["unplanned"]),
        "late": len(late),
        "late_minutes": sum(late),
        "on_time": len(plan["visits"]) - len(late),
    }
    for key, value in told.items():
        if plan["score"][key] != value:
            yield f"score.{key} is {plan['score'][key]}, should be {value}"
    if plan["score"]["travel_minutes"] < sum(visit["travel_minutes"] for visit in plan["visits"]):
        yield "score.travel_minutes leaves legs out"
