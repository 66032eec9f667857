"""Pydantic models of one row of each kind, for HTTP and OpenAPI; every rule is the layout's own."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from missing_coord.contracts.code_lists import DEFAULT_RULES, ReadingRules
from missing_coord.contracts.layout import Column, Layout
from missing_coord.contracts.parsing import parse
from missing_coord.contracts.police import POLICE_NOTICE
from missing_coord.contracts.readings import FileRecord, ParsedRow
from missing_coord.contracts.register import CHILD, MISSING_LIST, PLACEMENT
from missing_coord.contracts.workforce import ABSENCE, WORKER

_SCHEMAS: dict[str, dict[str, Any]] = {
    "list": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}, {"type": "null"}]},
    "days": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}, {"type": "null"}]},
    "number": {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]},
    "yes/no": {"anyOf": [{"type": "boolean"}, {"type": "string"}, {"type": "null"}]},
}
_TEXT: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}


class WireModel(BaseModel):
    """One row as a sender writes it; unknown members are kept, members are judged by the layout's rules."""

    model_config = ConfigDict(extra="allow", frozen=True)
    kind: ClassVar[str]

    @model_validator(mode="after")
    def _refuse_faults(self) -> Self:
        faults = self.parsed().faults
        if faults:
            raise ValueError("; ".join(str(fault) for fault in faults))
        return self

    def parsed(self, *, rules: ReadingRules = DEFAULT_RULES) -> ParsedRow:
        """The record or the faults of this row."""
        return parse(self.kind, self.model_dump(exclude_unset=True), rules=rules)

    def to_record(self, *, rules: ReadingRules = DEFAULT_RULES) -> FileRecord:
        """The record of this row; ValueError when stricter rules than the default hold it back."""
        record = self.parsed(rules=rules).record
        if record is None:
            raise ValueError("these rules hold the row back; ask parsed() for the reasons")
        return record


def _model(name: str, layout: Layout) -> type[WireModel]:
    fields: dict[str, Any] = {column.name: (Any, _field(column)) for column in layout.columns}
    model = create_model(name, __base__=WireModel, __doc__=f"{layout.title}: one row.", **fields)
    model.kind = layout.kind
    return model


def _field(column: Column) -> Any:
    default: Any = ... if column.required else None
    example = [column.example] if column.example else None
    schema: dict[str, Any] = {"type": "string"} if column.required else _SCHEMAS.get(column.type, _TEXT)
    description = f"{column.doc} ({column.type})".strip()
    return Field(default, description=description, examples=example, json_schema_extra=schema)


PoliceNoticeV1 = _model("PoliceNoticeV1", POLICE_NOTICE)
ChildV1 = _model("ChildV1", CHILD)
PlacementV1 = _model("PlacementV1", PLACEMENT)
MissingListEntryV1 = _model("MissingListEntryV1", MISSING_LIST)
WorkerV1 = _model("WorkerV1", WORKER)
AbsenceV1 = _model("AbsenceV1", ABSENCE)

MODELS: dict[str, type[WireModel]] = {
    model.kind: model
    for model in (PoliceNoticeV1, ChildV1, PlacementV1, MissingListEntryV1, WorkerV1, AbsenceV1)
}
"""The model of each kind that HTTP and Kafka carry."""
