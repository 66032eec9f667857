"""Sample view models of the pages about who is missing now, of finding a child, and of returns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tests.builders.view_samples import NO_PAGER, NOW, View, ago, shell


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {
        "notice_form": notice_form,
        "missing": missing,
        "back": back,
        "find": find,
        "statutory_returns": statutory_returns,
        "reviews_decided": decided,
    }


def missing() -> View:
    """Return one child who is missing again, and one of whom something says that she is back."""
    other: View = {"episode_id": "E2", "age": None, "risk": None, "times": None, "match_pending": True}
    return {
        "shell": shell("/missing"),
        "now": NOW,
        "rows": [_row(), {**_row(), **other, "authority": "Salford", "sign_id": "R1"}],
        "situation": [
            {"name": "Children missing now", "count": 2, "href": None},
            {"name": "Over 72 hours", "count": 3, "href": "/queue?clock=breached"},
        ],
    }


def notice_form() -> View:
    """Return the form of a notice of which the force is not given."""
    fields = [
        (each, each.replace("_", " ").capitalize()) for each in ("force", "message", "issued_at", "aliases")
    ]
    more = [(each, each.capitalize()) for each in ("looked_after", "date_of_birth", "circumstances")]
    return {
        "shell": shell("/missing"),
        "groups": [
            {
                "title": "The notice",
                "fields": [{"name": name, "label": label} for name, label in (*fields, *more)],
            }
        ],
        "times": ("issued_at",),
        "lists": ("aliases",),
        "messages": [("missing", "Missing"), ("returned", "Returned")],
        "yes_no": [("", "Not known"), ("yes", "Yes")],
        "values": {"issued_at": "2026-11-21T14:05"},
        "errors": {"force": "Needed"},
    }


def back() -> View:
    """Return the form of a return with an error."""
    return {
        "shell": shell("/missing"),
        "row": _row(),
        "values": {"returned_at": "", "reason": "The night staff"},
        "errors": {"returned_at": "Enter since when the child is back"},
    }


def find() -> View:
    """Return a child who is found, and a record of which nobody knows whose it is."""
    row: View = {
        "child_id": "C1",
        "name": "Tamsin Quill",
        "born_on": date(2011, 4, 3),
        "age": 15,
        "status": "Looked after",
        "authority": "ours, Manchester",
        "missing": True,
        "waiting": False,
    }
    unknown = {**row, "child_id": "P-1", "born_on": None, "age": None, "missing": False, "waiting": True}
    return {"shell": shell("/find"), "wanted": "Quill", "rows": [row, unknown]}


def statutory_returns() -> View:
    """Return a checked year of which one row breaks a rule."""
    fault = {"code": "575", "file": "Missing", "line": 3, "child_id": "C1", "message": "It has no MIS_END."}
    return {
        "shell": shell("/reports/returns"),
        "years": [("2027", "April 2026 to March 2027"), ("2026", "April 2025 to March 2026")],
        "checked": {"year": 2026, "rows": 12, "count": 2, "faults": [fault]},
        "values": {"year": "2026", "first": "2026-04-01", "last": ""},
        "errors": {"last": "Enter a day, such as 2026-11-21"},
    }


def decided() -> View:
    """Return a decision of a person and a match without one, found by a reference."""
    row: View = {
        "review_id": "R1",
        "reference": "GMP/7",
        "child_id": "C1",
        "child_name": "Tamsin Quill",
        "said": "Robin Ashdown: the same child",
        "at": ago(5),
        "others": 2,
    }
    alone = {**row, "review_id": "R2", "said": "Matched without a person", "others": 0}
    return {
        "shell": shell("/reviews"),
        "wanted": "GMP/7",
        "rows": [row, alone],
        "pager": NO_PAGER,
        "days": 30,
    }


def _row() -> View:
    return {
        "episode_id": "E1",
        "child_id": "C1",
        "name": "Tamsin Quill",
        "age": 15,
        "references": ["NB-26-1182"],
        "kind": "Missing",
        "risk": "high",
        "population": "own_looked_after_in_area",
        "authority": None,
        "placement": "Children's home, in area",
        "started_at": ago(30),
        "start_known": False,
        "length": "30 h 0 min",
        "times": 4,
        "match_pending": False,
        "sign_id": None,
    }
