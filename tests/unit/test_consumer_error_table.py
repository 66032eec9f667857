"""What a consumer does about a message that fails, without Kafka: the table itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from consumers.middleware import ErrorTable, Patience
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, PermanentError, TransientError


@dataclass(slots=True)
class Trial:
    """Work that fails in a given way so many times, and what the table did about it."""

    error: Callable[[], Exception]
    times: int = 1000
    tries: int = 0
    waits: list[float] = field(default_factory=list)
    buried: list[Exception] = field(default_factory=list)

    async def work(self) -> None:
        self.tries += 1
        if self.tries <= self.times:
            raise self.error()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def bury(self, message: Any, error: Exception) -> None:
        self.buried.append(error)

    async def run(self) -> None:
        table = ErrorTable(patience=Patience(sleep=self.sleep), dead_letter=self.bury)
        await table.run(self.work, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [PermanentError("x"), DomainError("code")])
async def test_what_will_never_work_is_a_dead_letter_at_the_first_try(error: Exception) -> None:
    trial = Trial(lambda: error)
    await trial.run()
    assert (trial.tries, trial.buried, trial.waits) == (1, [error], [])


async def test_what_may_work_later_is_tried_again_in_place_with_growing_waits() -> None:
    trial = Trial(lambda: TransientError("x"), times=3)
    await trial.run()
    assert (trial.tries, trial.buried) == (4, [])
    assert [round(wait) for wait in trial.waits] == sorted(round(wait) for wait in trial.waits)


async def test_a_long_outage_ends_in_an_error_so_that_the_message_is_read_again_and_none_is_buried() -> None:
    trial = Trial(lambda: TransientError("x"))
    with pytest.raises(TransientError):
        await trial.run()
    assert (trial.tries, trial.buried) == (6, [])
    assert sum(trial.waits) < 60


async def test_a_lost_race_is_tried_again_at_once() -> None:
    trial = Trial(lambda: ConcurrencyConflict("x"), times=3)
    await trial.run()
    assert (trial.tries, trial.waits) == (4, [])


async def test_a_fault_of_ours_is_tried_five_times_and_then_a_dead_letter() -> None:
    trial = Trial(lambda: ValueError("x"))
    await trial.run()
    assert (trial.tries, len(trial.buried)) == (5, 1)


async def test_when_even_the_dead_letter_fails_the_message_is_read_again() -> None:
    async def bury(message: Any, error: Exception) -> None:
        raise TransientError("no topic")

    table = ErrorTable(patience=Patience(), dead_letter=bury)
    with pytest.raises(TransientError):
        await table.run(Trial(lambda: PermanentError("x")).work, None)  # type: ignore[arg-type]
