"""View models of the pages about telling people: alerts, messages sent, ladders, rotas, contacts and clocks."""

from __future__ import annotations

from collections.abc import Callable

from tests.builders.view_samples import NOW, PAGER, View, ago, shell

WRONG: View = {"values": {"reason": ""}, "errors": {"reason": "Say what you will do"}}


def alerts() -> View:
    """Return one alert that was taken on and one whose form was refused."""
    row: View = {
        "alert_id": "A1",
        "clock": "Unallocated",
        "subject": "Return interview I0001",
        "href": "/interviews/I0001",
        "due_at": ago(2),
        "worked_out": "4 hours from when the interview was opened here, as no worker is assigned",
        "next_at": ago(-2),
        "promised_until": ago(-1),
    }
    other: View = {**row, "alert_id": "A2", "href": None, "next_at": None, "promised_until": None}
    proof: View = {"at": ago(14), "balanced": True, "line": "12 notices in, 12 accounted for: balanced"}
    frame: View = {"shell": shell("/alerts"), "proof": proof, "may_promise": True}
    every: View = {"text": "Every kind", "count": 2, "href": "/alerts", "current": True}
    one: View = {"text": "Unallocated", "count": 2, "href": "/alerts?clock=unallocated", "current": False}
    frame |= {"clocks": [every, one], "orders": [every], "by_day": True}
    frame["groups"] = [{"name": "Unallocated", "count": 2, "rows": [row, other]}]
    pager: View = {"newer_href": None, "older_href": None, "text": "1 to 2 of 2"}
    return {**frame, "pager": pager, "alert_id": "A2", **WRONG}


def deliveries() -> View:
    """Return a delivery that is held."""
    row: View = {
        "delivery_id": 7,
        "tone": "waiting",
        "state": "Held",
        "channel": "text message",
        "who": "Robin Ashdown",
        "step": "48 hours from the return, still not done",
        "href": "/interviews/I0001",
        "planned_at": ago(1),
        "note": "held until 11:41: 6 in 10 minutes is the most for one address",
    }
    other: View = {**row, "delivery_id": 8, "href": None, "note": None}
    return {"shell": shell("/alerts"), "channels": "Set up: e-mail.", "rows": [row, other], "pager": PAGER}


def ladders() -> View:
    """Return a ladder with a fault."""
    step: View = {
        "name": "60 hours from the return, still not done",
        "when": "12 hours before",
        "channels": "text message, then e-mail",
        "lines": [
            "Robin Ashdown (Coordinator): e-mail",
            "Manager: nobody signs in as manager; passed on at once",
        ],
    }
    ladder: View = {
        "clock": "72 hours from the return",
        "since": "Thu 01 Jan 2026 00:00 GMT",
        "version": "2026-1",
        "due": "due 72 hours after the clock starts",
        "steps": [step],
        "body": '{"version": "2026-1"}',
    }
    return {
        "shell": shell("/alerts"),
        "at": NOW,
        "at_given": "2026-11-21T14:05",
        "ladders": [ladder],
        "may_save": True,
        "tried": {
            "noun": "interview",
            "duties": 3,
            "differ": 1,
            "people": [("max", 2, 3)],
            "lines": [
                {
                    "href": "/interviews/I1",
                    "short": "I0001",
                    "change": "Told as well",
                    "at": ago(5),
                    "step": "breach",
                    "who": "max",
                }
            ],
            "more": 2,
        },
        "faults": ["breach: max has no working contact for text message"],
        "values": {"body": "{"},
        "errors": {"body": "ladder: must be JSON"},
    }


def rotas() -> View:
    """Return a rota with a gap and one without."""
    shift: View = {"person": "robin", "days": "Mon", "starts": "17:00", "ends": "09:00"}
    shift |= {"first_day": "", "last_day": ""}
    row: View = {
        "name": "duty",
        "version": 2,
        "on_duty": "Robin Ashdown",
        "faults": ["shifts[1].last_day: must not be before first_day"],
        "gaps": [{"starts_at": ago(-24), "ends_at": ago(-30)}],
        "changes": ["Robin Ashdown away: Sat 21 Nov 2026 09:00 GMT to Sun 22 Nov 2026 09:00 GMT"],
        "shifts": [shift],
        "days": [("", "Choose"), ("Mon", "Monday")],
        "body": "{}",
    }
    other: View = {**row, "name": "nights", "faults": [], "gaps": [], "changes": []}
    frame: View = {"shell": shell("/alerts"), "rows": [row, other], "people": [("robin", "Robin Ashdown")]}
    frame |= {"blank": {"shifts": [shift], "days": [("", "Choose"), ("Mon", "Monday")]}}
    wrong: View = {"person": "Choose who"}
    return {**frame, "may_save": True, "which": "duty-change", "values": {"person": ""}, "errors": wrong}


def contacts() -> View:
    """Return somebody whose address does not work."""
    row: View = {
        "user_id": "U1",
        "name": "Robin Ashdown",
        "username": "robin",
        "role": "coordinator",
        "email": "robin@council.example",
        "sms": None,
        "teams": None,
        "broken": "email: no such address",
    }
    other: View = {**row, "user_id": "U2", "broken": None}
    frame: View = {"shell": shell("/alerts"), "rows": [row, other], "may_save": True, "user_id": "U1"}
    return {**frame, "values": {"email": "x"}, "errors": {"email": "Enter an e-mail address"}}


