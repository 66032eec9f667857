"""Sample contexts of the pages about patterns."""

from __future__ import annotations

from missing_coord.web.network_picture import bars_of, picture_of
from tests.builders.view_samples import NO_PAGER, View, ago, shell

PROPOSED: View = {
    "pattern_id": "P7",
    "kind": "linked_children",
    "text": "2 children linked by 1 telephone and going missing together 2 times",
    "children": 2,
    "strength": 92,
    "band": "strong",
    "found_at": ago(8),
    "status": "proposed",
}


def patterns() -> View:
    """Return proposed and confirmed patterns."""
    row = PROPOSED
    rows = [
        row,
        {**row, "pattern_id": "P6", "status": "confirmed"},
        {**row, "pattern_id": "P5", "status": "rejected"},
    ]
    return {
        "may_open": True,
        "shell": shell("/patterns"),
        "status": "proposed",
        "kind": "",
        "kinds": [{"kind": "linked_children", "count": 3}],
        "weak": False,
        "total": 3,
        "total_of_all_kinds": 3,
        "left_out": 41,
        "rows": rows,
        "pager": NO_PAGER,
    }


def pattern() -> View:
    """Return one proposal with its evidence."""
    return {
        "shell": shell("/patterns"),
        "pattern": {
            "pattern_id": "P7",
            "version": 1,
            "kind": "linked_children",
            "text": "2 children linked by 1 telephone and going missing together 2 times",
            "strength": 92,
            "band": "strong",
            "threshold": "Each child is linked to another of the group with a strength of at least 70.",
            "found_at": ago(8),
            "rule": "linked_children (2026-2)",
            "status": "proposed",
            "decided": None,
        },
        "children": [
            {"child_id": "C000412", "name": "Tamsin Quill", "episodes": 2},
            {"child_id": "C000977", "name": None, "episodes": 1},
        ],
        "evidence": [
            {
                "at": ago(41),
                "text": "Named as companion",
                "source": "NB-26-1182",
                "gateway": "Police notice, given to the council to safeguard the child",
                "episode_id": "E1",
                "child_id": "C000412",
            },
            {
                "at": ago(40),
                "text": "Missing 9 h of the same night",
                "source": "Rule",
                "gateway": "The council's own record",
                "episode_id": None,
                "child_id": "C000977",
            },
        ],
        "history": {"waiting": 3, "confirmed": 1, "rejected": 2, "parked": 0},
        "picture": picture_of(["C000412", "C000977"], [[0, 1, 92, ["phone", "together"]]]),
        "charts": bars_of({"by_hours": [1, 0, 2, 4, 6, 3], "by_weekday": [1, 2, 3, 1, 5, 3, 1]}),
        "may_decide": True,
        "values": {},
        "errors": {},
    }


def pattern_network() -> View:
    """Return two groups, one of whose evidence is gone."""
    group = dict(PROPOSED)
    drawn = picture_of(["C1", "C2", "C3"], [[0, 1, 99, ["phone"]], [1, 2, 71, ["vehicle", "named"]]])
    return {
        "shell": shell("/patterns"),
        "groups": [{**group, "picture": drawn}, {**group, "pattern_id": "P8", "picture": None}],
        "confirmed_only": False,
        "left_out": 1,
    }


def meeting_pack() -> View:
    """Return the agenda by person."""
    line = {"heading": "grey hatchback QD19 XKV", "kind": "vehicle", "children": ["C1", "C2"], "episodes": 3}
    times = {"first_at": ago(40), "last_at": ago(4)}
    return {"shell": shell("/patterns"), "by": "person", "lines": [{**line, **times, "pattern_ids": ["P7"]}]}
