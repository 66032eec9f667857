"""What the recorded past lost on the way to a visit is taken into the replay of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from missing_coord.planning.capacity import Demand, simulate
from missing_coord.planning.forecast import forecast
from missing_coord.planning.situation import Absence
from missing_coord.services.capacity import Capacity, Recorded
from missing_coord.services.capacity_losses import (
    Absences,
    PastReturn,
    absences_apart,
    demand_of,
    losses_of,
)
from missing_coord.services.capacity_words import trust
from tests.builders.planning import MONDAY_8AM, a_worker, an_interview, at

NONE = Absences()


def back(number: int = 1, **changes: Any) -> PastReturn:
    plain: dict[str, Any] = {
        "interview_id": f"i{number}",
        "returned_at": MONDAY_8AM,
        "due_at": MONDAY_8AM + timedelta(hours=72),
        "area": "here",
        "state": "not_offered",
        "held_at": None,
        "missed": 0,
        "asks_for_visit": True,
    }
    return PastReturn(**{**plain, **changes})


def held(number: int = 1, *, told: float, yes: float, seen: float, **changes: Any) -> PastReturn:
    """A return that was told, agreed to and held so many hours after it."""
    return back(
        number,
        state="completed",
        told_at=MONDAY_8AM + timedelta(hours=told),
        first_contact_at=MONDAY_8AM + timedelta(hours=yes),
        agreed_at=MONDAY_8AM + timedelta(hours=yes),
        held_at=MONDAY_8AM + timedelta(hours=seen),
        contacts=2,
        **changes,
    )


def worked_out(*, held: int, in_time: int) -> Capacity:
    """A replay with so many in time, where `held` interviews were held and 20 of them in time."""
    demand = [Demand(interview=an_interview(f"i{n}", due_at=at(27, 0)), area="here") for n in range(in_time)]
    outcome = simulate(demand, [a_worker()], start=at(0, 0), end=at(28, 0))
    recorded = Recorded(
        needed=50,
        in_time=min(20, held),
        late=max(0, held - 20),
        not_held=50 - held,
        open=0,
        visits=held,
        median_hours=40.0,
    )
    return Capacity(
        start=at(0, 0),
        end=at(28, 0),
        weeks=4,
        forecast=forecast([], until=at(28, 0), weeks=4),
        visits_a_week=15,
        visits_needed_a_week=12,
        recorded=recorded,
        losses=losses_of([], NONE),
        staffs=(("The staff as it is", outcome),),
    )


def ready_hours(*past: PastReturn) -> list[float]:
    wanted = {each.interview_id: an_interview(each.interview_id) for each in past}
    demand = demand_of(past, wanted, losses_of(past, NONE))
    assert all(each.ready_at is not None for each in demand)
    return [(each.ready_at - MONDAY_8AM) / timedelta(hours=1) for each in demand if each.ready_at]


def test_the_times_and_tries_of_the_past_are_measured() -> None:
    past = [held(n, told=10, yes=20, seen=20 + hours) for n, hours in enumerate((4, 8, 12, 16, 20))]
    lost = losses_of([*past, back(9, contacts=3), back(10)], NONE)
    assert (lost.told_hours, lost.yes_hours, lost.ahead_hours) == (10, 10, 6)
    assert lost.contacts_for_each == 2.6
    assert (lost.out_of_reach, lost.not_approached) == (1, 1)


def test_nobody_is_visited_before_the_family_said_yes_and_had_its_notice() -> None:
    past = [held(n, told=10, yes=20, seen=20 + hours) for n, hours in enumerate((4, 8, 12, 16, 20))]
    assert ready_hours(*past) == [23, 26, 26, 26, 26], "6 hours after the yes, or when it really was"


def test_who_was_not_approached_is_as_slow_as_the_slowest_tenth_after_the_notice() -> None:
    past = [held(n, told=0, yes=n, seen=n) for n in range(1, 20)]
    late_notice = back(30, told_at=MONDAY_8AM + timedelta(hours=5))
    assert ready_hours(*past, late_notice)[-1] == 5 + 18


def test_who_was_out_of_reach_stays_unseen_whatever_the_staff() -> None:
    past = [back(1, contacts=3)]
    demand = demand_of(past, {"i1": an_interview("i1")}, losses_of(past, NONE))
    outcome = simulate(demand, [a_worker("w1"), a_worker("w2")], start=at(0, 0), end=at(28, 0))
    assert (outcome.needed, outcome.out_of_reach, outcome.unmet, outcome.visits) == (1, 1, 1, 0)


def test_a_visit_that_was_turned_away_takes_time_and_counts_for_nothing() -> None:
    past = [back(1, asks_for_visit=False, state="declined_by_child", declined_at_door=1, contacts=1)]
    demand = demand_of(past, {"i1": an_interview("i1")}, losses_of(past, NONE))
    outcome = simulate(demand, [a_worker()], start=at(0, 0), end=at(28, 0))
    assert (outcome.needed, outcome.visits, outcome.lost) == (0, 1, 1)
    assert losses_of(past, NONE).declined_visits == 1


def test_a_decline_without_a_visit_is_no_demand_at_all() -> None:
    past = [back(1, asks_for_visit=False, state="declined_by_child", contacts=1)]
    assert demand_of(past, {"i1": an_interview("i1")}, losses_of(past, NONE)) == []


def test_a_child_who_goes_missing_again_before_the_visit_is_visited_after_coming_back() -> None:
    gone = ((at(0, 11, 30), at(1, 10)),)
    past = [back(1, told_at=MONDAY_8AM, gone=gone)]
    demand = demand_of(past, {"i1": an_interview("i1")}, losses_of(past, NONE))
    outcome = simulate(demand, [a_worker()], start=at(0, 0), end=at(28, 0))
    assert (outcome.in_time, outcome.visits, outcome.lost) == (1, 2, 1)
    assert outcome.median_hours == 30, "back on Tuesday at 10, arranged by 13, seen from 13 to 14"


def test_leave_is_known_beforehand_and_a_day_of_illness_costs_the_visits_placed_in_it() -> None:
    ill = Absence(starts_at=at(0, 11, 30), ends_at=at(1, 0))
    leave = Absence(starts_at=at(7, 0), ends_at=at(14, 0))
    apart = absences_apart({"w1": (ill, leave)})
    assert (apart.sudden["w1"], apart.known["w1"]) == ((ill,), (leave,))
    past = [back(1)]
    demand = demand_of(past, {"i1": an_interview("i1")}, losses_of(past, apart))
    staff = [a_worker("w1", absences=apart.known["w1"])]
    outcome = simulate(demand, staff, start=at(0, 0), end=at(28, 0), sudden=apart.sudden)
    assert (outcome.visits, outcome.lost, outcome.in_time) == (2, 1, 1)


def test_families_who_answer_within_a_day_can_be_seen_in_time_and_until_then_no_staff_can() -> None:
    past = [held(1, told=10, yes=75, seen=90)]
    wanted, lost = {"i1": an_interview("i1")}, losses_of(past, NONE)
    staff = [a_worker("w1"), a_worker("w2")]
    late = simulate(demand_of(past, wanted, lost), staff, start=at(0, 0), end=at(28, 0))
    assert (late.in_time, late.late, late.agreed_late) == (0, 1, 1)
    sooner = demand_of(past, wanted, lost, answer_within=timedelta(hours=24))
    assert simulate(sooner, staff, start=at(0, 0), end=at(28, 0)).in_time == 1


def test_the_page_says_how_far_to_believe_a_replay_and_not_at_all_where_little_was_held() -> None:
    few, many = worked_out(held=19, in_time=30), worked_out(held=40, in_time=30)
    assert "Do not rely on the replay" in trust(few)
    assert trust(many).startswith(
        "With the staff as it is it sees 10 of 50 (20%) more in time than really were"
    )
    assert "10 of 50 (20%) fewer" in trust(worked_out(held=40, in_time=10))
