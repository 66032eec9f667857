"""The shadow run of matching: last month's notices by another threshold, and which would have waited for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.directory import Directory
from missing_coord.matching.decide import RIVAL, MatchPolicy
from missing_coord.services.shadow import NOBODY, Difference, Hearing, Shadow, compared

CAUTION = "not automatic:"
STEP = "match_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNotice:
    """A notice as matching left it: how sure it was of the first and the next child, and why it was cautious."""

    incident_id: str
    at: datetime
    waited: bool
    probability: float
    runner_up: float
    reasons: tuple[str, ...]


def shadow_matching(notices: Sequence[PastNotice], policy: MatchPolicy, *, directory: Directory) -> Shadow:
    """Compare whom each notice was shown to for a decision with whom it would be shown to by another policy.

    Weights and the register stay as they were; how long a person would have taken is not guessed.
    """
    return compared(
        Difference(
            subject_type="incident",
            subject_id=each.incident_id,
            before=tuple(_heard(each, directory) if each.waited else ()),
            after=tuple(_heard(each, directory) if waits(each, policy) else ()),
        )
        for each in notices
    )


def waits(notice: PastNotice, policy: MatchPolicy) -> bool:
    """Say whether a notice waits for a person by a policy; cautions that no threshold changes stay."""
    cautious = any(each.startswith(CAUTION) and each != RIVAL for each in notice.reasons)
    nearly = notice.probability - notice.runner_up < policy.automatic_margin
    return cautious or nearly or notice.probability < policy.automatic_from


def _heard(notice: PastNotice, directory: Directory) -> list[Hearing]:
    people = [each.username for each in directory.meant_by(Role.COORDINATOR, notice.at)]
    return [Hearing(at=notice.at, step=STEP, who=each, by="product") for each in people or [NOBODY]]
