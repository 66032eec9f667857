"""Turns a true incident into the notices that a police force sends about it, errors included."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from missing_coord.demo.clues import Clues
from missing_coord.demo.council import Council, Resident
from missing_coord.demo.incidents import Incident
from missing_coord.demo.names import misspell, nickname
from missing_coord.demo.rows import NOTICE_COLUMNS, Row, british, iso, listed
from missing_coord.domain.london import london_day
from missing_coord.domain.population import Population

# How often a notice is wrong or thin in each way (share of incidents).
MISSPELT: Final = 0.07
NICKNAME: Final = 0.3
ALIAS: Final = 0.25
NO_BIRTH_DATE: Final = 0.07
SWAPPED_BIRTH_DATE: Final = 0.03
NO_HOME_POSTCODE: Final = 0.15
LOCAL_ID: Final = 0.15
LATE: Final = 0.07
RESENT: Final = 0.03
CORRECTED: Final = 0.04
_BRITISH_TIMES: Final = ("Cheshire", "Lancashire")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One notice: its row, the true instant of sending, the child it is truly about ("" if unknown)."""

    at: datetime
    row: Row
    child_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    message: str
    at: datetime
    known: Row


def notices_of(incident: Incident, *, clues: Clues, council: Council, rng: random.Random) -> list[Sent]:
    """Return every notice of one incident as sent, with repeats, corrections and late ones."""
    person = person_details(incident, council=council, clues=clues, rng=rng)
    sent: list[Sent] = []
    for reference in filter(None, (incident.reference, incident.second_reference)):
        steps = _steps(incident, rng=rng, second=reference != incident.reference)
        sent += [
            compose(incident, step.message, at=step.at, known=step.known, person=person, reference=reference)
            for step in steps
        ]
    if sent and rng.random() < CORRECTED:
        sent.append(_corrected(rng.choice(sent), rng=rng))
    if rng.random() < RESENT:
        sent.append(rng.choice(sent))
    return sorted(sent, key=lambda each: each.at)


def compose(
    incident: Incident, message: str, *, at: datetime, known: Row, person: Row, reference: str = ""
) -> Sent:
    """Return one notice about an incident, under its own reference unless another is given."""
    row = {
        "force": incident.force,
        "reference": reference or incident.reference,
        "message": message,
        "issued_at": written(incident, at),
        **person,
        **known,
    }
    return Sent(
        at=at, row={column: row.get(column, "") for column in NOTICE_COLUMNS}, child_id=incident.child_id
    )


def written(incident: Incident, instant: datetime | None) -> str:
    """Write an instant the way the force of the incident does."""
    return british(instant) if incident.force in _BRITISH_TIMES else iso(instant)


def _steps(incident: Incident, *, rng: random.Random, second: bool) -> Iterator[_Step]:
    opened = incident.reported_at + timedelta(
        minutes=rng.randint(4, 55), hours=rng.randint(2, 6) if second else 0
    )
    if opened >= incident.found_at:
        opened = incident.reported_at + timedelta(minutes=3)
    late = timedelta(hours=rng.triangular(5, 50, 12)) if rng.random() < LATE else timedelta(0)
    begun = opening(incident)
    yield _Step(message="missing", at=opened + late, known=begun)
    if incident.cancelled:
        yield _Step(
            message="cancelled", at=opened + late + timedelta(minutes=rng.randint(20, 300)), known=begun
        )
        return
    yield from _updates(incident, begun=begun, after=opened + late, rng=rng)
    yield from _ending(incident, begun=begun, late=late, opened=opened, rng=rng)


def opening(incident: Incident) -> Row:
    """Return what police know when the child is reported."""
    return {
        "category": "absent" if incident.away else "missing",
        "risk": incident.risk,
        "last_seen_at": written(incident, incident.last_seen_at),
        "reported_at": written(incident, incident.reported_at),
    }


def _updates(incident: Incident, *, begun: Row, after: datetime, rng: random.Random) -> Iterator[_Step]:
    moment = after + timedelta(hours=rng.uniform(2, 9))
    while moment < incident.found_at and rng.random() < 0.55:
        risk = "high" if incident.risk == "medium" and rng.random() < 0.3 else incident.risk
        yield _Step(message="update", at=_whole(moment), known=begun | {"risk": risk})
        moment += timedelta(hours=rng.uniform(8, 30))


def _ending(
    incident: Incident, *, begun: Row, late: timedelta, opened: datetime, rng: random.Random
) -> Iterator[_Step]:
    found = begun | {"found_at": written(incident, incident.found_at), "found_place": rng.choice(_FOUND)}
    told = max(incident.found_at, opened) + late + timedelta(minutes=rng.randint(10, 110))
    if rng.random() < 0.9 or not incident.return_told:
        yield _Step(message="found", at=told, known=found)
    back = found | {
        "returned_at": written(incident, incident.returned_at),
        "returned_to": rng.choices((_back_to(incident), "other family"), (90, 10))[0],
    }
    if incident.return_told:
        told = max(told, incident.returned_at) + timedelta(minutes=rng.randint(5, 200))
        yield _Step(message="returned", at=told, known=back)
    if incident.safe_and_well_at:
        known = back if incident.return_told else found
        checked = known | {"safe_and_well_at": written(incident, incident.safe_and_well_at)}
        told = max(told, incident.safe_and_well_at) + timedelta(minutes=rng.randint(15, 300))
        yield _Step(message="safe_and_well", at=told, known=checked)


