"""Sample view models of the pages where work is recorded and decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from missing_coord.domain.audit_schemes import SHIPPED_SCHEME
from missing_coord.domain.quality import AuditKind
from missing_coord.web.audit_view import scheme_view
from tests.builders import view_samples_office as office
from tests.builders import view_samples_patterns as about_patterns
from tests.builders import view_samples_records as about_records
from tests.builders import view_samples_support as support
from tests.builders.view_samples import (
    NO_PAGER,
    NOW,
    PAGER,
    WORKERS,
    View,
    ago,
    child,
    queue_row,
    queue_rows,
    shell,
    tiles,
    timeline,
)
from tests.builders.view_samples_audits import audit_samples, feedback

ALL_FORMS = {
    "assign",
    "attempt",
    "offer",
    "accept",
    "decline",
    "complete",
    "not_held",
    "decide",
    "reopen",
    "audit",
    "second",
}


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {
        "interview": interview,
        **support.pages(),
        "my_interviews": my_interviews,
        **about_records.pages(),
        "breaches": breaches,
        "reviews": reviews,
        "review": review,
        "review_same": review_same,
        "quarantine": quarantine,
        "quarantine_item": quarantine_item,
        **about_patterns.pages(),
        **office.pages(),
        "errors/403": lambda: {"shell": shell(""), "detail": None, "href": "/"},
        "errors/404": lambda: {"shell": shell(""), "detail": "No interview I9999", "href": "/queue"},
        "errors/409": conflict,
        "errors/401": lambda: {
            "shell": shell(""),
            "href": "/sign-in",
            "expired": True,
            "posted": [("Note", "Rang")],
        },
        "errors/refused": lambda: {
            "shell": shell(""),
            "title": "Nothing was changed",
            "detail": "This form is older than your sign-in.",
            "href": "/queue",
            "posted": [("Note", "Rang the carer")],
        },
        "messages": messages,
        "errors/500": lambda: {
            "shell": shell(""),
            "detail": None,
            "error_reference": "REQ-81f3",
            "href": "/queue",
        },
    }


def interview() -> View:
    """Return an interview over its time, with every form, after a refused completion."""
    return {
        "shell": shell("/queue", live_url="/stream?topic=interview:I0001"),
        "child": child(),
        "interview": {
            "interview_id": "I0001",
            "state": "offered_awaiting",
            "clock": "breached",
            "due_at": ago(2.2),
            "provisional": False,
            "worked_out": "72 elapsed hours from the return to home or placement",
            "version": 7,
            "worker_id": "W01",
            "worker_name": "Ade Farrow",
            "visit_at": NOW + timedelta(hours=3),
            "no_outcome": False,
            "independence": "Independent of the placement and of the responsible authority",
            "closed_by": None,
        },
        "episodes": [_covered("E1"), _covered("E2")],
        "covered": ["E1"],
        "short": "I0001",
        **_proposals(),
        "passed_over": [{"worker_name": "Chidi Marsh", "reasons": ["on leave until Mon 23 Nov 2026"]}],
        "workers": WORKERS,
        "contacts": [
            {
                "at": ago(20),
                "kind": "Offer",
                "method": "via_carer",
                "with_whom": "child",
                "answer": "No answer yet",
                "note": None,
                "by": "Ade Farrow",
            }
        ],
        "timeline": timeline(),
        "paper": about_records.paper(),
        "requests": about_records.requests(),
        "may": ALL_FORMS,
        "form": "complete",
        "values": {"kind": "completed", "episode_ids": ["E2"]},
        "errors": {"held_at": "Enter when the interview was held"},
        **_at_first(),
    }


def _proposals() -> View:
    return {
        "proposal": {
            "worker_id": "W02",
            "worker_name": "Bryn Calloway",
            "start_at": NOW + timedelta(hours=2),
            "reasons": ["independent of the placement", "6.1 miles away", "9 of 15 visits this week"],
        },
        "no_proposal": "nobody is free before the deadline",
        "alternatives": [
            {
                "worker_id": "W03",
                "worker_name": "Chidi Marsh",
                "start_at": NOW + timedelta(hours=5),
                "reason": "9.4 miles away",
            }
        ],
    }


def _at_first() -> View:
    return {
        "defaults": {"attempt": {"at": "2026-11-21T14:05"}},
        "open_form": "",
        "audits": audit_samples(),
        "audit_form": {
            "held": True,
            "name": "audit",
            "themes": {"push": [("school", "School")], "pull": [("friends", "Friends")]},
            "record": 1,
            **scheme_view(SHIPPED_SCHEME, AuditKind.HELD),
        },
        "changed": "This interview was changed by kit.larch at 14:02. Nothing of yours was saved.",
        "outcomes": [("", "Choose"), ("did_not_attend", "Did not attend"), ("unwell", "Unwell")],
        "declined_before": False,
    }


def messages() -> View:
    """Return a manager's messages."""
    row: View = {
        "message_id": 7,
        "tone": "breached",
        "kind": "Breach",
        "text": "Return interview 3F0A91C2: 72 hours have passed and it is not done, declined or decided.",
        "href": "/interviews/I0001",
        "at": ago(2),
        "to": "Your role",
        "earlier": "2 earlier messages",
        "new": True,
        "seen": "Not yet",
    }
    read: View = {
        **row,
        "message_id": 3,
        "new": False,
        "href": None,
        "seen": "by mara.quint",
        "tone": "closed",
    }
    groups = [
        {"new": each["new"], "day": each["at"].date(), "count": 1, "rows": [each]} for each in (row, read)
    ]
    kinds = [filter_to("Every kind", "/messages", current=True), filter_to("Breach", "/messages?kind=breach")]
    shows = [filter_to("New and seen", "/messages", current=True), filter_to("New", "/messages?show=new")]
    frame: View = {
        "shell": shell("/messages"),
        "new": 1,
        "kinds": kinds,
        "shows": shows,
        "kind": "",
        "show": "",
    }
    return {**frame, "groups": groups, "to_mark": [7], "pager": NO_PAGER}


