"""Where the children of a group and the lines between them stand in its picture, a plain drawing without scripts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from missing_coord.storage.views.patterns_words import tie_words
from missing_coord.web.place_schematic import HOURS
from missing_coord.web.rendering import DAY_NAMES

WIDTH, HEIGHT = 640, 420
REACH_X, REACH_Y = 215, 150
View = dict[str, Any]


def picture_of(children: Sequence[str], links: Sequence[Sequence[Any]]) -> View:
    """Return the drawing: circles on a ring, lines as thick as the link is strong, and the same as rows of a table.

    `links` are those of the pattern's detail: two places in the sorted children, strength, kinds of tie.
    """
    spots = [_spot(number, len(children)) for number in range(len(children))]
    lines = [_line(spots, link) for link in links]
    rows = [
        {
            "first": children[link[0]],
            "second": children[link[1]],
            "strength": link[2],
            "by": tie_words(link[3]),
        }
        for link in sorted(links, key=lambda each: (-each[2], each[0], each[1]))
    ]
    nodes = [{"label": child, **spot} for child, spot in zip(children, spots, strict=True)]
    return {"width": WIDTH, "height": HEIGHT, "nodes": nodes, "lines": lines, "rows": rows}


def _spot(number: int, count: int) -> View:
    turn = 2 * math.pi * number / count - math.pi / 2 if count > 2 else math.pi * (1 - number)
    return {
        "x": round(WIDTH / 2 + REACH_X * math.cos(turn)),
        "y": round(HEIGHT / 2 + REACH_Y * math.sin(turn)),
    }


def _line(spots: Sequence[View], link: Sequence[Any]) -> View:
    first, second = spots[link[0]], spots[link[1]]
    return {
        "x1": first["x"],
        "y1": first["y"],
        "x2": second["x"],
        "y2": second["y"],
        "width": 1 + round(link[2] / 20),
    }


def bars_of(detail: Mapping[str, Any]) -> list[View]:
    """Return the two charts of a hot spot: by hours of the day and by day of the week."""
    return [
        {"title": title, "bars": _bars(names, detail[key])}
        for title, names, key in (
            ("By hour of the day", HOURS, "by_hours"),
            ("By day of the week", DAY_NAMES, "by_weekday"),
        )
    ]


def _bars(names: Sequence[str], counts: Sequence[int]) -> list[View]:
    most = max([*counts, 1])
    return [
        {"name": name, "count": count, "length": round(260 * count / most)}
        for name, count in zip(names, counts, strict=True)
    ]
