"""Signs of life of the parts of a process, so that its health tells the truth."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Question = Callable[[], Awaitable[Mapping[str, str]]]
"""Asked whenever somebody wants to know; answers `ok` or what is wrong, by part."""


@dataclass(slots=True, kw_only=True)
class Health:
    """When each part that runs in this process last showed a sign of life; times are monotonic seconds."""

    seconds: Callable[[], float] = time.monotonic
    _within: dict[str, float] = field(default_factory=dict)
    _last: dict[str, float] = field(default_factory=dict)
    _questions: list[Question] = field(default_factory=list)

    def expect(self, part: str, *, within: float) -> None:
        """Say that a part runs here and shows a sign of life at least every `within` seconds."""
        self._within[part] = within
        self._last[part] = self.seconds()

    def beat(self, part: str) -> None:
        """Take down a sign of life."""
        self._last[part] = self.seconds()

    def forget(self, part: str) -> None:
        """Say that a part does not run here any more."""
        self._within.pop(part, None)

    def ask(self, question: Question) -> None:
        """Have a question asked with every look, for what no sign of life tells."""
        self._questions.append(question)

    async def checks(self) -> dict[str, str]:
        """Return `ok` or what is wrong for every part that runs here."""
        silent = self.silent()
        found = {part: f"silent for {silent[part]} s" if part in silent else "ok" for part in self.parts}
        for question in self._questions:
            found |= await question()
        return found

    def silent(self) -> dict[str, int]:
        """Return for how many seconds each part that is overdue has been silent."""
        now = self.seconds()
        quiet = {part: now - self._last[part] for part in self._within}
        return {part: int(span) for part, span in quiet.items() if span > self._within[part]}

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that run here."""
        return tuple(sorted(self._within))
