"""What leaves us keeps its form: every event equals its golden file, and readers of older forms still read it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from missing_coord.contracts.envelopes import read_object, to_bytes, to_envelope
from missing_coord.contracts.events import TOPIC_OF, WIRE_TYPES, to_wire
from missing_coord.contracts.events_wire import WIRE_MODELS
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.events import Event
from missing_coord.messaging.catalogue import catalogue
from tests.builders.events import an_outgoing, example_of

GOLDEN = Path(__file__).parent / "golden"
CATALOGUE = Path(__file__).resolve().parents[2] / "docs" / "events.md"
KINDS = sorted(TOPIC_OF, key=lambda kind: kind.__name__)


def _golden(path: Path, text: str) -> str:
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_event_equals_its_golden_file(kind: type[Event]) -> None:
    wire = to_wire(example_of(kind))
    found = {"type": wire.type, "topic": wire.topic, "key": wire.key, "data": wire.body}
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    assert _golden(GOLDEN / f"{WIRE_TYPES[kind]}.json", text) == text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_event_validates_against_its_wire_model_member_by_member(kind: type[Event]) -> None:
    body = to_wire(example_of(kind)).body
    assert WIRE_MODELS[kind].model_fields.keys() == body.keys()
    assert WIRE_MODELS[kind].model_validate(body).model_dump(mode="json").keys() == body.keys()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_reader_passes_over_members_that_a_later_release_adds(kind: type[Event]) -> None:
    body = to_wire(example_of(kind)).body
    assert WIRE_MODELS[kind].model_validate({**body, "later": 1}) == WIRE_MODELS[kind].model_validate(body)


def test_no_golden_file_is_left_of_an_event_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(WIRE_TYPES.values())


def test_the_catalogue_of_events_is_current() -> None:
    assert _golden(CATALOGUE, catalogue()) == catalogue()


def test_the_envelope_is_a_cloud_event_keyed_by_the_child() -> None:
    event = an_outgoing()
    envelope = to_envelope(event, source="/missing-coord/E08000003")
    assert envelope["specversion"] == "1.0"
    assert (envelope["id"], envelope["type"], envelope["partitionkey"]) == (
        event.event_id,
        event.type,
        "C-1001",
    )
    assert read_object(to_bytes(event, source="/missing-coord/E08000003")) == envelope


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"\xff\xfe", "UTF-8"), (b"{", "JSON"), (b"[1]", "another kind"), (b"[" * 100_000, "JSON")],
)  # fmt: skip
def test_a_message_that_is_no_object_says_what_would_be_right(content: bytes, reason: str) -> None:
    with pytest.raises(PermanentError, match=reason):
        read_object(content)
