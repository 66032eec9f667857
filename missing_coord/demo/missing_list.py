"""The council's own list of looked-after children reported missing, and how police see it differently."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from missing_coord.demo.council import Council
from missing_coord.demo.incidents import Incident
from missing_coord.demo.rows import Row, iso
from missing_coord.domain.london import london_day
from missing_coord.domain.population import Population

_OWN_CARE: Final = (Population.OWN_CARE_IN_AREA, Population.OWN_CARE_OUT_OF_AREA)
_KINDS: Final = {"": 81, "police_only": 5, "type_differs": 4, "start_differs": 4, "open_in_list": 3}
_COUNCIL_ONLY: Final = 0.04


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One difference planted between the two lists; `reference` is empty when police know nothing of it."""

    kind: str
    child_id: str
    force: str
    reference: str
    started_at: datetime


def missing_list(
    incidents: list[Incident], *, council: Council, rng: random.Random, now: datetime
) -> tuple[list[Row], list[Discrepancy]]:
    """Return the rows of `missing-list.csv` as at `now`, and the discrepancies planted in them."""
    rows: list[Row] = []
    planted: list[Discrepancy] = []
    for incident in incidents:
        if incident.population not in _OWN_CARE or incident.cancelled or not incident.child_id:
            continue
        kind = _kind(incident, rng=rng, now=now)
        if kind:
            planted.append(_discrepancy(kind, incident))
        if kind != "police_only":
            rows.append(_row(incident, kind=kind, council=council, now=now))
        if rng.random() < _COUNCIL_ONLY:
            row, extra = _unknown_to_police(council, rng=rng, at=incident.last_seen_at, now=now)
            rows.append(row)
            planted.append(extra)
    return sorted(rows, key=lambda row: (row["started_at"], row["child_id"])), planted


def _kind(incident: Incident, *, rng: random.Random, now: datetime) -> str:
    kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    return "" if kind == "open_in_list" and incident.found_at > now else kind


def _discrepancy(kind: str, incident: Incident) -> Discrepancy:
    return Discrepancy(
        kind=kind,
        child_id=incident.child_id,
        force=incident.force,
        reference=incident.reference,
        started_at=incident.last_seen_at,
    )


def _row(incident: Incident, *, kind: str, council: Council, now: datetime) -> Row:
    away = incident.away != (kind == "type_differs")
    started = incident.last_seen_at - timedelta(hours=30 if kind == "start_differs" else 0)
    ended = incident.returned_at if away else incident.found_at
    closed = ended <= now and kind != "open_in_list"
    return _entry(
        council,
        child_id=incident.child_id,
        kind="A" if away else "M",
        started=started,
        ended=ended if closed else None,
    )


def _entry(council: Council, *, child_id: str, kind: str, started: datetime, ended: datetime | None) -> Row:
    placement = council.residents[child_id].placement_on(london_day(started)) or {}
    return {
        "child_id": child_id,
        "placement_id": placement.get("placement_id", ""),
        "type": kind,
        "started_at": iso(started),
        "ended_at": iso(ended),
        "reported_by": placement.get("provider_name", ""),
    }


def _unknown_to_police(
    council: Council, *, rng: random.Random, at: datetime, now: datetime
) -> tuple[Row, Discrepancy]:
    """An absence that the carers told the council of and nobody told the police."""
    own = [
        each for each in council.residents.values() if each.population in _OWN_CARE and each.born.year < 2016
    ]
    child_id = rng.choice(own).child_id
    started = at - timedelta(hours=rng.randint(30, 90))
    ended = started + timedelta(minutes=rng.randint(90, 900))
    row = _entry(council, child_id=child_id, kind="A", started=started, ended=ended if ended <= now else None)
    extra = Discrepancy(kind="list_only", child_id=child_id, force="", reference="", started_at=started)
    return row, extra
