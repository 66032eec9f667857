"""What the JSON intake answers, and how its addresses are described for those who write programs against it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from missing_coord.contracts.parsing import EVENT_TYPES
from missing_coord.contracts.wire import MODELS
from missing_coord.messaging.rows import Taken
from missing_coord.web.problems import PROBLEM_TYPE, ProblemBody

SCHEMAS = "#/components/schemas/"


class Outcome(StrEnum):
    """What became of one item."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class ItemFault(BaseModel):
    """Why an item is in quarantine: the field, and what would be right; the value itself is never repeated."""

    field: str = Field(examples=["issued_at"])
    reason: str = Field(examples=["must be filled in"])


class ItemAnswer(BaseModel):
    """What became of one item, in the order sent. A quarantined item is kept and shown to the coordinators."""

    index: int = Field(description="Place in what was sent, from 0.")
    outcome: Outcome
    faults: list[ItemFault] = Field(default_factory=list)


class IntakeAnswer(BaseModel):
    """What became of a call: counts, and each item."""

    accepted: int
    duplicates: int
    quarantined: int
    results: list[ItemAnswer]


def answer_of(taken: Sequence[Taken]) -> IntakeAnswer:
    """Return the answer for what was taken in."""
    counted = Counter(each.outcome for each in taken)
    return IntakeAnswer(
        accepted=counted["accepted"],
        duplicates=counted["duplicate"],
        quarantined=counted["quarantined"],
        results=[
            ItemAnswer(
                index=index,
                outcome=Outcome(each.outcome),
                faults=[ItemFault(field=fault.field, reason=fault.reason) for fault in each.faults],
            )
            for index, each in enumerate(taken)
        ],
    )


_REFUSALS = {
    400: "The body is no JSON; nothing was taken.",
    401: "No key, or one that is not in force.",
    403: "The key has another scope.",
    413: "Too many bytes or items; nothing was taken.",
    415: "Not JSON in UTF-8.",
    422: "JSON, but no object and no array.",
    429: "Too many calls; `Retry-After` says when to try again.",
    503: "The database does not answer; send it again later, a repeat changes nothing.",
}


def responses() -> dict[int | str, dict[str, Any]]:
    """Return what an address may answer besides 200."""
    found: dict[int | str, dict[str, Any]] = {
        207: {"model": IntakeAnswer, "description": "Taken in, but at least one item is in quarantine."}
    }
    content = {PROBLEM_TYPE: {"schema": {"$ref": f"{SCHEMAS}ProblemBody"}}}
    return found | {status: {"description": text, "content": content} for status, text in _REFUSALS.items()}


def body_of(kind: str) -> dict[str, Any]:
    """Return how a body of this kind is described: one row or many, plain or in CloudEvents envelopes."""
    name = MODELS[kind].__name__
    row, envelope = {"$ref": SCHEMAS + name}, {"$ref": f"{SCHEMAS}{name}Event"}
    either = {"anyOf": [row, envelope]}
    many = {"type": "array", "items": either}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"anyOf": [row, envelope, many]}},
                "application/cloudevents+json": {"schema": envelope},
                "application/cloudevents-batch+json": {"schema": {"type": "array", "items": envelope}},
            },
        },
        "security": [{"key": []}],
    }


def openapi_of(router: APIRouter) -> dict[str, Any]:
    """Return the OpenAPI document of the router's addresses and of nothing else."""
    document = get_openapi(
        title="missing-coord",
        version=version("missing-coord"),
        summary="Intake of police notices, the register, placements and missing lists.",
        description="A repeat changes nothing; order does not matter. Times are ISO 8601 with offset, or London time.",
        routes=router.routes,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for kind in ("police", "children", "placements", "missing-list"):
        model = MODELS[kind]
        schemas[model.__name__] = model.model_json_schema(ref_template=SCHEMAS + "{model}")
        schemas[f"{model.__name__}Event"] = _envelope(model.__name__, EVENT_TYPES[kind])
    schemas["ProblemBody"] = ProblemBody.model_json_schema()
    components["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "The source's key (`mck_...`)."}
    }
    return document


def _envelope(name: str, event_type: str) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "A CloudEvents 1.0 envelope in structured JSON.",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"type": "string", "const": "1.0"},
            "id": text,
            "source": text,
            "type": {"type": "string", "const": event_type},
            "time": {"type": "string", "format": "date-time"},
            "data": {"$ref": SCHEMAS + name},
        },
    }
