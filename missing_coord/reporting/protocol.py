"""What reports need of a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sqlalchemy import CursorResult, Executable


class Reading(Protocol):
    """A transaction in which statements can be run."""

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        """Run one statement."""
        ...
