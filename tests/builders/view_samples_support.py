"""Sample view models of the pages about help after interviews."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from missing_coord.domain.support import (
    ASSESSMENT_NAMES,
    HELPED_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    WHY_NAMES,
)
from missing_coord.domain.survey import ANSWER_NAMES, CHOICES, QUESTIONS
from missing_coord.web.rendering import Shell
from tests.builders.view_samples import NOW, PAGER, View, ago, shell, tiles


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {
        "support": support,
        "interview_support": interview_support,
        "survey": survey,
        "tell_us": tell_us,
        "family": family,
    }


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
        "whys": [("", "Choose one"), *((each.value, name) for each, name in WHY_NAMES.items())],
        "form": "refer",
        "values": {"to_whom": ""},
        "errors": {"to_whom": "Say to whom: the service or the team"},
    }


def survey() -> View:
    """Return one finished quarter, new links, and a refused number."""
    rows = [{"question": text, "counts": ["12", "c", "c", "0", "0"]} for text in QUESTIONS.values()]
    return {
        "shell": shell("/survey"),
        "quarters": [{"quarter": "July to September 2026", "rows": rows}],
        "answers": list(ANSWER_NAMES.values()),
        "below": 5,
        "days": 60,
        "links": ["https://coordinators.example/tell-us/" + "a1B2" * 10],
        "questions": list(QUESTIONS.items()),
        "choices": CHOICES,
        "form_id": "sample-form",
        "form": "links",
        "values": {"number": "many"},
        "errors": {"number": "Enter a number from 1 to 20"},
    }


def tell_us() -> View:
    """Return the questions for a young person."""
    return {
        "shell": Shell(council="Northbrook Council", now=NOW, csrf_token="c0ffee"),
        "step": "ask",
        "secret": "a1B2",
        "questions": list(QUESTIONS.items()),
        "choices": CHOICES,
    }


def family() -> View:
    """Return a child and a sibling who is missing now."""
    child: View = {
        "child_id": "C1",
        "name": "Tamsin Quill",
        "age": 15,
        "tie": "The child whose family this is",
        "missing": False,
        "episode_count": 1,
        "episodes": [{"episode_id": "E1", "kind": "Missing", "started_at": ago(90), "ended_at": ago(80)}],
        "interviews": [
            {"interview_id": "I1", "state": "not_offered", "due_at": NOW},
            {"interview_id": "I2", "state": "offered_awaiting", "due_at": None},
        ],
        "actions": [
            {
                "interview_id": "I1",
                "what": "Ring the school",
                "owner_name": "Kit Larch",
                "due_on": (NOW + timedelta(days=3)).date(),
            }
        ],
    }
    away: View = {"episode_id": "E2", "kind": "Missing", "started_at": ago(3), "ended_at": None}
    sibling: View = {**child, "child_id": "C2", "name": "Ivo Quill", "age": None, "tie": "Same family home"}
    sibling |= {"missing": True, "episode_count": 7, "episodes": [away], "interviews": [], "actions": []}
    return {
        "shell": shell("/queue"),
        "child_id": "C1",
        "child_name": "Tamsin Quill",
        "members": [child, sibling],
        "may_open": True,
    }
