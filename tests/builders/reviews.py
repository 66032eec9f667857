"""Children, notices and decisions for tests of reviews: small rows that say only what matters."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.services import decisions
from missing_coord.services.decisions import Decided
from missing_coord.services.ports.reviews import ReviewWork
from tests.builders.road import rows_of, state_of_the_road

COORDINATOR = Actor(
    role=Role.COORDINATOR, name="Robin Ashdown", user_id="7c1b6f0e-0d7e-4a44-a7cf-d0f4d5b7a001"
)
MANAGER = Actor(role=Role.MANAGER, name="Sam Hollis", user_id="7c1b6f0e-0d7e-4a44-a7cf-d0f4d5b7a002")
WORKER = Actor(
    role=Role.INTERVIEW_WORKER,
    name="Ade Farrow",
    user_id="7c1b6f0e-0d7e-4a44-a7cf-d0f4d5b7a003",
    worker_id="W1",
)


class Said(TypedDict, total=False):
    """What a notice may say otherwise."""

    forename: str
    surname: str
    date_of_birth: str
    local_child_id: str


def child(child_id: str = "C1", **changes: str) -> dict[str, str]:
    """Return a row of the register."""
    row = {
        "child_id": child_id,
        "forename": "Tamsin",
        "surname": "Quillfeather",
        "date_of_birth": "2011-04-03",
        "sex": "female",
        "home_postcode": "M1 1AE",
        "status": "looked_after",
        "responsible_authority": "E08000003",
    }
    return row | changes


def notice(
    reference: str = "MP/1", *, day: int = 10, message: str = "missing", **changes: Unpack[Said]
) -> dict[str, str]:
    """Return a police notice about somebody whom the register does not know by these words."""
    row = {
        "force": "GMP",
        "reference": reference,
        "message": message,
        "issued_at": f"2026-11-{day:02d}T20:00:00Z",
        "last_seen_at": f"2026-11-{day:02d}T18:00:00Z",
        "reported_at": f"2026-11-{day:02d}T19:00:00Z",
        "forename": "Tam",
        "surname": "Feather",
        "date_of_birth": "2011-03-04",
        "looked_after": "yes",
    }
    if message == "returned":
        row["issued_at"] = f"2026-11-{day + 1:02d}T08:00:00Z"
        row["returned_at"] = f"2026-11-{day + 1:02d}T07:00:00Z"
    return row | {name: str(text) for name, text in changes.items()}


def there_and_back(
    reference: str = "MP/1", *, day: int = 10, **changes: Unpack[Said]
) -> list[dict[str, str]]:
    """Return the two notices of one episode that has ended."""
    return [
        notice(reference, day=day, **changes),
        notice(reference, day=day, message="returned", **changes),
    ]


async def incident(road: Application, reference: str = "MP/1") -> dict[str, Any]:
    """Return the one incident of a reference."""
    found = await rows_of(
        road,
        "select incident_id::text as incident_id, child_id, match_state, version from incidents"
        " where reference_key = lower(:reference)",
        reference=reference,
    )
    assert len(found) == 1
    return found[0]


async def decide(
    road: Application,
    verdict: str,
    *,
    reference: str = "MP/1",
    child_id: str = "",
    reason: str = "Asked the social worker",
    version: int | None = None,
    actor: Actor = COORDINATOR,
) -> Decided:
    """Decide or undo as a coordinator who has just opened the review."""
    seen = await incident(road, reference)
    async with road.database.unit_of_work(actor) as uow:
        async with uow.as_system():
            engine = await road.engine(uow)
        given: dict[str, Any] = {
            "incident_id": seen["incident_id"],
            "expected_version": seen["version"] if version is None else version,
            "reason": reason,
            "engine": engine,
        }
        work: ReviewWork = uow
        if verdict == "undo":
            return await decisions.undo(work, **given)
        if verdict == "not_on_register":
            return await decisions.decide_not_on_register(work, **given)
        rule = decisions.decide_same if verdict == "same" else decisions.decide_not_same
        return await rule(work, child_id=child_id, **given)


async def whole_state(road: Application) -> dict[str, Any]:
    """Return everything that an undone decision has to bring back, without drawn numbers and versions."""
    found = await state_of_the_road(road)
    found["matches"] = await rows_of(
        road,
        "select reference_key, child_id, match_state, candidates, reasons, weights_version from incidents"
        " order by 1, 2",
    )
    found["keys"] = await rows_of(road, "select key, child_id from match_keys order by 1, 2")
    found["entries"] = await rows_of(
        road,
        "select i.child_id, v.kind, v.at, v.note, i.closed_at is null as open from interview_events v"
        " join interviews i using (interview_id) order by v.event_no",
    )
    found["agreed"] = await rows_of(
        road,
        "select child_id, state, worker_id, visit_starts_at, first_offered_at, due_at from interviews"
        " where closed_at is null order by child_id",
    )
    found["returns"] = await rows_of(
        road,
        "select i.child_id, p.sign, p.sign_key, p.state from presumed_returns p join incidents i using (incident_id)"
        " where p.state <> 'withdrawn' order by 1, 2, 3",
    )
    found["escalations"] = await rows_of(
        road,
        "select i.child_id, s.step, s.withdrawn_at from escalations s join interviews i using (interview_id)"
        " order by s.escalation_id",
    )
    return found


async def audit_rows(road: Application, action: str) -> list[dict[str, Any]]:
    """Return the audit rows of an action, the oldest first."""
    async with road.database.unit_of_work(system_actor("test")) as uow:
        result = await uow.execute(
            text(
                "select actor, actor_role, subject_id, detail from audit_trail where action = :a order by seq"
            ),
            {"a": action},
        )
        return [dict(row) for row in result.mappings()]
