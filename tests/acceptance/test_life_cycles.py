"""Whatever happens in whatever order: an interview that is not done always has a due next step, and is told once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from missing_coord.domain.access import Role
from missing_coord.domain.errors import NotFound, TransientError
from missing_coord.domain.messages import MessageState
from missing_coord.services.verify import verify
from tests.acceptance.telling_scene import Telling, telling
from tests.builders.cases import Case, rearm
from tests.databases import Database

Answer = TypeVar("Answer")
EXAMPLES = int(os.environ.get("LIFE_CYCLES", "4"))
HOURS = st.integers(1, 60)
UNDONE = """
select count(*) from interviews i where i.closed_at is null and not exists (
    select from interview_episodes d where d.interview_id = i.interview_id and d.resolved_at is null
    and d.next_step_at is not null)
"""
SILENT = "select count(*) from interview_episodes where resolved_at is null and next_step_at <= :now"
LATE = "select count(*) from interview_episodes where resolved_at is null and breached_at is null and due_at <= :now"
TWICE = """
select count(*) from (select m.subject_id, m.step, m.due_at, d.recipient_user, d.channel from deliveries d
    join messages m using (message_id) where d.state = 'delivered' and m.alert_id = ''
    group by 1, 2, 3, 4, 5, m.episode_id having count(*) > 1) t
"""


class LifeCycles(RuleBasedStateMachine):
    """Children come back, deadlines move, people promise, record, leave and return, providers fail, time passes."""

    database: Database
    cases = Bundle("cases")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.scene: Telling = self.do(self.stack.enter_async_context(telling(self.database)))
        self.do(self._people())
        self.down = False

    async def _people(self) -> None:
        await self.scene.person("cora", Role.COORDINATOR)
        await self.scene.person("max", Role.MANAGER, sms=True)
        self.scene.watching = True

    def do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Do something to its end."""
        return self.loop.run_until_complete(work)

    @rule(target=cases)
    def child_returns(self) -> Case:
        """A child comes back."""
        return self.do(self.scene.returned(self.scene.clock.instant))

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        """The clock goes on, and the scheduler ticks."""
        self.scene.clock.instant += timedelta(hours=hours)
        self.do(self.scene.tick())
        self.scene.heard()

    @rule(case=cases, hours=st.integers(-40, 40))
    def return_time_is_corrected(self, case: Case, hours: int) -> None:
        """A better return time comes in for an interview that is not done."""
        if self.do(self._open(case)):
            self.do(rearm(self.scene.database, case, returned_at=case.returned_at + timedelta(hours=hours)))
            self.do(self.scene.tick())

    @rule(case=cases, hours=HOURS)
    def somebody_promises(self, case: Case, hours: int) -> None:
        """Somebody takes an interview on."""
        try:
            self.do(self.scene.promise(case, hours=hours))
        except NotFound:
            assert not self.do(self._open(case))

    @rule(case=cases)
    def visit_is_booked(self, case: Case) -> None:
        """A visit is booked."""
        visit = self.scene.clock.instant + timedelta(hours=20)
        self.do(self.scene.change("interviews", case, "visit_starts_at = :visit", visit=visit))

    @rule(case=cases)
    def interview_is_done(self, case: Case) -> None:
        """An interview is held."""
        if self.do(self._open(case)):
            self.do(self.scene.done(case))

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

    @rule(name=st.sampled_from(["cora", "max"]), there=st.booleans())
    def somebody_leaves_or_returns(self, name: str, there: bool) -> None:
        """An account is disabled or enabled."""
        when = "null" if there else "now()"
        self.do(
            self.scene.rows(
                f"update users set disabled_at = {when} where username = :name returning 1", name=name
            )
        )

    async def _open(self, case: Case) -> bool:
        query = "select closed_at is null from interviews where interview_id::text = :id"
        return bool((await self.scene.rows(query, id=case.interview_id))[0][0])

    def _count(self, query: str) -> Any:
        values = {"now": self.scene.clock.instant} if ":now" in query else {}
        return self.do(self.scene.rows(query, **values))[0][0]

    @invariant()
    def no_unfinished_interview_is_without_a_next_step(self) -> None:
        """Nothing open is off the ladder, and after a tick nothing due is left lying."""
        assert self._count(UNDONE) == 0
        self.do(self.scene.tick())
        self.scene.heard()
        assert self._count(SILENT) == 0
        assert self._count(LATE) == 0
        assert self._count(TWICE) == 0

    def teardown(self) -> None:
        """In the end the proof finds nothing but people who could not be told."""
        self.scene.clock.instant += timedelta(hours=3)
        for _ in range(2):
            self.do(self.scene.tick())
            self.scene.clock.instant += timedelta(minutes=1)
        self.scene.heard()
        self.do(self.scene.rows("update outbox set sent_at = now() returning 1"))
        found = self.do(self._verified())
        self.do(self.stack.aclose())
        self.loop.close()
        assert set(found) <= {"somebody_can_be_told"}

    async def _verified(self) -> list[str]:
        async with self.scene.unit() as uow:
            return [each.rule for each in (await verify(uow)).findings]


@pytest.mark.timeout(7200)
def test_no_order_of_events_leaves_an_unfinished_interview_without_a_due_next_step(shared: Database) -> None:
    LifeCycles.database = shared
    run_state_machine_as_test(
        LifeCycles,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
