"""Sample view models of the pages of the office: reports, the audit trail, accounts and the JSON intake."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders.view_samples import NOW, PAGER, WORKERS, View, ago, shell


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {"monthly_report": monthly_report, "audit": audit, "users": users, "api_docs": api_docs}


def monthly_report() -> View:
    """Return a month with shares, a plain count and a zero base."""
    return {
        "shell": shell("/reports/monthly"),
        "report": {
            "month": "October 2026",
            "month_value": "2026-10",
            "as_at": NOW,
            "rules": "Interviews count in the month of the return, episodes in the month of the start.",
        },
        "months": [("2026-10", "October 2026"), ("2026-09", "September 2026")],
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
        "csv_href": "/reports/monthly.csv?month=2026-10",
        "values": {"month": "2026-10", "as_at": ""},
        "errors": {},
    }


def _measure(label: str, numerator: int, denominator: int | None, **changes: object) -> View:
    return {
        "label": label,
        "numerator": numerator,
        "denominator": denominator,
        "pending": None,
        "note": None,
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
