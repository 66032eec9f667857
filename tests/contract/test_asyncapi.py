"""The checked-in AsyncAPI description is that of the code, and its references lead somewhere."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import yaml

from missing_coord.contracts.envelopes import to_bytes
from missing_coord.contracts.events import TOPIC_OF, to_wire
from missing_coord.contracts.topics import POLICE_NOTICES, TOPICS_IN, TOPICS_OUT, dead_letters
from missing_coord.domain.events import Event
from missing_coord.messaging.asyncapi import asyncapi, asyncapi_text
from missing_coord.messaging.messages import row_of
from tests.builders.events import an_outgoing, example_of
from tests.habits.source_files import ROOT

KEPT = ROOT / "docs/asyncapi.yaml"


def test_the_description_in_docs_is_that_of_the_code() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        KEPT.write_text(asyncapi_text(), encoding="utf-8")
    assert KEPT.read_text(encoding="utf-8") == asyncapi_text()


def test_every_topic_is_described_and_every_reference_leads_somewhere() -> None:
    described = asyncapi()
    known = [*TOPICS_IN, *TOPICS_OUT]
    addresses = {each["address"] for each in described["channels"].values()}
    assert addresses == {*known, *map(dead_letters, known)}
    for reference in re.findall(r"#/channels/([a-z0-9-]+)", yaml.safe_dump(described["operations"])):
        assert reference in described["channels"]
    for channel in described["channels"].values():
        assert channel["messages"]
        assert all(each["payload"] for each in channel["messages"].values())


def _message(address: str, name: str) -> dict[str, Any]:
    [channel] = [each for each in asyncapi()["channels"].values() if each["address"] == address]
    found: dict[str, Any] = channel["messages"][name]
    return found


def _check(schema: dict[str, Any], content: object) -> None:
    whole = {**schema, "components": asyncapi()["components"]}
    jsonschema.validate(content, whole, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    "kind", sorted(TOPIC_OF, key=lambda each: each.__name__), ids=lambda each: each.__name__
)
def test_what_is_sent_is_what_is_described_member_by_member(kind: type[Event]) -> None:
    wire = to_wire(example_of(kind))
    event = replace(an_outgoing(key=wire.key), type=wire.type, body=wire.body, traceparent="00-a-b-01")
    described = _message(wire.topic, wire.type.split(".")[2])["payload"]
    content = json.loads(to_bytes(event, source="/missing-coord"))
    _check(described, content)
    assert content.keys() == described["properties"].keys()
    assert content["data"].keys() == described["properties"]["data"]["properties"].keys()


def test_a_notice_is_described_in_an_envelope_and_bare() -> None:
    described = _message(POLICE_NOTICES, "police")["payload"]
    bare = {"force": "GMP", "reference": "1", "message": "missing", "issued_at": "2026-11-20T12:00:00Z"}
    in_envelope = {"specversion": "1.0", "type": "missing-coord.police-notice.v1", "data": bare}
    for content in (bare, in_envelope):
        _check(described, content)
        assert row_of("police", json.dumps({**content}).encode()).raw
    for wrong in ({"force": "GMP"}, {**in_envelope, "type": "else"}):
        with pytest.raises(jsonschema.ValidationError):
            _check(described, wrong)
