"""What a file layout is, and the one road by which the cells of a row become a record or faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.fields import read_text
from missing_coord.contracts.readings import Fault, FileRecord, ParsedRow, Reader, Unreadable
from missing_coord.contracts.text import cached_column_key, clean

_ONLY_TIME_OR_NUMBER = re.compile(r"[0-9/:.,+\-TZ ]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a contract.

    `tolerant`: what cannot be read is kept as raw text and flagged, instead of sending the row to quarantine.
    `personal`: the value never leaves the row, not even as the excerpt of a fault.
    """

    name: str
    reader: Reader = read_text
    required: bool = False
    tolerant: bool = False
    personal: bool = False
    type: str = "text"
    example: str = ""
    doc: str = ""


@dataclass(slots=True)
class Findings:
    """What was noticed while one row was read: flags let it pass, faults send it to quarantine."""

    flags: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def flag(self, reason: str, column: str) -> None:
        """Note something that a person should know, without holding the row back."""
        self.flags.append(f"{reason}:{column}")

    def fault(self, column: str, reason: str, *, excerpt: str | None = None) -> None:
        """Hold the row back."""
        self.faults.append(Fault(field=column, reason=reason, excerpt=excerpt))


Finish = Callable[[dict[str, Any], Findings, ReadingRules], None]


def _nothing_more(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """No rule reaches beyond a single field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The columns of one kind of row, how they become a record, and the rules that reach beyond one field."""

    kind: str
    title: str
    columns: tuple[Column, ...]
    make: Callable[..., FileRecord]
    finish: Finish = _nothing_more
    one_needed: tuple[str, ...] = ()
    flags_field: str = "reading_flags"
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)
    by_key: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the columns by their name, and by their name for comparing."""
        object.__setattr__(self, "by_name", {item.name: item for item in self.columns})
        object.__setattr__(self, "by_key", {cached_column_key(item.name): item for item in self.columns})

    def column(self, header: str) -> Column | None:
        """The contract's column that a header means, if any."""
        if header in self.by_name:
            return self.by_name[header]
        return self.by_key.get(cached_column_key(header)) if len(header) <= 200 else None


def build(
    layout: Layout, cells: Mapping[str, str], extra: Mapping[str, str], *, rules: ReadingRules
) -> ParsedRow:
    """Make the record of one row from its cells (by column name) and its unknown columns."""
    findings = Findings()
    kept = {name: text for name, raw in extra.items() if (text := clean(raw)[0])}
    values = _read_cells(layout, cells, kept, findings)
    unread = any(fault.field in layout.one_needed for fault in findings.faults)
    if layout.one_needed and not unread and not any(map(values.get, layout.one_needed)):
        findings.fault(layout.one_needed[0], f"{' or '.join(layout.one_needed)} must be filled in")
    if not findings.faults:
        layout.finish(values, findings, rules)
    if findings.faults:
        return ParsedRow(faults=tuple(findings.faults))
    values["extra"], values[layout.flags_field] = kept, tuple(findings.flags)
    return ParsedRow(record=layout.make(**values))


def _read_cells(
    layout: Layout, cells: Mapping[str, str], kept: dict[str, str], findings: Findings
) -> dict[str, Any]:
    """The values of the columns that are filled in; what cannot be read is noted in the order of the columns."""
    values: dict[str, Any] = {}
    for name, column in layout.by_name.items():
        if name in cells:
            text, had_control = clean(cells[name])
            if had_control:
                findings.flag("control_characters", name)
            if text:
                try:
                    value, flag = column.reader(text)
                except Unreadable as error:
                    _note_unreadable(column, text, error, kept, findings)
                else:
                    if value is not None:
                        values[name] = value
                    if flag is not None:
                        findings.flag(flag, name)
        if column.required and name not in values:
            _note_missing(column, findings)
    return values


def _note_unreadable(
    column: Column, text: str, error: Unreadable, kept: dict[str, str], findings: Findings
) -> None:
    if column.tolerant:
        kept[column.name] = read_text(text)[0]
        findings.flag("unreadable", column.name)
    else:
        findings.fault(column.name, str(error), excerpt=excerpt(column, text))


def _note_missing(column: Column, findings: Findings) -> None:
    """A required field that is empty is a fault, unless its content already is one."""
    if all(fault.field != column.name for fault in findings.faults):
        findings.fault(column.name, "must be filled in")


def excerpt(column: Column, text: str) -> str | None:
    """The text itself when it can only be a time or a number, else nothing: it might be a name."""
    return text if not column.personal and _ONLY_TIME_OR_NUMBER.fullmatch(text) else None
