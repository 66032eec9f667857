"""The latest notices of a demonstration leave a newcomer something to mend and something to decide."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from missing_coord.contracts.parsing import parse
from missing_coord.demo.council import generate_council
from missing_coord.demo.history import generate_history
from missing_coord.demo.latest import THIN_INCIDENTS, spoilt

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
HISTORY = generate_history(generate_council(seed=1, as_of=NOW), months=0.5)
SPOILT = spoilt(HISTORY.sent, now=NOW)


def test_a_handful_of_the_latest_notices_cannot_be_read_each_for_another_reason() -> None:
    refused = [each for each in SPOILT if parse("police", each.row).record is None]
    fields = Counter(parse("police", each.row).faults[0].field for each in refused)
    assert 5 <= len(refused) <= 6
    assert set(fields.values()) == {1}
    assert all(NOW - each.at < timedelta(days=2) for each in refused)


def test_a_handful_of_the_latest_incidents_say_too_little_of_the_child() -> None:
    thinned = {
        (after.row["force"], after.row["reference"])
        for before, after in zip(HISTORY.sent, SPOILT, strict=True)
        if before.row["date_of_birth"] and not after.row["date_of_birth"]
    }
    assert 3 <= len(thinned) <= THIN_INCIDENTS


def test_older_notices_stay_as_they_are() -> None:
    for before, after in zip(HISTORY.sent, SPOILT, strict=True):
        assert before == after or NOW - before.at < timedelta(days=3)
    assert spoilt(HISTORY.sent, now=NOW) == SPOILT
