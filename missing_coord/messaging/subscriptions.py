"""THE table: which consumers react to which event; an event to which nobody reacts says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from missing_coord.contracts.events import TOPIC_OF, WIRE_TYPES
from missing_coord.messaging.ports import Reaction

NOBODY: tuple[str, ...] = ()
"""No consumer of ours reacts; the event still goes out on its topic for other systems."""

NOTICES = "notices"
"""Plans messages to people."""
PLANNING = "planning"
"""Proposes a visit where one is needed, and tells whom a change of a booked visit concerns."""

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {
    "missing-coord.episodes.missing-episode-opened.v1": NOBODY,
    "missing-coord.episodes.missing-episode-changed.v1": NOBODY,
    "missing-coord.episodes.child-returned.v1": NOBODY,
    "missing-coord.episodes.missing-episode-cancelled.v1": NOBODY,
    "missing-coord.episodes.match-review-raised.v1": (NOTICES,),
    "missing-coord.episodes.match-decided.v1": NOBODY,
    "missing-coord.interviews.return-interview-opened.v1": (PLANNING,),
    "missing-coord.interviews.return-interview-changed.v1": (PLANNING,),
    "missing-coord.interviews.interview-assigned.v1": (NOTICES, PLANNING),
    "missing-coord.interviews.interview-unassigned.v1": (NOTICES, PLANNING),
    "missing-coord.interviews.interview-attempted.v1": NOBODY,
    "missing-coord.interviews.interview-state-changed.v1": (PLANNING,),
    "missing-coord.interviews.interview-completed.v1": NOBODY,
    "missing-coord.interviews.interview-declined.v1": (PLANNING,),
    "missing-coord.interviews.interview-closed.v1": (PLANNING,),
    "missing-coord.interviews.interview-reopened.v1": (PLANNING,),
    "missing-coord.interviews.interview-record-submitted.v1": (PLANNING,),
    "missing-coord.interviews.visit-conditions-changed.v1": (PLANNING,),
    "missing-coord.escalations.deadline-warned.v1": NOBODY,
    "missing-coord.escalations.deadline-breached.v1": NOBODY,
    "missing-coord.patterns.pattern-proposed.v1": NOBODY,  # whoever finds a pattern tells the lead at once
    "missing-coord.patterns.pattern-decided.v1": NOBODY,
}


def topics_of(consumer: str) -> tuple[str, ...]:
    """Return the topics that hold the events of a consumer."""
    topic_of = {WIRE_TYPES[event]: topic for event, topic in TOPIC_OF.items()}
    return tuple(sorted({topic_of[kind] for kind, names in SUBSCRIPTIONS.items() if consumer in names}))


def consumers() -> frozenset[str]:
    """Return the name of every consumer in the table."""
    return frozenset(name for names in SUBSCRIPTIONS.values() for name in names)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The table with the reaction of each consumer put in."""

    reactions: Mapping[str, Reaction]

    def __post_init__(self) -> None:
        """Refuse a table whose consumers and reactions are not the same; ValueError names them."""
        _refuse("has no reaction", consumers() - self.reactions.keys())
        _refuse("is in no row of the table", self.reactions.keys() - consumers())

    def of(self, event_type: str) -> list[tuple[str, Reaction]]:
        """Return the consumers of an event type with their reactions; an unknown type has none."""
        return [(name, self.reactions[name]) for name in SUBSCRIPTIONS.get(event_type, NOBODY)]


def _refuse(what: str, names: Collection[str]) -> None:
    if names:
        raise ValueError(f"subscriptions: {', '.join(sorted(names))} {what}")
