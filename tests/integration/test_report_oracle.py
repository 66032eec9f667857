"""Every figure of the report against plain SQL, on random histories played through the real road."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from sqlalchemy import create_engine, text

from missing_coord.domain.access import system_actor
from missing_coord.reporting.measures import Measure
from missing_coord.reporting.monthly import EVERYBODY, About, Report, Subject, read_report
from missing_coord.reporting.periods import month_of
from tests.builders.report_history import Deed, histories, play
from tests.builders.report_oracle import VIEWS, oracle_figures, provider_figures
from tests.builders.road import open_road
from tests.databases import Database, TestServer

OCTOBER = month_of("2026-10")
COUNCIL = "E08000003"
AS_AT = (datetime(2026, 10, 9, 9, 0, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
SUBJECTS = (
    EVERYBODY,
    Subject(about=About.SUPPLIER, name="Larch Trust"),
    Subject(about=About.PROVIDER, name="=Hollybush Homes"),
)
ASKED = [(as_at, subject) for as_at in AS_AT for subject in SUBJECTS]


async def reports_of(database: Database, history: list[Deed]) -> list[Report]:
    """Play a history and return its October, as at the middle of the month and long after, for each subject."""
    async with open_road(database) as road:
        await play(road, history)
        async with road.database.unit_of_work(system_actor("test")) as uow:
            return [
                await read_report(uow, period="2026-10", as_at=as_at, council=COUNCIL, subject=subject)
                for as_at, subject in ASKED
            ]


def oracles(database: Database) -> list[tuple[dict[str, Any], dict[str, int]]]:
    """Return what plain SQL says of the same: every figure by key, and the incidents of each provider."""
    engine = create_engine(database.admin_url)
    span = {"first": OCTOBER.starts_at, "after": OCTOBER.ends_at}
    with engine.begin() as connection:
        for view in VIEWS:
            connection.execute(text(view))
        found = [
            (
                oracle_figures(
                    connection,
                    **span,
                    as_at=as_at,
                    council=COUNCIL,
                    provider=subject.name if subject.about is About.PROVIDER else "",
                    supplier=subject.name if subject.about is About.SUPPLIER else "",
                ),
                provider_figures(connection, **span, as_at=as_at),
            )
            for as_at, subject in ASKED
        ]
        event(f"graded twice: {_any(connection, _TWICE)}")
        event(f"joined: {_any(connection, _JOINED)}, several in one interview: {_any(connection, _SEVERAL)}")
    engine.dispose()
    return found


_TWICE = "select exists (select from audit_grades where place = 2)"
_JOINED = "select exists (select from episode_incidents group by episode_id having count(*) > 1)"
_SEVERAL = "select exists (select from interview_episodes group by interview_id having count(*) > 1)"


def _any(connection: Any, query: str) -> bool:
    return bool(connection.execute(text(query)).scalar_one())


def figures(report: Report) -> dict[str, Measure]:
    """Return the measures by key."""
    return {each.key: each for group in report.groups for each in group.measures}


@settings(
    max_examples=int(os.environ.get("HISTORIES", "5")),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories)
def test_every_figure_is_that_of_plain_sql_on_any_history(
    postgres_server: TestServer, history: list[Deed]
) -> None:
    with postgres_server.migrated() as database:
        reports = asyncio.run(reports_of(database, history))
        expected = oracles(database)
    for report, (oracle, providers) in zip(reports, expected, strict=True):
        check_figures(report, oracle, providers)
        check_rows(report)


def check_figures(report: Report, oracle: dict[str, Any], providers: dict[str, int]) -> None:
    """Every figure of the report is the oracle's, and a report on everybody has every figure that the oracle knows."""
    found = figures(report)
    of_providers = {key for key in found if key.startswith("provider")}
    themes = {key: figure for key, figure in oracle.items() if key.startswith(("push_", "pull_"))}
    if report.subject == EVERYBODY:
        criteria = {key: figure for key, figure in oracle.items() if key.startswith("criterion_")}
        told = {key for key, figure in themes.items() if figure[0]}
        marked = {key for key, figure in criteria.items() if figure[1]}
        assert set(found) - of_providers == (set(oracle) - set(themes) - set(criteria)) | told | marked
        named = {key.removeprefix("provider:"): found[key].numerator for key in of_providers if ":" in key}
        assert named == {name: number for name, number in providers.items() if name}
        assert found["provider_unknown"].numerator == providers.get("", 0)
        assert found["providers_rest"].numerator == 0
    else:
        assert not of_providers
    for key in set(found) - of_providers:
        each = found[key]
        assert (each.numerator, each.denominator, each.pending) == oracle[key], key


def check_rows(report: Report) -> None:
    """Every figure opens as many rows as it counts, or the rows of as many children."""
    for group in report.groups:
        for each in group.measures:
            if each.pending is not None:
                assert (len(each.base_rows), len(each.pending_rows)) == (each.denominator, each.pending)
            assert bool(each.rows) or each.numerator == 0 or each.key == "unmet", each.key
        if group.parts_of_whole:
            whole = group.measures[0].denominator
            assert sum(each.numerator for each in group.measures) == whole, group.title


def test_a_figure_opens_the_rows_that_it_counts(postgres_server: TestServer) -> None:
    steps = [("missing", 30), ("returned", 2), ("offer", 0), ("assign", 0), ("complete", 0)]
    history = [
        Deed(after=240 if number == 0 else 1, child=1, what=what, about=about, turn=1)
        for number, (what, about) in enumerate(steps)
    ]
    with postgres_server.migrated() as database:
        found = figures(asyncio.run(reports_of(database, history))[len(SUBJECTS)])
    opened = {
        found[key].rows for key in ("incidents", "over_24h", "offered", "completed", "outcome_completed")
    }
    assert len(opened) == 1
    assert len(opened.pop()) == 1
