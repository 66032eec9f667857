"""The demonstration's office work that follows no script: unsure notices decided, old business closed by a manager."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.demo.deeds import COORDINATOR, MANAGER
from missing_coord.domain.errors import ConcurrencyConflict, DomainError
from missing_coord.domain.population import Population
from missing_coord.services import decisions, interviews

UNSURE_FOR = timedelta(days=10)
"""How long a notice waits before a coordinator decides whom it is about."""
OPEN_FOR = timedelta(days=10)
"""How long after its deadline an interview is still tried before a manager closes it."""

Truth = Mapping[tuple[str, str], frozenset[str]]
"""The children whom a reference is truly about, by force and reference in their comparing form."""

_UNSURE = text("""
    select incident_id::text, version, force_key, reference_key, candidates from incidents
    where match_state in ('review', 'unmatched') and created_at <= :before order by created_at, incident_id
""")
_OLD = text("""
    select interview_id::text, population, first_offered_at, child_id from interviews
    where closed_at is null and not child_missing and due_at < :before order by due_at, interview_id
""")
_REGISTERED = text("select child_id from children where not provisional and child_id = any(:ids)")


@dataclass(slots=True, kw_only=True)
class Office:
    """Does the office work on the application at the time of its clock; `truth` tells whom notices are about."""

    app: Application
    truth: Truth
    done: Counter[str] = field(default_factory=Counter)
    _decided: set[str] = field(default_factory=set)

    async def decide_unsure(self, now: datetime) -> None:
        """Decide whom the notices that have waited long enough are about."""
        async with self.app.database.unit_of_work(COORDINATOR) as uow:
            found = await uow.execute(_UNSURE, {"before": now - UNSURE_FOR})
            waiting = [row for row in found.mappings() if row["incident_id"] not in self._decided]
        for row in waiting:
            self._decided.add(row["incident_id"])
            meant = self.truth.get((row["force_key"], row["reference_key"]), frozenset())
            named = [each.get("child_id", "") for each in row["candidates"]]
            child_id = next((each for each in named if each in meant), next(iter(sorted(meant)), ""))
            try:
                await self._decide(row["incident_id"], row["version"], child_id)
            except (DomainError, ConcurrencyConflict) as error:
                self.done[f"not decided: {type(error).__name__}"] += 1

    async def _decide(self, incident_id: str, version: int, child_id: str) -> None:
        async with self.app.database.unit_of_work(COORDINATOR) as uow:
            async with uow.as_system():
                engine = await self.app.engine(uow)
            known = child_id and (await uow.execute(_REGISTERED, {"ids": [child_id]})).scalar_one_or_none()
            if known:
                await decisions.decide_same(
                    uow,
                    incident_id=incident_id,
                    child_id=child_id,
                    expected_version=version,
                    reason="Confirmed with the placement by telephone.",
                    engine=engine,
                )
                self.done["decided: a child of the register"] += 1
            else:
                await decisions.decide_not_on_register(
                    uow,
                    incident_id=incident_id,
                    expected_version=version,
                    reason="Nobody of this name is known to the council.",
                    engine=engine,
                )
                self.done["decided: not on the register"] += 1

    async def close_old(self, now: datetime) -> None:
        """Close what nobody got to for too long, as a manager's named decisions."""
        async with self.app.database.unit_of_work(MANAGER) as uow:
            old = (await uow.execute(_OLD, {"before": now - OPEN_FOR})).mappings().all()
            for row in old:
                interview_id, key = row["interview_id"], f"demo:review:{now:%Y-%m-%d}"
                if row["population"] == Population.OTHER_AUTHORITY:
                    await interviews.transfer_to_authority(
                        uow,
                        interview_id=interview_id,
                        authority="the responsible authority",
                        reason="It holds the interview itself.",
                        submission_key=key,
                    )
                else:
                    await interviews.close_without_contact(
                        uow,
                        interview_id=interview_id,
                        reason=_why(row["first_offered_at"], row["child_id"]),
                        submission_key=key,
                    )
                self.done["closed by the manager"] += 1


def _why(offered_at: datetime | None, child_id: str) -> str:
    if offered_at is not None:
        return "Offered, then tried by telephone and through the carer; no answer."
    reasons = ("the notice reached us late", "no worker was free", "the placement could not be reached")
    return f"Never offered: {reasons[sum(child_id.encode()) % len(reasons)]}."
