"""Reads what the pattern rules need from the whole database, a few statements for everything."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.linking.forms import (
    full_name,
    is_numbered,
    person_form,
    phone_form,
    place_form,
    plain_words,
    postcode_in,
)
from missing_coord.linking.mentions import MentionKind, NoticeWords
from missing_coord.linking.naming import Naming, OwnWorld
from missing_coord.linking.occasions import Going
from missing_coord.linking.policy import SensorRules
from missing_coord.linking.proposals import EpisodeSpan
from missing_coord.linking.sensors import ChildHistory, Sign, signs_in
from missing_coord.linking.strength import Feedback

CHANGED = """
select child_id from episodes where updated_at >= :since
union select child_id from children where updated_at >= :since
union select i.child_id from notices n join incidents i using (incident_id) where n.received_at >= :since
union select i.child_id from interview_records v join interviews i using (interview_id) where v.submitted_at >= :since
union select pc.child_id from pattern_children pc join patterns p using (pattern_id)
      left join episodes e on e.episode_id = pc.episode_id
      where p.state = 'proposed'
        and (e.episode_id is null or e.status = 'cancelled' or e.child_id <> pc.child_id)
"""
OLDEST = """
select min(e.started_at) from patterns p join pattern_children pc using (pattern_id)
join episodes e on e.episode_id = pc.episode_id
where p.state in ('proposed', 'parked') and (p.detail->>'family' = 'group' or p.kind = 'hot_spot')
"""
_WORDS = """
with wanted as (
    select i.incident_id from incidents i
    where (:after = '' or i.incident_id > cast(nullif(:after, '') as uuid))
      and (cast(:since as timestamptz) is null or exists (
          select from notices n where n.force_key = i.force_key and n.reference_key = i.reference_key
                                  and n.received_at >= :since))
    order by i.incident_id limit :limit)
select w.incident_id::text, n.data->'places' as places, n.data->'companions' as companions,
       n.data->'vehicles' as vehicles, n.data->>'phone' as phone, n.data->>'found_place' as found_place,
       n.data->>'found_postcode' as found_postcode, n.data->>'last_seen_place' as last_seen_place,
       n.data->>'last_seen_postcode' as last_seen_postcode
from wanted w left join notices n using (incident_id)
"""
_NEWEST = """
newest as (
    select v.interview_id, v.number, last.child_id, last.episode_id, last.started_at
    from interview_records v join interviews i using (interview_id)
    join lateral (select e.child_id, e.episode_id, e.started_at
                  from interview_episodes ie join episodes e using (episode_id)
                  where ie.interview_id = v.interview_id and e.child_id = i.child_id and e.status <> 'cancelled'
                  order by e.started_at desc limit 1) last on true
    where v.number = (select max(n.number) from interview_records n where n.interview_id = v.interview_id))
"""
"""What an interview says counts once, by its newest version, for the latest of the episodes that it is about."""
_EPISODES = """
select episode_id::text, child_id, kind, started_at, ended_at,
       array(select distinct split_part(ref, '/', 1) from unnest(refs) ref
             where ref not like all (array['council list/%', 'earlier records/%'])) as forces from episodes
where status <> 'cancelled' and (:everything or child_id = any(:ids)) order by child_id, started_at
"""
_NAMINGS = f"""
with {_NEWEST}
select m.kind, m.value, m.as_said, e.child_id, e.episode_id::text, m.incident_id::text, e.started_at,
       m.mention_id, '' as entry_id
from episodes e join episode_incidents ei on ei.episode_id = e.episode_id
join mentions m on m.incident_id = ei.incident_id
where e.status <> 'cancelled' and e.started_at >= :since
union all
select r.kind, r.value, r.as_said, v.child_id, v.episode_id::text, '', v.started_at, 0, r.entry_id::text
from newest v join record_entries r using (interview_id, number)
where r.value <> '' and v.started_at >= :since
order by started_at, mention_id, entry_id
"""
_BORN = "select child_id, date_of_birth from children where :everything or child_id = any(:ids)"
_SAID = """
select e.child_id, e.episode_id::text, n.incident_id::text, e.started_at, n.data->>'circumstances' as circumstances,
       n.data->'warning_markers' as markers
from episodes e join episode_incidents ei using (episode_id) join notices n on n.incident_id = ei.incident_id
where e.status <> 'cancelled' and (:everything or e.child_id = any(:ids))
  and (n.data->>'circumstances' <> '' or n.data->'warning_markers' <> '[]')
