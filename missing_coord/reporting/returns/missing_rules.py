"""The Department's rules on the SSDA903 Missing file, checked before the file leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from missing_coord.reporting.returns.collection import Collection, Files, Row, day_of, eighteenth

FAR_FUTURE = date(9999, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row that breaks a rule: the Department's code, the file, the row (the first is 0) and what is wrong."""

    code: str
    table: str
    row: int
    child: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    number: int
    child: str
    kind: str
    born: date | None
    start: date | None
    end: date | None
    row: Row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Care:
    number: int
    child: str
    start: date
    end: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Year:
    collection: Collection
    lines: tuple[_Line, ...]
    care: dict[str, list[_Care]]
    periods: dict[str, list[tuple[date, date | None]]]
    born: dict[str, date | None] | None
    carried: dict[str, date]


def check(files: Files) -> list[Fault]:
    """Return every row that breaks a rule, by code and row; a rule that needs a file that is empty passes."""
    year = _read(files)
    found = [
        Fault(
            code=code,
            table="Episodes" if code == "580" else "Missing",
            row=number,
            child=child,
            message=MESSAGES[code],
        )
        for code, rule in RULES.items()
        for number, child in rule(year)
    ]
    return sorted(found, key=lambda each: (each.code, each.row))


def _read(files: Files) -> _Year:
    care = _care(files.episodes)
    return _Year(
        collection=files.collection,
        lines=tuple(_line(number, row) for number, row in enumerate(files.missing)),
        care=care,
        periods={child: list(_periods(each)) for child, each in care.items()},
        born=None if files.header is None else {row["CHILD"]: day_of(row["DOB"]) for row in files.header},
        carried=_carried(files.missing_last),
    )


def _line(number: int, row: Row) -> _Line:
    return _Line(
        number=number,
        child=row["CHILD"],
        kind=row["MISSING"].strip(),
        born=day_of(row["DOB"]),
        start=day_of(row["MIS_START"]),
        end=day_of(row["MIS_END"]),
        row=row,
    )


def _care(rows: Iterable[Row]) -> dict[str, list[_Care]]:
    found: dict[str, list[_Care]] = defaultdict(list)
    for number, row in enumerate(rows):
        if (start := day_of(row["DECOM"])) is not None:
            each = _Care(
                number=number, child=row["CHILD"], start=start, end=day_of(row["DEC"]), reason=row["REC"]
            )
            found[row["CHILD"]].append(each)
    return {child: sorted(each, key=lambda care: care.start) for child, each in found.items()}


def _periods(care: list[_Care]) -> Iterator[tuple[date, date | None]]:
    """Join episodes of care that follow each other without a gap."""
    first, end = care[0].start, care[0].end
    for each in care[1:]:
        if end is not None and each.start > end:
            yield first, end
            first = each.start
        end = each.end
    yield first, end


def _carried(rows: Iterable[Row]) -> dict[str, date]:
    """Return the starts of the rows that were still open last year, by child."""
    return {
        row["CHILD"]: start
        for row in rows
        if not row["MIS_END"].strip() and (start := day_of(row["MIS_START"])) is not None
    }


Found = Iterator[tuple[int, str]]


def _where(test: Callable[[_Line, _Year], bool]) -> Callable[[_Year], Found]:
    def rule(year: _Year) -> Found:
        return ((each.number, each.child) for each in year.lines if test(each, year))

    return rule


def _given(line: _Line, column: str) -> bool:
    return bool(line.row[column].strip())


def _overlapping(year: _Year) -> Found:
    by_child: dict[str, list[_Line]] = defaultdict(list)
    for each in year.lines:
        by_child[each.child].append(each)
    for lines in by_child.values():
        ordered = sorted(lines, key=_by_end)
        for before, after in pairwise(ordered):
            if before.end is None or (after.start is not None and after.start < before.end):
                yield after.number, after.child


def _by_end(line: _Line) -> tuple[date, date]:
    """Put rows in order of their end, an open one at its start, and those without a readable day last."""
    return line.end or line.start or FAR_FUTURE, line.start or FAR_FUTURE


def _carried_over(year: _Year) -> Found:
    """The earliest row of a child with a row open last year must be that row."""
    for child, start in year.carried.items():
        lines = [each for each in year.lines if each.child == child]
        if lines:
            first = min(lines, key=lambda each: (each.start or FAR_FUTURE, each.number))
            if first.start != start:
                yield first.number, child


