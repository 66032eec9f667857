"""Reads what Kafka hands over as it is: bytes stay bytes, and a header that is no text stops no message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from faststream.kafka import KafkaMessage

Parse = Callable[[Any], Awaitable[Any]]


async def tolerant_parser(message: ConsumerRecord[Any, Any], original: Parse) -> Any:
    """Parse a record; headers that are not UTF-8 text are left out, as the library would fail on them for ever."""
    try:
        return await original(message)
    except (UnicodeDecodeError, AttributeError):
        return await original(
            replace(message, headers=[each for each in message.headers if _is_text(each[1])])
        )


async def undecoded(message: KafkaMessage) -> bytes:
    """Return the body as bytes; reading it is the handler's work, where the error table sees what goes wrong."""
    return bytes(message.body)


def _is_text(value: bytes | None) -> bool:
    try:
        return value is not None and value.decode() is not None
    except UnicodeDecodeError:
        return False
