"""The names of the topics, in and out."""

from __future__ import annotations

POLICE_NOTICES = "missing-coord.police-notices.v1"
REGISTER = "missing-coord.register.v1"
PLACEMENTS = "missing-coord.placements.v1"
MISSING_LISTS = "missing-coord.missing-lists.v1"
EPISODES = "missing-coord.episodes.v1"
INTERVIEWS = "missing-coord.interviews.v1"
ESCALATIONS = "missing-coord.escalations.v1"
PATTERNS = "missing-coord.patterns.v1"

TOPICS_IN = (POLICE_NOTICES, REGISTER, PLACEMENTS, MISSING_LISTS)
TOPICS_OUT = (EPISODES, INTERVIEWS, ESCALATIONS, PATTERNS)


def dead_letters(topic: str) -> str:
    """Return the dead-letter topic of a topic."""
    return f"{topic}.dlq"
