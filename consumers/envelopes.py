"""Takes what Kafka hands over as it is: nothing is decoded here, so that no message fails before we can see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

Parse = Callable[[Any], Awaitable[Any]]


async def without_headers(records: Sequence[Any], original: Parse) -> Any:
    """Parse a batch without its headers: one that is no text would fail in the library, for the whole batch.

    The library names a batch by its first and last message; all are handed on as they are.
    """
    ends = records if len(records) < 2 else (records[0], records[-1])
    message = await original(tuple(replace(each, headers=()) for each in ends))
    message.raw_message = tuple(records)
    return message


async def records_as_they_are(message: Any) -> Any:
    """Hand the message itself to the handler."""
    return message