order by n.notice_id
"""
_SCREENED = f"""
with {_NEWEST}
select v.child_id, v.episode_id::text, v.started_at, s.question, s.note
from newest v join record_screen_answers s using (interview_id, number)
where s.positive and (:everything or v.child_id = any(:ids)) order by v.started_at, s.question
"""
_DECISIONS = """
select state, detail from patterns where state in ('confirmed', 'rejected') and detail->>'family' = 'group'
"""
_GOING = """
select episode_id::text, child_id, kind, started_at, ended_at, found_at, array[]::text[] as forces
from episodes where status <> 'cancelled' and started_at >= :since
"""
_REFERENCES = """
select e.episode_id::text, i.incident_id::text, i.force_key || '/' || i.reference_key as reference
from episodes e join episode_incidents ei using (episode_id) join incidents i using (incident_id)
where e.status <> 'cancelled' and e.started_at >= :since and i.source = 'police'
order by i.incident_id
"""
_FOUND = """
select distinct e.episode_id::text, n.data->>'found_place' as found_place, n.data->>'found_postcode' as found_postcode
from episodes e join episode_incidents ei using (episode_id) join notices n on n.incident_id = ei.incident_id
where e.status <> 'cancelled' and e.started_at >= :since
"""
_COMPANIONS = """
select e.episode_id::text, m.incident_id::text, m.value, m.as_said
from episodes e join episode_incidents ei using (episode_id) join mentions m on m.incident_id = ei.incident_id
where e.status <> 'cancelled' and e.started_at >= :since and m.kind = 'person'
"""
_CHILDREN = """
select c.child_id, c.provisional, c.forename, c.surname, c.aliases, c.home_address, c.home_postcode,
       c.previous_addresses, c.previous_postcodes, c.school,
       coalesce(a.lived_at, '{}') as lived_at
from children c
left join (select child_id, array_agg(address || '|' || postcode) as lived_at from placement_addresses
           where child_id = any(:ids) group by child_id) a on a.child_id = c.child_id
where c.child_id = any(:ids)
"""
_FAMILY_PHONES = """
select c.child_id, c.phone from children c where c.child_id = any(:ids) and c.phone <> ''
union
select c.child_id, f.phone from children c
join children f on f.home_address = c.home_address and f.home_postcode = c.home_postcode
where c.child_id = any(:ids) and c.home_address <> '' and f.phone <> ''
"""


async def notice_words(
    connection: AsyncConnection, *, since: datetime | None, after: str, limit: int
) -> dict[str, list[NoticeWords]]:
    """Return what the notices of the next incidents say, by incident; one without notices has an empty list."""
    found: dict[str, list[NoticeWords]] = {}
    result = await connection.execute(text(_WORDS), {"since": since, "after": after, "limit": limit})
    for row in result.mappings():
        said = found.setdefault(row["incident_id"], [])
        said.append(_notice(row))
    return found


def _notice(row: Mapping[Any, Any]) -> NoticeWords:
    return NoticeWords(
        places=tuple(row["places"] or ()),
        companions=tuple(row["companions"] or ()),
        vehicles=tuple(row["vehicles"] or ()),
        phone=row["phone"] or "",
        found_place=row["found_place"] or "",
        found_postcode=row["found_postcode"] or "",
        last_seen_place=row["last_seen_place"] or "",
        last_seen_postcode=row["last_seen_postcode"] or "",
    )


async def episodes_of(connection: AsyncConnection, child_ids: Collection[str] | None) -> list[EpisodeSpan]:
    """Return the live episodes of children, or of all when `child_ids` is None."""
    values = {"everything": child_ids is None, "ids": sorted(child_ids or ())}
    return [_span(row) for row in (await connection.execute(text(_EPISODES), values)).mappings()]


async def namings(connection: AsyncConnection, since: datetime) -> list[Naming]:
    """Return who named what in episodes that began since then."""
    result = await connection.execute(text(_NAMINGS), {"since": since})
    return [_naming(row) for row in result.mappings()]


def _naming(row: Mapping[Any, Any]) -> Naming:
    return Naming(
        kind=MentionKind(row["kind"]),
        value=row["value"],
        as_said=row["as_said"],
        child_id=row["child_id"],
        episode_id=row["episode_id"],
        incident_id=row["incident_id"],
        started_at=row["started_at"],
    )


async def histories(
    connection: AsyncConnection, child_ids: Collection[str] | None, rules: SensorRules
) -> list[ChildHistory]:
    """Return the live episodes of children (None: of all) with their births and the signs told of."""
    values = {"everything": child_ids is None, "ids": sorted(child_ids or ())}
    of_child: dict[str, list[EpisodeSpan]] = defaultdict(list)
    for each in await episodes_of(connection, child_ids):
        of_child[each.child_id].append(each)
    born = {row[0]: row[1] for row in await connection.execute(text(_BORN), values)}
    signs: dict[str, list[Sign]] = defaultdict(list)
    for row in (await connection.execute(text(_SAID), values)).mappings():
        signs[row["child_id"]] += _signs(row, rules)
    for row in (await connection.execute(text(_SCREENED), values)).mappings():
        signs[row["child_id"]].append(_screened(row))
    return [
        ChildHistory(
            child_id=child_id,
            episodes=tuple(of_child[child_id]),
            born_on=born.get(child_id),
            signs=tuple(dict.fromkeys(signs[child_id])),
        )
        for child_id in sorted(of_child)
    ]


def _signs(row: Mapping[Any, Any], rules: SensorRules) -> list[Sign]:
    return [
        Sign(
            kind=kind,
            episode_id=row["episode_id"],
            incident_id=row["incident_id"],
            said=said,
            at=row["started_at"],
        )
        for said in (row["circumstances"] or "", *(row["markers"] or ()))
        for kind in signs_in(said, rules)
    ]


def _screened(row: Mapping[Any, Any]) -> Sign:
    """Return a positive answer of the interviewer's exploitation screen as a sign of the same name."""
    words = str(row["question"]).replace("_", " ")
    return Sign(
        kind=row["question"],
        episode_id=row["episode_id"],
        incident_id="",
        said=f"Screen: {words}" + (f" ({row['note']})" if row["note"] else ""),
        at=row["started_at"],
    )


