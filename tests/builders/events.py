"""One valid example of every domain event, made from its fields, and events as they lie in the outbox."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_type_hints

from missing_coord.contracts.envelopes import OutgoingEvent
from missing_coord.domain.events import Event

AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
_REFERENCE = "5d2c1f0e-0000-4000-8000-000000000001"
_EXAMPLES: dict[str, Any] = {
    "child_id": "C-1001",
    "kind": "M",
    "population": "own_lac_in_area",
    "basis": "returned",
    "state": "offered_awaiting",
    "method": "phone",
    "by": "child",
    "outcome": "not_required_manager_decision",
    "step": "48h_from_return",
    "worker_id": "W-1",
    "moved_from": "C-1002",
    "number": 2,
}


def example_of(kind: type[Event]) -> Event:
    """Return a valid event of a kind."""
    hints = get_type_hints(kind)
    return kind(**{each.name: _example(each.name, hints[each.name]) for each in fields(kind)})


def an_outgoing(
    *, position: int = 1, key: str = "C-1001", type: str = "missing-coord.interviews.interview-assigned.v1"
) -> OutgoingEvent:
    """Return an event as it lies in the outbox."""
    return OutgoingEvent(
        position=position,
        event_id=str(uuid.UUID(int=position)),
        type=type,
        topic=".".join((*type.split(".")[:2], "v1")),
        key=key,
        body={"child_id": key, "interview_id": _REFERENCE, "worker_id": "W-1", "starts_at": None},
        occurred_at=AT,
    )


def _example(name: str, hint: Any) -> Any:
    if name in _EXAMPLES:
        return _EXAMPLES[name]
    if hint is bool:
        return True
    if "datetime" in str(hint):
        return AT
    if "tuple" in str(hint):
        return (_REFERENCE,)
    return _REFERENCE
