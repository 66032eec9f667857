"""The quality audit of a closed return interview: which are audited, and what of each is judged."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from missing_coord.domain.interviews import InterviewState

AUDITED_STATES = frozenset(
    {
        InterviewState.COMPLETED,
        InterviewState.CARER_INFO_ONLY,
        InterviewState.DECLINED_BY_CHILD,
        InterviewState.DECLINED_BY_PARENT,
        InterviewState.CLOSED_NO_CONTACT,
        InterviewState.NOT_REQUIRED,
    }
)
"""Held, declined and given up alike: of an interview that was not held the effort is judged."""


class AuditKind(StrEnum):
    """What an audit judges: an interview held with the child, or the effort where none was."""

    HELD = "held"
    EFFORT = "effort"


def kind_of(state: str) -> AuditKind:
    """Return what is judged of an interview that was closed in a state."""
    return AuditKind.HELD if state == InterviewState.COMPLETED else AuditKind.EFFORT


def is_sampled(interview_id: str, record_number: int, percent: int) -> bool:
    """Say whether an audit belongs to the share that a second auditor grades again.

    The choice follows from the reference alone (SHA-256), so that it can be worked out again and nobody can make it.
    """
    digest = hashlib.sha256(f"{interview_id}/{record_number}".encode()).digest()
    return int.from_bytes(digest[:8]) * 100 < percent * 2**64
