"""The demonstration's quality audits: most interviews of the last weeks graded, some returned, the drawn ones twice."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Actor, Role
from missing_coord.domain.audit_schemes import AuditScheme, Mark, Marks
from missing_coord.domain.quality import AUDITED_STATES, AuditKind, kind_of
from missing_coord.domain.record_lists import DEFAULT_LISTS
from missing_coord.services.accounts import DEMO_NAMES
from missing_coord.services.quality_audits import Judgement, ThemesFound, record_audit, record_second_grade
from missing_coord.storage.unit_of_work import SqlUnitOfWork

FIRST = Actor(role=Role.QUALITY_AUDITOR, name="Morwenna Tilley (quality-auditor-2)")
SECOND = Actor(role=Role.QUALITY_AUDITOR, name=f"{DEMO_NAMES[Role.QUALITY_AUDITOR]} (quality-auditor)")
AFTER = timedelta(days=4)
"""How long after the closing an interview is audited; its second grade comes as long after that."""
_LEFT_WAITING: Final = 0.15
_RETURNED: Final = 0.06
_MARKS: Final = (Mark.MET, Mark.PARTLY, Mark.NOT_MET, Mark.NOT_APPLICABLE)
_WEIGHTS: Final = (70, 18, 6, 6)
_SAME_MARK: Final = 0.85
_SAME_THEME: Final = 0.9
_COMMENTS: Final = (
    "The child's voice comes through. Say more clearly what should happen next.",
    "Careful and complete.",
    "The account is there; what it means for the child is not.",
    "Good persistence. Write down which times of day were tried.",
)
_CLOSED = text("""
    select i.interview_id::text, i.state, i.closed_at from interviews i
    where i.closed_at between :since and :before and i.state = any(:states)
        and not exists (select from quality_audits a
                        where a.interview_id = i.interview_id and a.closed_at = i.closed_at)
    order by i.closed_at, i.interview_id
""")
_DRAWN = text("""
    select a.interview_id::text, a.scheme, a.kind, g.marks, c.push_factors, c.pull_factors
    from quality_audits a join interviews i on i.interview_id = a.interview_id and i.closed_at = a.closed_at
    join audit_grades g on g.audit_id = a.audit_id and g.place = 1
    left join record_reasons c on c.interview_id = a.interview_id and c.number = a.record_number
    where a.sampled and a.audited_at <= :before
        and not exists (select from audit_grades two where two.audit_id = a.audit_id and two.place = 2)
    order by a.audit_id
""")


@dataclass(slots=True, kw_only=True)
class Audits:
    """Audits what was closed since a day, on the application at the time of its clock."""

    app: Application
    since: datetime
    done: Counter[str] = field(default_factory=Counter)

    async def audit(self, now: datetime) -> None:
        """Audit what was closed long enough ago, and grade again what was drawn."""
        states = sorted(each.value for each in AUDITED_STATES)
        async with self.app.database.unit_of_work(FIRST) as uow:
            asked = {"since": self.since, "before": now - AFTER, "states": states}
            closed = list((await uow.execute(_CLOSED, asked)).mappings())
            scheme = (await uow.audit_schemes.book()).in_force(now)
            for each in closed:
                await self._first(uow, each, scheme)
        async with self.app.database.unit_of_work(SECOND) as uow:
            async with uow.as_system():  # whoever grades a second time does not see the first grade
                drawn = list((await uow.execute(_DRAWN, {"before": now - AFTER})).mappings())
            for each in drawn:
                await self._second(uow, each)

    async def _first(self, uow: SqlUnitOfWork, closed: Any, scheme: AuditScheme) -> None:
        rng = random.Random(closed["interview_id"])
        if rng.random() < _LEFT_WAITING:
            return
        judgement = Judgement(
            scheme=scheme.version,
            marks=_marks(rng, scheme, kind_of(closed["state"])),
            comment=rng.choice(_COMMENTS),
        )
        returned = rng.random() < _RETURNED and kind_of(closed["state"]) is AuditKind.HELD
        await record_audit(uow, interview_id=closed["interview_id"], judgement=judgement, returned=returned)
        self.done["audited"] += 1

    async def _second(self, uow: SqlUnitOfWork, drawn: Any) -> None:
        rng = random.Random(f"second {drawn['interview_id']}")
        scheme = (await uow.audit_schemes.book()).schemes[drawn["scheme"]]
        marks = {
            code: Mark(drawn["marks"][code]) if rng.random() < _SAME_MARK else mark
            for code, mark in _marks(rng, scheme, AuditKind(drawn["kind"])).items()
        }
        themes = ThemesFound(
            push=_themes(rng, drawn["push_factors"] or (), tuple(DEFAULT_LISTS.push)),
            pull=_themes(rng, drawn["pull_factors"] or (), tuple(DEFAULT_LISTS.pull)),
        )
        judgement = Judgement(scheme=scheme.version, marks=marks, comment=rng.choice(_COMMENTS))
        await record_second_grade(
            uow, interview_id=drawn["interview_id"], judgement=judgement, themes=themes, lists=DEFAULT_LISTS
        )
        self.done["graded twice"] += 1


def _marks(rng: random.Random, scheme: AuditScheme, kind: AuditKind) -> Marks:
    criteria = scheme.criteria(kind)
    return dict(
        zip((each.code for each in criteria), rng.choices(_MARKS, _WEIGHTS, k=len(criteria)), strict=True)
    )


def _themes(rng: random.Random, found: Any, known: tuple[str, ...]) -> set[str]:
    """Return the reasons that a second coder finds: nearly all of the first one's, now and then another."""
    kept = {each for each in found if rng.random() < _SAME_THEME}
    return kept | ({rng.choice(known)} if rng.random() > _SAME_THEME else set())
