"""The recent past of a synthetic council: incidents, police notices, the council's list and what was done."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from missing_coord.demo.clues import Clues, Plant, clues_of, plant_clusters
from missing_coord.demo.council import Council
from missing_coord.demo.incidents import PER_MONTH, Incident, draw_incidents
from missing_coord.demo.missing_list import Discrepancy, missing_list
from missing_coord.demo.notices import Sent, notices_of
from missing_coord.demo.outcomes import Outcome, Told, plan_outcomes
from missing_coord.demo.rows import Row
from missing_coord.demo.trickle import trickle_pool

DAYS_IN_MONTH = 30.4


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that happened in [since, now); `later` holds the notices that police send after `now`."""

    since: datetime
    now: datetime
    incidents: tuple[Incident, ...]
    clues: tuple[Clues, ...]
    sent: tuple[Sent, ...]
    later: tuple[Sent, ...]
    list_rows: tuple[Row, ...]
    discrepancies: tuple[Discrepancy, ...]
    outcomes: tuple[Outcome, ...]
    plants: tuple[Plant, ...]

    @property
    def notices(self) -> list[Row]:
        """Rows of `police-notices.csv` in the order in which they were sent."""
        return [each.row for each in self.sent]


def generate_history(
    council: Council,
    *,
    now: datetime | None = None,
    months: float = 3,
    per_month: float = PER_MONTH,
) -> History:
    """Return the history of a council up to `now` (its own instant by default), the same every time."""
    end = now or council.as_of
    since = end - timedelta(days=round(months * DAYS_IN_MONTH))
    rng = random.Random(f"history-{council.seed}")
    resting = frozenset(trickle_pool(council))
    incidents = draw_incidents(council, rng=rng, since=since, now=end, per_month=per_month, resting=resting)
    plants = plant_clusters(incidents, council=council, rng=rng)
    clues = clues_of(incidents, council=council, plants=plants, rng=rng)
    sent = [
        each
        for incident, clue in zip(incidents, clues, strict=True)
        for each in notices_of(incident, clues=clue, council=council, rng=rng)
    ]
    sent.sort(key=lambda each: (each.at, each.row["force"], each.row["reference"]))
    rows, discrepancies = missing_list(incidents, council=council, rng=rng, now=end)
    return History(
        since=since,
        now=end,
        incidents=tuple(incidents),
        clues=tuple(clues),
        sent=tuple(each for each in sent if each.at <= end),
        later=tuple(each for each in sent if each.at > end),
        list_rows=tuple(rows),
        discrepancies=tuple(discrepancies),
        outcomes=tuple(plan_outcomes(incidents, told=_told(sent), council=council, rng=rng, now=end)),
        plants=plants,
    )


def _told(sent: list[Sent]) -> Told:
    told: dict[tuple[str, str, str], datetime] = {}
    for each in sent:
        if each.row["message"] in ("found", "returned", "safe_and_well"):
            told.setdefault((each.row["force"], each.row["reference"], each.child_id), each.at)
    return told
