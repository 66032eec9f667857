"""A child at school, or who does not wish to be seen at some hours, is proposed a time outside them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from missing_coord.domain.records import Weekday, WorkingHours
from missing_coord.planning.child_hours import LONGEST_LOOK, ClosedHours, first_open
from missing_coord.planning.situation import OpenInterview, Proposal, WorkerSituation
from tests.builders.planning import MONDAY_8AM, WORKING_WEEK, a_worker, an_interview, at, propose, reason_for

SCHOOL = ClosedHours(days=WORKING_WEEK, hours=WorkingHours(time(8, 30), time(15, 30)))


def one(interview: OpenInterview, *workers: WorkerSituation, now: datetime = MONDAY_8AM) -> Proposal:
    (proposal,) = propose([interview], workers, now)
    return proposal


def test_a_visit_waits_until_school_is_out() -> None:
    assert one(an_interview(closed=(SCHOOL,)), a_worker()).starts_at == at(0, 15, 30)


def test_a_visit_may_be_before_school_but_must_end_by_its_beginning() -> None:
    early = a_worker(working_hours=WorkingHours(time(8), time(12)))
    assert one(an_interview(closed=(SCHOOL,), minutes=30), early).starts_at == at(0, 8)
    assert one(an_interview(closed=(SCHOOL,), minutes=31), early).starts_at is None


def test_in_the_holidays_school_hours_are_free() -> None:
    term = ClosedHours(
        days=SCHOOL.days, hours=SCHOOL.hours, first_day=date(2026, 9, 1), last_day=date(2026, 11, 2)
    )
    child = an_interview(closed=(term,), earliest_at=at(0, 16, 31))
    assert one(child, a_worker()).starts_at == at(1, 9)


def test_several_closed_hours_that_meet_count_as_one() -> None:
    contact = ClosedHours(days=WORKING_WEEK, hours=WorkingHours(time(15, 30), time(16, 45)))
    worker = a_worker(working_hours=WorkingHours(time(9), time(19)))
    assert one(an_interview(closed=(contact, SCHOOL)), worker).starts_at == at(0, 16, 45)


def test_when_only_school_stands_in_the_way_it_is_the_binding_reason_and_the_earliest_time_is_told() -> None:
    mornings = a_worker(working_hours=WorkingHours(time(9), time(15)))
    afternoons = a_worker("w2")
    child = an_interview(closed=(SCHOOL,), due_at=at(0, 16))
    proposal = one(child, mornings, afternoons)
    assert proposal.late
    assert proposal.earliest_possible == at(0, 15, 30)
    assert "at school" in str(proposal.binding_reason)
    assert "at school" in reason_for(proposal, "w1")


def test_school_hours_are_londons_over_a_clock_change() -> None:
    sunday = datetime(2026, 10, 25, 20, tzinfo=UTC)
    child = an_interview(
        earliest_at=sunday - timedelta(days=3), due_at=sunday + timedelta(days=2), closed=(SCHOOL,)
    )
    assert one(child, a_worker(), now=sunday).starts_at == datetime(2026, 10, 26, 15, 30, tzinfo=UTC)
    friday = datetime(2026, 10, 23, 8, tzinfo=UTC)
    child = an_interview(earliest_at=friday, due_at=friday + timedelta(days=3), closed=(SCHOOL,))
    assert one(child, a_worker(), now=friday).starts_at == datetime(2026, 10, 23, 14, 30, tzinfo=UTC)


def test_a_child_who_can_never_be_seen_does_not_keep_the_search_going() -> None:
    always = ClosedHours(days=frozenset(Weekday), hours=WorkingHours(time(0), time(23, 59)))
    begin = int(MONDAY_8AM.timestamp()) // 60
    assert first_open((always,), begin, 60) >= begin + LONGEST_LOOK
    assert one(an_interview(closed=(always,)), a_worker()).worker_id is None
