"""The monthly report from a real database: every figure recounted by an independent loop over the raw rows."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from missing_coord.domain.access import Actor, Role, system_actor
from missing_coord.domain.cases import Interview, InterviewEpisode
from missing_coord.domain.clock import FixedClock
from missing_coord.domain.errors import DomainError
from missing_coord.domain.population import Population
from missing_coord.reporting.documents import render
from missing_coord.reporting.monthly import Report, read_report
from missing_coord.reporting.periods import month_of
from missing_coord.storage.database import Database as Storage
from missing_coord.storage.mappers import to_row
from missing_coord.storage.tables.cases import episodes, interview_episodes, interview_events, interviews
from missing_coord.storage.tables.people import children, placements
from tests.builders.cases import Case
from tests.builders.reporting import CLOSED_STATES, hours, oracle
from tests.databases import Database

OCTOBER = month_of("2026-10")
COUNCIL = "E08000003"
MANAGER = Actor(role=Role.MANAGER, name="Mara Quint", user_id=str(uuid.uuid4()))
AS_AT = (datetime(2026, 10, 20, 9, 0, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
async def storage(database: Database) -> AsyncIterator[Storage]:
    """Open the database at a fixed time after the month."""
    opened = Storage.open(database.app_url, clock=FixedClock(AS_AT[1]), pool_size=2)
    yield opened
    await opened.close()


async def reported(storage: Storage, as_at: datetime, month: str = "2026-10") -> Report:
    """Return the report as a manager gets it."""
    async with storage.unit_of_work(MANAGER) as uow:
        return await read_report(uow, period=month, as_at=as_at, council=COUNCIL)


def figures(report: Report) -> dict[str, tuple[int, int | None, int | None]]:
    """Return (numerator, denominator, pending) by key."""
    measures = [each for group in report.groups for each in group.measures]
    return {each.key: (each.numerator, each.denominator, each.pending) for each in measures}


def random_case(
    rng: random.Random, child_id: str, population: Population, returned: datetime
) -> dict[str, Any]:
    """Return the rows of one episode with any history: told late, offered or not, closed in any way or open."""
    case = Case(returned_at=returned, child_id=child_id)
    told = returned + hours(rng.choice([0, 1, 30, 200]))
    duty, interview, events = case.duty(), case.interview(), []
    if rng.random() < 0.6:
        offered = returned + hours(rng.randint(-5, 100))
        duty = replace(duty, first_offered_at=offered)
        events = [_offer(case, offered, offered + hours(rng.choice([0, 2, 90])))]
    if rng.random() < 0.7:
        duty, interview = closed(rng, duty, interview)
    episode = replace(
        case.episode(),
        kind=rng.choice("MMMA"),
        population=population.value,
        started_at=returned - hours(rng.choice([3, 10, 400])),
        told_ended_at=told,
    )
    episode = replace(episode, told_at=min(told, episode.started_at + hours(rng.choice([0, 5, 500]))))
    return {"episode": episode, "interview": interview, "duty": duty, "events": events}


def closed(
    rng: random.Random, duty: InterviewEpisode, interview: Interview
) -> tuple[InterviewEpisode, Interview]:
    """Return duty and interview with one of the ways in which an interview is closed."""
    state = rng.choice((*CLOSED_STATES, "completed", "completed", "completed"))
    at = duty.clock_from + hours(rng.randint(1, 150))
    interview = replace(interview, state=state, closed_at=at, closed_by="Mara Quint", reason="known")
    if state == "completed":
        interview = replace(interview, held_at=at - hours(rng.choice([0.5, 1, 40])))
    return replace(duty, resolved_at=at, next_step_at=None), interview


def _offer(case: Case, at: datetime, recorded_at: datetime) -> dict[str, Any]:
    return {
        "interview_id": case.interview_id,
        "kind": "offer",
        "at": at,
        "recorded_at": recorded_at,
        "recorded_by": "Robin Ashdown",
    }


async def seed(
    storage: Storage, rng: random.Random, *, cases: int, one_child_each: int = 4
) -> list[dict[str, Any]]:
    """Put random cases from September to November into the database and return their rows."""
    made = []
    for number in range(cases // one_child_each):
        population = rng.choice(list(Population))
        moment = OCTOBER.starts_at - timedelta(days=25)
        for _ in range(one_child_each):
            moment += hours(rng.randint(401, 480))
            made.append(random_case(rng, f"C{number}", population, moment))
    async with storage.unit_of_work(system_actor("test")) as uow:
        ids = sorted({each["episode"].child_id for each in made})
        await uow.execute(children.insert(), [{"child_id": child_id} for child_id in ids])
        await uow.execute(episodes.insert(), [to_row(each["episode"]) for each in made])
        await uow.execute(interviews.insert(), [to_row(each["interview"]) for each in one_open_each(made)])
        await uow.execute(interview_episodes.insert(), [to_row(each["duty"]) for each in made])
        offers = [event for each in made for event in each["events"]]
        await uow.execute(interview_events.insert(), offers)
    return made


def one_open_each(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let the open duties of one child share its one open interview, as they do in life."""
    opened: dict[str, Interview] = {}
    kept = []
    for each in made:
        interview = each["interview"]
        if interview.closed_at is None and interview.child_id in opened:
            shared = opened[interview.child_id].interview_id
            each["duty"] = replace(each["duty"], interview_id=shared)
            each["events"] = [{**event, "interview_id": shared} for event in each["events"]]
            continue
        if interview.closed_at is None:
            opened[interview.child_id] = interview
        kept.append(each)
    return kept


