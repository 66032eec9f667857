"""The checked-in AsyncAPI description is that of the code, and its references lead somewhere."""

from __future__ import annotations

import os
import re

import yaml

from missing_coord.contracts.topics import TOPICS_IN, TOPICS_OUT, dead_letters
from missing_coord.messaging.asyncapi import asyncapi, asyncapi_text
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
