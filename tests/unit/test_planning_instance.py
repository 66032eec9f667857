"""Reading an instance: every wrong field is named, with what would be right."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.planning.fields import InstanceError
from missing_coord.planning.instance import parse_instance
from missing_coord.planning.travel import travel_minutes
from tests.builders.plan_checker import road_minutes
from tests.builders.plan_instances import instance_of

GOOD = instance_of(1, interviews=2, workers=2)
GOOD["pinned"] = [{"interview": "i0", "worker": "w0", "start": "2026-10-19T10:00:00+01:00"}]

WRONG: list[tuple[str, Any]] = [
    ("now", None),
    ("now", "yesterday"),
    ("now", "2026-10-25T01:30:00"),
    ("now", "0001-01-01T00:00:00+14:00"),
    ("now", 5),
    ("speed_kmh", 0),
    ("speed_kmh", float("nan")),
    ("speed_kmh", True),
    ("waiting_cost", -1),
    ("waiting_cost", 11),
    ("waiting_cost", "3"),
    ("workers", None),
    ("workers", {}),
    ("workers[0]", "w0"),
    ("workers[1].id", "w0"),
    ("workers[0].id", ""),
    ("workers[0].base", [1]),
    ("workers[0].base[1]", float("inf")),
    ("workers[0].base[0]", 10**400),
    ("workers[0].capacity", -1),
    ("workers[0].capacity", "15"),
    ("workers[0].shifts", None),
    ("workers[0].shifts[0].start", "09:00"),
    ("workers[0].shifts[0].end", "2020-01-01T00:00:00Z"),
    ("workers[0].shifts[0].end", "2099-01-01T00:00:00Z"),
    ("workers[0].skills", "somali"),
    ("interviews", 7),
    ("interviews[1].id", 3),
    ("interviews[0].place", None),
    ("interviews[0].due", None),
    ("interviews[0].latest", ""),
    ("interviews[0].minutes", 0),
    ("interviews[0].minutes", 30.5),
    ("interviews[0].priority", 0),
    ("interviews[0].excluded_workers[0]", None),
    ("pinned", "none"),
    ("pinned[0].interview", "i9"),
    ("pinned[0].worker", "w9"),
    ("pinned[0].start", "2026-10-19T10:00:00.5+01:00"),
]


def changed(path: str, value: object) -> dict[str, Any]:
    source: Any = copy.deepcopy(GOOD)
    source["interviews"][0]["excluded_workers"] = ["w1"]
    names = path.replace("[", ".").replace("]", "").split(".")
    steps: list[Any] = [int(name) if name.isdigit() else name for name in names]
    here = source
    for step in steps[:-1]:
        here = here[step]
    here[steps[-1]] = value
    return dict(source)


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_a_wrong_field_is_named_with_what_would_be_right(path: str, value: object) -> None:
    with pytest.raises(InstanceError) as caught:
        parse_instance(changed(path, value))
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: ")


def test_two_pins_for_one_interview_are_refused() -> None:
    with pytest.raises(InstanceError, match=r"pinned\[1\]\.interview"):
        parse_instance({**GOOD, "pinned": GOOD["pinned"] * 2})


@pytest.mark.parametrize("source", [None, [], "text", 3, {1: 2}])
def test_what_is_no_object_is_refused(source: object) -> None:
    with pytest.raises(InstanceError):
        parse_instance(source)


def test_unknown_keys_are_ignored_and_missing_ones_have_their_default() -> None:
    worker = {"id": "w", "base": [0, 0], "shifts": [], "colour": "red"}
    interview = {"id": "i", "place": [0, 0], "due": "2026-10-20T10:00:00Z"}
    read = parse_instance({"now": "2026-10-19T10:00:00Z", "workers": [worker], "interviews": [interview]})
    assert (read.speed_kmh, read.workers[0].capacity, read.interviews[0].minutes) == (40, 15, 60)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted({path for path, _ in WRONG})), JSON_VALUES)
def test_any_value_in_any_field_is_read_or_refused_by_name(path: str, value: object) -> None:
    with suppress(InstanceError):
        parse_instance(changed(path, value))


WHOLE = st.integers(-500_000, 500_000)


@given(WHOLE, WHOLE, WHOLE, WHOLE, st.sampled_from([1, 13, 33.3, 39, 40, 60, 78, 200]))
def test_travel_is_exact_to_the_minute(e1: int, n1: int, e2: int, n2: int, speed: float) -> None:
    expected = road_minutes({"speed_kmh": speed}, [e1, n1], [e2, n2])
    assert travel_minutes((e1, n1), (e2, n2), speed) == expected


@given(st.integers(0, 3000))
def test_travel_of_a_whole_number_of_minutes_is_not_rounded_up(minutes: int) -> None:
    assert travel_minutes((0, 0), (minutes * 500, 0), 39) == minutes
    assert travel_minutes((0, 0), (minutes * 500 + 0.001, 0), 39) == minutes + 1
