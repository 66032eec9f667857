"""The AsyncAPI 3.0 description of our topics, made from the contracts themselves."""

from __future__ import annotations

from typing import Any

import yaml

from missing_coord.contracts.events import TOPIC_OF, WIRE_TYPES
from missing_coord.contracts.events_wire import MODEL_OF_TYPE
from missing_coord.contracts.parsing import EVENT_TYPES, LAYOUTS
from missing_coord.contracts.topics import (
    MISSING_LISTS,
    PLACEMENTS,
    POLICE_NOTICES,
    REGISTER,
    TOPICS_OUT,
    dead_letters,
)

_IN = {
    POLICE_NOTICES: "police",
    REGISTER: "children",
    PLACEMENTS: "placements",
    MISSING_LISTS: "missing-list",
}
_HEAD = "# Written by `missing-coord topics asyncapi`; a test compares. Do not edit.\n"


def asyncapi_text() -> str:
    """Return docs/asyncapi.yaml."""
    return _HEAD + yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=110)


def asyncapi() -> dict[str, Any]:
    """Return the description: what we receive, what we send, and the dead letters."""
    channels = {_name(topic): _channel_in(topic, kind) for topic, kind in _IN.items()}
    channels |= {_name(topic): _channel_out(topic) for topic in TOPICS_OUT}
    channels |= {_name(dead_letters(topic)): _channel_dead(topic) for topic in (*_IN, *TOPICS_OUT)}
    operations = {f"receive-{_name(topic)}": _operation("receive", topic) for topic in _IN}
    operations |= {f"send-{_name(topic)}": _operation("send", topic) for topic in TOPICS_OUT}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "missing-coord",
            "version": "1",
            "description": "Police notices and registers in, episodes and return interviews out, over Kafka.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
    }


def _name(topic: str) -> str:
    return topic.removeprefix("missing-coord.").replace(".", "-")


def _operation(action: str, topic: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{_name(topic)}"}}


def _channel_in(topic: str, kind: str) -> dict[str, Any]:
    columns = LAYOUTS[kind].columns
    data = {
        "type": "object",
        "properties": {column.name: {"type": "string"} for column in columns},
        "required": [column.name for column in columns if column.required],
        "additionalProperties": True,
    }
    words = "One row as in a file, in an envelope or bare. What cannot be read waits for a coordinator."
    message = _message(EVENT_TYPES[kind], data, sent=False)
    return {"address": topic, "description": words, "messages": {kind: message}}


def _channel_out(topic: str) -> dict[str, Any]:
    types = [WIRE_TYPES[event] for event, home in TOPIC_OF.items() if home == topic]
    words = (
        "Events in order for each child, which is the key; the same event may come twice and has the same id."
    )
    messages = {kind.split(".")[2]: _message(kind, _schema(kind), sent=True) for kind in types}
    return {"address": topic, "description": words, "messages": messages}


def _channel_dead(topic: str) -> dict[str, Any]:
    headers = {name: {"type": "string"} for name in ("error", "consumer", "partition", "offset")}
    message = {
        "name": "dead-letter",
        "headers": {"type": "object", "properties": headers},
        "payload": {"description": f"A message of {topic} as it came."},
    }
    return {"address": dead_letters(topic), "messages": {"dead-letter": message}}


def _schema(kind: str) -> dict[str, Any]:
    model = MODEL_OF_TYPE[kind]
    found = model.model_json_schema()
    return {name: found[name] for name in ("type", "properties", "required") if name in found}


def _message(kind: str, data: dict[str, Any], *, sent: bool) -> dict[str, Any]:
    attributes = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string"},
        "type": {"const": kind},
        "time": {"type": "string", "format": "date-time"},
    }
    if sent:
        attributes["partitionkey"] = {"type": "string"}
    traced = {"traceparent": {"type": "string"}} if sent else {}
    payload = {
        "type": "object",
        "required": [*attributes, "data"] if sent else ["specversion", "type", "data"],
        "properties": {**attributes, **traced, "data": data},
    }
    summary = (MODEL_OF_TYPE[kind].__doc__ or "").strip() if sent else ""
    return {"name": kind, **({"summary": summary} if summary else {}), "payload": payload}
