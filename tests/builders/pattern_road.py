"""Four children at homes of their own, notices about them, and looking for and deciding patterns on a real database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, PatternPolicy
from missing_coord.linking.proposals import PatternState
from missing_coord.notify.recorder import RecorderChannel
from missing_coord.services.patterns import decide_pattern, find_patterns
from tests.builders.road import NOW, rows_of

LEAD = Actor(role=Role.EXPLOITATION_LEAD, name="Sol Wren", user_id="00000000-0000-0000-0000-000000000001")
MANAGER = Actor(role=Role.MANAGER, name="Mara Quint", user_id="00000000-0000-0000-0000-000000000002")
WRITE = RecorderChannel("http://127.0.0.1:8000").write
NAMES = ("Tamsin Quill", "Jory Ashdown", "Perran Vale", "Wenna Larch")


def a_child(number: int, name: str) -> dict[str, str]:
    """Return a child of the register."""
    forename, surname = name.split()
    return {
        "child_id": f"C{number}",
        "forename": forename,
        "surname": surname,
        "date_of_birth": f"201{number}-03-0{number}",
        "home_address": f"{number} Larch Road, Manchester",
        "home_postcode": "M4 1AB",
        "phone": f"07700 90010{number}",
        "status": "child_in_need",
        "responsible_authority": "E08000003",
    }


def notice(number: int, *, days_ago: float = 2, reference: str = "", **changes: str) -> dict[str, str]:
    """Return a police notice that a child was missing for five hours, so many days ago."""
    child = a_child(number, NAMES[number - 1])
    start = NOW - timedelta(days=days_ago)
    row = {
        "force": "Greater Manchester Police",
        "reference": reference or f"MP/{number}/{days_ago}",
        "message": "returned",
        "issued_at": (start + timedelta(hours=6)).isoformat(),
        "category": "missing",
        "last_seen_at": start.isoformat(),
        "found_at": (start + timedelta(hours=4)).isoformat(),
        "returned_at": (start + timedelta(hours=5)).isoformat(),
        "local_child_id": child["child_id"],
        **{
            name: child[name]
            for name in ("forename", "surname", "date_of_birth", "home_address", "home_postcode")
        },
    }
    return row | changes


async def find(
    road: Application, *, since: datetime | None = None, policy: PatternPolicy = DEFAULT_PATTERN_POLICY
) -> tuple[str, ...]:
    """Find patterns as the system."""
    async with road.database.unit_of_work(system_actor("patterns")) as uow:
        return await find_patterns(uow, write=WRITE, since=since, policy=policy)


async def kinds(road: Application, state: str = "proposed") -> list[str]:
    """Return the kinds of the patterns in a state."""
    found = await rows_of(road, "select kind from patterns where state = :state order by kind", state=state)
    return [each["kind"] for each in found]


async def decide(road: Application, pattern_id: str, state: str, *, version: int = 1, **changes: Any) -> None:
    """Decide as the exploitation lead."""
    async with road.database.unit_of_work(changes.get("actor", LEAD)) as uow:
        await decide_pattern(
            uow,
            pattern_id=pattern_id,
            expected_version=version,
            state=PatternState(state),
            reason=changes.get("reason", "Known to the panel."),
        )
