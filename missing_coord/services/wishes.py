"""What a child said of who should come and when: kept by the office, obeyed by planning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotFound
from missing_coord.domain.events import VisitConditionsChanged
from missing_coord.domain.interview_records import GENDER_WISHES
from missing_coord.services.interviews.change import OFFICE, check_role
from missing_coord.services.ports.visits import ChildWishes, PlanningWork
from missing_coord.services.told_wishes import in_force, told_wishes

MOST_HOURS = 20


async def keep_wishes(
    uow: PlanningWork, *, child_id: str, wishes: ChildWishes, expected_version: int
) -> None:
    """Keep a child's wishes in place of those of that version; a coordinator or manager does it.

    The same wishes sent once more change nothing. Raises DomainError where they contradict each other, or name a
    worker who does not exist or a gender that cannot be wished.
    """
    check_role(uow, OFFICE)
    if child_id not in await uow.children.known([child_id]):
        raise NotFound("There is no child of this reference that you may see.")
    known = {each.worker_id for each in await uow.planning.workers()}
    named = wishes.refused_worker_ids | {wishes.asked_for_worker_id} - {""}
    if unknown := sorted(named - known):
        raise DomainError("worker_unknown", f"refused: there is no interview worker {unknown[0]!r}.")
    told = told_wishes(await uow.wishes.told(child_id))
    wishes = replace(wishes, set_aside=wishes.set_aside & {each.key for each in told})
    if wishes.asked_for_worker_id in in_force(wishes, told).refused_worker_ids:
        raise DomainError(
            "asked_and_refused",
            "refused: the child asked for this worker; choose one of the two, or set aside what was told before.",
        )
    if wishes.gender_wish not in GENDER_WISHES:
        raise DomainError("gender_unknown", "gender_wish: choose a woman, a man or no wish.")
    if len(wishes.closed) > MOST_HOURS:
        raise DomainError("too_many_hours", f"closed: keep at most {MOST_HOURS} lines.")
    if not await uow.wishes.save(child_id, wishes, expected_version=expected_version):
        if await uow.wishes.get(child_id) == (wishes, expected_version + 1):
            return
        raise ConcurrencyConflict("Somebody else has changed these wishes. Look at them as they are now.")
    uow.record(VisitConditionsChanged(child_id=child_id, interview_id="", cause="wishes"))
    uow.audit("wishes_kept", subject_type="child", subject_id=child_id, **_counts(wishes))


def _counts(wishes: ChildWishes) -> dict[str, Any]:
    return {
        "hours": len(wishes.closed),
        "refused": len(wishes.refused_worker_ids),
        "set_aside": len(wishes.set_aside),
    }
