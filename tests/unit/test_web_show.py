"""Codes of the record become words that people say, in London time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from missing_coord.contracts.area_names import read_area_names
from missing_coord.domain.areas import Areas
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.records import MissingListEntry, MissingType
from missing_coord.services.register import LIST_NAME, list_facts
from missing_coord.storage.views.timeline import TimelineEntry
from missing_coord.web.show import area_words, authority_words, lag_words, timeline, told_references, within


def test_a_line_of_the_councils_list_is_named_by_its_time_in_london() -> None:
    entry = MissingListEntry(
        child_id="C1", type=MissingType.MISSING, started_at=datetime(2026, 7, 1, 12, tzinfo=UTC)
    )
    line = list_facts(entry).reference
    assert told_references([f"{LIST_NAME}/{line}"]) == [
        "council's own list, missing since Wed 1 Jul 2026, 13:00"
    ]
    assert told_references([f"{LIST_NAME}/something else"]) == ["council's own list"]


def test_a_police_reference_is_said_rather_than_the_councils_list() -> None:
    assert told_references([f"{LIST_NAME}/C1/2026-07-01T12:00", "GMP/7"]) == ["GMP/7"]
    assert told_references([]) == []


def test_the_code_of_an_authority_keeps_its_capitals_inside_a_sentence() -> None:
    assert within(area_words("E08000002", Areas("E08000003"))) == "out of area: E08000002"
    assert within(area_words("E08000003", Areas("E08000003"))) == "in area"


def test_an_answer_in_a_timeline_is_said_in_words() -> None:
    entry = TimelineEntry(
        at=datetime(2026, 7, 1, 12, tzinfo=UTC), kind="work", what="offer", detail="awaiting. Rang the carer"
    )
    (shown,) = timeline([entry])
    assert shown["detail"] == "No answer yet. Rang the carer"


def test_the_name_of_an_authority_stands_before_its_code_and_a_code_without_one_is_shown_as_it_is() -> None:
    areas = Areas("E08000003", {"E08000003": "Alderport", "E08000099": "Larchford"})
    assert area_words("E08000099", areas) == "Out of area: Larchford (E08000099)"
    assert authority_words("E08000003", areas) == "ours, Alderport (E08000003)"
    assert authority_words("E08000098", areas) == "E08000098"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "area names"),
        ("[]", "area names"),
        ('{"Larchford": "E08000099"}', "Larchford"),
        ('{"E08000099": ""}', "E08000099"),
        ('{"E08000099": "Larchford", "E08000099": "Elmford"}', "E08000099"),
    ],
)
def test_a_list_of_names_that_is_wrong_is_refused_naming_what(content: str, named: str) -> None:
    with pytest.raises(PermanentError, match=f"^{named}: "):
        read_area_names(content)


def test_a_step_that_was_passed_on_at_once_is_one_line_with_everybody_told() -> None:
    at = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    step = {"kind": "step", "source": "escalation ladder", "by": "the system", "interview_id": "I1"}
    first = TimelineEntry(at=at, what="60h_from_return", detail="interview_worker", **step)
    passed = TimelineEntry(
        at=at + timedelta(seconds=9), what="60h_from_return/nobody_reachable-3", detail="manager", **step
    )
    later = TimelineEntry(
        at=at + timedelta(hours=2), what="60h_from_return/not_delivered-4", detail="coordinator", **step
    )
    lines = timeline([later, passed, first])
    assert [line["detail"] for line in lines] == [
        "Told: Coordinator",
        "Told: Interview worker. Passed on at once, as the step before had nobody to tell: Manager",
    ]
    assert lines[1]["at"] == at


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (-5, "0 min"),
        (59, "59 min"),
        (47 * 60 + 59, "47 h 59 min"),
        (48 * 60, "2 days 0 h"),
        (99_158, "68 days 20 h"),
    ],
)
def test_a_length_of_time_is_in_days_from_two_days_on(minutes: int, said: str) -> None:
    assert lag_words(timedelta(minutes=minutes)) == said