def _placement_ended(line: _Line, year: _Year) -> bool:
    start = line.start
    if start is None or _given(line, "MIS_END"):
        return False
    return any(each.start <= start <= each.end for each in year.care.get(line.child, ()) if each.end)


def _after_care(line: _Line, year: _Year) -> bool:
    """Whether the row reaches beyond every period of care, or is still open when all of them are over."""
    periods = year.periods.get(line.child)
    if line.start is None or not periods:
        return False
    return all(_outside(line, line.start, first, end) for first, end in periods)


def _outside(line: _Line, start: date, first: date, end: date | None) -> bool:
    if line.end is None:
        return end is not None or start < first
    return line.end < first or (end is not None and line.end > end)


def _starts_after_care(line: _Line, year: _Year) -> bool:
    periods = year.periods.get(line.child)
    if line.start is None or not periods:
        return False
    return all(line.start < first or (end is not None and line.start > end) for first, end in periods)


def _in_no_care(line: _Line, year: _Year) -> bool:
    """Whether the row begins in no episode of care that its child has; a start that cannot be read is in none."""
    care = year.care.get(line.child)
    if not care:
        return False
    return line.start is None or not any(
        each.start <= line.start <= (each.end or FAR_FUTURE) for each in care
    )


def _eighteen(year: _Year) -> Found:
    for line in year.lines:
        if line.born is None or line.end != eighteenth(line.born):
            continue
        for each in year.care.get(line.child, ()):
            if each.end == line.end and each.reason.strip() != "E8":
                yield each.number, each.child


def _before_birth(line: _Line, year: _Year) -> bool:
    return line.start is not None and line.born is not None and line.start <= line.born


def _other_birth(line: _Line, year: _Year) -> bool:
    said = (year.born or {}).get(line.child)
    return line.born is not None and said is not None and line.born != said


def _outside_year(line: _Line, year: _Year) -> bool:
    return line.end is not None and not year.collection.first <= line.end <= year.collection.last


RULES: dict[str, Callable[[_Year], Found]] = {
    "1004": _where(lambda line, _: line.start is None),
    "1005": _where(lambda line, _: _given(line, "MIS_END") and line.end is None),
    "1006": _where(lambda line, _: bool(line.kind) and line.kind not in ("M", "A")),
    "564": _where(lambda line, _: line.kind in ("M", "A") and not _given(line, "MIS_START")),
    "565": _where(lambda line, _: _given(line, "MIS_START") and not line.kind),
    "566": _where(lambda line, _: _given(line, "MIS_END") and not line.kind),
    "567": _where(lambda line, _: bool(line.start and line.end and line.start > line.end)),
    "570": _where(lambda line, year: line.start is not None and line.start > year.collection.last),
    "571": _where(_outside_year),
    "574": _overlapping,
    "575": _where(_placement_ended),
    "576": _carried_over,
    "577": _where(_after_care),
    "578": _where(_starts_after_care),
    "580": _eighteen,
    "581": _where(_in_no_care),
    "586": _where(_before_birth),
    "INT04": _where(lambda line, year: year.born is not None and line.child not in year.born),
    "INT13": _where(_other_birth),
}
"""By the Department's code, in the order of its guide; the words are our own."""

MESSAGES = {
    "1004": "MIS_START is not a day; give dd/mm/yyyy.",
    "1005": "MIS_END is not a day; give dd/mm/yyyy, or nothing while the child is missing.",
    "1006": "MISSING is neither M nor A.",
    "564": "MISSING is given without MIS_START.",
    "565": "MIS_START is given without MISSING.",
    "566": "MIS_END is given without MISSING.",
    "567": "MIS_END is before MIS_START.",
    "570": "MIS_START is after the end of the collection year.",
    "571": "MIS_END is not within the collection year.",
    "574": "The row begins before the child's previous one is over.",
    "575": "The episode of care in which the child went missing is over, but the row has no MIS_END.",
    "576": "Last year's open row of this child is not here with its own MIS_START.",
    "577": "The child has left care, but the row goes on.",
    "578": "MIS_START is outside the child's periods of care.",
    "580": "Care ends on the 18th birthday of a child missing until then, but REC is not E8.",
    "581": "MIS_START is in no episode of care.",
    "586": "MIS_START is not after the date of birth.",
    "INT04": "The child is not in the Header file.",
    "INT13": "The date of birth is not that of the Header file.",
}
