"""The quality audit of a closed return interview: which are audited, and the scale they are graded on."""

from __future__ import annotations

from enum import StrEnum

from missing_coord.domain.interviews import InterviewState


class Grade(StrEnum):
    """The four points that inspections use."""

    OUTSTANDING = "outstanding"
    GOOD = "good"
    REQUIRES_IMPROVEMENT = "requires_improvement"
    INADEQUATE = "inadequate"


GRADE_NAMES = {
    Grade.OUTSTANDING: "Outstanding",
    Grade.GOOD: "Good",
    Grade.REQUIRES_IMPROVEMENT: "Requires improvement",
    Grade.INADEQUATE: "Inadequate",
}

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
