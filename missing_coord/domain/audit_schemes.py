"""The criteria of quality audits with their weights, and the scale of grades, each version with its own days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.errors import DomainError
from missing_coord.domain.escalation import LONG_AGO
from missing_coord.domain.quality import AuditKind


class Mark(StrEnum):
    """How far a criterion is met."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


MARK_NAMES = {
    Mark.MET: "Met",
    Mark.PARTLY: "Partly",
    Mark.NOT_MET: "Not met",
    Mark.NOT_APPLICABLE: "Does not apply",
}
_HALVES = {Mark.MET: 2, Mark.PARTLY: 1, Mark.NOT_MET: 0}
Marks = Mapping[str, Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One thing that an auditor looks for, and how much it weighs."""

    code: str
    words: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GradePoint:
    """One grade of the scale, given from this percentage of the weights."""

    code: str
    words: str
    from_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditScheme:
    """One version of criteria and scale (best grade first), and the percentage of audits that is graded twice."""

    version: str
    held: tuple[Criterion, ...]
    effort: tuple[Criterion, ...]
    scale: tuple[GradePoint, ...]
    second_percent: int = 10
    effective_at: datetime = LONG_AGO

    def criteria(self, kind: AuditKind) -> tuple[Criterion, ...]:
        """Return what is looked for in an interview that was held, or in the effort where none was."""
        return self.held if kind is AuditKind.HELD else self.effort

    def grade_names(self) -> dict[str, str]:
        """Return the words of each grade, best first."""
        return {each.code: each.words for each in self.scale}

    def score(self, kind: AuditKind, marks: Marks) -> int:
        """Return the percentage of the weights reached, half up; what does not apply is left out of the whole.

        Raises DomainError when a criterion has no mark, when one is not of this version, and when none applies.
        """
        criteria = self.criteria(kind)
        for each in criteria:
            if each.code not in marks:
                raise DomainError("mark_missing", f"mark_{each.code}: mark this criterion.")
        if unknown := sorted(set(marks) - {each.code for each in criteria}):
            raise DomainError(
                "mark_unknown", f"mark_{unknown[0]}: this is no criterion of version {self.version}."
            )
        counted = [each for each in criteria if marks[each.code] is not Mark.NOT_APPLICABLE]
        if not counted:
            raise DomainError("nothing_marked", f"mark_{criteria[0].code}: at least one criterion applies.")
        whole = 2 * sum(each.weight for each in counted)
        reached = sum(each.weight * _HALVES[marks[each.code]] for each in counted)
        return (200 * reached + whole) // (2 * whole)

    def grade_of(self, score: int) -> str:
        """Return the code of the grade that a percentage gives."""
        return next(each.code for each in self.scale if score >= each.from_percent)


@dataclass(frozen=True, slots=True)
class SchemeBook:
    """Every version, the shipped one included."""

    schemes: Mapping[str, AuditScheme]

    @classmethod
    def holding(cls, schemes: Iterable[AuditScheme]) -> SchemeBook:
        """Return the shipped version and these."""
        return cls({each.version: each for each in (SHIPPED_SCHEME, *schemes)})

    def in_force(self, at: datetime) -> AuditScheme:
        """Return the version that took effect last by then; of two at once the greater name."""
        begun = [each for each in self.schemes.values() if each.effective_at <= at]
        return max(begun, key=lambda each: (each.effective_at, each.version))

    def grade_words(self, version: str, code: str) -> str:
        """Return a grade of a version in words."""
        return self.schemes[version].grade_names()[code]


def _criteria(*lines: tuple[str, int, str]) -> tuple[Criterion, ...]:
    return tuple(Criterion(code=code, weight=weight, words=words) for code, weight, words in lines)


SHIPPED_SCHEME = AuditScheme(
    version="2026-1",
    held=_criteria(
        ("in_time", 2, "Offered and held in time, or the delay is explained"),
        (
            "independent",
            2,
            "The interviewer was independent, and the child was seen alone or it says why not",
        ),
        ("childs_voice", 3, "The child's own words and wishes are there"),
        ("episodes_covered", 1, "Every missing episode it was for is covered"),
        ("reasons_explored", 2, "What the child went away from and went to is explored"),
        ("people_and_places", 2, "People, places, vehicles and numbers are entries of their own"),
        ("harm_explored", 3, "Harm and exploitation were asked about, and what was said is followed up"),
        ("health", 1, "Health was asked about"),
        ("analysis", 2, "The analysis says what it means, and how great the risk is"),
        ("actions", 2, "Actions are clear, with an owner and a day"),
        ("passed_on", 1, "What others need to know was passed on, by the child's wish"),
    ),
    effort=_criteria(
        ("asked_in_time", 2, "The child was asked in time, or the delay is explained"),
        ("several_ways", 3, "More than one way and time of day were tried"),
        ("child_asked", 3, "The child was asked, not adults alone"),
        (
            "second_approach",
            2,
            "After a first no, somebody asked again, another person where that could help",
        ),
        ("choice_given", 1, "The child could choose who, when and where"),
        ("reason_recorded", 2, "It says why no interview was held, in the child's words where there are any"),
        ("carers_asked", 1, "Parents or carers were asked what they know"),
        ("risk_considered", 3, "What is known without an interview was weighed and passed on"),
    ),
    scale=(
        GradePoint(code="outstanding", words="Outstanding", from_percent=90),
        GradePoint(code="good", words="Good", from_percent=70),
        GradePoint(code="requires_improvement", words="Requires improvement", from_percent=45),
        GradePoint(code="inadequate", words="Inadequate", from_percent=0),
    ),
)
