"""Targets that a council sets for shares of the report, as they stood at an instant, and whether they are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import text

from missing_coord.domain.errors import DomainError
from missing_coord.reporting.measures import Measure
from missing_coord.reporting.protocol import Reading

MAY_HAVE = {
    "offered_72": "Offered within 72 hours of return",
    "completed": "Interviews completed",
    "completed_72_of_completed": "Completed within 72 hours of return, of those completed",
    "completed_72_of_eligible": "Completed within 72 hours of return, of all episodes",
    "completed_told_of_eligible": "Completed within 72 hours of being told, of all episodes",
    "audited": "Closed interviews audited",
    "actions_in_time": "Actions done in time",
    "support_taken_up": "Referrals after an interview taken up",
    "support_asked": "Asked after six months whether it helped",
    "support_helped": "It helped, of those who were asked and reached",
    "told_seen": "Steps of the ladder seen by somebody who was told",
}
"""The shares of which more is better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A share that is to be reached, in per cent."""

    key: str
    at_least: int


class Score(StrEnum):
    """Whether a target is met."""

    MET = "met"
    NOT_MET = "not met"
    NO_BASE = "no base"


def score_of(measure: Measure, target: Target) -> Score:
    """Return whether a share reaches its target, without rounding."""
    if not measure.denominator:
        return Score.NO_BASE
    met = 100 * measure.numerator >= target.at_least * measure.denominator
    return Score.MET if met else Score.NOT_MET


async def targets_at(uow: Reading, as_at: datetime) -> Sequence[Target]:
    """Return the targets as they stood then, in the order of MAY_HAVE."""
    rows = (await uow.execute(text(_AT), {"as_at": as_at})).mappings()
    found = {row["key"]: row["at_least"] for row in rows}
    return [Target(key=key, at_least=found[key]) for key in MAY_HAVE if found.get(key) is not None]


async def set_target(uow: Reading, *, key: str, at_least: int | None, by: str, now: datetime) -> None:
    """Keep a target from now on, None to have none; earlier ones stay for reports as at earlier times."""
    if key not in MAY_HAVE:
        raise DomainError("target_unknown", "key: choose one of the figures that can have a target.")
    if at_least is not None and not 1 <= at_least <= 100:
        raise DomainError("target_out_of_range", "at_least: give a share from 1 to 100 per cent, or nothing.")
    await uow.execute(text(_SET), {"key": key, "at_least": at_least, "by": by, "now": now})


_AT = """
select distinct on (key) key, at_least from report_targets where saved_at <= :as_at order by key, target_id desc
"""
_SET = """
insert into report_targets (key, at_least, saved_by, saved_at) values (:key, :at_least, :by, :now)
"""
