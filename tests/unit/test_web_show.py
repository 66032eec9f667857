"""Codes of the record become words that people say, in London time."""

from __future__ import annotations

from datetime import UTC, datetime

from missing_coord.domain.records import MissingListEntry, MissingType
from missing_coord.services.register import LIST_NAME, list_facts
from missing_coord.storage.views.timeline import TimelineEntry
from missing_coord.web.show import area_words, timeline, told_references, within


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
    assert within(area_words("E08000002", "E08000003")) == "out of area (E08000002)"
    assert within(area_words("E08000003", "E08000003")) == "in area"


def test_an_answer_in_a_timeline_is_said_in_words() -> None:
    entry = TimelineEntry(
        at=datetime(2026, 7, 1, 12, tzinfo=UTC), kind="work", what="offer", detail="awaiting. Rang the carer"
    )
    (shown,) = timeline([entry])
    assert shown["detail"] == "No answer yet. Rang the carer"