def _back_to(incident: Incident) -> str:
    return "home" if incident.population is Population.OWN_HOME else "placement"


_FOUND: Final = (
    "at home",
    "at a friend's address",
    "city centre",
    "returned by own means",
    "at a relative's address",
)


def _corrected(sent: Sent, *, rng: random.Random) -> Sent:
    """A later version of the same message: the force mends a place or the risk."""
    later = sent.at + timedelta(hours=rng.uniform(1, 20))
    written = british(later) if sent.row["force"] in _BRITISH_TIMES else iso(later)
    change = (
        {"last_seen_place": "corrected: outside the school gates"}
        if rng.random() < 0.5
        else {"risk": "medium"}
    )
    return Sent(at=later, row=sent.row | {"issued_at": written} | change, child_id=sent.child_id)


def person_details(incident: Incident, *, council: Council, clues: Clues, rng: random.Random) -> Row:
    """Return the columns about the child as one call taker typed them, with that call taker's errors."""
    resident = council.residents.get(incident.child_id)
    day = london_day(incident.last_seen_at)
    known = _resident_row(resident, council, day=day) if resident else _stranger_row(incident)
    shown = known | _birth_date(known["date_of_birth"], day=day, rng=rng) | _name(known, rng=rng)
    if rng.random() < NO_HOME_POSTCODE:
        shown["home_postcode"] = ""
    elif rng.random() < 0.2:
        shown["home_postcode"] = shown["home_postcode"].replace(" ", "").lower()
    if rng.random() >= LOCAL_ID:
        shown["local_child_id"] = ""
    if rng.random() < 0.75:
        shown["aliases"] = ""
    return shown | {
        "phone": listed(clues.phones),
        "companions": listed(clues.companions),
        "places": listed(clues.places),
        "vehicles": listed(clues.vehicles),
        "circumstances": clues.circumstances,
        "last_seen_place": "address missing from",
        "last_seen_postcode": shown["missing_from_postcode"],
    }


def _resident_row(resident: Resident, council: Council, *, day: date) -> Row:
    child = resident.child
    now = resident.placement_on(day) or {}
    address = now.get("address") or child["home_address"]
    postcode = now.get("postcode") or child["home_postcode"]
    in_care = resident.population is not Population.OWN_HOME
    copied = ("forename", "surname", "aliases", "date_of_birth", "sex", "ethnicity")
    return {
        **{column: child[column] for column in copied},
        "home_address": address,
        "home_postcode": postcode,
        "missing_from": address,
        "missing_from_postcode": postcode,
        "looked_after": "yes" if in_care else "no",
        "responsible_authority": child["responsible_authority"] if in_care else "",
        "local_child_id": resident.child_id if child["responsible_authority"] == council.code else "",
        "warning_markers": child["flags"],
    }


def _stranger_row(incident: Incident) -> Row:
    person = incident.person
    if person is None:
        raise ValueError("person: an incident of a child outside the register must carry its person")
    return {
        "forename": person.name.forename,
        "surname": person.name.surname,
        "aliases": "",
        "date_of_birth": person.born.isoformat(),
        "sex": person.sex,
        "ethnicity": person.ethnicity,
        "home_address": f"{person.street}, Manchester",
        "home_postcode": "",
        "missing_from": f"{person.street}, Manchester",
        "missing_from_postcode": "",
        "looked_after": "no",
        "local_child_id": "",
    }


def _birth_date(born: str, *, day: date, rng: random.Random) -> Row:
    known = date.fromisoformat(born)
    age = day.year - known.year - ((day.month, day.day) < (known.month, known.day))
    if rng.random() < NO_BIRTH_DATE:
        return {"date_of_birth": "", "age": str(age)}
    if rng.random() < SWAPPED_BIRTH_DATE and known.day <= 12 and known.day != known.month:
        return {"date_of_birth": date(known.year, known.day, known.month).isoformat(), "age": str(age)}
    return {"date_of_birth": born, "age": str(age)}


def _name(known: Row, *, rng: random.Random) -> Row:
    forename, surname = known["forename"], known["surname"]
    if known["aliases"] and rng.random() < ALIAS:
        forename, _, surname = known["aliases"].split(";")[0].partition(" ")
    elif rng.random() < NICKNAME:
        forename = nickname(forename)
    if rng.random() < MISSPELT:
        if rng.random() < 0.5:
            forename = misspell(rng, forename)
        else:
            surname = misspell(rng, surname)
    return {"forename": forename, "surname": surname}


def _whole(instant: datetime) -> datetime:
    return instant.replace(second=0, microsecond=0)
