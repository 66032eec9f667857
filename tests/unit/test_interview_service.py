"""The words, times and read-back of return interviews, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.access import Role
from missing_coord.domain.cases import Interview
from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import OPEN_STATES, InterviewState
from missing_coord.services.interviews.change import InterviewChangedMeanwhile, Taken, check_time, close
from missing_coord.services.interviews.words import london_words
from missing_coord.storage.views.interviews import (
    TILES,
    QueueFilters,
    QueueRow,
    clock_of,
    counts,
    narrowed,
    tile_counts,
)
from missing_coord.storage.views.interviews_as_of import row_as_of

NOW = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)


def _interview(**changes: object) -> Interview:
    known: dict[str, object] = {
        "interview_id": "I1",
        "child_id": "C1",
        "population": "own_home_child",
        "state": "not_offered",
        "child_missing": False,
        "provisional": False,
        "opened_at": NOW,
        "updated_at": NOW,
        "changed_by": "Kit Larch",
        **changes,
    }
    texts = ("worker_id", "independence_basis", "independence_note", "closed_by", "reason")
    instants = ("visit_starts_at", "visit_ends_at", "first_offered_at", "held_at", "closed_at")
    blank = {**dict.fromkeys(texts, ""), **dict.fromkeys((*instants, "returned_at", "due_at"))}
    return Interview(**{**blank, **known})  # type: ignore[arg-type]


def _taken(**starts: datetime) -> Taken:
    return Taken(
        interview=_interview(), duties=(), starts=starts, now=NOW, actor="Kit Larch", role=Role.COORDINATOR
    )


def _row(number: int = 1, **changes: object) -> QueueRow:
    known: dict[str, object] = {
        "interview_id": f"I{number}",
        "child_id": "C1",
        "display_name": "Tamsin Quill",
        "date_of_birth": None,
        "match_pending": False,
        "episode_ids": ("E1",),
        "references": ("Northshire/1",),
        "population": "own_home_child",
        "state": "not_offered",
        "child_missing": False,
        "returned_at": NOW,
        "due_at": NOW + timedelta(hours=72),
        "provisional": False,
        "clock": "in_time",
        "worker_id": "",
        "worker_name": "",
        "visit_starts_at": None,
        "first_offered_at": None,
        "attempts": 0,
        "opened_at": NOW,
        "closed_at": None,
        "version": 1,
        **changes,
    }
    return QueueRow(**known)  # type: ignore[arg-type]


def test_times_are_told_as_london_clocks_show_them_on_both_sides_of_the_change() -> None:
    assert london_words(datetime(2026, 10, 24, 13, 5, tzinfo=UTC)) == "24 Oct 2026 at 14:05"
    assert london_words(datetime(2026, 10, 25, 13, 5, tzinfo=UTC)) == "25 Oct 2026 at 13:05"


def test_a_lost_race_names_who_and_when_in_london_time() -> None:
    at = datetime(2026, 7, 1, 13, 2, tzinfo=UTC)
    lost = InterviewChangedMeanwhile(_interview(updated_at=at), now=at + timedelta(minutes=9))
    assert "changed by Kit Larch at 14:02" in str(lost)
    assert (lost.changed_by, lost.changed_at) == ("Kit Larch", at)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW + timedelta(minutes=5, seconds=1), "time_in_future"),
        (NOW - timedelta(hours=3, seconds=1), "time_before_episode"),
        (NOW.replace(tzinfo=None), "time_without_offset"),
    ],
)
def test_an_impossible_time_is_refused_by_the_name_of_its_field(at: datetime, code: str) -> None:
    with pytest.raises(DomainError, match=r"^held_at: ") as refused:
        check_time(_taken(E1=NOW - timedelta(hours=3), E2=NOW - timedelta(hours=1)), "held_at", at)
    assert refused.value.code == code


@pytest.mark.parametrize("at", [NOW + timedelta(minutes=5), NOW - timedelta(hours=3)])
def test_the_edges_of_the_possible_are_possible(at: datetime) -> None:
    check_time(_taken(E1=NOW - timedelta(hours=3)), "held_at", at.astimezone(timezone(timedelta(hours=1))))


def test_closing_leaves_nothing_of_the_reasons_blanks() -> None:
    interview, _ = close(
        _taken(), InterviewState.NOT_REQUIRED, reason=" seen at school ", result="not_required"
    )
    assert (interview.reason, interview.closed_by, interview.closed_at) == (
        "seen at school",
        "Kit Larch",
        NOW,
    )


def test_a_deadline_is_over_only_after_its_second() -> None:
    assert clock_of(NOW, None, now=NOW) == "due_soon"
    assert clock_of(NOW, None, now=NOW + timedelta(seconds=1)) == "breached"
    assert clock_of(NOW, NOW, now=NOW + timedelta(days=9)) == "closed"
    assert clock_of(None, None, now=NOW) == "not_started"


@given(
    st.lists(
        st.tuples(
            st.integers(-200, 200),
            st.sampled_from(sorted(OPEN_STATES)),
            st.sampled_from(["", "W01", "W02"]),
        )
    )
)
def test_counts_always_equal_their_lists(drawn: list[tuple[int, str, str]]) -> None:
    rows = [
        _row(
            number,
            due_at=(due_at := NOW + timedelta(hours=hours)),
            clock=clock_of(due_at, None, now=NOW),
            state=state,
            worker_id=worker_id,
        )
        for number, (hours, state, worker_id) in enumerate(drawn)
    ]
    told = tile_counts(rows, now=NOW)
    assert told["open"] == len(rows) == sum(counts(rows).values())
    for key, filters in TILES.items():
        listed = narrowed(rows, filters, now=NOW)
        assert len(listed) == told[key]
        assert listed == [row for row in rows if row in listed]
    assert told["breached"] == sum(hours < 0 for hours, _, _ in drawn)


def test_a_search_finds_every_word_in_any_case() -> None:
    row = _row()
    for words in ("QUILL", "tamsin north", "c1", ""):
        assert QueueFilters(search=words).admits(row, now=NOW)
    assert not QueueFilters(search="tamsin larch").admits(row, now=NOW)


def test_reading_back_a_timeline_gives_state_worker_visit_and_attempts() -> None:
    at = NOW - timedelta(hours=5)
    visit = NOW + timedelta(hours=2)
    events = [
        ("I1", "assigned", at, "W01", "", None),
        ("I1", "attempt", at, "W01", "", None),
        ("I1", "offer", at, "W01", "awaiting", None),
        ("I1", "accepted", at, "W01", "accepted", visit),
        ("I1", "offer", at, "W01", "awaiting", None),
    ]
    states = [row_as_of(_row(), events[:count], at=NOW).state for count in range(6)]
    assert states == [
        "not_offered",
        "not_offered",
        "not_offered",
        "offered_awaiting",
        "accepted_scheduled",
        "accepted_scheduled",
    ]
    last = row_as_of(_row(worker_name="Ade Farrow"), events, at=NOW)
    assert (last.worker_id, last.worker_name, last.visit_starts_at, last.attempts) == (
        "W01",
        "Ade Farrow",
        visit,
        3,
    )


@pytest.mark.parametrize("kind", ["unassigned", "did_not_attend", "on_hold", "reopened"])
def test_a_visit_is_gone_after_what_ends_it(kind: str) -> None:
    events = [
        ("I1", "assigned", NOW, "W01", "", NOW + timedelta(hours=2)),
        ("I1", kind, NOW, "W01", "", None),
    ]
    assert row_as_of(_row(), events, at=NOW).visit_starts_at is None
