"""What presumed returns need from storage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from missing_coord.domain.return_signs import ListedAbsence, PresumedReturn


class ReturnStore(Protocol):
    """Signs that a child is back, and what people answered."""

    async def of_incidents(self, incident_ids: Iterable[str]) -> list[PresumedReturn]:
        """Return every sign that was ever kept about the incidents."""
        ...

    async def listed(self, child_ids: Iterable[str]) -> dict[str, list[ListedAbsence]]:
        """Return the lines of the council's list and of the SSDA903 return about each child."""
        ...

    async def save(self, changed: Sequence[PresumedReturn]) -> None:
        """Insert or update signs."""
        ...

    async def get(self, presumed_return_id: str) -> tuple[PresumedReturn, str, str]:
        """Return a sign, its child and its episode's id (empty when it has none); raises NotFound."""
        ...

    async def answer(self, answered: PresumedReturn) -> None:
        """Keep a person's answer; the caller holds the child."""
        ...

    async def take_due(self, at: datetime, *, limit: int) -> list[PresumedReturn]:
        """Hold and return waiting signs whose next step is due, passing over those held by others."""
        ...
