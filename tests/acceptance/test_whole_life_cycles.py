"""Children go missing, come back, are muddled up and put right, while people work: no interview is ever off the ladder.

Everything is done by the product's own services, from the police's notices to the outcome; only the clock is moved by
hand, over both clock changes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy.dialects.postgresql import insert

from missing_coord.bootstrap import Application
from missing_coord.domain.access import Role
from missing_coord.domain.errors import DomainError, NotFound, PermanentError, TransientError
from missing_coord.domain.interviews import ContactMethod, ContactWith
from missing_coord.domain.messages import MessageState
from missing_coord.domain.rotas import Absence, Rota, Shift
from missing_coord.services import interviews
from missing_coord.services.interviews import HoldReason
from missing_coord.services.interviews.words import DeclinedBy
from missing_coord.services.ports.work import Policy
from missing_coord.services.telling.promises import make_promise
from missing_coord.services.verify import verify
from missing_coord.settings import Settings
from missing_coord.storage.tables import people as tables
from tests.acceptance.telling_scene import Telling, telling
from tests.builders.reviews import COORDINATOR, MANAGER, child, decide
from tests.builders.road import feed, rows_of
from tests.databases import Database

Answer = TypeVar("Answer")
EXAMPLES = int(os.environ.get("LIFE_CYCLES", "3"))
STEPS = 20 if "LIFE_CYCLES" not in os.environ else 40
STARTS = (
    datetime(2026, 3, 26, 20, 0, tzinfo=UTC),
    datetime(2026, 10, 22, 20, 0, tzinfo=UTC),
    datetime(2026, 6, 10, 20, 0, tzinfo=UTC),
)
CHILDREN = ("C1", "C2", "C3")
NAMES = {
    "C1": ("Tamsin", "Quillfeather", "2011-04-03"),
    "C2": ("Jonah", "Amberwood", "2010-09-21"),
    "C3": ("Priya", "Larkhill", "2012-01-15"),
}
STRANGER = ("Alix", "Nobody", "2011-04-04")
WHO = st.sampled_from(CHILDREN)
ANY = st.integers(0, 50)
HOURS = st.sampled_from([0.2, 1.0, 5.0, 11.5, 23.0, 24.0, 37.25, 72.0])
OFF_THE_LADDER = """
select count(*) from interviews i where i.closed_at is null and not exists (
    select from interview_episodes d where d.interview_id = i.interview_id and d.resolved_at is null
    and d.next_step_at is not null)
"""
UNFINISHED_AND_STILL = (
    "select count(*) from interview_episodes where resolved_at is null and next_step_at is null"
)
WITHOUT_A_DUTY = """
select count(*) from episodes e where e.status = 'ended' and e.end_basis <> 'presumed'
    and not exists (select from interview_episodes d where d.episode_id = e.episode_id)
"""
OVERDUE = "select count(*) from interview_episodes where resolved_at is null and next_step_at <= :now"
SILENT_BREACH = OVERDUE.replace("next_step_at", "breached_at is null and due_at")
TWICE = """
select count(*) from (select m.subject_id, m.step, m.due_at, d.recipient_user, d.channel from deliveries d
    join messages m using (message_id) where d.state = 'delivered' and m.alert_id = ''
    group by 1, 2, 3, 4, 5, m.episode_id having count(*) > 1) t
