"""What every kind of row that comes in is kept with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A row as it came in: the raw fields kept for ever, and where in which batch it stood."""

    raw: Mapping[str, Any]
    batch_id: str
    line: int | None
