"""One valid view model for every page, with invented children, in the shape that each template documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from missing_coord.web.rendering import Flash, NavItem, Shell

View = dict[str, object]
NOW = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
NO_PAGER: View = {"newer_href": None, "older_href": None, "text": ""}
PAGER: View = {"newer_href": None, "older_href": "?page=2", "text": "1 to 50 of 312"}
WORKERS = [("W01", "Ade Farrow"), ("W02", "Bryn Calloway"), ("W03", "Chidi Marsh")]


def ago(hours: float) -> datetime:
    """Return the instant `hours` before the samples' now."""
    return NOW - timedelta(hours=hours)


def shell(current: str = "/queue", *, live_url: str | None = None) -> Shell:
    """Return the frame of a signed-in coordinator in demo mode."""
    links = [
        ("Queue", "/queue"),
        ("Which child?", "/reviews"),
        ("Breaches", "/breaches"),
        ("Patterns", "/patterns"),
        ("Quarantine", "/quarantine"),
        ("Monthly report", "/reports/monthly"),
    ]
    nav = tuple(NavItem(label=label, href=href, current=href == current) for label, href in links)
    return Shell(
        council="Northbrook Council",
        now=NOW,
        csrf_token="c0ffee",
        user_name="Robin Ashdown",
        role_name="Coordinator",
        nav=nav,
        demo=True,
        live_url=live_url,
        reference="NB-2026-0412",
    )


def child(**changes: object) -> View:
    """Return the identity bar of an invented child."""
    return {
        "child_id": "C000412",
        "name": "Tamsin Quill",
        "born_on": date(2011, 4, 3),
        "age": 15,
        "population": "own_looked_after_out_of_area",
        "responsible_authority": "Northbrook Council",
        "status": "Looked after",
        "social_worker": "Bo Finch",
        "iro": "Kit Larch",
        "placement": "Children's home, out of area, since 4 Sep 2026",
        "warnings": ["Confidential placement"],
        **changes,
    }


def timeline() -> list[View]:
    """Return three entries, one of them late."""
    return [
        _entry(ago(4), "Returned to placement", late=True, href="/episodes/E1"),
        _entry(ago(30), "Found by police", detail="City centre"),
        _entry(ago(41), "Reported missing"),
    ]


def _entry(
    at: datetime, title: str, *, detail: str | None = None, late: bool = False, href: str | None = None
) -> View:
    return {
        "at": at,
        "title": title,
        "detail": detail,
        "source": "Police notice NB/26/1182",
        "by": "intake",
        "late": late,
        "href": href,
    }


def tiles() -> list[View]:
    """Return the count tiles of the queue."""
    return [
        _tile("breached", "Breached", 2, tone="breached"),
        _tile("due_soon", "Due within 12 hours", 5),
        _tile("unassigned", "No worker", 7, current=True),
        _tile("open", "All open", 41),
    ]


def _tile(key: str, label: str, count: int, *, tone: str = "plain", current: bool = False) -> View:
    href = f"/queue?clock={key}"
    return {"key": key, "label": label, "count": count, "href": href, "tone": tone, "current": current}


def queue_row(number: int, **changes: object) -> View:
    """Return one row of the queue."""
    return {
        "interview_id": f"I{number:04}",
        "short": f"I{number:04}",
        "child_id": "C000412",
        "child_name": "Tamsin Quill",
        "age": 15,
        "references": ["Northshire Police/NB-26-1182"],
        "population": "own_looked_after_in_area",
        "state": "not_offered",
        "clock": "in_time",
        "due_at": NOW + timedelta(hours=40, minutes=12),
        "provisional": False,
        "returned_at": ago(31.8),
        "episodes": 1,
        "worker_name": None,
        "attempts": 0,
        "match_pending": False,
        "child_missing": False,
        "visit_at": None,
        "no_outcome": False,
        **changes,
    }


def queue_rows() -> list[View]:
    """Return rows in every clock."""
    return [
        queue_row(
            1,
            clock="breached",
            due_at=ago(2.17),
            state="accepted_scheduled",
            worker_name="Ade Farrow",
            visit_at=ago(4),
            no_outcome=True,
        ),
        queue_row(
            2, clock="due_soon", due_at=NOW + timedelta(hours=3), child_name="Idris Vane", provisional=True
        ),
        queue_row(3, child_name="Unknown: Mo Lark", age=None, match_pending=True, attempts=2, episodes=2),
        queue_row(4, clock="not_started", due_at=None, returned_at=None, child_name="Wren Okafor"),
    ]


def queue() -> View:
    """Return the coordinators' queue."""
    return {
        "shell": shell(live_url="/stream?topic=queue"),
        "now": NOW,
        "rows_url": "/queue/rows?clock=unassigned",
        "tiles": tiles(),
        "rows": queue_rows(),
        "summary": "41 open interviews: 2 breached, 5 due within 12 hours, 7 without a worker.",
        "pager": PAGER,
        "filters": {"q": "", "clock": "unassigned", "state": "", "population": "", "worker": ""},
        "workers": WORKERS,
        "active": 1,
    }


