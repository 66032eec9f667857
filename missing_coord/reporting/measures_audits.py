"""Quality audits of the interviews closed in a period: grades, criteria, and how far second auditors agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from missing_coord.domain.audit_schemes import AuditScheme, Mark
from missing_coord.domain.quality import AuditKind
from missing_coord.reporting.follow_up import ClosedFact
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import Measure, MeasureGroup, Opens, hours_measure
from missing_coord.reporting.measures_quality import Rows, interviews_counted


def audit_measures(facts: PeriodFacts) -> tuple[MeasureGroup, ...]:
    """Return how many were audited, their grades, how far each criterion was met, and the second grades."""
    audited = [each for each in facts.closed if each.grade]
    criteria = [group for kind in AuditKind for group in _criteria(kind, audited, _newest_first(facts))]
    return (_audited(facts.closed, audited), _grades(facts, audited), *criteria, _second(audited))


def _audited(closed: Sequence[ClosedFact], audited: Sequence[ClosedFact]) -> MeasureGroup:
    done = _ids(audited)
    waits = [
        (each.interview_id, each.first_audited_at - each.closed_at)
        for each in closed
        if each.first_audited_at is not None
    ]
    wait = hours_measure("audit_wait", "Half were audited within", waits, 0.5, "Median, from the closing.")
    returned = _ids(each for each in audited if each.returned)
    return MeasureGroup(
        title="Quality audits, by the day the interview was closed",
        measures=(
            interviews_counted("audit_due", "Interviews to be audited", _ids(closed), _AUDITED),
            interviews_counted("audited", "Audited", done, of=_ids(closed)),
            interviews_counted("audit_returned", "Returned to the author for rework", returned, of=done),
            replace(wait, opens=Opens.INTERVIEWS),
        ),
    )


_AUDITED = (
    "Held, declined or given up, of own children; the latest audit of this closing by the report's time."
)


def _newest_first(facts: PeriodFacts) -> list[AuditScheme]:
    """Return the versions of the criteria, the one in force at the report's time before those it replaced."""
    begun = [each for each in facts.schemes.schemes.values() if each.effective_at <= facts.as_at]
    return sorted(begun, key=lambda each: (each.effective_at, each.version), reverse=True)


def _grades(facts: PeriodFacts, audited: Sequence[ClosedFact]) -> MeasureGroup:
    """Return the grades of the scale in force, and those of earlier scales that these audits still have."""
    given = {each.grade for each in audited}
    names: dict[str, str] = {}
    for number, scheme in enumerate(_newest_first(facts)):
        for code, words in scheme.grade_names().items():
            if number == 0 or code in given:
                names.setdefault(code, words)
    return MeasureGroup(
        title="Grades of these audits",
        measures=tuple(
            interviews_counted(
                f"grade_{code}", words, _ids(e for e in audited if e.grade == code), of=_ids(audited)
            )
            for code, words in names.items()
        ),
        parts_of_whole=True,
        chart=True,
    )


def _criteria(
    kind: AuditKind, audited: Sequence[ClosedFact], schemes: Sequence[AuditScheme]
) -> Iterator[MeasureGroup]:
    """Yield the criteria of one kind of audit that were marked at least once."""
    names: dict[str, str] = {}
    for scheme in schemes:
        for each in scheme.criteria(kind):
            names.setdefault(each.code, each.words)
    of_kind = [each for each in audited if each.kind == kind]
    lines = [_criterion(kind, code, words, of_kind) for code, words in names.items()]
    marked = tuple(each for each in lines if each.denominator)
    if marked:
        yield MeasureGroup(title=_TITLES[kind], measures=marked)


_TITLES = {
    AuditKind.HELD: "Criteria met in full, of interviews held, where they apply",
    AuditKind.EFFORT: "Criteria met in full, of the effort where none was held, where they apply",
}


def _criterion(kind: AuditKind, code: str, words: str, audited: Sequence[ClosedFact]) -> Measure:
    applies = [(each, dict(each.marks).get(code, Mark.NOT_APPLICABLE)) for each in audited]
    marked = [(each, mark) for each, mark in applies if mark != Mark.NOT_APPLICABLE]
    met = _ids(each for each, mark in marked if mark == Mark.MET)
    return interviews_counted(f"criterion_{kind}_{code}", words, met, of=_ids(each for each, _ in marked))


def _second(audited: Sequence[ClosedFact]) -> MeasureGroup:
    drawn = [each for each in audited if each.sampled]
    twice = [each for each in drawn if each.second_grade]
    coded = [each for each in twice if each.same_themes is not None]
    same = _ids(each for each in twice if each.second_grade == each.grade)
    return MeasureGroup(
        title="Second grades of audits that were drawn",
        measures=(
            interviews_counted("second_drawn", "Drawn", _ids(drawn), _DRAWN, of=_ids(audited)),
            interviews_counted("second_given", "Graded by a second auditor", _ids(twice), of=_ids(drawn)),
            interviews_counted("second_same", "Both gave the same grade", same, of=_ids(twice)),
            interviews_counted(
                "second_themes",
                "Worker and second auditor found the same reasons",
                _ids(each for each in coded if each.same_themes),
                of=_ids(coded),
            ),
        ),
    )


_DRAWN = "By reference, of audits that were not returned; the second auditor does not see the first grade."


def _ids(rows: Iterable[ClosedFact]) -> Rows:
    return tuple(each.interview_id for each in rows)
