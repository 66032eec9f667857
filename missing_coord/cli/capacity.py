"""`plan capacity`: what is to be expected, what was not met, and what another staff would have made of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from missing_coord.cli.output import Json, print_json, say
from missing_coord.cli.running import with_application
from missing_coord.domain.plurals import noun, plural

if TYPE_CHECKING:
    from missing_coord.bootstrap import Application
    from missing_coord.planning.capacity import Outcome
    from missing_coord.services.capacity import Capacity, Pattern


def capacity(
    weeks: Annotated[int, typer.Option(help="How many whole weeks of the past, 2 to 52.")] = 13,
    days: Annotated[
        list[str] | None, typer.Option(help="A worker's changed days, such as W01=Tue,Wed,Thu,Fri,Sat.")
    ] = None,
    hours: Annotated[
        list[str] | None, typer.Option(help="A worker's changed hours, such as W01=11:00-19:00.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Set capacity against demand: the forecast, the recorded past, and what another staff would have made of it."""
    made = with_application(lambda app: _capacity(app, weeks, days or [], hours or []))
    if as_json:
        print_json(as_document(made))
        return
    for line in _lines(made):
        say(line)


async def _capacity(app: Application, weeks: int, days: list[str], hours: list[str]) -> Capacity:
    from missing_coord.domain.access import system_actor
    from missing_coord.services.capacity import capacity as work_out
    from missing_coord.storage.bank_holidays import bank_holidays
    from missing_coord.storage.views.capacity import SqlHistory

    patterns = _patterns(days, hours)
    async with app.database.unit_of_work(system_actor("capacity")) as uow:
        return await work_out(
            uow,
            SqlHistory(uow),
            policy=app.policy,
            bank_holidays=bank_holidays(),
            weeks=weeks,
            patterns=patterns,
        )


def _patterns(days: list[str], hours: list[str]) -> list[Pattern]:
    from missing_coord.services.capacity import Pattern, days_of, hours_of

    by_days = {name: days_of(text) for name, text in map(_named, days)}
    by_hours = {name: hours_of(text) for name, text in map(_named, hours)}
    names = [*by_days, *(name for name in by_hours if name not in by_days)]
    return [Pattern(worker_id=name, days=by_days.get(name), hours=by_hours.get(name)) for name in names]


def _named(text: str) -> tuple[str, str]:
    from missing_coord.domain.errors import PermanentError

    name, sign, rest = text.partition("=")
    if not sign or not name:
        raise PermanentError(f"{text}: write the worker's id, an equals sign and the pattern, W01=Mon,Tue")
    return name, rest


def as_document(made: Capacity) -> dict[str, Any]:
    """Return capacity against demand as JSON."""
    from missing_coord.storage.mappers import plain

    document = asdict(made)
    document["forecast"]["expected"] = made.forecast.expected
    document["staffs"] = [{"name": name, **asdict(each), "unmet": each.unmet} for name, each in made.staffs]
    plained = plain(document)
    return dict(plained)


def _lines(made: Capacity) -> list[str]:
    from missing_coord.services.capacity_words import assumptions

    past, returns = made.recorded, round(made.forecast.expected)
    return [
        f"{plural(returns, 'return')} a week {noun(returns, 'is')} to be expected;"
        f" {made.visits_needed_a_week:.1f} visits a week were needed, {made.visits_a_week:.1f} are possible.",
        f"What really happened: {past.in_time} of {past.needed} in time, {past.late} late, {past.not_held} not seen;"
        f" {past.open} more whose deadline is still to come are left out.",
        *(f"Replay, {name}: {_words(each)}" for name, each in made.staffs),
        *assumptions(made),
    ]


def _words(each: Outcome) -> str:
    return (
        f"{each.in_time} of {each.needed} in time, {each.late} late ({each.agreed_late} agreed to too late for any"
        f" staff), {each.unseen} for whom nobody had room, {each.out_of_reach} out of reach;"
        f" {each.lost} of {plural(each.visits, 'visit')} lost."
    )
