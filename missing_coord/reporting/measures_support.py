"""What help followed interviews: referrals, what came of them, and whether it helped half a year later."""

from __future__ import annotations

from collections.abc import Iterable

from missing_coord.domain.support import KIND_NAMES
from missing_coord.reporting.follow_up import SupportFact
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import MeasureGroup
from missing_coord.reporting.measures_quality import Rows, interviews_counted

TAKEN_UP = ("accepted", "ended")
HELPED = ("yes", "partly")
NOT_REACHED = "not_reached"
_COUNTED = "Own children; as answered by the day of this report."
_ASKED = "Of the referrals whose six months were over by the day of this report."
_HELPED = "Yes or partly, of those who were asked and reached."


def support_measures(facts: PeriodFacts) -> tuple[MeasureGroup, ...]:
    """Return the referrals of the period, and of what kind they were."""
    found = facts.support
    every = _ids(found)
    due = [each for each in found if each.asked]
    told = [each for each in due if each.helped not in ("", NOT_REACHED)]
    return (
        MeasureGroup(
            title="Help after interviews, by the day of the referral",
            measures=(
                interviews_counted("support", "Referrals after an interview", every, _COUNTED),
                interviews_counted(
                    "support_taken_up", "Taken up", _ids(e for e in found if e.state in TAKEN_UP), of=every
                ),
                interviews_counted(
                    "support_no_further_action",
                    "Ended with no further action",
                    _ids(e for e in found if e.state == "no_further_action"),
                    of=every,
                ),
                interviews_counted(
                    "support_open", "No answer yet", _ids(e for e in found if e.state == "open"), of=every
                ),
                interviews_counted(
                    "support_assessed",
                    "With an early help assessment registered",
                    _ids(e for e in found if e.assessed),
                    of=every,
                ),
                interviews_counted(
                    "support_asked",
                    "Asked after six months whether it helped",
                    _ids(e for e in due if e.helped),
                    _ASKED,
                    of=_ids(due),
                ),
                interviews_counted(
                    "support_helped",
                    "It helped",
                    _ids(e for e in told if e.helped in HELPED),
                    _HELPED,
                    of=_ids(told),
                ),
            ),
        ),
        MeasureGroup(
            title="These referrals by kind",
            measures=tuple(
                interviews_counted(
                    f"support_{kind}", name, _ids(e for e in found if e.kind == kind), of=every
                )
                for kind, name in KIND_NAMES.items()
            ),
            parts_of_whole=True,
        ),
    )


def _ids(rows: Iterable[SupportFact]) -> Rows:
    return tuple(each.interview_id for each in rows)
