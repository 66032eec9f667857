"""Matching the header row of a file to the columns of its layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.layout import Layout, build
from missing_coord.contracts.limits import COLUMN_LIMIT, FileRefused
from missing_coord.contracts.parsing import FILE_LAYOUTS
from missing_coord.contracts.readings import Fault, ParsedRow
from missing_coord.contracts.ssda903 import recognise
from missing_coord.contracts.text import cached_column_key, extra_name, storable
from missing_coord.domain.errors import PermanentError


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The columns of one file, in its own order."""

    layout: Layout
    names: tuple[str, ...]
    known: tuple[tuple[int, str], ...]
    unknown: tuple[tuple[int, str], ...]

    def raw(self, cells: Sequence[str]) -> dict[str, str]:
        """The row as received, by the file's own headings; cells beyond the header are numbered."""
        held = {name: storable(cell) for name, cell in zip(self.names, cells, strict=False)}
        for number, cell in enumerate(cells[len(self.names) :], start=len(self.names) + 1):
            held[f"column {number}"] = storable(cell)
        return held

    def parse(self, cells: Sequence[str], *, rules: ReadingRules) -> ParsedRow:
        """The record or the faults of one row of cells."""
        fault = self._shape_fault(cells)
        if fault:
            return ParsedRow(faults=(fault,))
        found = {name: cells[at] for at, name in self.known if cells[at]}
        extra = {name: cells[at] for at, name in self.unknown if cells[at]}
        return build(self.layout, found, extra, rules=rules)

    def _shape_fault(self, cells: Sequence[str]) -> Fault | None:
        wanted, found = len(self.names), len(cells)
        if found < wanted:
            reason = f"the row ends before this column: {found} cells where the header has {wanted}"
            return Fault(field=self.names[found], reason=reason)
        if any(cell.strip() for cell in cells[wanted:]):
            hint = "a delimiter inside a text needs quotation marks"
            return Fault(field="row", reason=f"{found} cells where the header has {wanted}: {hint}")
        return None


def match_header(kind: str, cells: Sequence[str], *, file: str) -> Header:
    """Match a header row; FileRefused names the required column that is missing or there twice."""
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) > COLUMN_LIMIT:
        raise FileRefused(f"{file} has {len(cells)} columns; at most {COLUMN_LIMIT} are read")
    layout = _layout(kind, cells, file)
    known: list[tuple[int, str]] = []
    for at, cell in enumerate(cells):
        column = layout.column(cell)
        if column and any(name == column.name for _, name in known):
            raise FileRefused(f"{file} has the column {column.name} twice; it must be there once")
        if column:
            known.append((at, column.name))
    names = _unique(cells)
    _refuse_if_incomplete(layout, [name for _, name in known], names, file)
    taken = {at for at, _ in known}
    unknown = tuple((at, extra_name(name[:200])) for at, name in enumerate(names) if at not in taken)
    return Header(layout=layout, names=names, known=tuple(known), unknown=unknown)


def _layout(kind: str, cells: Sequence[str], file: str) -> Layout:
    if kind != "ssda903":
        if kind not in FILE_LAYOUTS:
            raise PermanentError(f"there is no kind of file {kind!r}")
        return FILE_LAYOUTS[kind]
    layout = recognise(cached_column_key(cell[:200]) for cell in cells)
    if layout is None:
        raise FileRefused(
            f"{file} is none of the SSDA903 files that are read: Header has ETHNIC, Episodes DECOM, UASC DUC, "
            "Missing MIS_START"
        )
    return layout


def _refuse_if_incomplete(layout: Layout, known: list[str], names: Sequence[str], file: str) -> None:
    missing = [column.name for column in layout.columns if column.required and column.name not in known]
    if layout.one_needed and not any(name in known for name in layout.one_needed):
        missing.append(" or ".join(layout.one_needed))
    if not missing:
        return
    if known:
        # Only names that we know are repeated: the first row may be a child's, not a header.
        others = len(names) - len(known)
        found = f"{', '.join(known)}" + (f" and {others} that are not known" if others else "")
        raise FileRefused(f"{file} lacks the column {', '.join(missing)}; found: {found}")
    raise FileRefused(
        f"{file} lacks the column {', '.join(missing)}, and its first row holds no column of the layout "
        f"{layout.title!r}: is the header row missing, or is it another kind of file?"
    )


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """The headings made distinct, so that no cell of an unknown column hides another."""
    names: list[str] = []
    taken: set[str] = set()
    for at, cell in enumerate(cells, start=1):
        name = storable(cell.strip())[:200] or f"column {at}"
        while extra_name(name) in taken:
            name = f"{name} {at}"
        taken.add(extra_name(name))
        names.append(name)
    return tuple(names)
