"""The schematic of places: to scale, north at the top, by London time, and a table that says the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from missing_coord.storage.views.places import NamedPlace, PlaceNaming, Position
from missing_coord.web.place_schematic import HEIGHT, WIDTH, When, schematic

MONDAY = datetime(2026, 7, 6, 11, 30, tzinfo=UTC)
"""Half past twelve in London, in summer."""


def place(said: str, position: Position | None, *starts: datetime) -> NamedPlace:
    """Return a place named for one child after another."""
    return NamedPlace(
        value=said.lower(),
        said=said,
        namings=tuple(
            PlaceNaming(child_id=f"C{n}", episode_id=f"{said}{n}", started_at=at)
            for n, at in enumerate(starts)
        ),
        pattern_ids=("P1",),
        hot_spot=False,
        position=position,
    )


def test_places_lie_to_each_other_as_on_the_ground_and_inside_the_drawing() -> None:
    spots = [
        place(f"Place {n}", Position(easting=380_000 + 1000 * n, northing=400_000 - 500 * n), MONDAY)
        for n in range(4)
    ]
    points = schematic(spots, When())["points"]
    steps = {(b["x"] - a["x"], b["y"] - a["y"]) for a, b in pairwise(points)}
    assert all(x > 0 and y > 0 and abs(x - 2 * y) <= 2 for x, y in steps)
    assert all(p["r"] < p["x"] < WIDTH - p["r"] and p["r"] < p["y"] < HEIGHT - p["r"] for p in points)


def test_the_bar_is_a_round_distance_at_the_drawings_own_scale() -> None:
    spots = [place(f"P{n}", Position(easting=380_000 + 4000 * n, northing=400_000), MONDAY) for n in range(2)]
    made = schematic(spots, When())
    metres_per_unit = 4000 / (made["points"][1]["x"] - made["points"][0]["x"])
    assert made["bar"]["name"] == "1 km"
    assert abs(made["bar"]["length"] * metres_per_unit - 1000) < 10


def test_one_place_alone_stands_in_the_middle_and_one_without_a_position_in_the_table_only() -> None:
    spots = [
        place("Quay", Position(easting=380_000, northing=400_000), MONDAY),
        place("Arches", None, MONDAY),
    ]
    made = schematic(spots, When())
    assert [(p["number"], p["x"], p["y"]) for p in made["points"]] == [(1, WIDTH // 2, HEIGHT // 2)]
    assert [(row["number"], row["said"]) for row in made["rows"]] == [(1, "Quay"), (2, "Arches")]
    assert made["without"] == 1


def test_episodes_are_counted_by_the_hour_and_day_in_london() -> None:
    spot = place("Quay", None, MONDAY, MONDAY + timedelta(hours=12), MONDAY + timedelta(days=1))
    (row,) = schematic([spot], When())["rows"]
    assert row["by_hours"] == [1, 0, 0, 2, 0, 0]
    assert row["by_weekday"] == [1, 2, 0, 0, 0, 0, 0]
    (midday,) = schematic([spot], When(band=3, day=0))["rows"]
    assert (midday["children"], midday["episodes"]) == (1, 1)
    assert schematic([spot], When(band=5))["rows"] == []
