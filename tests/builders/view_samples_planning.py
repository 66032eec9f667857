"""Sample view models of the pages of the plan: visits, capacity and a child's wishes."""

from __future__ import annotations

from tests.builders.view_samples import (
    NOW,
    View,
    ago,
    child,
    queue_row,
    queue_rows,
    shell,
)


def plan() -> View:
    """Return proposals in time, late and missing, a booked day, and two weeks of a full and a free worker."""
    offered: View = {
        "version": 3,
        "why_not": "not worked out yet",
        "trouble": "",
        "instead": "absent until the deadline",
        "moved": True,
        "proposal": {"worker_id": "W02", "worker_name": "Bryn Calloway", "starts_at": NOW, "in_time": True},
    }
    late = {**offered, "proposal": {**offered["proposal"], "in_time": False}}  # type: ignore[dict-item]
    nobody = {
        **offered,
        "proposal": None,
        "why_not": "nobody is free before the deadline",
        "trouble": "the worker is absent",
        "visit_at": NOW,
    }
    rows = queue_rows()
    booked = queue_row(
        9,
        worker_name="Ade Farrow",
        visit_at=ago(2),
        no_outcome=True,
        in_time=False,
        trouble="the worker is absent",
    )
    full = {"booked": 16, "allowed": 15, "proposed": 0, "left": 0}
    free = {"booked": 4, "allowed": 7, "proposed": 2, "left": 3}
    return {
        "shell": shell("/plan", live_url="/stream?topic=queue"),
        "now": NOW,
        "refused": "The worker is not independent",
        "csrf_token": "c0ffee",
        "summary": "3 open interviews without a booked visit.",
        "waiting": [{**rows[0], **offered}, {**rows[1], **late}, {**rows[2], **nobody}],
        "days": [{"day": NOW.date(), "today": True, "visits": [booked]}],
        "weeks": ["Week of 16 Nov", "Week of 23 Nov"],
        "workers": [{"name": "Ade Farrow", "weeks": [full, free]}],
    }


def capacity() -> View:
    """Return a week to come in two areas, a staff that is too small, one more worker, and a wrong pattern."""
    day: View = {
        "name": "Monday",
        "expected": 4.25,
        "at_least": 2,
        "at_most": 7,
        "unmet": 3,
    }
    staff: View = {
        "name": "The staff as it is",
        "in_time": 50,
        "share": 0.91,
        "more": 0,
        "late": 4,
        "unseen": 1,
        "out_of_reach": 2,
        "agreed_late": 1,
        "visits": 57,
        "lost": 5,
    }
    hours: View = {"median_hours": 29.5, "most_hours": 66.0, "used": 0.97}
    none: View = {"median_hours": None, "most_hours": None, "used": 0.0}
    return {
        "shell": shell("/capacity"),
        "made": {
            "start": ago(24 * 91),
            "end": NOW,
            "weeks": 13,
            "expected": 29.4,
            "error": 1.7,
            "naive_error": 2.2,
            "visits_a_week": 30.0,
            "visits_needed_a_week": 31.5,
            "areas": [("In area", [4.0]), ("Out of area (E08000007)", [0.25])],
            "days": [day],
            "unmet_by_area": [("In area", 5)],
            "recorded": _recorded(),
            "trust": "With the staff as it is it sees 5 of 52 (10%) more in time than really were.",
            "assumptions": ["3 whom nobody got through to stay unseen with every staff."],
            "staffs": [{**staff, **hours}, {**staff, **none, "name": "One full-time worker more", "more": 4}],
        },
        "workers": [("", "Nobody"), ("W01", "Ade Farrow")],
        "most_weeks": 52,
        "values": {"weeks": "13", "worker_id": "W01", "days": "Mon", "hours": "late"},
        "errors": {"hours": "Write the hours as 11:00-19:00"},
    }


def wishes() -> View:
    """Return a child with a wish of each kind, a line of hours that is wrong and an empty one."""
    school: View = {"why": "school", "days": ["Mon", "Tue"], "starts": "08:45", "ends": "08:15"}
    dates: View = {"first_day": "2026-09-01", "last_day": "2026-12-18"}
    told = {
        "key": "languages:1:Somali",
        "words": "Would rather speak Somali",
        "interview_id": "a3f0c9d1-0000-4000-8000-000000000001",
        "short": "A3F0C9D1",
        "number": 1,
        "held_at": NOW,
        "ticked": True,
        "counts": False,
    }
    empty = {**dict.fromkeys(("starts", "ends", "first_day", "last_day"), ""), "why": "school", "days": []}
    return {
        "shell": shell("/children"),
        "child": child(),
        "version": 2,
        "values": {"languages": "somali", "skills": "", "gender_wish": "female", "asked_for": "W02"},
        "refused": ["W01"],
        "told": [
            told,
            {
                **told,
                "key": "worker:2:W01",
                "words": "Would rather not see Ade Farrow again",
                "ticked": False,
            },
        ],
        "contact": {
            "words": "By text message",
            "detail": "07700 900123",
            "avoid": "Never at the flat.",
            "interview_id": "a3f0c9d1-0000-4000-8000-000000000001",
            "short": "A3F0C9D1",
            "held_at": NOW,
        },
        "hours": [{**school, **dates}, empty],
        "workers": [("W01", "Ade Farrow"), ("W02", "Bryn Calloway")],
        "genders": [("", "No wish"), ("female", "A woman")],
        "reasons": [("school", "School"), ("wish", "The child's wish")],
        "days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        "errors": {
            "closed_0_starts": "The second time must be later than the first",
            "refused": "Choose one of the two",
        },
    }


def _recorded() -> View:
    return {
        "needed": 52,
        "in_time": 40,
        "share": 0.77,
        "late": 8,
        "not_held": 4,
        "open": 3,
        "visits": 50,
        "median_hours": 40.5,
    }
