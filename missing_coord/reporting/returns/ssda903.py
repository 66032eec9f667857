"""The SSDA903 Missing, Header and Episodes files of one collection, from the episodes and the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import text

from missing_coord.domain.london import london_day, london_midnight
from missing_coord.reporting.reading import Reading
from missing_coord.reporting.returns.collection import Collection, Files, Row, day_text, eighteenth

_SEX = {"male": "1", "female": "2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """What the Header and the episodes of care take from the register."""

    child_id: str
    born: date | None
    sex: str
    ethnicity: str
    legal_status: str
    home_postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One placement, start <= day < end; the postcode is empty where it is confidential."""

    child_id: str
    start: date
    end: date | None
    place_code: str
    provider_code: str
    urn: str
    postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One episode of a looked-after child; `over_at` is when it was found (M) or back (A), None while it lasts."""

    child_id: str
    kind: str
    started_at: datetime
    over_at: datetime | None


async def ssda903_files(uow: Reading, collection: Collection, *, council: str) -> Files:
    """Return the files of a collection year, and the missing rows of the year before for the rule that needs them.

    Own looked-after children only. Header and Episodes come from the register, which does not hold every column:
    UPN, MOTHER, CIN and the reasons of a move are left empty for the case system to fill.
    """
    children = await _children(uow)
    placements = await _placements(uow, council)
    absences = await _absences(uow, collection)
    before = Collection(year=collection.year - 1)
    missing = missing_rows(absences, children, collection)
    in_care = [each for each in placements if _in_year(each, collection)]
    wanted = {each.child_id for each in in_care} | {row["CHILD"] for row in missing}
    return Files(
        collection=collection,
        missing=missing,
        header=tuple(_header(children[key]) for key in sorted(wanted) if key in children),
        episodes=tuple(_episode_rows(placements, children, collection)),
        missing_last=missing_rows(absences, children, before),
    )


def missing_rows(
    absences: Iterable[Absence], children: dict[str, Child], collection: Collection
) -> tuple[Row, ...]:
    """Return the Missing file: every episode that touches the year, open ones with an empty end.

    An episode that is still open on the 18th birthday ends there.
    """
    rows = [
        row
        for each in absences
        if (row := _missing_row(each, children.get(each.child_id), collection)) is not None
    ]
    return tuple(rows)


def _missing_row(each: Absence, child: Child | None, collection: Collection) -> Row | None:
    start = london_day(each.started_at)
    end = london_day(each.over_at) if each.over_at else None
    born = child.born if child else None
    if born is not None and (end is None or end > eighteenth(born)):
        end = eighteenth(born)
    if start > collection.last or (end is not None and end < collection.first):
        return None
    if end is not None and (end > collection.last or end < start):
        end = None if end > collection.last else start
    return {
        "CHILD": each.child_id,
        "DOB": day_text(born),
        "MISSING": each.kind,
        "MIS_START": day_text(start),
        "MIS_END": day_text(end),
    }


def _header(child: Child) -> Row:
    return {
        "CHILD": child.child_id,
        "SEX": _SEX.get(child.sex, ""),
        "DOB": day_text(child.born),
        "ETHNIC": child.ethnicity,
        "UPN": "",
        "MOTHER": "",
        "MC_DOB": "",
    }


def _in_year(each: Placement, collection: Collection) -> bool:
    return each.start <= collection.last and (each.end is None or each.end >= collection.first)


def _episode_rows(
    placements: Sequence[Placement], children: dict[str, Child], collection: Collection
) -> Iterator[Row]:
    for child_id, each in groupby(placements, key=lambda placement: placement.child_id):
        own = list(each)
        for number, placement in enumerate(own):
            if not _in_year(placement, collection):
                continue
            goes_on = number + 1 < len(own) and own[number + 1].start == placement.end
            follows = number > 0 and own[number - 1].end == placement.start
            yield _episode_row(placement, children.get(child_id), collection, goes_on, follows)


def _episode_row(
    each: Placement, child: Child | None, collection: Collection, goes_on: bool, follows: bool
) -> Row:
    end = each.end if each.end is not None and each.end <= collection.last else None
    grown_up = child is not None and child.born is not None and end == eighteenth(child.born)
    return {
        "CHILD": each.child_id,
        "DECOM": day_text(each.start),
        "RNE": "P" if follows else "S",
        "LS": child.legal_status if child else "",
        "CIN": "",
        "PLACE": each.place_code,
        "PLACE_PROVIDER": each.provider_code,
        "DEC": day_text(end),
        "REC": "" if end is None else "X1" if goes_on else "E8" if grown_up else "",
        "REASON_PLACE_CHANGE": "",
        "HOME_POST": child.home_postcode if child else "",
        "PL_POST": each.postcode,
        "URN": each.urn,
    }


async def _children(uow: Reading) -> dict[str, Child]:
    result = await uow.execute(text(_CHILDREN))
    return {row["child_id"]: Child(**row) for row in result.mappings()}


async def _placements(uow: Reading, council: str) -> list[Placement]:
    result = await uow.execute(text(_PLACEMENTS), {"council": council})
    return [Placement(**row) for row in result.mappings()]


async def _absences(uow: Reading, collection: Collection) -> list[Absence]:
    since = london_midnight(Collection(year=collection.year - 1).first)
    result = await uow.execute(text(_ABSENCES), {"since": since, "until": london_midnight(collection.last)})
    return [Absence(**row) for row in result.mappings()]


_CHILDREN = """
select child_id, date_of_birth as born, sex, ethnicity, legal_status, home_postcode from children
"""
_PLACEMENTS = """
select p.child_id, p.start_date as start, p.end_date as end, p.place_code, p.provider_code, p.urn,
       case when p.confidential or coalesce(a.confidential, false) then '' else coalesce(a.postcode, '') end as postcode
from placements p join children c using (child_id) left join placement_addresses a using (placement_id)
where c.responsible_authority in ('', :council) and not c.provisional
  and (p.end_date is null or p.end_date > p.start_date)
order by p.child_id, p.start_date, p.placement_id
"""
_ABSENCES = """
select e.child_id, e.kind, e.started_at,
       case when e.kind = 'M' then coalesce(e.found_at, e.ended_at) else e.ended_at end as over_at
from episodes e join children c using (child_id)
where e.status <> 'cancelled' and not c.provisional
  and e.population in ('own_looked_after_in_area', 'own_looked_after_out_of_area')
  and (e.ended_at is null or e.ended_at >= :since)
  and e.started_at < cast(:until as timestamptz) + interval '2 days'
order by e.child_id, e.started_at, e.episode_id
"""
