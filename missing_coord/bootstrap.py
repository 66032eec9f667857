"""The composition root: turns settings into a running application; the only module that chooses adapters."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from missing_coord.contracts.area_names import read_area_names
from missing_coord.contracts.ladders import read_ladders
from missing_coord.contracts.record_lists import read_record_lists
from missing_coord.domain.access import Actor, system_actor
from missing_coord.domain.clock import Clock, RehearsalClock, SystemClock
from missing_coord.domain.errors import DomainError, PermanentError
from missing_coord.domain.escalation import LONG_AGO, ClockKind
from missing_coord.domain.ladders import LadderBook
from missing_coord.domain.messages import ChannelName
from missing_coord.domain.record_lists import DEFAULT_LISTS, RecordLists
from missing_coord.matching.decide import MatchPolicy
from missing_coord.matching.score import Scorer
from missing_coord.matching.weights import Weights, read_weights, shipped_weights
from missing_coord.messaging.files import FileIntake
from missing_coord.services.intake import Engine
from missing_coord.services.ports.messages import Channel
from missing_coord.services.ports.work import Policy
from missing_coord.settings import Settings
from missing_coord.storage import register_statistics
from missing_coord.storage.database import Database
from missing_coord.storage.embedded.cluster import EmbeddedPostgres, open_embedded
from missing_coord.storage.revisions import fault_of


@dataclass
class Application:
    """Everything that an entry point needs: settings, the database, the council's policy and the matching engine."""

    settings: Settings
    clock: Clock
    database: Database
    policy: Policy
    database_url: str
    owner_url: str | None
    weights: Weights = field(default_factory=shipped_weights)
    _scorer: tuple[int, Scorer] | None = field(default=None)

    async def engine(self, uow: Any) -> Engine:
        """Return the intake engine with the newest count of the register."""
        number = await register_statistics.latest_number(uow.connection)
        if self._scorer is None or self._scorer[0] != number:
            statistics = await register_statistics.load(uow.connection, number)
            self._scorer = number, Scorer(weights=self.weights, statistics=statistics)
        return Engine(
            policy=await self.policy_now(uow),
            scorer=self._scorer[1],
            match_policy=match_policy_of(self.settings),
        )

    async def policy_now(self, uow: Any) -> Policy:
        """Return the council's policy with the ladder that clocks starting now get."""
        book: LadderBook = await uow.ladders.book()
        return replace(self.policy, ladder=book.in_force(ClockKind.INTERVIEW, uow.now))

    @cached_property
    def channels(self) -> dict[ChannelName, Channel]:
        """The channels by which messages leave the product, as the settings set them up."""
        from missing_coord.notify.channels import channels_of

        return channels_of(self.settings)

    async def refresh_statistics(self, uow: Any) -> None:
        """Count the register anew where it has changed."""
        await register_statistics.refresh(uow.connection, self.clock.now())

    def intake(self, actor: Actor | None = None) -> FileIntake:
        """Return the intake of files and items on behalf of an actor, by default the system."""
        return FileIntake(
            database=self.database,
            engine=self.engine,
            refresh=self.refresh_statistics,
            actor=actor or system_actor("intake"),
            clock=self.clock,
        )


@asynccontextmanager
async def open_application(
    settings: Settings, *, clock: Clock | None = None, upgrade: bool | None = None, pool_size: int = 10
) -> AsyncIterator[Application]:
    """Open the application: the embedded database is started and brought up to date, a configured one only checked.

    Raises PermanentError when a configured database is not of this release's layout.
    """
    _spare_the_collector()
    chosen = clock or clock_of(settings)
    embedded = await asyncio.to_thread(_open_embedded, settings) if settings.embedded else None
    app_url = embedded.app_url if embedded else settings.database_url or ""
    owner_url = embedded.owner_url if embedded else settings.owner_database_url
    database: Database | None = None
    try:
        database = Database.open(app_url, clock=chosen, pool_size=pool_size)
        if (upgrade or (upgrade is None and embedded is not None)) and owner_url:
            await _upgrade(database, owner_url)
        await _refuse_another_layout(database)
        await _keep_ladders(settings, database)
        yield Application(
            settings=settings,
            clock=chosen,
            database=database,
            policy=Policy(council=settings.council, record_lists=record_lists_in_force(settings)),
            database_url=app_url,
            owner_url=owner_url,
            weights=weights_in_force(settings),
        )
    finally:
        if database is not None:
            await database.close()
        if embedded is not None:
            await asyncio.to_thread(embedded.close)