def filter_to(text: str, href: str, *, current: bool = False) -> View:
    """Return one link of macros.filters."""
    return {"text": text, "count": 2, "href": href, "current": current}


def _covered(episode_id: str) -> View:
    return {
        "episode_id": episode_id,
        "reference": f"NB-26-118{episode_id[1:]}",
        "started_at": ago(120),
        "returned_at": ago(74.2),
        "due_at": ago(2.2),
        "timeliness": "2 h 12 min over",
    }


def my_interviews() -> View:
    """Return a worker's cards."""
    more: View = {
        "visit_at": NOW + timedelta(hours=3),
        "place": "Larch House, BN3 area",
        "contact": "Duty phone",
    }
    cards = [{**row, **more} for row in queue_rows()]
    cards[-1] |= {"visit_at": None, "contact": None, "place": "Ask the coordinator (confidential)"}
    frame = replace(shell("/my-interviews"), role_name="Interview worker")
    return {
        "shell": frame,
        "returned": [("I0007", "I0007")],
        "left": [("I0008", "I0008")],
        "feedback": feedback(),
        "tiles": tiles()[:2],
        "interviews": cards,
    }


def breaches() -> View:
    """Return the managers' list."""
    more: View = {"cause": None, "told_lag": "26 h 3 min", "last_step": "24 h over, told the manager"}
    rows = [{**queue_row(n, due_at=ago(n * 9.5), clock="breached"), **more} for n in (3, 1)]
    rows[0] |= {"cause": "Late notice", "worker_name": "Ade Farrow", "told_lag": None}
    return {"shell": shell("/breaches"), "tiles": tiles(), "rows": rows, "pager": NO_PAGER}


def reviews() -> View:
    """Return the list of notices without a certain child."""
    row: View = {
        "review_id": "R1",
        "reference": "Northshire Police/NB-26-1190",
        "message": "missing",
        "received_at": ago(1),
        "name": "Mo Lark",
        "best": "Mohamed Larkin, 71%",
        "candidates": 3,
        "clock": "due_soon",
        "due_at": NOW + timedelta(hours=5),
        "provisional": True,
    }
    return {"shell": shell("/reviews"), "rows": [row], "pager": PAGER}


