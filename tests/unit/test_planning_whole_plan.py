"""The whole plan of proposals: it keeps what was told, moves little, says why, and searching never makes it worse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from itertools import count

import pytest

from missing_coord.domain.records import WorkingHours
from missing_coord.planning.desk import Desk, late_count
from missing_coord.planning.propose import by_deadline
from missing_coord.planning.situation import Absence, Earlier, OpenInterview, Proposal, WorkerSituation
from missing_coord.planning.whole_plan import WholePlan, plan_afresh, plan_around
from tests.builders.planning import (
    MANCHESTER,
    MONDAY_8AM,
    a_worker,
    an_interview,
    at,
    propose,
    reason_for,
)


def steps(number: int) -> Callable[[], float]:
    looks = count()
    return lambda: float(next(looks) >= number)


def afresh(
    interviews: Sequence[OpenInterview], workers: Sequence[WorkerSituation], *, search: int = 300
) -> WholePlan:
    desk = Desk(workers, MONDAY_8AM)
    return plan_afresh(desk, by_deadline(interviews, MONDAY_8AM), steps(search))


def around(
    interviews: Sequence[OpenInterview],
    workers: Sequence[WorkerSituation],
    earlier: dict[str, Earlier],
) -> WholePlan:
    desk = Desk(workers, MONDAY_8AM)
    return plan_around(desk, by_deadline(interviews, MONDAY_8AM), earlier, steps(300))


def as_earlier(made: Sequence[Proposal]) -> dict[str, Earlier]:
    return {
        each.interview_id: Earlier(worker_id=each.worker_id, starts_at=each.starts_at)
        for each in made
        if each.worker_id and each.starts_at
    }


def one_of(plan: WholePlan, interview_id: str = "i1") -> Proposal:
    (found,) = [each for each in plan.made if each.interview_id == interview_id]
    return found


def full_days(number: int) -> tuple[list[OpenInterview], list[WorkerSituation]]:
    """Return children who can only just all be seen in time, and not by asking the earliest deadline first."""
    staff = [
        a_worker("near", working_hours=WorkingHours(time(9), time(13))),
        a_worker("far", base=(MANCHESTER[0] + 20_000, MANCHESTER[1])),
        a_worker("speaks", languages=frozenset({"somali"}), working_hours=WorkingHours(time(9), time(12))),
    ]
    children = [
        an_interview(
            f"i{n}",
            place=(MANCHESTER[0] + 9_000 * (n % 3), MANCHESTER[1] + 2_000 * (n % 5)),
            due_at=at(n % 3, 11 + n % 6),
            languages=frozenset({"somali"} if n % 4 == 0 else ()),
        )
        for n in range(number)
    ]
    return children, staff


@pytest.mark.parametrize("number", [6, 11, 16, 21])
def test_searching_makes_no_more_children_late_and_nothing_dearer(number: int) -> None:
    children, staff = full_days(number)
    plain, searched = afresh(children, staff, search=0), afresh(children, staff)
    assert sum(p.late for p in searched.made) <= sum(p.late for p in plain.made)
    assert (sum(p.late for p in searched.made), searched.cost) <= (
        sum(p.late for p in plain.made),
        plain.cost,
    )


def test_searching_sees_a_child_in_time_whom_the_first_order_left_late() -> None:
    children = [
        an_interview("i1", due_at=at(0, 10), languages=frozenset({"somali", "english"})),
        an_interview("i2", due_at=at(0, 10, 30), languages=frozenset({"somali"})),
    ]
    staff = [
        a_worker("w1", languages=frozenset({"somali"})),
        a_worker("w2"),
    ]
    assert sum(each.late for each in afresh(children, staff, search=0).made) == 1
    assert sum(each.late for each in afresh(children, staff).made) == 0


def test_what_is_kept_of_the_cost_agrees_with_a_plan_put_together_anew() -> None:
    children, staff = full_days(14)
    plan = afresh(children, staff)
    desk, asked = Desk(staff, MONDAY_8AM), by_deadline(children, MONDAY_8AM)
    told = as_earlier(plan.made)
    for each in asked:
        earlier = told.get(each.interview.interview_id)
        desk.place(each, desk.option_at(each, earlier) if earlier else None)
    assert desk.cost == plan.cost
    assert late_count(desk, asked) == sum(each.late for each in plan.made)


def test_an_interview_that_is_assigned_stays_with_its_worker() -> None:
    known = an_interview(assigned_worker_id="w2", previous_worker_id="w1", gender_wish="female")
    plan = afresh([known], [a_worker("w1", gender="female"), a_worker("w2", gender="male")])
    assert one_of(plan).worker_id == "w2"
    assert "the interview is assigned to this worker" in one_of(plan).reasons
    assert reason_for(one_of(plan), "w1") == "the interview is assigned to another worker"
    assert one_of(plan).instead == ""


def test_another_than_the_assigned_worker_is_proposed_only_to_be_in_time_and_it_says_why() -> None:
    away = a_worker("w2", absences=(Absence(starts_at=at(-1, 0), ends_at=at(4, 0)),))
    plan = afresh([an_interview(assigned_worker_id="w2")], [a_worker("w1"), away])
    assert (one_of(plan).worker_id, one_of(plan).late) == ("w1", False)
    assert one_of(plan).instead == "absent until the deadline"


def test_when_all_would_be_late_the_assigned_worker_goes() -> None:
    passed = an_interview(assigned_worker_id="w2", due_at=at(0, 7))
    later = a_worker("w2", working_hours=WorkingHours(time(13), time(17)))
    assert one_of(afresh([passed], [a_worker("w1"), later])).worker_id == "w2"


def test_a_new_return_leaves_every_earlier_proposal_where_it_was() -> None:
    children, staff = full_days(12)
    before = propose(children[:11], staff, MONDAY_8AM)
    in_time = {key: told for key, told in as_earlier(before).items() if not _late(before, key)}
    plan = around(children, staff, in_time)
    now = as_earlier(plan.made)
    moved = [key for key, told in in_time.items() if now.get(key) != told]
    assert len(moved) <= 1
    assert {each.interview_id for each in plan.made if each.moved_from} == set(moved)


def _late(made: Sequence[Proposal], interview_id: str) -> bool:
    return next(each.late for each in made if each.interview_id == interview_id)


def test_one_earlier_proposal_gives_way_to_a_deadline_and_says_where_it_was_and_what_that_saved() -> None:
    relaxed = an_interview("i1", due_at=at(2, 12))
    urgent = an_interview("i2", due_at=at(0, 10))
    before = {"i1": Earlier(worker_id="w1", starts_at=at(0, 9))}
    plan = around([relaxed, urgent], [a_worker()], before)
    assert (one_of(plan, "i2").starts_at, one_of(plan, "i2").late) == (at(0, 9), False)
    assert one_of(plan, "i1").moved_from == before["i1"]
    assert plan.saved >= 30_000


def test_nothing_gives_way_where_that_saves_no_deadline() -> None:
    before = {"i1": Earlier(worker_id="w1", starts_at=at(0, 15))}
    plan = around([an_interview("i1"), an_interview("i2")], [a_worker()], before)
    assert one_of(plan, "i1").starts_at == at(0, 15)
    assert one_of(plan, "i1").moved_from is None


def test_an_earlier_proposal_that_is_not_possible_any_more_is_made_anew() -> None:
    before = {
        "i1": Earlier(worker_id="w1", starts_at=at(0, 9)),
        "i2": Earlier(worker_id="w9", starts_at=at(0, 9)),
    }
    away = a_worker("w1", absences=(Absence(starts_at=at(0, 0), ends_at=at(1, 0)),))
    plan = around([an_interview("i1"), an_interview("i2")], [away], before)
    assert {each.starts_at for each in plan.made} == {at(1, 9), at(1, 10)}


def test_a_child_who_has_waited_long_is_never_moved_to_a_later_time() -> None:
    waiting = an_interview("i1", due_at=at(-5, 7), earliest_at=at(-8, 7))
    soon = an_interview("i2", due_at=at(0, 10))
    assert one_of(afresh([waiting, soon], [a_worker()])).starts_at == at(0, 9)
