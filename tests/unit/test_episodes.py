"""Episodes as the evidence gives them: never two at once, never one forgotten, whatever the order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.episodes import EpisodeFacts, EpisodeStatus, IncidentOfChild, derive_episodes
from missing_coord.domain.incidents import EpisodeKind, IncidentFacts, Source, fold_notices
from missing_coord.domain.records import NoticeMessage, PoliceNotice
from missing_coord.domain.return_signs import ConfirmedReturn

START = datetime(2026, 6, 1, 18, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def notice(message: str, issued: float, *, reference: str = "A1", **times: float | str) -> PoliceNotice:
    known = {key: at(value) if isinstance(value, (int, float)) else value for key, value in times.items()}
    return PoliceNotice(
        force="Greater Manchester",
        reference=reference,
        message=NoticeMessage(message),
        issued_at=at(issued),
        surname="Example",
        **known,  # type: ignore[arg-type]
    )


def episodes(*notices: PoliceNotice) -> tuple[EpisodeFacts, ...]:
    references = sorted({each.reference for each in notices})
    return derive_episodes(
        IncidentOfChild(incident_id=reference, facts=facts)
        for reference in references
        for facts in fold_notices(each for each in notices if each.reference == reference)
    )


def test_a_missing_notice_opens_an_episode_at_the_time_last_seen() -> None:
    (only,) = episodes(notice("missing", 2, last_seen_at=0, reported_at=1))
    assert (only.started_at, only.status, only.deadline) == (at(0), EpisodeStatus.OPEN, None)


def test_found_is_not_returned_and_its_deadline_is_provisional() -> None:
    (only,) = episodes(notice("missing", 1, last_seen_at=0), notice("found", 6, found_at=5))
    assert (only.found_at, only.returned_at, only.end_basis) == (at(5), None, ClockBasis.FOUND)
    assert only.deadline is not None
    assert (only.deadline.due_at, only.deadline.provisional) == (at(77), True)


def test_the_return_replaces_the_provisional_deadline() -> None:
    (only,) = episodes(
        notice("missing", 1, last_seen_at=0),
        notice("found", 6, found_at=5),
        notice("returned", 9, returned_at=8),
    )
    assert (only.found_at, only.returned_at) == (at(5), at(8))
    assert only.deadline is not None
    assert (only.deadline.due_at, only.deadline.provisional) == (at(80), False)


def test_a_returned_message_without_a_return_time_stays_provisional_from_found() -> None:
    (only,) = episodes(notice("missing", 1, last_seen_at=0), notice("returned", 9, found_at=5))
    assert (only.ended_at, only.end_basis) == (at(5), ClockBasis.FOUND)


def test_a_return_that_names_no_time_at_all_still_starts_a_clock() -> None:
    (only,) = episodes(notice("missing", 1, last_seen_at=0), notice("returned", 9))
    assert (only.ended_at, only.end_basis) == (at(9), ClockBasis.NOTICE)


def test_a_correction_issued_later_wins() -> None:
    (only,) = episodes(
        notice("missing", 1, last_seen_at=0),
        notice("returned", 9, returned_at=8),
        notice("returned", 10, returned_at=7),
    )
    assert only.returned_at == at(7)


def test_two_references_of_the_same_evening_are_one_episode() -> None:
    (only,) = episodes(
        notice("missing", 1, last_seen_at=0),
        notice("missing", 3, reference="B2", last_seen_at=2),
        notice("returned", 9, reference="B2", returned_at=8),
    )
    assert only.references == ("Greater Manchester/A1", "Greater Manchester/B2")
    assert (only.started_at, only.ended_at) == (at(0), at(8))
    assert "references_disagree_on_end" in only.flags


def test_missing_again_an_hour_after_the_return_is_a_second_episode() -> None:
    first, second = episodes(
        notice("missing", 1, last_seen_at=0),
        notice("returned", 2, returned_at=2),
        notice("missing", 4, reference="B2", last_seen_at=3),
    )
    assert (first.ended_at, second.started_at, second.status) == (at(2), at(3), EpisodeStatus.OPEN)


def test_a_child_seen_after_an_episode_that_nobody_closed_is_presumed_returned() -> None:
    first, second = episodes(
        notice("missing", 1, last_seen_at=0), notice("missing", 101, reference="B2", last_seen_at=100)
    )
    assert (first.ended_at, first.end_basis, first.status) == (
        at(100),
        ClockBasis.PRESUMED,
        EpisodeStatus.ENDED,
    )
    assert first.deadline is not None
    assert first.deadline.provisional
    assert second.status is EpisodeStatus.OPEN


def test_the_same_reference_opened_again_is_a_second_episode() -> None:
    first, second = episodes(
        notice("missing", 1, last_seen_at=0),
        notice("returned", 5, returned_at=4),
        notice("missing", 30, last_seen_at=29),
    )
    assert (first.returned_at, second.started_at, second.status) == (at(4), at(29), EpisodeStatus.OPEN)


def test_a_cancelled_reference_is_no_episode_but_is_kept() -> None:
    (only,) = episodes(notice("missing", 1, last_seen_at=0), notice("cancelled", 3))
    assert (only.status, only.deadline) == (EpisodeStatus.CANCELLED, None)


def test_a_return_heard_of_first_knows_no_start_yet() -> None:
    (only,) = episodes(notice("returned", 9, returned_at=8))
    assert (only.start_known, only.started_at, only.ended_at) == (False, at(8), at(8))


def test_absent_only_is_away_and_missing_at_any_time_is_missing() -> None:
    (away,) = episodes(notice("missing", 1, last_seen_at=0, category="Absent"))
    (missing,) = episodes(
        notice("missing", 1, last_seen_at=0, category="Absent"), notice("update", 2, category="Missing")
    )
    assert (away.kind, missing.kind) == (EpisodeKind.AWAY, EpisodeKind.MISSING)


hours = st.integers(min_value=0, max_value=200)
some_notice = st.builds(
    lambda message, issued, reference, seen, found, back: notice(
        message,
        issued,
        reference=reference,
        **{
            key: value
            for key, value in {"last_seen_at": seen, "found_at": found, "returned_at": back}.items()
            if value is not None
        },
    ),
    st.sampled_from([each.value for each in NoticeMessage]),
    hours,
    st.sampled_from(["A1", "B2", "C3", "D4"]),
    st.none() | hours,
    st.none() | hours,
    st.none() | hours,
)


@given(st.lists(some_notice, min_size=1, max_size=14), st.randoms())
def test_any_order_and_any_repeats_give_the_same_episodes(
    notices: list[PoliceNotice], chance: random.Random
) -> None:
    shuffled = notices + notices[: len(notices) // 2]
    chance.shuffle(shuffled)
    unique = list({each.identity: each for each in shuffled}.values())
    assert episodes(*unique) == episodes(*{each.identity: each for each in notices}.values())


@given(st.lists(some_notice, min_size=1, max_size=14))
def test_no_two_live_episodes_overlap_and_no_reference_is_lost(notices: list[PoliceNotice]) -> None:
    found = episodes(*notices)
    live = [each for each in found if each.status is not EpisodeStatus.CANCELLED]
    for each in live:
        assert each.ended_at is None or each.started_at <= each.ended_at
    for before, after in pairwise(live):
        assert before.ended_at is not None
        assert before.ended_at <= after.started_at
    assert {ref for each in found for ref in each.references} == {f"{n.force}/{n.reference}" for n in notices}


def incident(
    number: int, start: float, *, end: float | None = None, police: bool = True, start_known: bool = True
) -> IncidentOfChild:
    """An incident as police or the council's list have it; an end may lie before the start, as in real notices."""
    return IncidentOfChild(
        incident_id=f"{number:02}",
        facts=IncidentFacts(
            source=Source.POLICE if police else Source.COUNCIL_LIST,
            force="GMP" if police else "council",
            reference=f"R{number}",
            kind=EpisodeKind.MISSING,
            started_at=at(start),
            start_known=start_known,
            end_at=None if end is None else at(end),
            end_basis=None if end is None else ClockBasis.RETURNED,
            last_seen_at=at(start) if start_known else None,
            reported_at=None,
            found_at=None,
            returned_at=None if end is None else at(end),
            safe_and_well_at=None,
            told_at=at(start),
            told_ended_at=None if end is None else at(end),
            last_issued_at=at(start),
            risk="",
            category="",
            returned_to="",
            cancelled=False,
            tolerance=timedelta(hours=6 if police else 30),
            notices=1,
        ),
    )


