"""Past episodes are laid over what is known: nothing known changes, and nothing is doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.deadlines import ClockBasis
from missing_coord.domain.episodes import IncidentOfChild, derive_episodes
from missing_coord.domain.incidents import POLICE_TOLERANCE, EpisodeKind, IncidentFacts, Source
from missing_coord.domain.past_episodes import FROM_HISTORY, derive_with_past
from missing_coord.domain.past_records import PastEpisode
from missing_coord.domain.records import MissingType
from missing_coord.services.history import past_facts

MONDAY = datetime(2025, 3, 3, tzinfo=UTC)


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def past(number: int, start: float, end: float, *, days: bool = False) -> IncidentOfChild:
    entry = PastEpisode(
        entry_key=f"C1|{number}", child_id="C1", number=f"M{number}", kind=MissingType.MISSING,
        started_at=at(start), ended_at=at(end), started_date_only=days, ended_date_only=days,
        incident_id=f"past-{number}",
    )  # fmt: skip
    return IncidentOfChild(incident_id=entry.incident_id, facts=past_facts(entry))


def police(number: int, start: float, end: float | None) -> IncidentOfChild:
    ended = at(end) if end is not None else None
    facts = IncidentFacts(
        source=Source.POLICE, force="GMP", reference=f"MP/{number}", kind=EpisodeKind.MISSING,
        started_at=at(start), start_known=True, end_at=ended,
        end_basis=ClockBasis.RETURNED if ended else None, last_seen_at=at(start), reported_at=None, found_at=None,
        returned_at=ended, safe_and_well_at=None, told_at=at(start), told_ended_at=ended,
        last_issued_at=ended or at(start), risk="", category="", returned_to="", cancelled=False,
        tolerance=POLICE_TOLERANCE, notices=1,
    )  # fmt: skip
    return IncidentOfChild(incident_id=f"police-{number}", facts=facts)


def spans(*incidents: IncidentOfChild) -> list[tuple[float, float | None, set[str]]]:
    return [
        (
            (e.started_at - MONDAY) / timedelta(hours=1),
            (e.ended_at - MONDAY) / timedelta(hours=1) if e.ended_at else None,
            set(e.incident_ids),
        )
        for e in derive_with_past(incidents)
    ]


def test_a_past_episode_of_which_nobody_told_stands_by_itself() -> None:
    assert spans(police(1, 100, 110), past(1, 0, 9)) == [(0, 9, {"past-1"}), (100, 110, {"police-1"})]
    assert derive_with_past([past(1, 0, 9)])[0].flags == (FROM_HISTORY,)


def test_a_past_episode_that_overlaps_a_known_one_is_that_one_with_the_times_of_police() -> None:
    assert spans(police(1, 10, 20), past(1, 15, 30)) == [(10, 20, {"police-1", "past-1"})]
    assert spans(police(1, 10, 20), past(1, 5, 12)) == [(10, 20, {"police-1", "past-1"})]


def test_a_past_episode_within_six_hours_is_a_known_one_unless_another_overlaps_that() -> None:
    assert spans(police(1, 10, 10.5), past(1, 12, 13)) == [(10, 10.5, {"police-1", "past-1"})]
    found = spans(police(1, 10, 11), past(1, 10, 11), past(2, 14, 15))
    assert found == [(10, 11, {"police-1", "past-1"}), (14, 15, {"past-2"})]


def test_a_past_episode_in_days_is_what_police_told_of_those_days() -> None:
    assert spans(past(1, 0, 0, days=True), police(1, 21, 31)) == [(21, 31, {"police-1", "past-1"})]


def test_days_that_follow_each_other_are_two_past_episodes() -> None:
    found = spans(past(1, 0, 24, days=True), past(2, 24, 48, days=True))
    assert found == [(0, 24, {"past-1"}), (24, 48, {"past-2"})]


def test_past_rows_that_overlap_each_other_are_one_episode() -> None:
    assert spans(past(1, 0, 20), past(2, 10, 30)) == [(0, 30, {"past-1", "past-2"})]


def test_history_ends_no_episode_that_is_open() -> None:
    assert spans(police(1, 10, None), past(1, 50, 60)) == [(10, None, {"police-1", "past-1"})]


moments = st.integers(0, 60).map(lambda n: n / 2)
lengths = st.integers(0, 24).map(lambda n: n / 2)


@given(
    st.lists(st.tuples(moments, lengths, st.booleans()), max_size=5),
    st.lists(st.tuples(moments, lengths | st.none()), max_size=4),
    st.randoms(),
)
def test_live_episodes_stay_none_overlap_and_every_past_row_stands_in_one(
    rows: list[tuple[float, float, bool]], told: list[tuple[float, float | None]], order: object
) -> None:
    old = [past(n, start, start + length, days=days) for n, (start, length, days) in enumerate(rows)]
    live = [police(n, s, None if length is None else s + length) for n, (s, length) in enumerate(told)]
    every = [*old, *live]
    order.shuffle(every)  # type: ignore[attr-defined]
    found = derive_with_past(every)
    known = derive_episodes(live)
    kept = [(e.started_at, e.ended_at, e.flags) for e in found if FROM_HISTORY not in e.flags]
    assert kept == [(e.started_at, e.ended_at, e.flags) for e in known]
    for before, after in pairwise(found):
        assert before.ended_at is not None
        assert before.ended_at <= after.started_at
    standing = [each for e in found for each in e.incident_ids if each.startswith("past")]
    assert sorted(standing) == sorted(each.incident_id for each in old)
