"""Sample contexts of the pages about patterns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from missing_coord.notify.wording import short_reference
from missing_coord.storage.views.places import NamedPlace, PlaceNaming, Position
from missing_coord.web.network_picture import bars_of, picture_of
from missing_coord.web.place_schematic import HOURS, When, schematic
from missing_coord.web.rendering import DAY_NAMES
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
        "may_take_back": False,
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


def patterns_overview() -> View:
    """Return how patterns stand, as a manager sees it."""
    kind = {"kind": "linked_children", "waiting": 3, "strong": 1, "confirmed": 2, "noise": 4, "parked": 0}
    done = {"kind": "Licensing or trading standards", "planned": 2, "overdue": 1, "done": 3, "not_done": 1}
    return {
        "shell": shell("/patterns"),
        "kinds": [{**kind, "oldest_at": ago(100)}, {**kind, "kind": "hot_spot", "oldest_at": None}],
        "disruptions": [{**done, "less": 2}],
        "shared": 1,
        "leads": ["Sol Wren"],
    }


def places() -> View:
    """Return two places with a position and one without."""
    at = [PlaceNaming(child_id=f"C{n}", episode_id=f"E{n}", started_at=ago(30 * n)) for n in range(1, 4)]
    spots = [
        NamedPlace(
            value=said.lower(),
            said=said,
            namings=tuple(at),
            pattern_ids=("P7",),
            hot_spot=said == "Alder basin",
            position=position,
        )
        for said, position in (
            ("Alder basin", Position(easting=384_000, northing=398_000)),
            ("Quay steps", Position(easting=385_500, northing=397_200)),
            ("The arches", None),
        )
    ]
    return {
        "shell": shell("/patterns"),
        "picture": schematic(spots, When()),
        "left_out": 2,
        "hours": [("", "Any time"), ("0", HOURS[0])],
        "days": [("", "Any day"), *((str(number), name) for number, name in enumerate(DAY_NAMES))],
        "bands": HOURS,
        "short": short_reference,
        "values": {"hours": "", "day": ""},
    }


SHARED: View = {
    "number": 4,
    "at": ago(20),
    "by": "Sol Wren",
    "organisation": "Greater Manchester Police",
    "recipient": "Public protection desk",
    "gateway": "To safeguard a child",
    "pieces": 5,
    "held_back": 1,
    "pattern_id": "P7",
    "pattern_short": "P7",
}
HEAD: View = {
    "pattern_id": "P7",
    "short": "P7",
    "text": "2 children linked by 1 telephone",
    "status": "confirmed",
    "version": 2,
    "may_act": True,
}


def pattern_summary() -> View:
    """Return a summary whose reason is missing."""
    return {
        "shell": shell("/patterns"),
        "pattern": HEAD,
        "summary": "Intelligence summary P7\nFor: Greater Manchester Police",
        "passing": 5,
        "held_back": [{"at": ago(40), "said": "Dez", "footing": "Said in an interview"}],
        "gateways": [("agreed", "What was agreed to"), ("safeguarding", "To safeguard a child")],
        "gateway": "agreed",
        "shared": [SHARED],
        "values": {"gateway": "agreed"},
        "errors": {"reason": "Say why it is needed"},
    }


def sharing() -> View:
    """Return the log of sharing."""
    return {"shell": shell("/patterns"), "shared": [SHARED], "may_open": True, "pager": NO_PAGER}


def disclosure() -> View:
    """Return one disclosure."""
    return {"shell": shell("/patterns"), "line": SHARED, "reason": "Risk of harm.", "content": "Summary"}


def disruptions() -> View:
    """Return one that is planned and whose form was refused, and one that was done."""
    line = {"disruption_id": "D1", "kind": "Licensing", "what": "Visit the shop", "owner": "Licensing team"}
    times = {"due_on": date(2026, 11, 30), "closed_at": None, "before": 0, "after": 0, "version": 1}
    planned = {**line, **times, "state": "planned", "outcome": "", "effect": ""}
    ended = {"disruption_id": "D2", "state": "done", "outcome": "Shop closed.", "effect": "No change seen"}
    return {
        "shell": shell("/patterns"),
        "pattern": HEAD,
        "rows": [planned, {**planned, **ended, "closed_at": ago(30), "before": 4, "after": 1}],
        "kinds": [("", "Choose"), ("licensing", "Licensing or trading standards")],
        "effects": [("", "Choose"), ("less", "Less contact")],
        "closing": "D1",
        "values": {"outcome": ""},
        "errors": {"outcome": "Say what came of it"},
    }


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {
        "patterns": patterns,
        "pattern": pattern,
        "pattern_network": pattern_network,
        "meeting_pack": meeting_pack,
        "patterns_overview": patterns_overview,
        "places": places,
        "pattern_summary": pattern_summary,
        "sharing": sharing,
        "disclosure": disclosure,
        "disruptions": disruptions,
    }
