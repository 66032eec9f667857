"""For which earlier periods there are records: since we record here, and as far back as the council's own reach."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from missing_coord.domain.plurals import noun, plural
from missing_coord.reporting.known import Known
from missing_coord.reporting.periods import Period, before

EARLIER = 12


def periods_on_record(period: Period, known: Known) -> list[Period]:
    """Return up to twelve periods before this one for which there are records, oldest first and without a gap.

    From the first episode that was recorded here on every whole period counts, also one in which nobody went missing.
    Before it a period counts only when the council's earlier records tell of an episode in it, and so does the period
    in which they give way to ours.
    """
    earlier = before(period, EARLIER + 1)
    ours = min((each.started_at for each in known.episodes if not each.brought_over), default=None)
    theirs = sorted(each.started_at for each in known.episodes if each.brought_over)
    found: list[Period] = []
    for number in range(len(earlier) - 1, max(len(earlier) - EARLIER, 0) - 1, -1):
        each = earlier[number]
        handed_over = (
            ours is not None and each.holds(ours) and number > 0 and _tell(theirs, earlier[number - 1])
        )
        if not ((ours is not None and ours <= each.starts_at) or _tell(theirs, each) or handed_over):
            break
        found.append(each)
    return found[::-1]


def compared_words(period: Period, known: Known) -> str:
    """Return what a report says about the earlier periods that it is compared with."""
    there = len(before(period, EARLIER))
    if not there:
        return ""
    kind = "week" if "W" in period.value else "month"
    number = len(periods_on_record(period, known))
    if number == there:
        return f"Compared with the {plural(number, kind)} before."
    if not number:
        return f"Not compared: there are no records of the {kind} before."
    them = noun(number, "it", "them")
    return f"Compared with the {plural(number, kind)} before alone: of the {kind} before {them} there are no records."


def _tell(starts: Sequence[datetime], period: Period) -> bool:
    return bisect_left(starts, period.starts_at) < bisect_left(starts, period.ends_at)
