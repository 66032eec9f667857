"""The AsyncAPI 3.0 description of our topics, made from the contracts themselves."""

from __future__ import annotations

from typing import Any

import yaml

from missing_coord.contracts.envelopes import CONTENT_TYPE
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
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {
            "schemas": {kind: _row(kind) for kind in _IN.values()},
            "messageTraits": {"sent": _every_message_sent()},
        },
    }


def _name(topic: str) -> str:
    return topic.removeprefix("missing-coord.").replace(".", "-")


def _operation(action: str, topic: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{_name(topic)}"}}


def _channel_in(topic: str, kind: str) -> dict[str, Any]:
    words = (
        "One row as in a file, in an envelope or bare; a number, a truth value or a list of texts is read as a file"
        " would write it. What cannot be read waits for a coordinator."
    )
    return {"address": topic, "description": words, "messages": {kind: _received(kind)}}


def _row(kind: str) -> dict[str, Any]:
    columns = LAYOUTS[kind].columns
    return {
        "type": "object",
        "properties": {column.name: {"type": "string"} for column in columns},
        "required": [column.name for column in columns if column.required],
        "additionalProperties": True,
    }


def _channel_out(topic: str) -> dict[str, Any]:
    types = [WIRE_TYPES[event] for event, home in TOPIC_OF.items() if home == topic]
    words = (
        "Events in order for each child, which is the key; the same event may come twice and has the same id."
    )
    messages = {kind.split(".")[2]: _sent(kind, _schema(kind)) for kind in types}
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


def _received(kind: str) -> dict[str, Any]:
    row = f"#/components/schemas/{kind}"
    envelope = {
        "type": "object",
        "required": ["specversion", "type", "data"],
        "properties": {**_attributes(EVENT_TYPES[kind]), "data": {"$ref": row}},
    }
    bare = {"allOf": [{"$ref": row}, {"not": {"required": ["specversion"]}}]}
    return {
        "name": EVENT_TYPES[kind],
        "bindings": _keyed("what keeps its order"),
        "payload": {"oneOf": [envelope, bare]},
    }


def _sent(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        **_attributes(kind),
        "datacontenttype": {"const": "application/json"},
        "partitionkey": {"type": "string"},
    }
    return {
        "name": kind,
        "summary": (MODEL_OF_TYPE[kind].__doc__ or "").strip(),
        "traits": [{"$ref": "#/components/messageTraits/sent"}],
        "payload": {
            "type": "object",
            "required": [*attributes, "data"],
            "properties": {**attributes, "traceparent": {"type": "string"}, "data": data},
        },
    }


def _every_message_sent() -> dict[str, Any]:
    headers = {name: {"type": "string"} for name in ("ce_id", "traceparent")}
    return {
        "contentType": CONTENT_TYPE,
        "headers": {
            "type": "object",
            "required": ["content-type", "ce_id"],
            "properties": {"content-type": {"const": CONTENT_TYPE}, **headers},
        },
        "bindings": _keyed("the child's reference, as partitionkey"),
    }


def _attributes(kind: str) -> dict[str, Any]:
    return {
        "specversion": {"const": "1.0"},
        "id": {"type": "string"},
        "source": {"type": "string"},
        "type": {"const": kind},
        "time": {"type": "string", "format": "date-time"},
    }


def _keyed(words: str) -> dict[str, Any]:
    return {"kafka": {"key": {"type": "string", "description": words}, "bindingVersion": "0.5.0"}}
