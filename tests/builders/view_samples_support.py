"""Sample view models of the pages about help after interviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from missing_coord.domain.support import (
    ASSESSMENT_NAMES,
    HELPED_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    WHY_NAMES,
)
from tests.builders.view_samples import PAGER, View, shell, tiles


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {"support": support, "interview_support": interview_support}


def support() -> View:
    """Return one referral to be asked about and one that was."""
    row: View = {
        "interview_id": "I1",
        "child_name": "Tamsin Quill",
        "kind": "Early help",
        "to_whom": "North hub",
        "referred_on": date(2026, 5, 2),
        "ask_on": date(2026, 11, 2),
        "state": "Accepted",
        "helped": None,
    }
    return {
        "shell": shell("/support"),
        "tiles": tiles(),
        "rows": [row, {**row, "helped": "Partly"}],
        "pager": PAGER,
    }


def interview_support() -> View:
    """Return a referral of which it is to be asked whether it helped, one that was asked, and a refused form."""
    row: View = {
        "referral_id": "R1",
        "kind": "Early help",
        "to_whom": "North hub",
        "referred_on": date(2026, 5, 2),
        "ask_on": date(2026, 11, 2),
        "may_ask": True,
        "assessment": "Registered",
        "state": "Accepted",
        "outcome_on": date(2026, 5, 9),
        "helped": None,
        "helped_why": None,
        "helped_on": None,
        "now": {"state": "accepted", "assessment": "registered", "outcome_on": "2026-05-09"},
        "version": 2,
    }
    asked: View = {"helped": "No", "helped_why": "Moved away", "helped_on": date(2026, 11, 3)}
    return {
        "shell": shell("/support"),
        "interview_id": "I1",
        "child_id": "C1",
        "child_name": "Tamsin Quill",
        "rows": [row, {**row, **asked, "referral_id": "R2", "may_ask": False}],
        "kinds": [(each.value, name) for each, name in KIND_NAMES.items()],
        "states": [(each.value, name) for each, name in STATE_NAMES.items()],
        "assessments": [(each.value, name) for each, name in ASSESSMENT_NAMES.items()],
        "answers": [(each.value, name) for each, name in HELPED_NAMES.items()],
        "whys": [(each.value, name) for each, name in WHY_NAMES.items()],
        "form": "refer",
        "values": {"to_whom": ""},
        "errors": {"to_whom": "Say to whom: the service or the team"},
    }
