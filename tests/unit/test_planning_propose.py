"""The daily proposal: order, independence, capacity, availability, lateness, and a reason for everything."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.records import Weekday, WorkerTeam, WorkingHours
from missing_coord.planning.situation import Absence, ExistingVisit, OpenInterview, Proposal, WorkerSituation
from missing_coord.planning.weeks import weekly_allowance, weekly_capacity
from tests.builders.planning import (
    MANCHESTER,
    MONDAY_8AM,
    WEEK,
    WORKING_WEEK,
    a_worker,
    an_interview,
    at,
    propose,
    reason_for,
)

FAR = (MANCHESTER[0] + 60_000, MANCHESTER[1])
NEAR = (MANCHESTER[0] + 12_000, MANCHESTER[1])


def one(
    interview: OpenInterview,
    *workers: WorkerSituation,
    bank_holidays: frozenset[date] = frozenset(),
    council: str | None = "E08000003",
) -> Proposal:
    (proposal,) = propose([interview], workers, MONDAY_8AM, bank_holidays=bank_holidays, council=council)
    return proposal


def test_the_first_slot_of_a_free_worker_is_proposed_in_time() -> None:
    proposal = one(an_interview(), a_worker())
    assert (proposal.worker_id, proposal.late, proposal.binding_reason) == ("w1", False, None)
    assert (proposal.starts_at, proposal.ends_at) == (at(0, 9), at(0, 10))
    assert proposal.earliest_possible == at(0, 9)
    assert "ends 70 h 0 min before the deadline" in proposal.reasons


def test_earliest_deadline_goes_first() -> None:
    soon, later = an_interview("b", due_at=at(0, 10)), an_interview("a", due_at=at(0, 12))
    proposals = propose([later, soon], [a_worker()], MONDAY_8AM)
    assert [each.interview_id for each in proposals] == ["b", "a"]
    assert [each.late for each in proposals] == [False, False]
    assert proposals[1].starts_at == proposals[0].ends_at


def test_travel_from_the_base_and_home_again_lies_within_working_hours() -> None:
    proposal = one(an_interview(place=NEAR), a_worker(working_hours=WorkingHours(time(9), time(10, 50))))
    assert proposal.starts_at == at(0, 9, 25)  # 12 km x 1.3 at 40 km/h is 23.4 minutes
    tight = one(an_interview(place=NEAR), a_worker(working_hours=WorkingHours(time(9), time(10, 48))))
    assert tight.worker_id is None


def test_each_hour_of_waiting_weighs_as_two_minutes_of_travel() -> None:
    away = (MANCHESTER[0] + 10_000, MANCHESTER[1])
    near = a_worker("near", working_days=frozenset({Weekday.WED}))
    farther = one(an_interview(), near, a_worker("far", base=away))
    assert (farther.worker_id, farther.starts_at) == ("far", at(0, 9, 20))
    assert reason_for(farther, "near") == "the first gap is much later"
    tomorrow = a_worker("near", working_days=frozenset({Weekday.TUE}))
    longer = a_worker("far", base=(MANCHESTER[0] + 20_000, MANCHESTER[1]))
    nearer = one(an_interview(), tomorrow, longer)
    assert (nearer.worker_id, nearer.starts_at) == ("near", at(1, 9))
    assert reason_for(nearer, "far") == "adds 78 min of travel, the proposed worker 0 min"


def test_visits_lie_between_8_and_20_o_clock_whatever_the_working_hours() -> None:
    night = a_worker(working_hours=WorkingHours(time(5), time(23)))
    assert one(an_interview(), night).starts_at == at(0, 8)
    after = one(an_interview(earliest_at=at(0, 19, 30)), night)
    assert after.starts_at == at(1, 8)


class TestIndependence:
    def test_a_worker_of_the_placement_provider_is_never_proposed(self) -> None:
        proposal = one(an_interview(placement_provider="EXAMPLE  charity"), a_worker())
        assert proposal.worker_id is None
        assert "provider of the placement" in reason_for(proposal, "w1")
        assert proposal.binding_reason == "no worker is independent of this child's care"

    @pytest.mark.parametrize("person", ["w1", "W1@example.org", "name of  W1"])
    def test_the_childs_own_social_worker_is_known_by_id_mail_or_name(self, person: str) -> None:
        proposal = one(an_interview(excluded_people=frozenset({person})), a_worker(), a_worker("w2"))
        assert proposal.worker_id == "w2"
        assert "not independent" in reason_for(proposal, "w1")

    def test_the_in_house_team_is_allowed_and_marked_as_independent_of_care_only(self) -> None:
        proposal = one(an_interview(), a_worker(team=WorkerTeam.IN_HOUSE, employer="Example Council"))
        assert proposal.basis is IndependenceBasis.INDEPENDENT_OF_CARE

    def test_the_in_house_team_is_allowed_in_the_councils_own_placements(self) -> None:
        interview = an_interview(placement_provider="Example Council")
        proposal = one(interview, a_worker(team=WorkerTeam.IN_HOUSE, employer="Example Council"))
        assert proposal.basis is IndependenceBasis.INDEPENDENT_OF_CARE

    def test_a_charity_is_independent_of_placement_and_authority(self) -> None:
        basis = one(an_interview(), a_worker()).basis
        assert basis is IndependenceBasis.INDEPENDENT_OF_PLACEMENT_AND_AUTHORITY

    def test_the_in_house_team_is_independent_of_another_authority(self) -> None:
        child = an_interview(responsible_authority="E08000009")
        basis = one(child, a_worker(team=WorkerTeam.IN_HOUSE)).basis
        assert basis is IndependenceBasis.INDEPENDENT_OF_PLACEMENT_AND_AUTHORITY

    def test_the_child_may_ask_for_somebody_who_is_not_independent(self) -> None:
        child = an_interview(excluded_people=frozenset({"w1"}), child_preference_worker_id="w1")
        proposal = one(child, a_worker("w0"), a_worker())
        assert (proposal.worker_id, proposal.basis) == ("w1", IndependenceBasis.CHILD_PREFERENCE)
        assert reason_for(proposal, "w0") == "the child asked for somebody else"


class TestCapacity:
    def test_half_time_at_15_makes_7_visits_one_week_and_8_the_next(self) -> None:
        capacity = weekly_capacity(0.5, 15)
        weeks = [weekly_allowance(capacity, week) for week in range(2950, 2954)]
        assert sorted(weeks[:2]) == [7, 8]
        assert weeks[:2] == weeks[2:]

    def test_seven_and_a_half_full_time_workers_make_450_visits_in_four_weeks(self) -> None:
        staff = [weekly_capacity(1, 15)] * 7 + [weekly_capacity(0.5, 15)]
        assert sum(weekly_allowance(each, week) for each in staff for week in range(2950, 2954)) == 450

    def test_a_tenth_of_full_time_is_exactly_a_tenth(self) -> None:
        assert sum(weekly_allowance(weekly_capacity(0.1, 15), week) for week in range(40)) == 60

    def test_a_full_week_moves_the_visit_to_the_next_and_says_so(self) -> None:
        proposal = one(an_interview(), a_worker(booked={WEEK: 15}))
        assert proposal.late
        assert proposal.starts_at == at(7, 9)
        assert proposal.binding_reason == "every worker who may go has reached the weekly target"

    def test_proposals_count_against_the_week_themselves(self) -> None:
        interviews = [an_interview(f"i{n}") for n in range(3)]
        proposals = propose(interviews, [a_worker(booked={WEEK: 13})], MONDAY_8AM)
        assert [each.late for each in proposals] == [False, False, True]

    def test_one_who_reached_the_target_is_passed_over_with_that_reason(self) -> None:
        proposal = one(an_interview(), a_worker(booked={WEEK: 15}), a_worker("w2"))
        assert proposal.worker_id == "w2"
        assert reason_for(proposal, "w1") == "the weekly target is reached"


class TestAvailability:
    def test_an_absent_worker_is_passed_over_until_back(self) -> None:
        away = a_worker(absences=(Absence(starts_at=at(-1, 0), ends_at=at(8, 0)),))
        proposal = one(an_interview(), away, a_worker("w2"))
        assert reason_for(proposal, "w1") == "absent until the deadline"
        alone = one(an_interview(), away)
        assert (alone.late, alone.starts_at) == (True, at(8, 9))
        assert alone.binding_reason == "the workers who may go are absent until the deadline"

    def test_an_absence_without_end_lasts(self) -> None:
        proposal = one(an_interview(), a_worker(absences=(Absence(starts_at=at(0, 0)),)))
        assert proposal.worker_id is None
        assert proposal.earliest_possible is None

    def test_half_a_day_away_leaves_the_other_half(self) -> None:
        proposal = one(an_interview(), a_worker(absences=(Absence(starts_at=at(0, 8), ends_at=at(0, 13)),)))
        assert proposal.starts_at == at(0, 13)

    def test_a_bank_holiday_is_no_working_day_and_moves_no_deadline(self) -> None:
        child = an_interview(due_at=at(1, 8))
        proposal = one(child, a_worker(), bank_holidays=frozenset({date(2026, 11, 2)}))
        assert (proposal.late, proposal.starts_at) == (True, at(1, 9))
        assert str(proposal.binding_reason).startswith("bank holiday")

    def test_existing_visits_are_kept_and_travel_between_them_counts(self) -> None:
        booked = ExistingVisit(starts_at=at(0, 9), ends_at=at(0, 10), place=NEAR)
        proposal = one(an_interview(), a_worker(visits=(booked,)))
        assert proposal.starts_at == at(0, 10, 25)

    def test_a_child_whose_address_is_unknown_gets_half_an_hour_of_travel(self) -> None:
        proposal = one(an_interview(place=None), a_worker())
        assert proposal.starts_at == at(0, 9, 30)
        assert any("not on the map" in reason for reason in proposal.reasons)

    def test_without_workers_it_says_so(self) -> None:
        proposal = one(an_interview())
        assert (proposal.worker_id, proposal.late) == (None, True)
        assert proposal.binding_reason == "there are no workers"

    def test_a_worker_without_a_pattern_is_passed_over(self) -> None:
        proposal = one(an_interview(), a_worker(working_days=frozenset()))
        assert reason_for(proposal, "w1") == "does not work between now and the deadline"


class TestOutOfArea:
    def test_only_the_out_of_authority_team_or_spot_purchase_goes_outside(self) -> None:
        specialist = a_worker("w2", out_of_authority=True)
        proposal = one(an_interview(out_of_area=True), a_worker(), specialist)
        assert proposal.worker_id == "w2"
        assert "outside the authority's area" in reason_for(proposal, "w1")
        supplier = a_worker("w3", team=WorkerTeam.SPOT_PURCHASE)
        bought = one(an_interview(out_of_area=True), a_worker(), supplier)
        assert bought.worker_id == "w3"

    def test_the_specialist_is_kept_free_when_the_child_is_in_the_area(self) -> None:
        proposal = one(an_interview(), a_worker("w1", out_of_authority=True), a_worker("w2"))
        assert proposal.worker_id == "w2"
        assert "kept free" in reason_for(proposal, "w1")

    def test_beyond_everybodys_distance_spot_purchase_is_suggested(self) -> None:
        proposal = one(an_interview(place=FAR), a_worker(max_travel_miles=25))
        assert proposal.worker_id is None
        assert "48 miles" in reason_for(proposal, "w1")
        assert "spot purchase" in str(proposal.binding_reason)


class TestWishes:
    def test_one_common_language_is_enough_and_everyone_speaks_english(self) -> None:
        child = an_interview(languages=frozenset({"Somali", "Arabic"}))
        proposal = one(child, a_worker(), a_worker("w2", languages=frozenset({"arabic"})))
        assert proposal.worker_id == "w2"
        assert reason_for(proposal, "w1") == "does not speak Arabic or Somali"
        assert one(an_interview(languages=frozenset({"English"})), a_worker()).worker_id == "w1"

    def test_a_worker_whom_the_child_refused_is_not_sent_even_when_alone(self) -> None:
        proposal = one(an_interview(refused_worker_ids=frozenset({"w1"})), a_worker())
        assert proposal.worker_id is None
        assert reason_for(proposal, "w1") == "the child asked not to see this worker"

    def test_the_wished_gender_comes_before_the_worker_the_child_knows(self) -> None:
        child = an_interview(gender_wish="female", previous_worker_id="w1")
        proposal = one(child, a_worker(gender="male"), a_worker("w2", gender="Female"))
        assert proposal.worker_id == "w2"
        assert "not of the gender" in reason_for(proposal, "w1")

    def test_in_time_comes_before_every_wish(self) -> None:
        child = an_interview(gender_wish="female", previous_worker_id="w1")
        proposal = one(child, a_worker(gender="female", booked={WEEK: 15}), a_worker("w2", gender="male"))
        assert (proposal.worker_id, proposal.late) == ("w2", False)
        assert "not of the gender that the child wished for" in proposal.reasons

    def test_the_worker_the_child_knows_goes_again(self) -> None:
        proposal = one(an_interview(previous_worker_id="w2"), a_worker(), a_worker("w2"))
        assert proposal.worker_id == "w2"
        assert "knows another worker" in reason_for(proposal, "w1")


class TestExplanations:
    def test_every_other_worker_has_exactly_one_reason_and_the_next_two_are_named(self) -> None:
        staff = [a_worker(f"w{n}", base=(MANCHESTER[0] + 4000 * n, MANCHESTER[1])) for n in range(6)]
        proposal = one(an_interview(), *staff)
        assert proposal.worker_id == "w0"
        assert sorted(each.worker_id for each in proposal.passed_over) == ["w1", "w2", "w3", "w4", "w5"]
        assert all(each.reason for each in proposal.passed_over)
        assert [each.worker_id for each in proposal.alternatives] == ["w1", "w2"]
        assert reason_for(proposal, "w5") == "adds 78 min of travel, the proposed worker 0 min"

    def test_too_little_time_is_said_at_once_and_the_earliest_slot_is_still_planned(self) -> None:
        proposal = one(an_interview(due_at=at(0, 8, 30)), a_worker())
        assert (proposal.late, proposal.starts_at, proposal.earliest_possible) == (True, at(0, 9), at(0, 9))
        assert proposal.binding_reason == "too little time is left before the deadline for a visit"

    def test_a_deadline_that_has_passed_is_said_and_the_visit_still_planned(self) -> None:
        proposal = one(an_interview(due_at=at(0, 7)), a_worker())
        assert (proposal.worker_id, proposal.binding_reason) == ("w1", "the deadline has passed")

    def test_a_full_diary_is_the_binding_reason(self) -> None:
        day = ExistingVisit(starts_at=at(0, 9), ends_at=at(0, 17, 30), place=MANCHESTER)
        proposal = one(an_interview(due_at=at(1, 8)), a_worker(visits=(day,)))
        assert "no worker who may go has a gap" in str(proposal.binding_reason)
        assert proposal.starts_at == at(1, 9)

    def test_nothing_that_it_says_names_the_child_or_a_person(self) -> None:
        child = an_interview(excluded_people=frozenset({"Name of w1"}))
        words = repr(one(child, a_worker(), a_worker("w2")))
        assert "Name of" not in words
        assert "child of" not in words


@pytest.mark.parametrize(
    ("friday", "monday_at_nine"),
    [
        (datetime(2026, 10, 23, 16, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=UTC)),
        (datetime(2027, 3, 26, 17, tzinfo=UTC), datetime(2027, 3, 29, 8, tzinfo=UTC)),
    ],
)
def test_over_a_clock_change_hours_are_londons_and_the_deadline_stays(
    friday: datetime, monday_at_nine: datetime
) -> None:
    child = an_interview(earliest_at=friday, due_at=friday + timedelta(hours=72))
    (proposal,) = propose([child], [a_worker()], friday)
    assert proposal.starts_at == monday_at_nine
    assert not proposal.late


def test_on_the_sunday_of_a_clock_change_a_weekend_worker_starts_at_london_nine() -> None:
    sunday = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    child = an_interview(earliest_at=sunday, due_at=sunday + timedelta(hours=72))
    weekend = a_worker(working_days=WORKING_WEEK | {Weekday.SUN})
    (proposal,) = propose([child], [weekend], sunday)
    assert proposal.starts_at == datetime(2026, 10, 25, 9, tzinfo=UTC)


def test_a_deadline_that_can_be_met_comes_before_one_that_has_just_passed_when_that_saves_it() -> None:
    missed = an_interview("i1", due_at=at(0, 7), earliest_at=at(-3, 7))
    soon = an_interview("i2", due_at=at(0, 10))
    made = {each.interview_id: each for each in propose([missed, soon], [a_worker()], MONDAY_8AM)}
    assert (made["i2"].starts_at, made["i2"].late) == (at(0, 9), False)
    assert made["i1"].starts_at == at(0, 10)


def test_a_deadline_that_has_just_passed_comes_first_when_nobody_is_late_for_it() -> None:
    missed = an_interview("i1", due_at=at(0, 7), earliest_at=at(-3, 7))
    relaxed = an_interview("i2", due_at=at(2, 10))
    made = {each.interview_id: each for each in propose([missed, relaxed], [a_worker()], MONDAY_8AM)}
    assert made["i1"].starts_at == at(0, 9)
    assert not made["i2"].late


def test_a_child_who_has_waited_long_is_not_asked_last_again() -> None:
    waiting = an_interview("i1", due_at=at(-5, 7), earliest_at=at(-8, 7))
    soon = an_interview("i2", due_at=at(0, 10))
    made = {each.interview_id: each for each in propose([waiting, soon], [a_worker()], MONDAY_8AM)}
    assert made["i1"].starts_at == at(0, 9)
    assert made["i2"].late


def test_proposals_never_collide_in_a_diary() -> None:
    staff = [a_worker(f"w{n}", fte=0.5, base=(MANCHESTER[0] + 3000 * n, MANCHESTER[1])) for n in range(3)]
    children = [
        an_interview(f"i{n}", place=(MANCHESTER[0] + 700 * n, MANCHESTER[1]), due_at=at(n % 4, 12))
        for n in range(40)
    ]
    proposals = propose(children, staff, MONDAY_8AM)
    for worker in staff:
        mine = [each for each in proposals if each.worker_id == worker.worker_id]
        mine.sort(key=lambda each: str(each.starts_at))
        times = [moment for p in mine for moment in (p.starts_at, p.ends_at) if moment]
        assert times == sorted(times)
        weeks = [start.isocalendar()[:2] for start in times[::2]]
        assert all(weeks.count(week) <= 8 for week in weeks)
    assert all(proposal.worker_id for proposal in proposals)


def test_of_three_hundred_open_interviews_each_gets_exactly_one_proposal() -> None:
    staff = [a_worker(f"w{n:02}", base=(MANCHESTER[0] + 1000 * n, MANCHESTER[1])) for n in range(30)]
    children = [
        an_interview(f"i{n}", place=(380_000 + 37 * n, 390_000 + 91 * n), due_at=at(n % 4, n % 24))
        for n in range(300)
    ]
    proposals = propose(children, staff, MONDAY_8AM)
    assert sorted(each.interview_id for each in proposals) == sorted(each.interview_id for each in children)