async def feedback(connection: AsyncConnection) -> Feedback:
    """Return what leads decided about earlier groups: by kind of tie, and by thing."""
    counts: dict[str, Counter[str]] = {"confirmed": Counter(), "rejected": Counter()}
    things: dict[str, Counter[str]] = {"confirmed": Counter(), "rejected": Counter()}
    for state, detail in await connection.execute(text(_DECISIONS)):
        counts[state].update({kind for link in detail["links"] for kind in link[3]})
        things[state].update(detail["things"])
    return Feedback(
        confirmed=counts["confirmed"],
        rejected=counts["rejected"],
        noise=things["rejected"],
        concerns=frozenset(things["confirmed"]),
    )


async def goings(connection: AsyncConnection, since: datetime) -> list[Going]:
    """Return the live episodes that began since then, with what may join them to others."""
    values = {"since": since}
    rows = (await connection.execute(text(_GOING), values)).mappings().all()
    references = _by_episode(await connection.execute(text(_REFERENCES), values))
    words = _by_episode(await connection.execute(text(_FOUND), values))
    companions = _by_episode(await connection.execute(text(_COMPANIONS), values))
    return [
        _going(
            row,
            references=references[row["episode_id"]],
            words=words[row["episode_id"]],
            companions=companions[row["episode_id"]],
        )
        for row in rows
    ]


Rows = list[Mapping[Any, Any]]


def _by_episode(result: Any) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in result.mappings():
        found[row["episode_id"]].append(row)
    return found


def _going(row: Mapping[Any, Any], *, references: Rows, words: Rows, companions: Rows) -> Going:
    found = {place_form(each["found_place"] or "", each["found_postcode"] or "") for each in words}
    return Going(
        span=_span(row),
        incident_id=references[0]["incident_id"] if references else "",
        references={each["reference"]: each["incident_id"] for each in references},
        companions={each["value"]: (each["as_said"], each["incident_id"]) for each in companions},
        found_places=frozenset(found - {""}),
        found_at=row["found_at"],
    )


def _span(row: Mapping[Any, Any]) -> EpisodeSpan:
    return EpisodeSpan(
        episode_id=row["episode_id"],
        child_id=row["child_id"],
        kind=row["kind"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        forces=frozenset(row["forces"]),
    )


async def worlds(connection: AsyncConnection, child_ids: Collection[str]) -> dict[str, OwnWorld]:
    """Return what is each child's own: homes, placements, school, family telephones and names."""
    values = {"ids": sorted(child_ids)}
    phones: dict[str, set[str]] = defaultdict(set)
    for row in await connection.execute(text(_FAMILY_PHONES), values):
        phones[row.child_id].add(phone_form(row.phone))
    result = await connection.execute(text(_CHILDREN), values)
    return {row["child_id"]: _world(row, phones[row["child_id"]]) for row in result.mappings()}


def _world(row: Mapping[Any, Any], phones: set[str]) -> OwnWorld:
    bases = {form for each in row["lived_at"] if (form := place_form(*_address(each)))}
    homes = [(row["home_address"], row["home_postcode"])]
    homes += [(address, "") for address in row["previous_addresses"]]
    homes += [("", postcode) for postcode in row["previous_postcodes"]]
    homes += [_address(each) for each in row["lived_at"]]
    forms = {form for home in homes if (form := place_form(*home))}
    numbered = {postcode_in(form) for form in forms if is_numbered(form)}
    postcodes = {code for form in forms if (code := postcode_in(form))}
    return OwnWorld(
        places=frozenset(forms),
        postcodes=frozenset(postcodes),
        whole_postcodes=frozenset(postcodes - numbered),
        school=plain_words(row["school"]),
        phones=frozenset(phones - {""}),
        names=_names(row["forename"], row["surname"], row["aliases"]),
        household=place_form(row["home_address"], row["home_postcode"]) if row["home_address"] else "",
        bases=frozenset(bases),
        provisional=row["provisional"],
    )


def _address(packed: str) -> tuple[str, str]:
    address, _, postcode = packed.rpartition("|")
    return address, postcode


def _names(forename: str, surname: str, aliases: Iterable[str]) -> frozenset[str]:
    """Return the full names of a child; a forename alone is too common to name one child."""
    whole = [full_name(forename, surname), *(person_form(alias) for alias in aliases)]
    return frozenset(name for name in whole if " " in name)