def clock_of(settings: Settings) -> Clock:
    """Return the machine's clock, or that of a rehearsal."""
    rehearsal = settings.rehearsal_clock
    if rehearsal is None:
        return SystemClock()
    return RehearsalClock(
        since=rehearsal.since, speed=rehearsal.speed, ahead=timedelta(seconds=rehearsal.ahead)
    )


async def _keep_ladders(settings: Settings, database: Database) -> None:
    """Keep the ladders of the council's file; raises PermanentError naming what is wrong in it."""
    if settings.ladder is None:
        return
    content = _text_of(settings.ladder, "MISSING_COORD_LADDER")
    try:
        ladders = read_ladders(content)
        async with database.unit_of_work(system_actor("ladder file")) as uow:
            for ladder in ladders:
                # One without a date takes effect from when it was first read.
                dated = ladder.effective_at > LONG_AGO
                await uow.ladders.add(ladder if dated else replace(ladder, effective_at=uow.now))
    except (PermanentError, DomainError) as error:
        raise PermanentError(f"MISSING_COORD_LADDER: {error}") from error


def match_policy_of(settings: Settings) -> MatchPolicy:
    """Return from which probability, and how far ahead of the next child, a notice is matched without a person."""
    return match_policy_from(settings.match_automatic_from)


def match_policy_from(least: float) -> MatchPolicy:
    """Return the policy that matches by itself from a probability."""
    return MatchPolicy(automatic_from=least, automatic_margin=min(0.95, least - 0.04))


def weights_in_force(settings: Settings) -> Weights:
    """Return the matching weights that the settings name, or those that come with the program.

    Raises PermanentError when the file cannot be read as weights.
    """
    if settings.match_weights is None:
        return shipped_weights()
    content = _text_of(settings.match_weights, "MISSING_COORD_MATCH_WEIGHTS")
    try:
        return read_weights(content)
    except ValueError as error:
        raise PermanentError(f"MISSING_COORD_MATCH_WEIGHTS: {error}") from error


def record_lists_in_force(settings: Settings) -> RecordLists:
    """Return the lists of interview records that the settings name, or those that come with the program."""
    if settings.record_lists is None:
        return DEFAULT_LISTS
    content = _text_of(settings.record_lists, "MISSING_COORD_RECORD_LISTS")
    try:
        return read_record_lists(content)
    except PermanentError as error:
        raise PermanentError(f"MISSING_COORD_RECORD_LISTS: {error}") from error


def area_names_in_force(settings: Settings) -> Mapping[str, str]:
    """Return the names of local authorities that the settings name, by code; our own has the council's name."""
    ours = {settings.council: settings.council_name} if settings.council_name else {}
    if settings.area_names is None:
        return ours
    content = _text_of(settings.area_names, "MISSING_COORD_AREA_NAMES")
    try:
        return {**ours, **read_area_names(content)}
    except PermanentError as error:
        raise PermanentError(f"MISSING_COORD_AREA_NAMES: {error}") from error


def _text_of(path: Path, variable: str) -> str:
    """Return the text of a file that a setting names, without the mark that Windows puts before it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(f"{variable}: cannot read {path} as UTF-8 text.") from error


def _spare_the_collector() -> None:
    """Let Python look for garbage less often: intake spent a seventh of its time on that (docs/adr/0007-intake.md)."""
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


async def _upgrade(database: Database, owner_url: str) -> None:
    """Bring the schema up to date; where it is already, the library of migrations is not even loaded."""
    if fault_of(await database.layout()) is None:
        return
    from missing_coord.storage import migrate

    await asyncio.to_thread(migrate.upgrade, owner_url)


def _open_embedded(settings: Settings) -> EmbeddedPostgres:
    return open_embedded(settings.home, system_folder=settings.server_folder)


async def _refuse_another_layout(database: Database) -> None:
    if fault := fault_of(await database.layout()):
        raise PermanentError(fault)
