"""Codes of the record become words that people say, in London time."""

from __future__ import annotations

import pytest

from missing_coord.services.register import LIST_NAME
from missing_coord.web.show import area_words, told_references, within


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("C1|2026-07-01T12:00:00+00:00", "council's own list, missing since Wed 1 Jul 2026, 13:00"),
        ("ssda903|C1|2026-07-01", "council's own list, missing since 1 Jul 2026"),
        ("something else", "council's own list"),
    ],
)
def test_a_line_of_the_councils_list_is_named_by_its_time_in_london(line: str, said: str) -> None:
    assert told_references([f"{LIST_NAME}/{line}"]) == [said]


def test_a_police_reference_is_said_rather_than_the_councils_list() -> None:
    assert told_references([f"{LIST_NAME}/C1|2026-07-01T12:00:00+00:00", "GMP/7"]) == ["GMP/7"]
    assert told_references([]) == []


def test_the_code_of_an_authority_keeps_its_capitals_inside_a_sentence() -> None:
    assert within(area_words("E08000002", "E08000003")) == "out of area (E08000002)"
    assert within(area_words("E08000003", "E08000003")) == "in area"
