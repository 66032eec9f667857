"""Criteria and scale of quality audits: scores and grades, files refused with a reason, the share drawn, kappa."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.contracts.audit_schemes import read_audit_scheme, write_audit_scheme
from missing_coord.domain.agreement import agreement_of
from missing_coord.domain.audit_schemes import SHIPPED_SCHEME, Mark, SchemeBook
from missing_coord.domain.errors import DomainError, PermanentError
from missing_coord.domain.quality import AuditKind, is_sampled

HELD = SHIPPED_SCHEME.criteria(AuditKind.HELD)
BODY = write_audit_scheme(SHIPPED_SCHEME)


@given(st.lists(st.sampled_from(tuple(Mark)), min_size=len(HELD), max_size=len(HELD)))
def test_the_score_is_the_share_of_the_weights_that_apply(marks: list[Mark]) -> None:
    given_marks = {each.code: mark for each, mark in zip(HELD, marks, strict=True)}
    worth = {Mark.MET: Fraction(1), Mark.PARTLY: Fraction(1, 2), Mark.NOT_MET: Fraction(0)}
    counted = [(each.weight, worth[mark]) for each, mark in zip(HELD, marks, strict=True) if mark in worth]
    if not counted:
        with pytest.raises(DomainError, match="at least one criterion applies"):
            SHIPPED_SCHEME.score(AuditKind.HELD, given_marks)
        return
    share = 100 * sum(weight * part for weight, part in counted) / sum(weight for weight, _ in counted)
    assert SHIPPED_SCHEME.score(AuditKind.HELD, given_marks) == int(share + Fraction(1, 2))


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        (100, "outstanding"),
        (90, "outstanding"),
        (89, "good"),
        (45, "requires_improvement"),
        (0, "inadequate"),
    ],
)
def test_a_grade_begins_at_its_percentage(score: int, grade: str) -> None:
    assert SHIPPED_SCHEME.grade_of(score) == grade


def test_every_criterion_is_marked_and_no_other() -> None:
    marks = {each.code: Mark.MET for each in HELD}
    with pytest.raises(DomainError, match="mark_gossip: this is no criterion of version 2026-1"):
        SHIPPED_SCHEME.score(AuditKind.HELD, {**marks, "gossip": Mark.MET})
    del marks["health"]
    with pytest.raises(DomainError, match="mark_health: mark this criterion"):
        SHIPPED_SCHEME.score(AuditKind.HELD, marks)


def test_the_version_in_force_is_the_one_that_took_effect_last() -> None:
    later = replace(SHIPPED_SCHEME, version="2027-1", effective_at=datetime(2027, 1, 1, tzinfo=UTC))
    book = SchemeBook.holding([later])
    assert book.in_force(datetime(2026, 12, 31, tzinfo=UTC)) == SHIPPED_SCHEME
    assert book.in_force(datetime(2027, 1, 1, tzinfo=UTC)) == later


def test_a_scheme_is_read_as_it_was_written() -> None:
    assert read_audit_scheme(json.dumps(BODY)) == SHIPPED_SCHEME
    dated = replace(SHIPPED_SCHEME, effective_at=datetime(2027, 1, 1, tzinfo=UTC), second_percent=25)
    assert read_audit_scheme(json.dumps(write_audit_scheme(dated))) == dated


WRONG: list[tuple[Any, str]] = [
    ("[", "criteria: must be JSON"),
    ([], "criteria: must be an object"),
    ({**BODY, "colour": 1}, "colour: is not known here"),
    ({**BODY, "version": "a b"}, "version: must be a name"),
    ({**BODY, "held": []}, "held: must be a list"),
    ({**BODY, "held": [{"code": "Voice", "words": "x"}]}, r"held\[0\].code: must be small letters"),
    ({**BODY, "held": [{"code": "voice", "words": " "}]}, r"held\[0\].words: must be 1 to 200"),
    ({**BODY, "held": [{"code": "voice", "words": "x", "weight": 0}]}, r"held\[0\].weight: must be a whole"),
    ({**BODY, "held": [{"code": "voice", "words": "x"}] * 2}, "held: has voice twice"),
    (
        {**BODY, "scale": [{"code": "good", "words": "Good", "from_percent": 5}]},
        "scale: must go from the best",
    ),
    ({**BODY, "second_percent": 101}, "second_percent: must be a whole number from 0 to 100"),
    ({**BODY, "effective_at": "2027-01-01"}, "effective_at: must carry its offset"),
]


@pytest.mark.parametrize(("content", "said"), WRONG)
def test_a_wrong_scheme_is_refused_with_what_would_be_right(content: Any, said: str) -> None:
    with pytest.raises(PermanentError, match=said):
        read_audit_scheme(content if isinstance(content, str) else json.dumps(content))


def test_the_share_that_is_drawn_is_that_of_the_scheme_and_the_same_every_time() -> None:
    ids = [str(uuid.UUID(int=number)) for number in range(5000)]
    drawn = [is_sampled(each, 1, 10) for each in ids]
    assert drawn == [is_sampled(each, 1, 10) for each in ids]
    assert 420 <= sum(drawn) <= 580
    assert all(is_sampled(each, 1, 25) for each, one in zip(ids, drawn, strict=True) if one)
    assert not any(is_sampled(each, 1, 0) for each in ids)
    assert all(is_sampled(each, 1, 100) for each in ids)


def test_kappa_is_what_the_textbook_example_gives() -> None:
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    found = agreement_of(pairs)
    assert (found.pairs, found.same, found.kappa, found.few) == (50, 35, Fraction(2, 5), False)


def test_kappa_is_not_defined_where_both_always_say_one_thing() -> None:
    assert agreement_of([("y", "y")] * 3).kappa is None
    assert agreement_of([]).kappa is None
    assert agreement_of([("y", "n")] * 3).kappa == 0
