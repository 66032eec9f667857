"""Watches booked visits: what cannot be kept any more is planned again, and those whom a change concerns are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.messages import ChannelName, MessageKind, Notice
from missing_coord.planning.eligibility import independence_basis, refusal
from missing_coord.planning.situation import WorkerSituation
from missing_coord.services.interviews.contact import VISIT
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.planning import PlanningCase
from missing_coord.services.ports.visits import PlanningWork, WatchedVisit

MISSING_AGAIN = "the child is missing again"


def troubles(
    cases: Sequence[PlanningCase], workers: Sequence[WorkerSituation], *, council: str, now: datetime
) -> dict[str, str]:
    """Return why each booked visit that is still to come cannot be kept, by interview."""
    by_id = {each.worker_id: each for each in workers}
    found = {}
    for case in cases:
        if not case.closed and case.visit_starts_at is not None and case.visit_starts_at > now:
            why = _trouble(case, case.visit_starts_at, by_id.get(case.worker_id), council)
            if why:
                found[case.wanted.interview_id] = why
    return found


def _trouble(case: PlanningCase, start: datetime, worker: WorkerSituation | None, council: str) -> str:
    if case.child_missing:
        return MISSING_AGAIN
    if worker is None:
        return "the worker is not among the interview workers any more"
    if any(a.starts_at < start + VISIT and (a.ends_at is None or a.ends_at > start) for a in worker.absences):
        return "the worker is absent"
    basis = independence_basis(case.wanted, worker, council=council)
    if basis is IndependenceBasis.NOT_INDEPENDENT or worker.worker_id in case.wanted.refused_worker_ids:
        wall = refusal(case.wanted, worker, basis)
        return wall.reason if wall else ""
    return ""


async def watch_visits(
    uow: PlanningWork,
    cases: Sequence[PlanningCase],
    troubled: Mapping[str, str],
    *,
    write: Write,
    only: Collection[str] | None = None,
) -> None:
    """Compare booked visits with how they were seen last, tell whom a change concerns, and remember them.

    Each change is told once: to the worker when the visit is off, waits or goes to another place, to the coordinators
    when it cannot be kept. An assignment itself is told by its event. With `only` visits of other interviews than
    those are left as they were seen.
    """
    watched = {each.interview_id: each for each in await uow.visits.watched()}
    before = {key: each for key, each in watched.items() if only is None or key in only}
    current = {each.interview_id: each for case in cases if (each := _seen(case, troubled, uow.now))}
    notices: list[Notice] = []
    for interview_id, visit in current.items():
        old = before.get(interview_id)
        same = old is not None and (old.worker_id, old.starts_at) == (visit.worker_id, visit.starts_at)
        if old is not None and same and old.place != visit.place:
            notices += await _to_worker(uow, visit, MessageKind.VISIT_PLACE)
        if visit.trouble and not (old is not None and same and old.trouble == visit.trouble):
            notices += await _in_trouble(uow, visit)
    for visit in await _off(uow, cases, before, current):
        notices += await _to_worker(uow, visit, MessageKind.VISIT_OFF)
    await uow.messages.add([write(each, uow.now) for each in notices])
    changed = [each for key, each in current.items() if before.get(key) != each]
    await uow.visits.watch(changed, no_more=before.keys() - current.keys())


def _seen(case: PlanningCase, troubled: Mapping[str, str], now: datetime) -> WatchedVisit | None:
    if case.closed or case.visit_starts_at is None or case.visit_starts_at <= now:
        return None
    return WatchedVisit(
        interview_id=case.wanted.interview_id,
        worker_id=case.worker_id,
        starts_at=case.visit_starts_at,
        place=case.place_key,
        trouble=troubled.get(case.wanted.interview_id, ""),
    )


async def _off(
    uow: PlanningWork,
    cases: Sequence[PlanningCase],
    before: Mapping[str, WatchedVisit],
    current: Mapping[str, WatchedVisit],
) -> list[WatchedVisit]:
    """Return the visits still to come that are gone though their worker has not been told by another way."""
    gone = [each for key, each in before.items() if key not in current and each.starts_at > uow.now]
    worker_now = {case.wanted.interview_id: case.worker_id for case in cases}
    others = await uow.visits.called_off_by_others([each.interview_id for each in gone])
    return [
        each
        for each in gone
        if each.interview_id in others and worker_now.get(each.interview_id, each.worker_id) == each.worker_id
    ]


async def _in_trouble(uow: PlanningWork, visit: WatchedVisit) -> list[Notice]:
    notice = _notice(uow, visit, MessageKind.VISIT_TROUBLE, Role.COORDINATOR)
    told = [notice]
    if visit.trouble == MISSING_AGAIN:
        told += await _to_worker(uow, visit, MessageKind.VISIT_WAITS)
    return told


async def _to_worker(uow: PlanningWork, visit: WatchedVisit, kind: MessageKind) -> list[Notice]:
    users = await uow.messages.users_of_worker(visit.worker_id)
    return [_notice(uow, visit, kind, Role.INTERVIEW_WORKER, user_id=each) for each in users]


def _notice(
    uow: PlanningWork, visit: WatchedVisit, kind: MessageKind, role: Role, *, user_id: str = ""
) -> Notice:
    return Notice(
        key=f"visit:{kind}:{visit.interview_id}:{uow.now.isoformat()}:{user_id or role}",
        kind=kind,
        role=role,
        user_id=user_id,
        subject_type="interview",
        subject_id=visit.interview_id,
        calendar=kind is MessageKind.VISIT_OFF,
        channels=(ChannelName.EMAIL,) if user_id else (),
    )