def sign_in() -> View:
    """Return a refused sign-in in demo mode."""
    return {
        "shell": Shell(council="Northbrook Council", now=NOW, csrf_token="c0ffee", demo=True),
        "values": {"username": "robin", "next": "/queue"},
        "errors": {"username": "The user name or the password is not right"},
        "demo_accounts": [
            {"role_name": "Coordinator", "username": "coordinator", "password": "demo-only-1"},
            {"role_name": "Interview worker", "username": "worker", "password": "demo-only-2"},
        ],
        "said": "You were signed out because nothing was done for a while.",
    }


def child_page() -> View:
    """Return a child with everything."""
    return {
        "shell": shell("/children"),
        "child": child(),
        "patterns": [{"pattern_id": "P7", "text": "Missing 3 times in 90 days"}],
        "linked": "A link with another child is open.",
        "may_keep_wishes": True,
        "may_see_family": True,
        "may_open": True,
        "interviews": [
            {**queue_row(1, clock="breached", due_at=ago(2)), "interview_id": "I0001"},
            {**queue_row(2, clock="closed", state="completed"), "interview_id": "I0002"},
        ],
        "episodes": [_child_episode("E2", ended_at=None, state=None), _child_episode("E1")],
        "placements": [
            _placement(date(2026, 9, 4), None, confidential=True),
            _placement(date(2025, 1, 9), date(2026, 9, 4)),
        ],
        "return_warnings": [
            {"row": "Missing 2025/26: 19 Jan 2026", "rules": ["MIS_END is no date (rule 1005)"]}
        ],
        "timeline": timeline(),
    }


def _child_episode(episode_id: str, **changes: object) -> View:
    return {
        "episode_id": episode_id,
        "reference": f"NB-26-118{episode_id[1:]}",
        "kind": "Missing",
        "started_at": ago(41),
        "ended_at": ago(4),
        "status": "ended",
        "interview_id": "I0001",
        "state": "offered_awaiting",
        "clock": "in_time",
        **changes,
    }


def _placement(from_on: date, to_on: date | None, *, confidential: bool = False) -> View:
    return {
        "from_on": from_on,
        "to_on": to_on,
        "kind": "Children's home",
        "provider": "Larch House",
        "area": "In area",
        "confidential": confidential,
    }


def episode() -> View:
    """Return an episode whose return is known only from the time found."""
    return {
        "shell": shell("/episodes"),
        "child": child(),
        "episode": {
            "episode_id": "E1",
            "reference": "NB-26-1182",
            "kind": "Missing",
            "status": "ended",
            "risk": "medium",
            "population": "own_looked_after_in_area",
            "last_seen_at": ago(43),
            "reported_at": ago(41),
            "found_at": ago(30),
            "returned_at": None,
            "safe_and_well_at": ago(27),
            "told_at": ago(40),
            "told_ended_at": ago(4),
            "due_at": ago(30) + timedelta(hours=72),
            "provisional": True,
            "clock": "in_time",
            "worked_out": "72 elapsed hours from the time the child was found; provisional for now",
            "lag": "26 h 3 min",
            "flags": ["The start was moved: two references overlap."],
            "responsible": "ours (E08000003)",
            "signs": [{"id": "R1", "text": "A placement began on 20 Nov 2026.", "answer": None}],
            "placement": "Children's home, Larch House, in area",
        },
        "interview": {"interview_id": "I0001", "state": "not_offered", "worker_name": None},
        "may_tell_back": True,
        "may_decide_child": True,
        "may_open": True,
        "notices": [_notice()],
        "return_warnings": [
            {"row": "Missing 2025/26: 19 Jan 2026", "rules": ["MIS_END is no date (rule 1005)"]}
        ],
        "timeline": timeline(),
    }


def _notice() -> View:
    return {
        "notice_id": "N1",
        "force": "Northshire Police",
        "reference": "NB-26-1182",
        "message": "safe_and_well",
        "issued_at": ago(27),
        "received_at": ago(4),
        "version": 2,
        "standing": "Current; replaces version 1",
        "review_id": "R1",
        "words": [("Warning markers", "weapons"), ("Circumstances", "Left after an argument")],
    }


def samples() -> dict[str, Callable[[], View]]:
    """Return a builder for every page, by the name of its template."""
    from tests.builders import view_samples_missing as missing
    from tests.builders import view_samples_telling as telling
    from tests.builders import view_samples_work as work

    pages: dict[str, Callable[[], View]] = {
        "sign_in": sign_in,
        "queue": queue,
        "child": child_page,
        "episode": episode,
        **work.pages(),
        **telling.pages(),
        **missing.pages(),
    }
    return {f"pages/{name}.html": build for name, build in pages.items()}


def flashed(view: View) -> View:
    """Return the same view with a message about what was just done."""
    frame = view["shell"]
    assert isinstance(frame, Shell)
    return {**view, "shell": replace(frame, flash=Flash(tone="success", text="The offer is recorded."))}
