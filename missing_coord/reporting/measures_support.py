"""What help followed interviews: referrals, what came of them, and whether it helped half a year later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from missing_coord.domain.support import KIND_NAMES, Helped, SupportState
from missing_coord.reporting.follow_up import SupportFact
from missing_coord.reporting.known import PeriodFacts
from missing_coord.reporting.measures import Measure, MeasureGroup
from missing_coord.reporting.measures_quality import Rows, interviews_counted

TAKEN_UP = (SupportState.ACCEPTED, SupportState.ENDED)
HELPED = (Helped.YES, Helped.PARTLY)
_COUNTED = "Own children; as answered by the day of this report."
_ASKED = "Of the referrals whose six months were over by the day of this report."
_HELPED = "Yes or partly, of those who were asked and reached."


def support_measures(facts: PeriodFacts) -> tuple[MeasureGroup, ...]:
    """Return the referrals of the period with what came of them, and of what kind they were."""
    found = facts.support
    every = _ids(found)
    kinds = [
        interviews_counted(f"support_{kind}", name, _ids(e for e in found if e.kind == kind), of=every)
        for kind, name in KIND_NAMES.items()
    ]
    return (
        MeasureGroup(
            title="Help after interviews, by the day of the referral",
            measures=(*_answers(found, every), *_half_a_year_later(found)),
        ),
        MeasureGroup(title="These referrals by kind", measures=tuple(kinds), parts_of_whole=True),
    )


def _answers(found: Sequence[SupportFact], every: Rows) -> tuple[Measure, ...]:
    lines = (
        ("support_taken_up", "Taken up", [e for e in found if e.state in TAKEN_UP]),
        (
            "support_no_further_action",
            "Ended with no further action",
            [e for e in found if e.state == SupportState.NO_FURTHER_ACTION],
        ),
        ("support_open", "No answer yet", [e for e in found if e.state == SupportState.OPEN]),
        (
            "support_assessed",
            "With an early help assessment registered",
            [e for e in found if e.assessed],
        ),
    )
    return (
        interviews_counted("support", "Referrals after an interview", every, _COUNTED),
        *(interviews_counted(key, name, _ids(rows), of=every) for key, name, rows in lines),
    )


def _half_a_year_later(found: Sequence[SupportFact]) -> tuple[Measure, ...]:
    due = [each for each in found if each.asked]
    told = [each for each in due if each.helped not in ("", Helped.NOT_REACHED)]
    asked, helped = _ids(e for e in due if e.helped), _ids(e for e in told if e.helped in HELPED)
    return (
        interviews_counted(
            "support_asked", "Asked after six months whether it helped", asked, _ASKED, of=_ids(due)
        ),
        interviews_counted("support_helped", "It helped", helped, _HELPED, of=_ids(told)),
    )


def _ids(rows: Iterable[SupportFact]) -> Rows:
    return tuple(each.interview_id for each in rows)
