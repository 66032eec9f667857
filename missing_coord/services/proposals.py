"""Proposals of who sees whom when: kept from run to run, made anew for what changed, or all planned afresh."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from missing_coord.domain.access import Role
from missing_coord.domain.interviews import OPEN_STATES, InterviewState
from missing_coord.domain.london import london_day
from missing_coord.domain.population import Population
from missing_coord.planning.desk import Desk
from missing_coord.planning.propose import by_deadline
from missing_coord.planning.situation import (
    Earlier,
    ExistingVisit,
    OpenInterview,
    Proposal,
    WorkerSituation,
)
from missing_coord.planning.whole_plan import WholePlan, plan_afresh, plan_around
from missing_coord.services.interviews.change import OFFICE, check_role
from missing_coord.services.ports.escalation import Write
from missing_coord.services.ports.planning import PlanningCase
from missing_coord.services.ports.visits import PlanningWork
from missing_coord.services.ports.work import Policy
from missing_coord.services.visit_watch import troubles, watch_visits

OTHERS_DUTY = (
    "the authority responsible for this child has the duty: tell {authority}, assign by hand if they ask"
)
MISSING_AGAIN = "the child is missing again: a visit is proposed when the child is back"
ON_HOLD = "the child is unwell, in hospital or in custody: a visit is proposed when the hold ends"
LONGEST_WAIT = timedelta(days=7)
"""How far after its deadline an interview may find other proposals in its way."""
NO_PLAN = WholePlan(made=(), cost=0, saved=0)
SECONDS = 1.0
"""How long a run may search for a better plan, where there is something to search for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """How many open interviews got a worker, how many of those come late, and how many got none.

    `moved` earlier proposals gave way to a deadline. `cost` is that of the plan in minutes of travel, `saved` what
    searching took off it.
    """

    with_worker: int
    late: int
    without_worker: int
    left_out: int
    moved: int = 0
    cost: int = 0
    saved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAnew:
    """How many proposals there are now, how many of them are new or other than before, and which deadlines are missed.

    `not_in_time` counts interviews with a deadline still to come whose proposal is late, or that have none.
    """

    proposals: int
    changed: int
    not_in_time: int
    not_in_time_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What one run plans: interviews to be placed, those left out and why, and troubled visits."""

    wanted: list[PlanningCase]
    left_out: dict[str, str]
    troubled: dict[str, str]


async def propose_all(
    uow: PlanningWork,
    *,
    policy: Policy,
    bank_holidays: Collection[date],
    seconds: float = SECONDS,
    afresh: bool = False,
    write: Write | None = None,
) -> Proposed:
    """Propose a worker and a time for every open interview without a visit, or with one that cannot be kept.

    What was proposed before stays where it can, unless a deadline needs a few of them to move; `afresh` plans
    everything anew. Runs as the system, which alone sees confidential addresses. With `write` those whom a change of a
    booked visit concerns are told.
    """
    check_role(uow, {Role.SYSTEM})
    await uow.planning.alone()
    cases = await uow.planning.cases()
    case = await _sorted_out(uow, cases, policy)
    made = await _proposed(uow, case, policy, bank_holidays, seconds=seconds, afresh=afresh)
    if write is not None:
        await watch_visits(uow, cases, case.troubled, write=write)
    return made


async def plan_everything_anew(
    uow: PlanningWork, *, policy: Policy, bank_holidays: Collection[date], seconds: float = SECONDS
) -> PlannedAnew:
    """Plan every proposal anew because a coordinator or manager asks for it; booked visits stay."""
    check_role(uow, OFFICE)
    uow.audit("plan_afresh", subject_type="plan", subject_id="all")
    async with uow.as_system():
        await uow.planning.alone()
        before = await uow.planning.earlier()
        case = await _sorted_out(uow, await uow.planning.cases(), policy)
        made = await _proposed(uow, case, policy, bank_holidays, seconds=seconds, afresh=True)
        after = await uow.planning.earlier()
    return PlannedAnew(
        proposals=made.with_worker,
        changed=sum(before.get(key) != each for key, each in after.items()),
        not_in_time=_not_in_time(case, after, uow.now),
        not_in_time_before=_not_in_time(case, before, uow.now),
    )


def _not_in_time(case: _Case, proposed: Mapping[str, Earlier], now: datetime) -> int:
    ahead = [each.wanted for each in case.wanted if each.wanted.due_at > now]
    return sum(not _in_time(each, proposed.get(each.interview_id)) for each in ahead)


def _in_time(wanted: OpenInterview, earlier: Earlier | None) -> bool:
    length = timedelta(minutes=wanted.minutes)
    return earlier is not None and earlier.starts_at + length <= wanted.due_at


async def _proposed(
    uow: PlanningWork,
    case: _Case,
    policy: Policy,
    bank_holidays: Collection[date],
    *,
    seconds: float,
    afresh: bool,
) -> Proposed:
    desk = await _desk(uow, case, policy, bank_holidays)
    earlier = {} if afresh else await uow.planning.earlier()
    asked = by_deadline([each.wanted for each in case.wanted], uow.now)
    began = time.monotonic()

    def progress() -> float:
        return (time.monotonic() - began) / max(seconds, 1e-9)

    def search() -> WholePlan:
        return plan_afresh(desk, asked, progress) if afresh else plan_around(desk, asked, earlier, progress)

    plan = await asyncio.to_thread(search)
    left_out = _not_proposed(case.left_out)
    await uow.planning.replace_proposals([*plan.made, *left_out], trouble=case.troubled)
    return _counted(plan, len(left_out))


async def propose_after(
    uow: PlanningWork,
    *,
    child_id: str,
    interview_id: str,
    policy: Policy,
    bank_holidays: Collection[date],
    write: Write,
) -> None:
    """Propose anew after something happened to a child: for the interview named, if any, and what else is open."""
    check_role(uow, {Role.SYSTEM})
    await uow.planning.alone()
    wanted = {*await uow.planning.concerned(child_id), interview_id} - {""}
    if wanted:
        await propose_for(
            uow, interview_ids=sorted(wanted), policy=policy, bank_holidays=bank_holidays, write=write
        )


async def propose_for(
    uow: PlanningWork,
    *,
    interview_ids: Collection[str],
    policy: Policy,
    bank_holidays: Collection[date],
    write: Write | None = None,
) -> Proposed:
    """Propose anew for these interviews only, around what is proposed for the others; cheap, as each event asks it.

    With `write` those whom a change of one of their booked visits concerns are told.
    """
    check_role(uow, {Role.SYSTEM})
    await uow.planning.alone()
    cases = await uow.planning.cases(interview_ids)
    case = await _sorted_out(uow, cases, policy)
    plan = await _around_others(uow, case, policy, bank_holidays, interview_ids) if case.wanted else NO_PLAN
    left_out = _not_proposed(case.left_out)
    await uow.planning.replace_proposals(
        [*plan.made, *left_out], instead_of=interview_ids, trouble=case.troubled
    )
    if write is not None:
        await watch_visits(uow, cases, case.troubled, write=write, only=interview_ids)
    return _counted(plan, len(left_out))


async def _around_others(
    uow: PlanningWork,
    case: _Case,
    policy: Policy,
    bank_holidays: Collection[date],
    interview_ids: Collection[str],
) -> WholePlan:
    asked = by_deadline([each.wanted for each in case.wanted], uow.now)
    until = max(each.interview.due_at for each in asked) + LONGEST_WAIT
    others = await uow.planning.proposed_visits(until, without=interview_ids)
    desk = await _desk(uow, case, policy, bank_holidays, others=others)
    return plan_around(desk, asked, {}, lambda: 1.0)


async def _sorted_out(uow: PlanningWork, cases: Sequence[PlanningCase], policy: Policy) -> _Case:
    booked = any(case.visit_starts_at is not None for case in cases)
    workers = await uow.planning.workers() if booked else []
    troubled = troubles(cases, workers, council=policy.council, now=uow.now)
    needy = [case for case in cases if _needs_visit(case) or case.wanted.interview_id in troubled]
    why = {case.wanted.interview_id: _why_left_out(case) for case in needy}
    return _Case(
        wanted=[case for case in needy if not why[case.wanted.interview_id]],
        left_out={key: reason for key, reason in why.items() if reason},
        troubled=troubled,
    )


async def _desk(
    uow: PlanningWork,
    case: _Case,
    policy: Policy,
    bank_holidays: Collection[date],
    *,
    others: Mapping[str, Sequence[ExistingVisit]] = MappingProxyType({}),
) -> Desk:
    """Return the diaries without the interviews that are to be placed, and with visits proposed for others."""
    workers = await uow.planning.workers(without=[each.wanted.interview_id for each in case.wanted])
    filled = [_with_proposed(each, others.get(each.worker_id, ())) for each in workers]
    return Desk(filled, uow.now, bank_holidays=bank_holidays, council=policy.council)


def _with_proposed(worker: WorkerSituation, proposed: Sequence[ExistingVisit]) -> WorkerSituation:
    booked = Counter(worker.booked)
    booked.update(london_day(each.starts_at).isocalendar()[:2] for each in proposed)
    return replace(worker, visits=(*worker.visits, *proposed), booked=booked)


def _needs_visit(case: PlanningCase) -> bool:
    return not case.closed and case.state in OPEN_STATES and case.visit_starts_at is None


def _why_left_out(case: PlanningCase) -> str:
    if case.population == Population.OTHER_AUTHORITY:
        return OTHERS_DUTY.format(authority=case.wanted.responsible_authority or "that authority")
    if case.child_missing:
        return MISSING_AGAIN
    return ON_HOLD if case.state == InterviewState.UNWELL_OR_DETAINED else ""


def _not_proposed(reasons: Mapping[str, str]) -> list[Proposal]:
    return [
        Proposal(
            interview_id=interview_id,
            worker_id=None,
            starts_at=None,
            ends_at=None,
            late=False,
            basis=None,
            reasons=(),
            passed_over=(),
            alternatives=(),
            earliest_possible=None,
            binding_reason=why,
        )
        for interview_id, why in reasons.items()
    ]


def _counted(plan: WholePlan, left_out: int) -> Proposed:
    found = [each for each in plan.made if each.worker_id is not None]
    return Proposed(
        with_worker=len(found),
        late=sum(each.late for each in found),
        without_worker=len(plan.made) - len(found),
        left_out=left_out,
        moved=sum(each.moved_from is not None for each in found),
        cost=plan.cost,
        saved=plan.saved,
    )
