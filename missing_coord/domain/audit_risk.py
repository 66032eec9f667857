"""Which closed interviews are audited first: what is on record that makes a child's risk greater, in points."""

from __future__ import annotations

from enum import StrEnum


class AuditRisk(StrEnum):
    """One reason to look at an interview sooner."""

    TOLD_HARM = "told_harm"
    HIGH = "high"
    SCREEN = "screen"
    MEDIUM = "medium"
    UNDER_13 = "under_13"
    OFTEN = "often"
    NOT_HELD = "not_held"
    LOW = "low"


POINTS = {
    AuditRisk.TOLD_HARM: 8,
    AuditRisk.HIGH: 8,
    AuditRisk.SCREEN: 6,
    AuditRisk.MEDIUM: 4,
    AuditRisk.UNDER_13: 3,
    AuditRisk.OFTEN: 3,
    AuditRisk.NOT_HELD: 2,
    AuditRisk.LOW: 1,
}
RISK_NAMES = {
    AuditRisk.TOLD_HARM: "told of harm",
    AuditRisk.HIGH: "police: high risk",
    AuditRisk.SCREEN: "exploitation screen positive",
    AuditRisk.MEDIUM: "police: medium risk",
    AuditRisk.UNDER_13: "under 13",
    AuditRisk.OFTEN: "missing three times in 90 days",
    AuditRisk.NOT_HELD: "not held with the child",
    AuditRisk.LOW: "police: low risk",
}
