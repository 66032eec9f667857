"""In which order a coordinator sees open alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from missing_coord.domain.alerts import Alert, urgency
from missing_coord.domain.escalation import ClockKind

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def an_alert(clock: ClockKind, *, days_ago: int) -> Alert:
    """Return an open alert that ran out so many days ago."""
    due_at = NOON - timedelta(days=days_ago)
    return Alert(
        alert_id=f"{clock}-{days_ago}",
        clock=clock,
        subject_type="interview",
        subject_id="I1",
        started_at=due_at,
        due_at=due_at,
        opened_at=due_at,
        closed_at=None,
        next_step=0,
        next_step_at=None,
        ladder_version="v1",
    )


def test_told_harm_comes_first_and_audits_last_and_else_what_has_waited_longest() -> None:
    audit = an_alert(ClockKind.AUDIT, days_ago=90)
    offer, older_offer = an_alert(ClockKind.OFFER, days_ago=3), an_alert(ClockKind.OFFER, days_ago=30)
    harm = an_alert(ClockKind.TOLD_HARM, days_ago=0)
    assert sorted([audit, offer, older_offer, harm], key=urgency) == [harm, older_offer, offer, audit]
