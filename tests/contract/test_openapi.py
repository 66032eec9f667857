"""The description of the JSON intake is whole, true, and says nothing of the pages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from missing_coord.contracts.wire import MODELS
from missing_coord.web.api.docs import document, operations

PATHS = {
    "/api/v1/police-notices": "police",
    "/api/v1/register": "children",
    "/api/v1/placements": "placements",
    "/api/v1/missing-lists": "missing-list",
}


def test_only_the_addresses_of_the_intake_are_described() -> None:
    assert set(document()["paths"]) == {*PATHS, "/api/v1/notify-receipts"}


def test_every_reference_leads_somewhere() -> None:
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document())))
    assert named
    assert named <= set(document()["components"]["schemas"])


@pytest.mark.parametrize("path", PATHS)
def test_an_address_takes_rows_envelopes_and_arrays_with_a_key(path: str) -> None:
    operation = document()["paths"][path]["post"]
    content = operation["requestBody"]["content"]
    name = MODELS[PATHS[path]].__name__
    row, envelope, many = content["application/json"]["schema"]["anyOf"]
    assert (row["$ref"].rsplit("/", 1)[1], envelope["$ref"].rsplit("/", 1)[1]) == (name, f"{name}Event")
    assert many["type"] == "array"
    assert operation["security"] == [{"key": []}]
    assert {"200", "207", "400", "401", "403", "413", "415", "422", "429", "503"} <= set(
        operation["responses"]
    )


@pytest.mark.parametrize("kind", sorted(PATHS.values()))
def test_a_row_is_described_field_by_field_as_it_is_read(kind: str) -> None:
    schema: dict[str, Any] = document()["components"]["schemas"][MODELS[kind].__name__]
    assert set(schema["properties"]) == set(MODELS[kind].model_fields)
    needed = {name for name, field in MODELS[kind].model_fields.items() if field.is_required()}
    assert set(schema["required"]) == needed


def test_the_answer_names_its_outcomes() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["Outcome"]["enum"] == ["accepted", "duplicate", "quarantined"]


def test_the_page_lists_every_operation_with_its_fields() -> None:
    listed = {each["path"]: each for each in operations(document())}
    assert set(listed) == set(document()["paths"])
    assert ("force", True) in [
        (name, needed) for name, _, needed in listed["/api/v1/police-notices"]["fields"]
    ]
