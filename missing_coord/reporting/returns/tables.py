"""The other returns as rows: freedom of information, Annex A list 8, the safeguarding data set, yearly figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import RowMapping, text

from missing_coord.domain.london import london_day, london_midnight
from missing_coord.reporting.monthly import Report
from missing_coord.reporting.reading import Reading
from missing_coord.reporting.returns.collection import Collection, Files, day_of, day_text
from missing_coord.reporting.showing import shown_groups

FOI_COLUMNS = ("number", "measure", "count", "base", "share", "pending", "definition")
_FOI = (
    ("1", "children_missing"),
    ("2", "incidents"),
    ("3", "looked_after"),
    ("4", "looked_after_missing"),
    ("5", "looked_after_incidents"),
    ("6", "offered"),
    ("7", "completed"),
    ("8", "completed_72_of_completed"),
    ("8 (of all)", "completed_72_of_eligible"),
    ("9", "team_in_house"),
    ("9", "team_commissioned"),
    ("9", "team_spot_purchase"),
    ("9", "team_unknown"),
)


def foi_rows(report: Report, *, suppress_below: int) -> list[list[str]]:
    """Return the nine measures of the national freedom-of-information request, small numbers hidden."""
    rows = [row for group in shown_groups(report, suppress_below=suppress_below) for row in group.rows]
    by_key = {row.key: row for row in rows}
    return [
        [number, each.name, each.count, each.base, each.share, each.pending, each.definition]
        for number, key in _FOI
        if (each := by_key.get(key)) is not None
    ]


ANNEX_A_COLUMNS = (
    "Child Unique ID",
    "Gender",
    "Ethnicity",
    "Date of Birth",
    "Age of Child (Years)",
    "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
    "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
    "Was the child offered a Return Interview after their last missing episode (Y/N)?",
    "Did the child accept a Return Interview after their last missing episode (Y/N)?",
    "Allocated Team",
    "Allocated Worker",
)
"""The columns of list 8 that this service can fill, in their order; a case system holds the others."""
_YES, _NO = "a) Yes", "b) No"


async def annex_a_rows(uow: Reading, *, as_at: datetime, council: str) -> list[list[str]]:
    """Return the children of list 8: in care on the day, or until at most six months before it."""
    today = london_day(as_at)
    values = {
        "as_at": as_at,
        "today": today,
        "half_year": _months_before(today, 6),
        "since": london_midnight(_months_before(today, 12)),
        "council": council,
    }
    result = await uow.execute(text(_ANNEX_A), values)
    return [_annex_a(row, today) for row in result.mappings()]


def _months_before(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    last = (date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _annex_a(row: RowMapping, today: date) -> list[str]:
    born: date | None = row["date_of_birth"]
    age = (
        ""
        if born is None
        else str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
    )
    had_any = row["missing"] > 0
    return [
        row["child_id"],
        {"male": "b) Male", "female": "a) Female"}.get(row["sex"], ""),
        row["ethnicity"],
        day_text(born),
        age,
        str(row["missing"]),
        str(row["away"]),
        _answer(row["offered"]) if had_any else "",
        _answer(row["accepted"]) if had_any else "",
        row["team"],
        row["social_worker"],
    ]


def _answer(said: bool | None) -> str:
    return "c) Unknown" if said is None else _YES if said else _NO


SSD_COLUMNS = (
    "miss_table_id",
    "miss_person_id",
    "miss_missing_episode_start_date",
    "miss_missing_episode_type",
    "miss_missing_episode_end_date",
    "miss_missing_rhi_offered",
    "miss_missing_rhi_accepted",
)


async def safeguarding_rows(uow: Reading, *, first: datetime, after: datetime) -> list[list[str]]:
    """Return the missing table of the Standard Safeguarding Dataset: episodes that began in [first, after)."""
    result = await uow.execute(text(_SSD), {"first": first, "after": after})
    return [
        [
            row["episode_id"],
            row["child_id"],
            _utc(row["started_at"]),
            row["kind"],
            _utc(row["ended_at"]),
            "NA" if row["ended_at"] is None else "Y" if row["offered"] else "N",
            "NA" if row["ended_at"] is None else "Y" if row["accepted"] else "N",
        ]
        for row in result.mappings()
    ]


def _utc(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


YEARLY_COLUMNS = ("measure", "group", "number")


def yearly_rows(files: Files, *, looked_after: int, suppress_below: int) -> list[list[str]]:
    """Return yearly figures as the national statistics cut them, from the Missing file of a collection.

    Incidents that began in the year, by kind: children, share of the looked-after, average, age at start, length in
    days. Counts from 1 to below `suppress_below` are `c`, and so is what would give one of them away.
    """
    found: list[list[str]] = [
        ["Children looked after in the year", "all", _count(looked_after, suppress_below)]
    ]
    for kind, words in (("M", "Missing"), ("A", "Away from placement without authorisation")):
        begun = [row for row in files.missing if row["MISSING"] == kind and _begun(row, files.collection)]
        times = Counter(row["CHILD"] for row in begun)
        more = sum(number > 1 for number in times.values())
        found += [
            [f"{words}: incidents", "all", _count(len(begun), suppress_below)],
            [f"{words}: children", "all", _count(len(times), suppress_below)],
            [f"{words}: children with more than one", "all", _part(more, len(times), suppress_below)],
            [f"{words}: incidents for each such child", "average", _average(begun, times, suppress_below)],
            *_cut(f"{words}: incidents by age at start", AGES, map(_age_group, begun), suppress_below),
            *_cut(f"{words}: incidents by length", LENGTHS, map(_length_group, begun), suppress_below),
        ]
    return found


AGES = ("under 1", "1 to 4", "5 to 9", "10 to 15", "16 and over", "not known")
LENGTHS = ("same day", "1 day", "2 to 6 days", "7 to 28 days", "more than 28 days", "not over")


def _begun(row: Mapping[str, str], collection: Collection) -> bool:
    start = day_of(row["MIS_START"])
    return start is not None and collection.first <= start <= collection.last


def _count(number: int, below: int) -> str:
    return "c" if 0 < number < below else str(number)


def _part(number: int, whole: int, below: int) -> str:
    """Return a part of a whole that is shown too: its rest must not be small either."""
    return "c" if 0 < whole - number < below else _count(number, below)


def _average(begun: list[dict[str, str]], times: Mapping[str, int], below: int) -> str:
    if not times or 0 < len(times) < below:
        return "c" if times else ""
    return f"{len(begun) / len(times):.1f}"


def _cut(name: str, groups: Iterable[str], found: Iterable[str], below: int) -> list[list[str]]:
    """Return a count for each group; where one alone would be hidden, the next smallest is hidden with it."""
    numbers = Counter(found)
    listed = list(groups)
    hidden = {group for group in listed if 0 < numbers[group] < below}
    shown = [group for group in listed if group not in hidden and numbers[group] > 0]
    if len(hidden) == 1 and shown:
        hidden.add(min(shown, key=lambda group: numbers[group]))
    return [[name, group, "c" if group in hidden else str(numbers[group])] for group in listed]


def _age_group(row: Mapping[str, str]) -> str:
    born, start = day_of(row["DOB"]), day_of(row["MIS_START"])
    if born is None or start is None:
        return AGES[-1]
    age = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
    return AGES[sum(age >= limit for limit in (1, 5, 10, 16))]


def _length_group(row: Mapping[str, str]) -> str:
    start, end = day_of(row["MIS_START"]), day_of(row["MIS_END"])
    if start is None or end is None:
        return LENGTHS[-1]
    return LENGTHS[sum((end - start).days >= limit for limit in (1, 2, 7, 29))]


_ANNEX_A = """
with cared as (
    select c.child_id from children c
    where not c.provisional and c.responsible_authority in ('', :council)
      and exists (select from placements p where p.child_id = c.child_id and p.start_date <= :today
                  and (p.end_date is null or p.end_date >= :half_year))
), recent as (
    select e.*, row_number() over (partition by e.child_id, e.kind
               order by (e.ended_at is not null and e.ended_at <= :as_at) desc, e.started_at desc) as place
    from episodes e join cared using (child_id)
    where e.status <> 'cancelled' and e.told_at <= :as_at and e.started_at >= :since and e.started_at <= :as_at
      and e.population in ('own_looked_after_in_area', 'own_looked_after_out_of_area')
)
select c.child_id, c.sex, c.ethnicity, c.date_of_birth, c.team, c.social_worker,
       count(r.episode_id) filter (where r.kind = 'M') as missing,
       count(r.episode_id) filter (where r.kind = 'A') as away,
       bool_or(d.first_offered_at is not null and d.first_offered_at <= :as_at)
           filter (where r.kind = 'M' and r.place = 1 and d.episode_id is not null) as offered,
       bool_or(exists (select from interview_events v where v.interview_id = d.interview_id
                       and 'accepted' in (v.kind, v.answer) and v.at <= :as_at and v.at >= r.started_at)
               or (i.state = 'completed' and d.resolved_at <= :as_at))
           filter (where r.kind = 'M' and r.place = 1 and d.episode_id is not null) as accepted
from cared join children c using (child_id)
left join recent r on r.child_id = c.child_id
left join interview_episodes d on d.episode_id = r.episode_id
left join interviews i on i.interview_id = d.interview_id
group by c.child_id order by c.child_id
"""
_SSD = """
select e.episode_id::text, e.child_id, e.started_at, e.ended_at, e.kind,
       d.first_offered_at is not null as offered,
       (exists (select from interview_events v where v.interview_id = d.interview_id
                and 'accepted' in (v.kind, v.answer) and v.at >= e.started_at)
        or coalesce(i.state = 'completed' and d.resolved_at is not null, false)) as accepted
from episodes e left join interview_episodes d using (episode_id) left join interviews i using (interview_id)
where e.status <> 'cancelled' and e.population <> 'other_authority_placed_here'
  and e.started_at >= :first and e.started_at < :after
order by e.started_at, e.episode_id
"""