"""
RULES = (OFF_THE_LADDER, UNFINISHED_AND_STILL, WITHOUT_A_DUTY, OVERDUE, SILENT_BREACH, TWICE)
_ALWAYS = Shift(person="max", weekdays=tuple(range(7)), starts=time(0), ends=time(0))
Work = Callable[[Any, dict[str, Any]], Awaitable[object]]


class WholeLife(RuleBasedStateMachine):
    """One council over some days: police, workers, coordinators, managers, providers and clocks in any order."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.scene: Telling = self.do(self.stack.enter_async_context(telling(self.database)))
        self.road = Application(
            settings=Settings(),
            clock=self.scene.clock,
            database=self.scene.database,
            policy=Policy(council="E08000003"),
            database_url=self.database.app_url,
            owner_url=self.database.owner_url,
        )
        self.references: list[tuple[str, tuple[str, str, str], str]] = []
        self.down = False

    @initialize(start=st.sampled_from(STARTS))
    def council_begins(self, start: datetime) -> None:
        """A register, workers, and people with contacts and a rota."""
        self.scene.clock.instant = start
        self.do(self._people())

    async def _people(self) -> None:
        rows = [
            child(each, forename=name[0], surname=name[1], date_of_birth=name[2])
            for each, name in NAMES.items()
        ]
        await feed(self.road, "children", rows)
        async with self.scene.unit() as uow:
            for each in ("W1", "W2"):
                worker = {"worker_id": each, "name": f"Worker {each}", "team": "commissioned", "employer": "Trust",
                          "fte": 1.0, "weekly_target": 15, "working_hours": "08:00-20:00",
                          "working_days": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}  # fmt: skip
                await uow.execute(insert(tables.workers).values(**worker).on_conflict_do_nothing())
        await self.scene.person("cora", Role.COORDINATOR)
        await self.scene.person("max", Role.MANAGER, sms=True)
        await self.scene.person("wil", Role.INTERVIEW_WORKER, worker_id="W1")
        await self.scene.rota(Rota(name="nights", shifts=(_ALWAYS,)))
        self.scene.watching = self.scene.telling_outside = True

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do something to its end."""
        return self.loop.run_until_complete(work)

    # What police tell.

    @rule(who=WHO)
    def child_goes_missing(self, who: str) -> None:
        """A child goes missing, again or while still missing under another reference."""
        self._missing(NAMES[who], who)

    @rule()
    def stranger_goes_missing(self) -> None:
        """Police tell of a child whom nobody knows."""
        self._missing(STRANGER, "")

    def _missing(self, name: tuple[str, str, str], who: str) -> None:
        reference = f"MP/{len(self.references) + 1}"
        self.references.append((reference, name, who))
        now = self.scene.clock.instant
        self._tell(reference, name, who, "missing", last_seen_at=now - timedelta(hours=2), reported_at=now)

    @rule(number=ANY, ago=st.sampled_from([0, 1, 30]))
    def child_comes_back(self, number: int, ago: int) -> None:
        """Police tell of a return, now or late; a second telling corrects the first."""
        if self.references:
            reference, name, who = self.references[number % len(self.references)]
            returned_at = self.scene.clock.instant - timedelta(hours=ago)
            self._tell(reference, name, who, "returned", returned_at=returned_at)

    @rule(number=ANY)
    def episode_is_cancelled(self, number: int) -> None:
        """Police take an incident back."""
        if self.references:
            reference, name, who = self.references[number % len(self.references)]
            self._tell(reference, name, who, "cancelled")

    def _tell(
        self, reference: str, name: tuple[str, str, str], who: str, message: str, **times: datetime
    ) -> None:
        row = {"force": "GMP", "reference": reference, "message": message, "forename": name[0], "surname": name[1],
               "date_of_birth": name[2], "local_child_id": who, "looked_after": "yes",
               "issued_at": self.scene.clock.instant.isoformat(),
               **{field: at.isoformat() for field, at in times.items()}}  # fmt: skip
        self.do(feed(self.road, "police", [row]))

    # What people decide about whose notice it is.

    @rule(number=ANY, verdict=st.sampled_from(["same", "not_same", "not_on_register", "undo"]), who=WHO)
    def somebody_decides_which_child(self, number: int, verdict: str, who: str) -> None:
        """An incident is tied to a child, ruled out, or put back; episodes and interviews move with it."""
        if self.references:
            reference = self.references[number % len(self.references)][0]
            self._try(decide(self.road, verdict, reference=reference, child_id=who))

    # What people record on an interview.

    @rule(number=ANY, worker=st.sampled_from(["W1", "W2"]))
    def interview_is_assigned(self, number: int, worker: str) -> None:
        """A coordinator gives an interview to a worker."""
        self._record(number, lambda uow, given: interviews.assign(uow, policy=self.road.policy, worker_id=worker,
                                                                  **given))  # fmt: skip

    @rule(number=ANY)
    def interview_is_taken_back(self, number: int) -> None:
        """A worker no longer has it."""
        self._record(number, lambda uow, given: interviews.unassign(uow, reason="Away", **given))

    @rule(number=ANY)
    def interview_is_offered(self, number: int) -> None:
        """An offer is made."""
        self._record(number, lambda uow, given: interviews.record_offer(uow, policy=self.road.policy, **self._how(),
                                                                        **given))  # fmt: skip

    @rule(number=ANY, ahead=st.integers(1, 60))
    def interview_is_accepted(self, number: int, ahead: int) -> None:
        """The child says yes, and a visit is booked."""
        visit = self.scene.clock.instant + timedelta(hours=ahead)
        self._record(number, lambda uow, given: interviews.record_acceptance(uow, visit_starts_at=visit, **self._how(),
                                                                             **given))  # fmt: skip

    @rule(number=ANY)
    def child_does_not_attend(self, number: int) -> None:
        """Nobody comes."""
        self._record(
            number, lambda uow, given: interviews.record_did_not_attend(uow, at=self._now(), **given)
        )

    @rule(number=ANY)
    def child_cannot_be_reached(self, number: int) -> None:
        """Nobody answers."""
        self._record(
            number, lambda uow, given: interviews.record_unable_to_contact(uow, at=self._now(), **given)
        )

    @rule(number=ANY)
    def interview_is_put_on_hold(self, number: int) -> None:
        """The child is unwell; the clock goes on."""
        hold = next(iter(HoldReason))
        self._record(
            number, lambda uow, given: interviews.record_on_hold(uow, at=self._now(), hold=hold, **given)
        )

    @rule(number=ANY, by=st.sampled_from(DeclinedBy))
    def interview_is_declined(self, number: int, by: DeclinedBy) -> None:
        """The child or a parent says no."""
        said: dict[str, Any] = {
            "by": by,
            "at": self._now(),
            "reason": "Does not want to",
            "carer_information": "The carer told us",
        }
        self._record(number, lambda uow, given: interviews.record_decline(uow, **said, **given))

    @rule(number=ANY)
    def interview_is_held(self, number: int) -> None:
        """The interview is held."""
        self._record(number, lambda uow, given: interviews.complete(uow, held_at=self._now(), **given))

    @rule(number=ANY)
    def manager_decides_that_it_is_not_required(self, number: int) -> None:
        """A manager closes it."""
        self._record(
            number, lambda uow, given: interviews.decide_not_required(uow, reason="Moved abroad", **given)
        )

    @rule(number=ANY)
    def closed_interview_is_opened_again(self, number: int) -> None:
        """A manager opens it again."""
        self._record(number, lambda uow, given: interviews.reopen(uow, policy=self.road.policy, reason="By mistake",
                                                                  **given))  # fmt: skip

    @rule(number=ANY, hours=st.integers(1, 70))
    def somebody_takes_it_on(self, number: int, hours: int) -> None:
        """Somebody promises; time may make the promise lapse."""
        self._record(number, lambda uow, given: make_promise(
            uow, subject_type="interview", subject_id=given["interview_id"], reason="I will ring",
            until_at=self._now() + timedelta(hours=hours)))  # fmt: skip

    def _record(self, number: int, work: Work) -> None:
        found = self.do(
            rows_of(self.road, "select interview_id::text as id from interviews order by opened_at, id")
        )
        if not found:
            return
        interview_id = found[number % len(found)]["id"]

        async def act() -> None:
            async with self.scene.database.unit_of_work(MANAGER if number % 3 else COORDINATOR) as uow:
                await work(uow, {"interview_id": interview_id})

        self._try(act())

    def _try(self, work: Coroutine[Any, Any, object]) -> None:
        """Do what the product may well refuse."""
        try:
            self.do(work)
        except (DomainError, NotFound, PermanentError):
            return

    def _now(self) -> datetime:
        return self.scene.clock.instant

    def _how(self) -> dict[str, Any]:
        return {"at": self._now(), "method": ContactMethod.PHONE, "contact_with": ContactWith.CHILD}

    # What time, people and providers do.

    @rule(hours=HOURS)
    def time_passes(self, hours: float) -> None:
        """The clock goes on, over a clock change too, and the scheduler ticks."""
        self.scene.clock.instant += timedelta(hours=hours)

    @rule()
    def scheduler_sleeps_for_days(self) -> None:
        """Nobody ticks for four days."""
        self.scene.clock.instant += timedelta(days=4)

    @rule()
    def provider_changes(self) -> None:
        """The provider goes down, or comes back."""
        self.down = not self.down
        for channel in self.scene.channels.values():
            channel.faults = {"*": TransientError("down")} if self.down else {}

    @rule(told=st.sampled_from([MessageState.DELIVERED, MessageState.FAILED]))
    def receipts_come(self, told: MessageState) -> None:
        """Receipts come for everything sent, some of them again."""
        self.do(self.scene.receipts(told))

    @rule(name=st.sampled_from(["cora", "max", "wil"]), there=st.booleans())
    def somebody_leaves_or_returns(self, name: str, there: bool) -> None:
        """An account is disabled or enabled."""
        when = "null" if there else "now()"
        query = f"update users set disabled_at = {when} where username = :name returning 1"
        self.do(self.scene.rows(query, name=name))

    @rule(hours=st.integers(1, 40))
    def somebody_is_away(self, hours: int) -> None:
        """The rota has a gap."""
        away = Absence(person="max", starts_at=self._now(), ends_at=self._now() + timedelta(hours=hours))
        self.do(self.scene.rota(Rota(name="nights", shifts=(_ALWAYS,), absences=(away,))))

    @invariant()
    def no_unfinished_interview_is_without_a_due_next_step(self) -> None:
        """After a tick nothing open is off the ladder, nothing due is left lying, and nobody is told twice."""
        self.do(self.scene.tick())
        self.scene.heard()
        for each in RULES:
            values = {"now": self._now()} if ":now" in each else {}
            assert self.do(self.scene.rows(each, **values)) == [(0,)], each

    def teardown(self) -> None:
        """In the end the proof finds nothing but people who could not be told."""
        try:
            self._prove()
        finally:
            self.do(self.stack.aclose())
            self.loop.close()

    def _prove(self) -> None:
        self.scene.clock.instant += timedelta(hours=3)
        for _ in range(2):
            self.do(self.scene.tick())
            self.scene.clock.instant += timedelta(minutes=1)
        self.scene.heard()
        self.do(self.scene.rows("update outbox set sent_at = now() returning 1"))
        found = self.do(self._verified())
        assert set(found) <= {"somebody_can_be_told"}, found

    async def _verified(self) -> dict[str, Any]:
        async with self.scene.unit() as uow:
            return {each.rule: each.references for each in (await verify(uow)).findings}


@pytest.mark.timeout(7200)
def test_no_order_of_events_leaves_an_unfinished_interview_without_a_due_next_step(shared: Database) -> None:
    WholeLife.database = shared
    run_state_machine_as_test(
        WholeLife,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