def test_a_return_told_before_the_start_of_its_own_report_begins_no_episode_inside_the_one_before() -> None:
    first, second = derive_episodes([incident(1, 0, end=40), incident(2, 50, end=30)])
    assert (first.started_at, first.ended_at) == (at(0), at(40))
    assert (second.started_at, second.ended_at) == (at(40), at(40))


small = st.integers(0, 60)
some_incident = st.builds(
    lambda number, start, end, police, known: incident(
        number, start, end=end, police=police, start_known=known
    ),
    st.integers(0, 99),
    small,
    st.none() | small,
    st.booleans(),
    st.booleans(),
)
some_return = st.builds(
    lambda number, back: ConfirmedReturn(
        incident_id=f"{number:02}", returned_at=at(back), basis=ClockBasis.RETURNED, confirmed_at=at(back)
    ),
    st.integers(0, 99),
    small,
)


@settings(max_examples=500)
@given(
    st.lists(some_incident, min_size=1, max_size=9, unique_by=lambda each: each.incident_id),
    st.lists(some_return, max_size=4),
)
def test_no_evidence_whatever_makes_two_episodes_of_one_time(
    incidents: list[IncidentOfChild], returns: list[ConfirmedReturn]
) -> None:
    found = derive_episodes(incidents, returns)
    for before, after in pairwise(found):
        assert before.ended_at is not None
        assert before.started_at <= before.ended_at <= after.started_at
    assert {each for episode in found for each in episode.incident_ids} == {i.incident_id for i in incidents}
