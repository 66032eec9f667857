"""The nightly proof: one line that says that nobody was missed, with its evidence, kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from missing_coord.domain.plurals import plural
from missing_coord.services.verify import CheckedUnit, Verification, verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What one night's proof found; it balances when no rule is broken at all."""

    at: datetime
    balanced: bool
    line: str
    evidence: Mapping[str, Any]


class ProofStore(Protocol):
    """Proofs kept."""

    async def add(self, proof: Proof) -> int:
        """Keep a proof and return its number."""
        ...

    async def beaten(self, number: int, outcome: str) -> None:
        """Write down what became of the heartbeat."""
        ...


class ProvedUnit(CheckedUnit, Protocol):
    """What proving needs of a unit of work."""

    @property
    def proofs(self) -> ProofStore:
        """Proofs kept."""
        ...


async def prove(uow: ProvedUnit) -> tuple[int, Proof]:
    """Check everything, and keep the line and its evidence; run it as the system."""
    found = await verify(uow)
    counts = await uow.checks.counts()
    proof = Proof(
        at=uow.now,
        balanced=found.sound,
        line=line_of(found, counts),
        evidence={**found.to_json(), "counts": dict(counts), "audit_head": await uow.checks.audit_head()},
    )
    return await uow.proofs.add(proof), proof


def line_of(found: Verification, counts: Mapping[str, int]) -> str:
    """Return the proof in one line."""
    parts = (
        f"{plural(found.notices_in, 'notice')} in, {found.accounted + found.quarantined:,} accounted for",
        f"{plural(counts['returns'], 'return')}, {plural(counts['duties'], 'duty')}",
        f"{plural(counts['outcomes'], 'outcome')}, {plural(counts['live_steps'], 'live next step')}",
        f"{plural(counts['steps_fired'], 'step')} fired",
        f"{plural(counts['messages'], 'message')}, {counts['messages_waiting'] + counts['on_their_way']:,} on"
        f" their way,"
        f" {plural(counts['failed'], 'delivery')} failed",
    )
    broken = ", ".join(f"{each.rule} ({each.count})" for each in found.findings)
    return f"{'; '.join(parts)}: {'balanced' if found.sound else f'does not balance: {broken}'}"
