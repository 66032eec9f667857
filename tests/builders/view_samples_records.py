"""View models of the pages about interview records, briefs, days, actions and requests, with an invented child."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from missing_coord.domain.interview_copies import Copy
from missing_coord.domain.record_lists import DEFAULT_LISTS
from missing_coord.web.record_document import action_line, document_view, version_line
from missing_coord.web.record_words import CHOICES, POSITIVE, YES_NO
from tests.builders import interview_records as records
from tests.builders.view_samples import NO_PAGER, NOW, View, ago, child, queue_rows, shell, tiles

EVERY_REQUEST = {"transfer", "transfer_answer", "purchase", "purchase_decision", "purchase_outcome"}


def pages() -> dict[str, Callable[[], View]]:
    """Return the builders of these pages by name."""
    return {
        "interview_record_form": record_form,
        "interview_record": record,
        "interview_brief": brief,
        "actions": actions,
        "day": day,
        "left_draft": left_draft,
        "requests": waiting,
    }


def paper() -> View:
    """Return what hangs on an interview that was returned for rework."""
    return {
        "brief": True,
        "may_write": True,
        "may_read": True,
        "can_pdf": True,
        "draft_at": ago(1),
        "versions": 2,
        "waits": True,
        "actions": [_action()],
        "disputes": [_dispute(), {**_dispute(), "due_on": None, "closed_at": ago(2)}],
        "may_add": True,
        "may_dispute": True,
        "owners": CHOICES["owners"],
    }


def requests() -> View:
    """Return requests in every state, with every form."""
    line = {"words": "Eastmere: asked.", "by": "Robin Ashdown", "at": ago(3)}
    return {"lines": [line], "may": EVERY_REQUEST}


def _dispute() -> View:
    return {
        "dispute_id": "D0001",
        "short": "D0001",
        "iro": "Kit Larch",
        "stage": "Team manager",
        "held_by": "Sam Reed",
        "due_on": "20 November 2026",
        "late": True,
        "closed_at": None,
    }


def _action() -> View:
    return action_line(records.action("I0001"))


def record_form() -> View:
    """Return the form after a refused submission."""
    episode = {"episode_id": "E1", "reference": "NB-26-1181", "started_at": ago(90), "due_at": ago(2)}
    return {
        "shell": shell(""),
        "child": child(),
        "interview_id": "I0001",
        "short": "I0001",
        "kind": "full",
        "kind_name": "Full record",
        "full": True,
        "short_form": True,
        "number": 2,
        "origin": "rework",
        "origin_name": "Worked on again, as the auditor asked",
        "returned": "What did she ask for?",
        "completing": True,
        "held_at": None,
        "episodes": [episode],
        "lists": {n: list(getattr(DEFAULT_LISTS, n).items()) for n in ("push", "pull", "harm", "screen")},
        "choices": CHOICES,
        "yes_no": YES_NO,
        "positive": POSITIVE,
        "values": {"child_words": "Nobody listens.", "push_factors": ["school"], "entry-1-kind": "person"},
        "errors": {"held_at": "Enter when it was held", "entry-1-words": "Give the name"},
        "entry_rows": [1, 2],
        "action_rows": [1],
        "version": 3,
        "saved_at": ago(0.2),
        "can_pdf": True,
        "changed": "Ade Farrow saved this draft at 14:02 on another screen.",
    }


def record() -> View:
    """Return a corrected record, with its history."""
    whole = records.record("I0001", act_now=True)
    again = replace(whole.head, number=2, reason="Misheard.")
    return {
        "shell": shell(""),
        "child": child(),
        **document_view(whole, [records.action("I0001")], lists=DEFAULT_LISTS, copy=Copy.FULL),
        "interview_id": "I0001",
        "short": "I0001",
        "held_at": ago(20),
        "number": 1,
        "newest": 2,
        "copy": "full",
        "versions": [version_line(again), version_line(whole.head)],
        "may_write": True,
        "returned": True,
        "can_pdf": True,
    }


def brief() -> View:
    """Return a brief of a child who asked for somebody else."""
    told = {"held_at": ago(400), "asked_for": "To see Gran.", "actions": [_action()]}
    episode = {"started_at": ago(500), "ended_at": ago(490), "length": "10 h 0 min", "risk": "high"}
    return {
        "shell": shell(""),
        "child": child(),
        "interview_id": "I0001",
        "short": "I0001",
        "visit_at": None,
        "due_at": ago(-10),
        "place": "Confidential: ask the coordinator",
        "phone": None,
        "safe_contact": "Text message",
        "safe_contact_detail": "07700 900123",
        "safe_contact_avoid": "Never at the flat.",
        "languages": "Polish",
        "unwanted": ["Ade Farrow"],
        "markers": ["weapons"],
        "not_me": True,
        "episode_count": 7,
        "episodes": [
            {**episode, "reference": "NB-26-1181", "told": [told]},
            {
                **episode,
                "reference": "NB-26-0711",
                "ended_at": None,
                "length": None,
                "risk": None,
                "told": [],
            },
        ],
        "actions": [_action()],
    }


def actions() -> View:
    """Return the list after an answer without words."""
    row = {
        "action_id": "A1",
        "interview_id": "I0001",
        "child_name": "Tamsin Quill",
        "what": "Ask for a visit to Gran.",
        "owner": "Ines Marsh (social worker)",
        "due_on": date(2026, 11, 20),
        "overdue": True,
        "state": "Open",
        "outcome": None,
        "closed_by": None,
        "closed_at": None,
        "version": 1,
    }
    return {
        "shell": shell("/actions"),
        "tiles": tiles()[:2],
        "rows": [row, {**row, "action_id": "A2", "overdue": False}],
        "may_settle": True,
        "form": "action-A1",
        "values": {"state": "done"},
        "errors": {"outcome": "Say what came of it"},
        "adding": "I0001",
        "owners": CHOICES["owners"],
        "pager": NO_PAGER,
    }


def day() -> View:
    """Return a day with a visit, one without a time, and a new calendar link."""
    more = {"visit_at": NOW + timedelta(hours=3), "place": "Larch House", "contact": "Duty phone"}
    visits: list[View] = [{**row, **more} for row in queue_rows()]
    waits = {**visits[1], "visit_at": None, "no_outcome": False, "contact": None}
    return {
        "shell": shell("/day"),
        "to_record": [{**visits[0], "no_outcome": True}],
        "days": [
            {"day": NOW.date(), "today": True, "visits": visits[:1]},
            {"day": NOW.date() + timedelta(days=1), "today": False, "visits": []},
        ],
        "later": visits[:1],
        "without": [waits],
        "link": None,
    }


def left_draft() -> View:
    """Return a draft that another interview could take over."""
    return {
        "shell": shell("/my-interviews"),
        "interview_id": "I0008",
        "short": "I0008",
        "saved_at": ago(30),
        "ends_at": ago(-600),
        "lines": [("Child words", "Nobody listens in there.")],
        "targets": [("I0009", "Interview I0009")],
        "version": 2,
        "values": {},
        "errors": {"target": "Choose an interview"},
    }


def waiting() -> View:
    """Return one request of each kind."""
    row = {
        "interview_id": "I0001",
        "short": "I0001",
        "child_name": "Tamsin Quill",
        "of_whom": "Eastmere",
        "state": "asked",
        "asked_by": "Robin Ashdown",
        "asked_at": ago(3),
        "due_at": ago(-20),
        "cost": None,
    }
    return {"shell": shell("/requests"), "transfers": [row], "purchases": [{**row, "cost": "£240.00"}]}
