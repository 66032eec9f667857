"""The catalogue of events in docs/events.md, written from the wire models themselves."""

from __future__ import annotations

from typing import Any

from missing_coord.contracts.events import TOPIC_OF, WIRE_TYPES
from missing_coord.contracts.events_wire import MODEL_OF_TYPE
from missing_coord.contracts.topics import TOPICS_OUT
from missing_coord.messaging.subscriptions import SUBSCRIPTIONS

_HEAD = """# Events

Written by a test from the code (`UPDATE_GOLDEN=1 make test ARGS=tests/contract/test_events_wire.py`); do not edit.

Every event leaves through the outbox, in the transaction of the change that it tells of, and travels as the `data`
of a CloudEvents 1.0 envelope whose `id` never changes. The key, in Kafka and in the envelope's `partitionkey`, is the
child's reference, so that one child's events stay in order. Events carry references and times; whoever reads one
fetches the rest under their own rights. The same event may come twice: its `id` tells. Members are only ever added; a
new meaning is a new version.
"""


def catalogue() -> str:
    """Return the text of docs/events.md."""
    return "\n".join([_HEAD, *(_topic(topic) for topic in TOPICS_OUT)])


def _topic(topic: str) -> str:
    types = [WIRE_TYPES[event] for event, home in TOPIC_OF.items() if home == topic]
    return "\n".join([f"## `{topic}`", "", *(_event(each) for each in types)])


def _event(event_type: str) -> str:
    model = MODEL_OF_TYPE[event_type]
    lines = [f"### `{event_type}`", "", (model.__doc__ or "").strip(), "", "| Member | Type |", "|---|---|"]
    lines += [
        f"| `{name}` | {_type(schema)} |" for name, schema in model.model_json_schema()["properties"].items()
    ]
    readers = ", ".join(SUBSCRIPTIONS[event_type]) or "nobody in missing-coord"
    return "\n".join([*lines, "", f"Reacts: {readers}.", ""])


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    if schema.get("format") == "date-time":
        return "instant, ISO 8601 with offset"
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    return {"string": "text", "boolean": "true or false", "null": "null"}.get(
        schema["type"], str(schema["type"])
    )
