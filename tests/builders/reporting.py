"""Facts of a month for the report's measures, and an oracle that counts them in another way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from missing_coord.domain.population import Population
from missing_coord.reporting.facts import DutyFact, EpisodeFact

RETURN = datetime(2026, 10, 10, 12, 0, tzinfo=UTC)
OPEN_STATES = ("not_offered", "offered_awaiting", "accepted_scheduled", "unable_to_contact")
CLOSED_STATES = (
    "completed",
    "declined_by_child",
    "declined_by_parent",
    "completed_by_carer_info_only",
    "not_required_manager_decision",
    "closed_no_contact_manager_decision",
    "transferred_to_other_authority",
    "deceased",
)


def hours(number: float) -> timedelta:
    """Return a length of time."""
    return timedelta(hours=number)


def an_episode_fact(number: int = 1, **changes: Any) -> EpisodeFact:
    """Return an episode that began in October 2026 and was told at once."""
    values = {
        "episode_id": f"E{number}",
        "child_id": f"C{number}",
        "kind": "M",
        "population": Population.OWN_CARE_IN_AREA,
        "started_at": RETURN - hours(10),
    } | changes
    return EpisodeFact(**{"told_at": values["started_at"], **values})  # type: ignore[arg-type]


def a_duty_fact(number: int = 1, **changes: Any) -> DutyFact:
    """Return an open duty; what happened was written down when it happened, unless the test says otherwise."""
    values: dict[str, Any] = {
        "episode_id": f"E{number}",
        "child_id": f"C{number}",
        "population": Population.OWN_CARE_IN_AREA,
        "returned_at": RETURN,
    } | changes
    values.setdefault("told_ended_at", values["returned_at"])
    values.setdefault("due_at", values["returned_at"] + hours(72))
    values.setdefault("offer_recorded_at", values.get("offered_at"))
    values.setdefault("resolved_at", values.get("held_at"))
    return DutyFact(**values)


_COUNTERS = (
    "inc",
    "care",
    "away",
    "elig",
    "off",
    "off72",
    "done",
    "done72",
    "p_off",
    "p_off72",
    "p_done",
    "p_done72",
)


def oracle(
    episodes: list[dict[str, Any]],
    duties: list[dict[str, Any]],
    *,
    month: tuple[datetime, datetime],
    as_at: datetime,
) -> dict[str, tuple[int, int | None, int | None]]:
    """Count the measures by one plain loop over dictionaries, knowing nothing of the product's own counting."""
    kids, care_kids, away_kids = set(), set(), set()
    n = dict.fromkeys(_COUNTERS, 0)
    for e in episodes:
        if e["population"].startswith("other") or e["told_at"] > as_at:
            continue
        if not (month[0] <= e["started_at"] < month[1]):
            continue
        if e["kind"] == "A":
            away_kids.add(e["child_id"])
            n["away"] += 1
            continue
        kids.add(e["child_id"])
        n["inc"] += 1
        if "looked_after" in e["population"]:
            care_kids.add(e["child_id"])
            n["care"] += 1
    for d in duties:
        if d["population"].startswith("other") or d["told_ended_at"] > as_at:
            continue
        if not (month[0] <= d["returned_at"] < month[1]):
            continue
        n["elig"] += 1
        over = as_at > d["returned_at"] + timedelta(days=3)
        closed = d["resolved_at"] is not None and d["resolved_at"] <= as_at
        offered = d["offered_at"] is not None and d["offer_recorded_at"] <= as_at
        quick_offer = offered and (d["offered_at"] - d["returned_at"]).total_seconds() <= 259_200
        done = closed and d["state"] == "completed"
        quick = done and (d["held_at"] - d["returned_at"]).total_seconds() <= 259_200
        for name, met in (("off", offered), ("off72", quick_offer), ("done", done), ("done72", quick)):
            n[name] += met
            n[f"p_{name}"] += not met and not closed and not over
    return _answers(n, kids=len(kids), care_kids=len(care_kids), away_kids=len(away_kids))


def _answers(
    n: dict[str, int], *, kids: int, care_kids: int, away_kids: int
) -> dict[str, tuple[int, int | None, int | None]]:
    return {
        "children_missing": (kids, None, None),
        "incidents": (n["inc"], None, None),
        "looked_after_incidents": (n["care"], n["inc"], None),
        "looked_after_missing": (care_kids, -1, None),
        "away_children": (away_kids, None, None),
        "away_incidents": (n["away"], None, None),
        "eligible": (n["elig"], None, None),
        "offered": (n["off"], n["elig"] - n["p_off"], n["p_off"]),
        "offered_72": (n["off72"], n["elig"] - n["p_off72"], n["p_off72"]),
        "completed": (n["done"], n["elig"] - n["p_done"], n["p_done"]),
        "completed_72_of_completed": (n["done72"], n["done"], None),
        "completed_72_of_eligible": (n["done72"], n["elig"] - n["p_done72"], n["p_done72"]),
    }