def expected(made: list[dict[str, Any]], as_at: datetime) -> dict[str, tuple[int, int | None, int | None]]:
    """Count the rows as they were put in, by the oracle."""
    told = [to_row(each["episode"]) for each in made]
    duties = [
        {
            "population": each["episode"].population,
            "told_ended_at": each["episode"].told_ended_at,
            "returned_at": each["duty"].clock_from,
            "offered_at": each["duty"].first_offered_at,
            "offer_recorded_at": each["events"][0]["recorded_at"] if each["events"] else None,
            "resolved_at": each["duty"].resolved_at,
            "held_at": each["interview"].held_at,
            "state": each["interview"].state,
        }
        for each in made
    ]
    return oracle(told, duties, month=(OCTOBER.starts_at, OCTOBER.ends_at), as_at=as_at)


@pytest.mark.parametrize("seed_number", [1, 2, 3])
@pytest.mark.parametrize("as_at", AS_AT)
async def test_every_figure_is_that_of_an_independent_count(
    storage: Storage, seed_number: int, as_at: datetime
) -> None:
    made = await seed(storage, random.Random(seed_number), cases=240)
    found = figures(await reported(storage, as_at))
    for key, (numerator, denominator, pending) in expected(made, as_at).items():
        if denominator == -1:
            denominator = numerator  # nobody is on the register here but those who went missing
        assert found[key] == (numerator, denominator, pending), key


@pytest.mark.parametrize("format", ["html", "csv", "xlsx"])
async def test_the_same_report_twice_is_the_same_to_the_byte(storage: Storage, format: str) -> None:
    await seed(storage, random.Random(7), cases=80)
    first = render(await reported(storage, AS_AT[1]), format=format)
    assert render(await reported(storage, AS_AT[1]), format=format) == first


async def test_what_happens_later_does_not_change_a_report_as_at_an_earlier_time(storage: Storage) -> None:
    made = await seed(storage, random.Random(5), cases=120)
    before = render(await reported(storage, AS_AT[0]), format="csv")
    still_open = [each["duty"].episode_id for each in made if each["duty"].resolved_at is None]
    async with storage.unit_of_work(system_actor("test")) as uow:
        await uow.execute(
            text(
                "update interview_episodes set resolved_at = :at, next_step_at = null"
                " where episode_id = any(cast(:ids as uuid[]))"
            ),
            {"at": AS_AT[1] - hours(1), "ids": still_open},
        )
        await uow.execute(
            text(
                "update interviews set state = 'declined_by_child', closed_at = cast(:at as timestamptz)"
                " where closed_at is null"
            ),
            {"at": AS_AT[1] - hours(1)},
        )
    assert render(await reported(storage, AS_AT[0]), format="csv") == before
    assert render(await reported(storage, AS_AT[1]), format="csv") != before


async def test_a_return_that_nobody_told_of_is_known_when_the_next_episode_is_told(storage: Storage) -> None:
    first = Case(returned_at=OCTOBER.starts_at + hours(100))
    again = replace(
        first.episode(), episode_id=str(uuid.uuid4()), started_at=first.returned_at, ended_at=None
    )
    told = first.returned_at + hours(5)
    rows = [
        replace(first.episode(), told_ended_at=None, end_basis="presumed", population="own_home_child"),
        replace(again, status="open", told_at=told, told_ended_at=None, population="own_home_child"),
    ]
    async with storage.unit_of_work(system_actor("test")) as uow:
        await uow.execute(children.insert(), [{"child_id": first.child_id}])
        await uow.execute(episodes.insert(), [to_row(each) for each in rows])
        await uow.execute(interviews.insert(), [to_row(first.interview())])
        await uow.execute(interview_episodes.insert(), [to_row(first.duty())])
    assert figures(await reported(storage, told - hours(1)))["eligible"][0] == 0
    assert figures(await reported(storage, told))["eligible"][0] == 1


async def test_cancelled_episodes_are_in_no_figure(storage: Storage) -> None:
    await seed(storage, random.Random(5), cases=40)
    async with storage.unit_of_work(system_actor("test")) as uow:
        await uow.execute(text("update episodes set status = 'cancelled'"))
    found = figures(await reported(storage, AS_AT[1]))
    assert {value[0] for value in found.values()} == {0}


async def test_looked_after_children_are_those_with_a_placement_on_any_day_of_the_month(
    storage: Storage,
) -> None:
    spans = {
        "ended on the first": (date(2026, 9, 1), date(2026, 10, 1), 0),
        "first night": (date(2026, 9, 1), date(2026, 10, 2), 1),
        "whole": (date(2020, 1, 1), None, 1),
        "last day": (date(2026, 10, 31), None, 1),
        "next month": (date(2026, 11, 1), None, 0),
    }
    async with storage.unit_of_work(system_actor("test")) as uow:
        rows = [{"child_id": name, "responsible_authority": COUNCIL} for name in spans]
        rows.append({"child_id": "elsewhere", "responsible_authority": "E08000001"})
        await uow.execute(children.insert(), rows)
        placed = [
            {"placement_id": name, "child_id": name, "start_date": start, "end_date": end}
            for name, (start, end, _) in [*spans.items(), ("elsewhere", spans["whole"])]
        ]
        await uow.execute(placements.insert(), placed)
    assert figures(await reported(storage, AS_AT[1]))["looked_after"][0] == sum(
        n for _, _, n in spans.values()
    )


async def test_a_month_that_has_not_begun_and_a_time_without_offset_are_refused(storage: Storage) -> None:
    with pytest.raises(DomainError, match="had not begun"):
        await reported(storage, AS_AT[1], "2026-12")
    with pytest.raises(DomainError, match="offset"):
        await reported(storage, datetime(2026, 11, 1))  # noqa: DTZ001
