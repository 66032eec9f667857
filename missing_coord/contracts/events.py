"""The wire form of every outgoing event: type, topic, key and a body of references and times."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from missing_coord.contracts.topics import EPISODES, ESCALATIONS, INTERVIEWS, PATTERNS
from missing_coord.domain import events as domain


@dataclass(frozen=True, slots=True, kw_only=True)
class WireEvent:
    """An event as it stands in the outbox and on a topic; `key` keeps one child's events in order."""

    type: str
    topic: str
    key: str
    body: dict[str, Any]


TOPIC_OF: dict[type[domain.Event], str] = {
    domain.MissingEpisodeOpened: EPISODES,
    domain.MissingEpisodeChanged: EPISODES,
    domain.ChildReturned: EPISODES,
    domain.MissingEpisodeCancelled: EPISODES,
    domain.MatchReviewRaised: EPISODES,
    domain.MatchDecided: EPISODES,
    domain.ReturnInterviewOpened: INTERVIEWS,
    domain.ReturnInterviewChanged: INTERVIEWS,
    domain.InterviewAssigned: INTERVIEWS,
    domain.InterviewUnassigned: INTERVIEWS,
    domain.InterviewAttempted: INTERVIEWS,
    domain.InterviewStateChanged: INTERVIEWS,
    domain.InterviewCompleted: INTERVIEWS,
    domain.InterviewDeclined: INTERVIEWS,
    domain.InterviewClosed: INTERVIEWS,
    domain.InterviewReopened: INTERVIEWS,
    domain.InterviewRecordSubmitted: INTERVIEWS,
    domain.VisitConditionsChanged: INTERVIEWS,
    domain.DeadlineWarned: ESCALATIONS,
    domain.DeadlineBreached: ESCALATIONS,
    domain.PatternProposed: PATTERNS,
    domain.PatternDecided: PATTERNS,
}


def wire_type(event: type[domain.Event]) -> str:
    """Return the wire type of an event class, such as `missing-coord.episodes.child-returned.v1`."""
    aggregate = TOPIC_OF[event].split(".")[1]
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", event.__name__).lower()
    return f"missing-coord.{aggregate}.{name}.v1"


WIRE_TYPES = {event: wire_type(event) for event in TOPIC_OF}
_FIELDS = {event: tuple(f.name for f in fields(event)) for event in TOPIC_OF}


def to_wire(event: domain.Event) -> WireEvent:
    """Return an event in its wire form; times are ISO 8601 in UTC."""
    kind = type(event)
    body = {name: _plain(getattr(event, name)) for name in _FIELDS[kind]}
    return WireEvent(type=WIRE_TYPES[kind], topic=TOPIC_OF[kind], key=event.child_id, body=body)


def _plain(value: object) -> object:
    if type(value) is str:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