def clocks() -> View:
    """Return an interview with both clocks, steps and promises."""
    duty: View = {
        "clock_from": ago(80),
        "due_at": ago(8),
        "worked_out": "72 elapsed hours from the return to home or placement",
        "over": "8.0 hours",
        "told_at": ago(70),
        "told_due_at": ago(-2),
        "told_over": "No",
        "next_at": ago(-16),
        "version": "2026-1",
    }
    step: View = {
        "title": "72 hours have passed",
        "told": "Manager",
        "planned_at": ago(8),
        "fired_at": ago(8),
    }
    promise: View = {
        "by": "Robin Ashdown",
        "reason": "I will ring the carer",
        "made_at": ago(7),
        "until_at": ago(3),
        "outcome": "lapsed",
    }
    return {
        "shell": shell("/queue"),
        "interview_id": "I0001",
        "short": "I0001",
        "duties": [
            duty,
            {**duty, "told_at": None, "told_due_at": None, "told_over": "Not known", "next_at": None},
        ],
        "steps": [step, {**step, "fired_at": ago(7)}],
        "promises": [promise],
        "may_promise": True,
        "as_of": ago(3),
        "as_of_given": "2026-11-21T14:05",
        **WRONG,
    }


def professionals() -> View:
    """Return two matters of which professionals are told, and an address."""
    return {
        "shell": shell("/alerts"),
        "rows": [_outside(), {**_outside(), "wanted": False, "name": "No name is known"}],
        "wanted": "P0001",
        "pager": PAGER,
        "contacts": [{"professional": "IRO", "name": "", "email": "iro@council.example", "phone": ""}],
        "professionals": [("", "Choose"), ("iro", "IRO")],
        "values": {"email": "x"},
        "errors": {"email": "Enter an e-mail address"},
    }


def professional() -> View:
    """Return one matter whose form was refused."""
    return {
        "shell": shell("/alerts"),
        "row": _outside(),
        "hows": [("", "Choose"), ("phone", "By telephone")],
        "values": {"how": "phone"},
        "errors": {"who": "Say who confirmed it"},
    }


def told_harm() -> View:
    """Return told harm decided once and asked again."""
    return {
        "shell": shell("/alerts"),
        "interview_id": "I1",
        "short": "I0001",
        "may_decide": True,
        "told_at": ago(2),
        "act_now": True,
        "decided": "Not needed",
        "reason": "Known and under way",
        "decided_by": "Robin Ashdown",
        "decided_at": ago(1),
        "decisions": [("", "Choose"), ("meeting_called", "A strategy meeting is called")],
        "values": {},
        "errors": {"decision": "Choose what was decided"},
    }


HOLDERS = [("", "The office (coordinators and managers)"), ("person:robin", "Robin Ashdown (manager)")]


def disputes() -> View:
    """Return a running dispute whose form was refused."""
    row: View = {
        "dispute_id": "D1",
        "short": "D0001",
        "iro": "Kit Larch",
        "about": "No interview was offered",
        "interview_id": "I1",
        "interview": "I0001",
        "stage": "Team manager",
        "held_by": "Robin Ashdown (manager)",
        "due_on": "20 Nov 2026",
        "late": True,
        "closed_at": None,
    }
    closed: View = {
        **row,
        "stage": "Settled",
        "held_by": None,
        "due_on": None,
        "late": False,
        "closed_at": ago(4),
    }
    frame: View = {"shell": shell("/alerts"), "rows": [row, closed], "pager": PAGER}
    return {**frame, "holders": HOLDERS, "values": {"iro": ""}, "errors": {"iro": "Say who raises it"}}


def dispute() -> View:
    """Return one dispute with an ended and a running stage."""
    ended: View = {
        "stage": "Informal",
        "held_by": "The office (coordinators and managers)",
        "started_on": "1 Nov 2026",
        "due_on": "5 Nov 2026",
        "ended_on": "6 Nov 2026",
    }
    running: View = {**ended, "stage": "Team manager", "ended_on": None, "outcome": ""}
    row: View = {
        "dispute_id": "D1",
        "short": "D0001",
        "iro": "Kit Larch",
        "about": "No interview was offered",
    }
    return {
        "shell": shell("/alerts"),
        "row": {**row, "interview_id": "I1", "interview": "I0001", "closed_at": None},
        "stages": [{**ended, "outcome": "Not agreed"}, running],
        "holders": HOLDERS,
        "seen": "team_manager",
        "following": [("", "None: it is settled"), ("director", "Director of children's services")],
        "values": {"outcome": ""},
        "errors": {"outcome": "Say what came of this stage"},
    }


def _outside() -> View:
    return {
        "professional_alert_id": "P1",
        "short": "P0001",
        "matter": "72 hours passed without an interview",
        "professional": "IRO",
        "name": "Kit Larch",
        "href": "/interviews/I1",
        "sent": "E-mail delivered",
        "wanted": True,
        "raised_at": ago(5),
        "closed_at": None,
        "answer": "",
        "closed_by": "",
    }


def pages() -> dict[str, Callable[[], View]]:
    """Return a builder for every page, by the name of its template."""
    return {
        "alerts": alerts,
        "deliveries": deliveries,
        "ladders": ladders,
        "rotas": rotas,
        "contacts": contacts,
        "clocks": clocks,
        "professionals": professionals,
        "professional": professional,
        "told_harm": told_harm,
        "disputes": disputes,
        "dispute": dispute,
    }
