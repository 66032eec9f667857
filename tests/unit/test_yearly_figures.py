"""The yearly figures that leave the service: small numbers are hidden, and so is what would give one away."""

from __future__ import annotations

from missing_coord.reporting.returns.collection import Files, collection_of
from missing_coord.reporting.returns.tables import yearly_rows


def figures(*ages: int, below: int = 5, child: str = "C{}") -> dict[tuple[str, str], str]:
    """Return the figures of one incident for each age, each of another child unless `child` says otherwise."""
    rows = tuple(
        {
            "CHILD": child.format(number),
            "DOB": f"01/01/{2025 - age}",
            "MISSING": "M",
            "MIS_START": "01/06/2025",
            "MIS_END": "02/06/2025",
        }
        for number, age in enumerate(ages)
    )
    files = Files(collection=collection_of(2026), missing=rows, header=None, episodes=())
    return {
        (name, group): count
        for name, group, count in yearly_rows(files, looked_after=90, suppress_below=below)
    }


AGE = "Missing: incidents by age at start"
MORE = "Missing: children with more than one"


def test_one_small_group_takes_the_next_smallest_with_it_as_the_whole_is_shown() -> None:
    found = figures(*[7] * 6, *[12] * 20, *[16] * 3)
    assert found["Missing: incidents", "all"] == "29"
    assert [found[AGE, group] for group in ("5 to 9", "10 to 15", "16 and over", "1 to 4")] == [
        "c",
        "20",
        "c",
        "0",
    ]


def test_two_small_groups_hide_each_other() -> None:
    found = figures(*[7] * 2, *[12] * 20, *[16] * 3)
    assert [found[AGE, group] for group in ("5 to 9", "10 to 15", "16 and over")] == ["c", "20", "c"]


def test_a_part_whose_rest_is_small_is_hidden() -> None:
    twice = figures(*[12] * 6, *[12] * 6, *[12] * 2, child="C{}")  # fourteen children, nobody twice
    assert twice[MORE, "all"] == "0"
    again = figures(*[12] * 12, child="C1")  # one child, twelve times: hidden as it is small
    assert again[MORE, "all"] == "c"


def test_nothing_is_hidden_where_nothing_is_asked_for() -> None:
    assert "c" not in figures(7, 12, 12, below=0).values()
