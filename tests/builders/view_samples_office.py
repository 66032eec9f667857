"""Sample view models of the pages of the office: reports, the audit trail, accounts and the JSON intake."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders.view_samples import (
    NOW,
    PAGER,
    WORKERS,
    View,
    ago,
    shell,
    tiles,
)
from tests.builders.view_samples_audits import audit_agreement, audit_criteria
from tests.builders.view_samples_planning import capacity, plan, wishes


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {
        "monthly_report": monthly_report,
        "report_list": report_list,
        "report_rows": report_rows,
        "cross_reference": cross_reference,
        "presumed_returns": presumed_returns,
        "audit": audit,
        "users": users,
        "api_docs": api_docs,
        "plan": plan,
        "wishes": wishes,
        "capacity": capacity,
        "audits": audits,
        "audit_criteria": audit_criteria,
        "audit_agreement": audit_agreement,
    }


def audits() -> View:
    """Return one interview that waits for its audit and one that has it."""
    row: View = {
        "interview_id": "I0001",
        "short": "I0001",
        "child_name": "Tamsin Quill",
        "state": "completed",
        "worker_name": "Ade Farrow",
        "points": 11,
        "risks": ["police: high risk", "under 13"],
        "closed_at": ago(40),
        "grade": None,
        "audited_by": "",
    }
    done = {
        **row,
        "interview_id": "I0002",
        "points": 0,
        "risks": [],
        "worker_name": None,
        "grade": "Good",
        "audited_by": "Kit",
    }
    blind = {**row, "interview_id": "I0003", "audited_by": "Kit"}
    return {"shell": shell("/audits"), "tiles": tiles(), "rows": [row, done, blind], "pager": PAGER}


SCORE: View = {"name": "Audited", "target": "at least 90%", "share": "80.0%", "score": "not met"}


CSV: View = {
    "name": "CSV",
    "href": "/reports/monthly.csv?month=2026-10",
    "for_others_href": "/reports/monthly.csv?month=2026-10&for=others",
}


def monthly_report() -> View:
    """Return a month with shares, a plain count and a zero base."""
    return {
        "shell": shell("/reports/monthly"),
        "report": {
            "title": "Missing report, October 2026",
            "month": "October 2026",
            "month_value": "2026-10",
            "as_at": NOW,
            "rules": "Interviews count in the month of the return, episodes in the month of the start.",
        },
        "months": [("2026-10", "October 2026"), ("2026-09", "September 2026")],
        "subjects": [("", "Everybody"), ("supplier:Larch Trust", "Interviews by Larch Trust")],
        "groups": [
            {
                "title": "Return interviews",
                "measures": [
                    _measure("Episodes", 312, None),
                    _measure("Completed within 72 hours", 141, 224, pending=12, note="Of those completed"),
                    _measure("Offered, other authorities", 0, 0),
                ],
            }
        ],
        "scorecard": [SCORE],
        "trends": [
            {
                "name": "Missing incidents",
                "verdict": "within the usual range",
                "usual": "39.5 to 87.3",
                "points": [{"name": "September 2026", "said": "70"}, {"name": "October 2026", "said": "65"}],
            }
        ],
        "files": [CSV],
        "kept": [
            {
                "number": 3,
                "as_at": ago(90),
                "by": "Mara Quint",
                "rules": "2026-2",
                "restated": [{"name": "Missing incidents", "before": "64", "now": "65"}],
            }
        ],
        "values": {"month": "2026-10", "as_at": "", "about": "", "first": "", "last": ""},
        "errors": {},
    }


def report_list() -> View:
    """Return one who may change their line and one who may not."""
    row = {"user_id": "U1", "name": "Mara Quint", "role": "Manager", "monthly": True, "weekly": False}
    other = {**row, "user_id": "U2", "name": "Robin Ash", "weekly": True}
    return {
        "shell": shell("/reports/monthly"),
        "rows": [{**row, "may_change": True}, {**other, "may_change": False}],
        "targets": [{"key": "audited", "name": "Audited", "at_least": 90}],
        "may_set": True,
    }


def cross_reference() -> View:
    """Return a day with a line of three kinds, and one kind without any."""
    police: View = {
        "reference": "Greater Manchester Police/MP/26/004512",
        "type": "M",
        "from": "Fri 20 Nov 2026, 18:00",
        "to": "still missing",
        "episode_id": "E1",
    }
    council: View = police | {"reference": "", "to": "21 Nov 2026 (date only)", "type": "A"}
    line: View = {
        "child_id": "C000412",
        "name": "Tamsin Quillfeather",
        "population": "Looked after, in area",
        "differs": "open or closed, type",
        "police": [police],
        "council": [council],
        "next": "Ask the placement when the child came back and tell the force.",
    }
    titles = {
        "disagreeing": [line],
        "police_only": [line | {"council": [], "differs": ""}],
        "council_only": [line | {"police": [], "differs": ""}],
        "in_both": [],
    }
    return {
        "shell": shell("/cross-reference"),
        "period": "21 November 2026",
        "known_at": NOW,
        "groups": [
            {"key": key, "title": key.replace("_", " "), "hint": "What it means.", "lines": lines}
            for key, lines in titles.items()
        ],
        "authorities": [{"name": "Ours (E08000003)", **{key: 1 for key in titles}, "not_compared": 2}],
        "outside": ["Home child: 2"],
        "files": {
            "csv": "/cross-reference.csv?date=2026-11-21",
            "xlsx": "/cross-reference.xlsx?date=2026-11-21",
        },
        "steps": [{"text": "20 Nov 2026", "href": "/cross-reference?date=2026-11-20"}],
        "values": {"date": "2026-11-21", "month": ""},
        "errors": {},
    }


def presumed_returns() -> View:
    """Return a sign that waits and one that was answered."""
    row: View = {
        "id": "R1",
        "version": 1,
        "child_id": "C000412",
        "name": "Tamsin Quillfeather",
        "population": "own_looked_after_in_area",
        "episode_id": "E1",
        "references": "GMP/MP/26/004512",
        "started_at": ago(60),
        "sign": "A placement began on 20 Nov 2026.",
        "by_day": True,
        "raised_at": ago(2),
        "confirm_by": ago(-10),
        "waiting": True,
        "answer": None,
    }
    done = row | {"id": "R2", "waiting": False, "answer": "Robin Ashdown said that the child is back."}
    return {
        "shell": shell("/presumed-returns"),
        "rows": [row, done],
        "one": False,
        "pager": PAGER,
        "values": {},
        "errors": {},
    }


def report_rows() -> View:
    """Return the rows of one figure."""
    row = {
        "reference": "GMP/2026-114",
        "href": "/episodes/1",
        "child_id": "C000412",
        "started_at": ago(40),
        "ended_at": ago(20),
        "due_at": None,
        "state": "completed",
    }
    return {
        "shell": shell("/reports/monthly"),
        "report": {"month": "October 2026", "month_value": "2026-10", "as_at": NOW, "rules": "Rules."},
        "figure": {"name": "Missing incidents", "part": "counted", "count": 2},
        "rows": [row, {**row, "reference": "Worker", "href": "", "child_id": "", "state": ""}],
        "pager": PAGER,
        "back_href": "/reports/monthly?month=2026-10",
    }


def _measure(label: str, numerator: int, denominator: int | None, **changes: object) -> View:
    return {
        "label": label,
        "numerator": numerator,
        "denominator": denominator,
        "unit": "",
        "pending": None,
        "note": None,
        "href": "/reports/monthly/rows?month=2026-10&key=incidents&part=count" if numerator else None,
        "base_href": None,
        "pending_href": None,
    } | changes


def audit() -> View:
    """Return the newest rows of the trail."""
    row: View = {
        "number": 90211,
        "at": ago(0.2),
        "actor": "Robin Ashdown",
        "role": "Coordinator",
        "action": "Opened child",
        "subject": "C000412",
        "reason": None,
    }
    return {
        "shell": shell("/audit"),
        "filters": {"q": "", "action": ""},
        "actions": [("opened", "Opened a record")],
        "intact": True,
        "checked_at": ago(5),
        "rows": [row],
        "pager": PAGER,
    }


def users() -> View:
    """Return an active and a disabled account."""
    row: View = {
        "user_id": "U1",
        "username": "robin",
        "name": "Robin Ashdown",
        "role": "coordinator",
        "worker_name": None,
        "active": True,
        "last_seen_at": ago(1),
        "version": 3,
    }
    other = {
        **row,
        "user_id": "U2",
        "username": "ade",
        "name": "Ade Farrow",
        "active": False,
        "last_seen_at": None,
    }
    frame = {"shell": shell("/users"), "rows": [row, other], "workers": WORKERS, "values": {}, "errors": {}}
    made: View = {"username": "ade", "password": "x4kd-92lm"}
    return {**frame, "made": made, "password_errors": {"U2": "Write at least 12 characters."}}


def api_docs() -> View:
    """Return one operation of the JSON intake."""
    operation: View = {
        "method": "POST",
        "path": "/api/v1/police-notices",
        "text": "Take in police notices.",
        "fields": [("force", "The police force. (identifier)", True), ("risk", "", False)],
        "answers": [("200", "Taken in."), ("429", "Too many calls.")],
    }
    limits: View = {"bytes": 10_485_760, "most": 5000, "burst": 60, "per_second": "2"}
    return {"shell": shell(""), "operations": [operation], "limits": limits}
