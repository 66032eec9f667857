"""Sample view models of quality audits: on an interview, to their author, criteria and agreement."""

from __future__ import annotations

from missing_coord.domain.agreement import agreement_of
from missing_coord.domain.audit_schemes import SHIPPED_SCHEME
from missing_coord.web.pages.audit_criteria import line_of
from tests.builders.view_samples import View, ago, shell


def audit_samples() -> list[View]:
    """Return an audit that was returned, one graded twice, and one whose grade is not shown yet."""
    grading: View = {
        "grade": "Good",
        "score": 81,
        "changed": True,
        "comment": "The child's words are there.",
        "by": "Kit",
        "at": ago(1),
        "short_of": [("Health was asked about", "Not met")],
    }
    audit: View = {
        "audit_id": 3,
        "first": grading,
        "second": None,
        "returned": True,
        "sampled": False,
        "scheme": "2026-1",
        "by": "Kit",
        "at": ago(1),
        "read_at": ago(0.5),
    }
    twice = {**audit, "second": {**grading, "changed": False}, "returned": False, "sampled": True}
    return [audit, twice, {**audit, "first": None, "sampled": True}]


def feedback() -> list[View]:
    """Return what an auditor wrote, once not read yet and once read."""
    said: View = {
        "audit_id": 3,
        "short": "I0001",
        "closed_at": ago(90),
        "grade": "Good",
        "returned": True,
        "comment": "The child's words are there.",
        "short_of": [("Health was asked about", "Not met")],
        "by": "Kit",
        "at": ago(1),
        "read_at": None,
    }
    return [said, {**said, "audit_id": 2, "returned": False, "short_of": [], "read_at": ago(1)}]


def audit_criteria() -> View:
    """Return the criteria as shipped, an earlier version and one to come, for a manager whose new one is refused."""
    scheme = SHIPPED_SCHEME
    return {
        "shell": shell("/audits/criteria"),
        "current": {
            "version": scheme.version,
            "since": "Mon 02 Nov 2026 09:00 GMT",
            "second_percent": 10,
            "tables": [("Interviews held with the child", scheme.held), ("The effort", scheme.effort)],
            "scale": scheme.scale,
            "body": '{"version": "2026-1"}',
        },
        "others": [("2027-1", "Fri 01 Jan 2027 00:00 GMT", True), ("2025-1", "", False)],
        "may_save": True,
        "values": {"body": "{"},
        "errors": {"body": "criteria: must be JSON"},
    }


def audit_agreement() -> View:
    """Return agreement on grades, one criterion and one reason."""
    line = line_of("Grade", agreement_of([("good", "good"), ("good", "inadequate")]))
    return {
        "shell": shell("/audits/agreement"),
        "days": "365",
        "periods": [("90", "the last 90 days"), ("365", "the last 365 days")],
        "waiting": 2,
        "twice": 2,
        "coded": 2,
        "grades": line,
        "criteria": [{**line, "name": "Health was asked about", "kappa": "none"}],
        "themes": [{**line, "name": "Went to: friends", "by_worker": 2, "by_auditor": 1}],
    }
