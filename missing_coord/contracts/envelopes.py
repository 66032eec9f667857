"""The CloudEvents 1.0 envelope in which an event travels: structured JSON, ids and times, no personal detail."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from missing_coord.contracts.json_text import load_message
from missing_coord.domain.errors import PermanentError

CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingEvent:
    """An event as it lies in the outbox; `position` orders the events of one key, `attempts` counts failed tries.

    `traceparent` is the W3C trace context of the change that it tells of, empty where nothing is traced.
    """

    position: int
    event_id: str
    type: str
    topic: str
    key: str
    body: dict[str, Any]
    occurred_at: datetime
    traceparent: str = ""
    attempts: int = 0


def to_envelope(event: OutgoingEvent, *, source: str) -> dict[str, Any]:
    """Return the envelope of an event; `source` names this installation, such as `/missing-coord/E08000003`."""
    envelope = {
        "specversion": "1.0",
        "id": event.event_id,
        "source": source,
        "type": event.type,
        "time": event.occurred_at.isoformat(),
        "datacontenttype": "application/json",
        "partitionkey": event.key,
        "data": event.body,
    }
    return {**envelope, "traceparent": event.traceparent} if event.traceparent else envelope


def to_bytes(event: OutgoingEvent, *, source: str) -> bytes:
    """Return the envelope of an event as it stands on a topic."""
    return json.dumps(to_envelope(event, source=source), separators=(",", ":"), ensure_ascii=False).encode()


def from_bytes(content: bytes, *, topic: str, position: int) -> OutgoingEvent:
    """Read one of our own events from a topic; raises PermanentError naming what is not as it should be."""
    envelope = read_object(content)
    try:
        return OutgoingEvent(
            position=position,
            event_id=str(uuid.UUID(envelope["id"])),
            type=str(envelope["type"]),
            topic=topic,
            key=str(envelope["partitionkey"]),
            body=dict(envelope["data"]),
            occurred_at=datetime.fromisoformat(envelope["time"]),
            traceparent=str(envelope.get("traceparent", "")),
        )
    except KeyError as error:
        raise PermanentError(f"message: the envelope has no {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise PermanentError("message: id, time or data of the envelope is not as it should be") from error


def read_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object of a message; raises PermanentError saying what it is instead."""
    try:
        found = load_message(content)
    except UnicodeDecodeError as error:
        raise PermanentError("message: must be UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise PermanentError("message: must be one JSON object, and is no JSON") from error
    if not isinstance(found, dict):
        raise PermanentError("message: must be one JSON object, and is another kind of JSON value")
    return found
