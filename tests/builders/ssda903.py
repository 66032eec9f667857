"""A synthetic collection year as rows for the database, and random SSDA903 files with every kind of fault."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from missing_coord.reporting.returns.collection import Row, day_text

LONDON = ZoneInfo("Europe/London")


def council_year(rng: random.Random, *, year: int, children: int) -> dict[str, list[dict[str, Any]]]:
    """Return rows of children, placements and episodes: moves, leavers, adults, carried-over and open episodes."""
    made: dict[str, list[dict[str, Any]]] = {"children": [], "placements": [], "episodes": []}
    for number in range(children):
        child_id = f"{26000 + number}"
        born = date(year - 17 + number % 9, 1 + number % 12, 1 + number % 28)
        made["children"].append(
            {
                "child_id": child_id,
                "date_of_birth": born,
                "sex": rng.choice(("male", "female")),
                "ethnicity": "WBRI",
                "legal_status": rng.choice(("C2", "V2", "L1")),
                "responsible_authority": "E08000003",
                "status": "looked_after",
            }
        )
        placements = _placements(rng, child_id, born, year)
        made["placements"] += placements
        made["episodes"] += _episodes(rng, child_id, placements, year)
    return made


def _placements(rng: random.Random, child_id: str, born: date, year: int) -> list[dict[str, Any]]:
    start = date(year - 2, 9, 1) + timedelta(days=rng.randrange(300))
    leaves = born.replace(year=born.year + 18)
    ends: list[date | None] = [start + timedelta(days=200 + rng.randrange(200)), None]
    if leaves <= date(year, 3, 31):
        ends = [leaves]
    elif rng.random() < 0.2:
        ends = [date(year - 1, 9, 1) + timedelta(days=rng.randrange(150))]
    made = []
    for number, end in enumerate(ends):
        made.append(
            {
                "placement_id": f"{child_id}-{number}",
                "child_id": child_id,
                "start_date": start,
                "end_date": end,
                "place_code": rng.choice(("K2", "U6", "K3")),
                "provider_code": "PR4",
            }
        )
        start = end or start
    return made


def _episodes(
    rng: random.Random, child_id: str, placements: list[dict[str, Any]], year: int
) -> list[dict[str, Any]]:
    """Return episodes that lie within one placement; an open one only where the placement goes on."""
    made = []
    for placement in placements:
        moment = _at(max(placement["start_date"], date(year - 1, 2, 1))) + timedelta(hours=30)
        last = placement["end_date"] or date(year, 4, 20)
        while rng.random() < 0.75:
            moment += timedelta(hours=rng.randint(20, 1500))
            over = moment + timedelta(hours=rng.choice((0, 2, 9, 40, 300)))
            if over.astimezone(LONDON).date() >= last:
                break
            made.append(_episode(rng, child_id, moment, over))
            moment = over
        if placement["end_date"] is None and moment.date() < date(year, 3, 1) and rng.random() < 0.3:
            made.append(_episode(rng, child_id, moment + timedelta(days=3), None))
    return made


def _episode(rng: random.Random, child_id: str, start: datetime, over: datetime | None) -> dict[str, Any]:
    back = None if over is None else over + timedelta(hours=rng.choice((0, 0, 1)))
    return {
        "child_id": child_id,
        "kind": rng.choice("MMMA"),
        "started_at": start,
        "found_at": over,
        "returned_at": back,
        "ended_at": back,
        "status": "open" if over is None else "ended",
        "told_at": start,
        "told_ended_at": back,
        "population": rng.choice(("own_looked_after_in_area", "own_looked_after_out_of_area")),
    }


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON)


def random_files(rng: random.Random, *, year: int) -> dict[str, list[Row]]:
    """Return small files in which any rule may be broken: odd days, gaps, strangers, wrong births and blanks."""
    start = date(year - 1, 4, 1)
    days = [start + timedelta(days=offset) for offset in (-40, -10, -1, 0, 1, 5, 30, 90, 200, 364, 365, 380)]
    header, episodes, missing, before = [], [], [], []
    for number in range(3):
        child = str(number + 1)
        born = rng.choice([date(year - 18, 7, 30), date(2012, 2, 29), date(year - 1, 6, 1)])
        if rng.random() < 0.8:
            header.append(_header(child, born if rng.random() < 0.8 else born + timedelta(days=1)))
        episodes += _care(rng, child, days, born)
        for _ in range(rng.randrange(4)):
            missing.append(_missing(rng, child, days, born))
        if rng.random() < 0.3:
            before.append(_row(child, born, "M", rng.choice(days[:4]), None))
    return {"Header": header, "Episodes": episodes, "Missing": missing, "Last": before}


def _care(rng: random.Random, child: str, days: list[date], born: date) -> list[Row]:
    marks = sorted(rng.sample(days, rng.choice((0, 2, 3, 4))))
    rows = []
    for first, last in zip(marks, [*marks, None][1:], strict=False):
        end = None if last is None and rng.random() < 0.5 else last or days[-1]
        if end is not None and rng.random() < 0.3:
            end = end - timedelta(days=1)
        if end is not None and rng.random() < 0.1:
            end = _eighteenth(born)
        if end is not None and end <= first:
            continue
        rows.append(
            {
                "CHILD": child,
                "DECOM": day_text(first),
                "RNE": "S",
                "LS": "C2",
                "CIN": "N1",
                "PLACE": "K2",
                "PLACE_PROVIDER": "PR4",
                "DEC": day_text(end),
                "REC": rng.choice(("X1", "E8", "")),
                "REASON_PLACE_CHANGE": "",
                "HOME_POST": "M1 1AE",
                "PL_POST": "M1 1AE",
                "URN": "1234567",
            }
        )
    return rows


def _eighteenth(born: date) -> date:
    return born.replace(year=born.year + 18, day=28 if (born.month, born.day) == (2, 29) else born.day)


def _header(child: str, born: date) -> Row:
    values = {"CHILD": child, "SEX": "1", "DOB": day_text(born), "ETHNIC": "WBRI"}
    return {**values, "UPN": "", "MOTHER": "", "MC_DOB": ""}


def _missing(rng: random.Random, child: str, days: list[date], born: date) -> Row:
    start = rng.choice(days)
    end = rng.choice([None, start, start + timedelta(days=rng.randrange(-2, 40)), _eighteenth(born)])
    row = _row(child, born, rng.choice(("M", "A", "M", "", "X")), start, end)
    if rng.random() < 0.1:
        row["MIS_START"] = rng.choice(("", "31/02/2026", "soon"))
    if rng.random() < 0.1:
        row["MIS_END"] = rng.choice(("later", "2026-01-01"))
    return row


def _row(child: str, born: date, kind: str, start: date, end: date | None) -> Row:
    return {
        "CHILD": child,
        "DOB": day_text(born),
        "MISSING": kind,
        "MIS_START": day_text(start),
        "MIS_END": day_text(end),
    }
