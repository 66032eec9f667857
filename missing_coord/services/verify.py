"""Checks that every notice in is accounted for, the audit trail is whole, and nothing is overdue in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One broken rule: `references` name the first rows that break it, `count` says how many there are."""

    rule: str
    says: str
    count: int
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCounts:
    """Rows of police notices received: `accounted` were new, repeats, or settled by a person.

    `quarantined` wait there to be settled, each counted once however often it came.
    """

    notices_in: int
    accounted: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The result of all checks; `unexplained` rows were received and are neither kept, repeats nor in quarantine."""

    notices_in: int
    accounted: int
    quarantined: int
    unexplained: int
    audit_intact: bool
    findings: tuple[Finding, ...]

    @property
    def balanced(self) -> bool:
        """Whether every notice in is accounted for."""
        return self.unexplained == 0

    @property
    def sound(self) -> bool:
        """Whether there is nothing at all to look into."""
        return self.balanced and self.audit_intact and not self.findings

    def to_json(self) -> dict[str, Any]:
        """Return the verification in the shape of the command line's contract."""
        return {
            "notices_in": self.notices_in,
            "accounted": self.accounted,
            "quarantined": self.quarantined,
            "unexplained": self.unexplained,
            "balanced": self.balanced,
            "audit_intact": self.audit_intact,
            "findings": [{**asdict(each), "references": list(each.references)} for each in self.findings],
        }


class CheckStore(Protocol):
    """Reads the whole database against the rules that must always hold."""

    async def notice_counts(self) -> NoticeCounts:
        """Return how many rows of police notices came in and what became of them."""
        ...

    async def lost(self) -> Sequence[Finding]:
        """Return what says that a notice was received and went nowhere."""
        ...

    async def broken(self, now: datetime) -> Sequence[Finding]:
        """Return every other rule that is broken."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return the numbers of the proof's line."""
        ...

    async def audit_head(self) -> Mapping[str, Any] | None:
        """Return number and hash of the newest row of the audit trail, None while there is none."""
        ...

    async def audit_broken_at(self) -> int | None:
        """Return the number of the first row at which the audit chain is broken, None while it is whole."""
        ...


class CheckedUnit(Protocol):
    """What verifying needs of a unit of work."""

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def checks(self) -> CheckStore:
        """The rules that must always hold."""
        ...


async def verify(uow: CheckedUnit) -> Verification:
    """Check everything at the instant of the transaction and change nothing; run it as the system."""
    counts = await uow.checks.notice_counts()
    lost = await uow.checks.lost()
    findings = [*lost, *await uow.checks.broken(uow.now)]
    broken_at = await uow.checks.audit_broken_at()
    if broken_at is not None:
        says = "The audit trail was changed: from this row on it does not follow from the rows before."
        findings.append(
            Finding(rule="audit_chain", says=says, count=1, references=(f"audit row {broken_at}",))
        )
    uncounted = counts.notices_in - counts.accounted - counts.quarantined
    return Verification(
        notices_in=counts.notices_in,
        accounted=counts.accounted,
        quarantined=counts.quarantined,
        unexplained=abs(uncounted) + sum(each.count for each in lost),
        audit_intact=broken_at is None,
        findings=tuple(findings),
    )