def review() -> View:
    """Return a notice beside two candidates."""
    return {
        "shell": shell("/reviews"),
        "review": {
            "review_id": "R1",
            "version": 1,
            "reference": "Northshire Police/NB-26-1190",
            "message": "missing",
            "received_at": ago(1),
            "weights": "v2",
            "cautions": ["no forename to tell brothers, sisters and twins apart"],
            "facts": [("Name", "Mo Lark"), ("Born", "3 Apr 2011"), ("Home postcode", "")],
        },
        "candidates": [_candidate("C000412", 71), _candidate("C000977", 22)],
        "decided": None,
        "matched": "Matched to C1 without a person, 20 Nov 2026. Say so below if that is wrong.",
        "undo": None,
        "values": {},
        "errors": {},
    }


def _candidate(child_id: str, probability: int) -> View:
    return {
        "child_id": child_id,
        "name": "Mohamed Larkin",
        "probability": probability,
        "facts": [
            ("Name", "Mohamed Larkin", "partly"),
            ("Born", "4 Mar 2011", "no"),
            ("Postcode", "", "unknown"),
        ],
        "reasons": ["Mo is short for Mohamed", "day and month are swapped"],
        "moves": "1 episode, 1 return interview and 2 offers or attempts would move to this child.",
    }


def review_same() -> View:
    """Return a decision that ends one interview and moves the deadline of another."""
    row: View = {
        "episode": "GMP/7",
        "child": "Mo Lark (C000412)",
        "started_at": ago(50),
        "ended_at": ago(40),
        "interview": "3F0A91C2",
        "due_at": NOW + timedelta(hours=32),
        "worker_name": "Ade Farrow",
        "visit_at": NOW + timedelta(hours=3),
    }
    nothing = {
        **row,
        "ended_at": None,
        "interview": None,
        "due_at": None,
        "worker_name": None,
        "visit_at": None,
    }
    return {
        "shell": shell("/reviews"),
        "review": {"review_id": "R1", "version": 3, "reference": "GMP/7"},
        "child": {"child_id": "C000412", "name": "Mo Lark"},
        "deadlines": ["Interview 3F0A91C2 is due Sat 21 Nov 2026, 14:05 instead of Sun 22 Nov 2026, 14:05."],
        "tables": [("Now", [row, nothing]), ("Afterwards", [])],
    }


def quarantine() -> View:
    """Return the quarantine with an open and a settled row."""
    row: View = {
        "quarantine_id": "Q1",
        "received_at": ago(3),
        "file": "police-2026-11-21.csv",
        "line": 17,
        "field": "returned_at",
        "reason": "28/03/2027 01:30 does not exist in London; give the time with its offset",
        "open": True,
    }
    settled = {**row, "quarantine_id": "Q2", "open": False, "line": None}
    return {"shell": shell("/quarantine"), "rows": [row, settled], "pager": NO_PAGER}


def quarantine_item() -> View:
    """Return one open row."""
    rows = quarantine()["rows"]
    assert isinstance(rows, list)
    more = {
        "version": 1,
        "source": "Police upload",
        "raw": [("force", "NB"), ("surname", "")],
        "settled": None,
    }
    return {
        "shell": shell("/quarantine"),
        "item": {**rows[0], **more},
        "may_settle": True,
        "fields": [
            {"name": "field_force", "label": "force", "text": "NB", "error": None},
            {"name": "field_surname", "label": "surname", "text": "", "error": "Fill in the surname"},
        ],
        "whole": False,
        "still": "",
        "refused": ["surname: must be filled in"],
        "values": {},
        "errors": {"outcome": "Say what was done"},
    }


def conflict() -> View:
    """Return a lost race with what the person had typed."""
    return {
        "shell": shell("/queue"),
        "what": "This interview",
        "changed_by": "Ade Farrow",
        "changed_at": ago(0.05),
        "href": "/interviews/I0001",
        "posted": [("Reason", "Spoke to the carer")],
    }
