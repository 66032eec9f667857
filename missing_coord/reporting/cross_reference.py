"""The cross-reference as JSON, CSV and a workbook: references and times, no names."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from xlsxwriter import Workbook

from missing_coord.domain.cross_reference import Absence, Compared, Line, Period
from missing_coord.domain.cross_reference_words import DIFFERENCE_NAMES, STANDING_NAMES, next_step
from missing_coord.domain.errors import DomainError
from missing_coord.domain.london import LONDON, london_day, london_midnight
from missing_coord.domain.population import POPULATION_NAMES
from missing_coord.reporting.periods import month_of
from missing_coord.reporting.spreadsheets import safe_cell

COLUMNS = (
    "period",
    "standing",
    "differs_in",
    "child_id",
    "police_references",
    "police_type",
    "police_started_at",
    "police_ended_at",
    "council_type",
    "council_started_at",
    "council_ended_at",
    "population",
    "responsible_authority",
    "next_step",
)
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


def period_of(*, day: str = "", month: str = "", now: datetime) -> Period:
    """Return the London day such as `2026-11-21`, or the month such as `2026-11`; today when neither is given.

    Raises DomainError for what is neither, for both, and for a time that has not begun.
    """
    if day and month:
        raise DomainError("period", "date: give a date or a month, not both.")
    found = _month(month) if month else _day(_date(day) if day else london_day(now))
    if found.starts_at > now:
        raise DomainError("period", f"{'month' if month else 'date'}: {found.name} has not begun yet.")
    return found


def _date(text: str) -> date:
    try:
        if _DAY.fullmatch(text.strip()) and "2000" <= text.strip() < "2101":
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise DomainError("period", f"date: {text[:40]!r} is not a date; write it as 2026-11-21.")


def _day(day: date) -> Period:
    return Period(
        name=f"{day.day} {day:%B %Y}",
        starts_at=london_midnight(day).astimezone(UTC),
        ends_at=london_midnight(day + timedelta(days=1)).astimezone(UTC),
    )


def _month(text: str) -> Period:
    month = month_of(text)
    return Period(name=month.name, starts_at=month.starts_at, ends_at=month.ends_at)


def counts_of(compared: Compared) -> dict[str, int]:
    """Return how many lines there are of each standing."""
    found = Counter(line.standing for line in compared.lines)
    return {standing.value: found[standing] for standing in STANDING_NAMES}


def counts_by_authority(compared: Compared) -> list[dict[str, Any]]:
    """Return the same counts for each responsible authority, and how many are on no such list anyway."""
    found: dict[str, Counter[str]] = {}
    for line in compared.lines:
        found.setdefault(authority_of(line), Counter())[line.standing.value] += 1
    for absence in compared.outside:
        found.setdefault(absence.authority, Counter())["not_compared"] += 1
    names = [*(standing.value for standing in STANDING_NAMES), "not_compared"]
    return [
        {"responsible_authority": code, **{name: found[code][name] for name in names}}
        for code in sorted(found)
    ]


def outside_counts(compared: Compared) -> dict[str, int]:
    """Return how many police absences are of children who are not on the council's list, by population."""
    found = Counter(each.population.value for each in compared.outside)
    return dict(sorted(found.items()))


def authority_of(line: Line) -> str:
    """Return the code of the authority responsible for the child of a line."""
    return next((each.authority for each in line.absences if each.authority), "")


def as_json(compared: Compared, *, period: Period, known_at: datetime) -> dict[str, Any]:
    """Return the cross-reference in the shape of the command line's contract."""
    return {
        "period": period.name,
        "from": period.starts_at,
        "to": period.ends_at,
        "known_at": known_at,
        "counts": counts_of(compared),
        "by_authority": counts_by_authority(compared),
        "not_compared": outside_counts(compared),
        "lines": [_line_json(line) for line in compared.lines],
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "standing": line.standing.value,
        "differences": [each.value for each in line.differences],
        "child_id": line.child_id,
        "references": references_of(line),
        "episode_ids": list(dict.fromkeys(each.episode_id for each in line.absences if each.episode_id)),
        "population": line.absences[0].population.value,
        "responsible_authority": authority_of(line),
        "police": [_absence_json(each) for each in line.police],
        "council": [_absence_json(each) for each in line.council],
        "next_step": next_step(line),
    }


def _absence_json(absence: Absence) -> dict[str, Any]:
    return {
        "reference": absence.reference or None,
        "type": absence.kind.value,
        "started_at": absence.started_at,
        "started_date_only": absence.start_by_day,
        "ended_at": absence.ended_at,
        "ended_date_only": absence.end_by_day,
    }


def references_of(line: Line) -> list[str]:
    """Return the police references of a line, those of cancelled reports too."""
    return [each.reference for each in (*line.police, *line.cancelled) if each.reference]


def render_csv(compared: Compared, period: Period) -> bytes:
    """Return the lines as CSV; what a spreadsheet could take for a formula is made text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in row] for row in _rows(compared, period))
    return out.getvalue().encode("utf-8-sig")


def render_xlsx(compared: Compared, period: Period, *, known_at: datetime) -> bytes:
    """Return the lines as a workbook without formulas, and a sheet that says how many there are."""
    out = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(out, {"in_memory": True, **options}) as book:
        created = known_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": f"Cross-reference, {period.name}", "created": created})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Cross-reference")
        sheet.write_row(0, 0, COLUMNS, bold)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 2, 20)
        sheet.set_column(len(COLUMNS) - 1, len(COLUMNS) - 1, 100)
        for number, row in enumerate(_rows(compared, period), start=1):
            sheet.write_row(number, 0, row)
        counts = book.add_worksheet("Counts")
        counts.set_column(0, 0, 40)
        for number, (label, count) in enumerate(_counts(compared)):
            counts.write(number, 0, label)
            counts.write(number, 1, count)
    return out.getvalue()


def _counts(compared: Compared) -> Iterator[tuple[str, int]]:
    found = counts_of(compared)
    for standing, name in STANDING_NAMES.items():
        yield name, found[standing.value]
    yield "Police, on no such list anyway (home and other authorities' children)", len(compared.outside)


def _rows(compared: Compared, period: Period) -> Iterator[list[str]]:
    for line in compared.lines:
        yield [
            period.name,
            STANDING_NAMES[line.standing],
            ", ".join(DIFFERENCE_NAMES[each] for each in line.differences),
            line.child_id,
            "; ".join(references_of(line)),
            *_side(line.police),
            *_side(line.council),
            POPULATION_NAMES[line.absences[0].population],
            authority_of(line),
            next_step(line),
        ]


def _side(absences: Sequence[Absence]) -> list[str]:
    return [
        "; ".join(each.kind.value for each in absences),
        "; ".join(shown(each.started_at, day_only=each.start_by_day) for each in absences),
        "; ".join(shown(each.ended_at, day_only=each.end_by_day) or "open" for each in absences),
    ]


def shown(instant: datetime | None, *, day_only: bool) -> str:
    """Return an instant as London date and time, the date alone where that is all that is known, empty for None."""
    if instant is None:
        return ""
    return f"{instant.astimezone(LONDON):{'%Y-%m-%d' if day_only else '%Y-%m-%d %H:%M'}}"


def side_words(absences: Sequence[Absence]) -> str:
    """Return what one side says in a line of text: `M 2026-11-10 18:00 to 2026-11-11 07:00`; empty for nothing."""
    return "; ".join(
        f"{each.kind.value} {shown(each.started_at, day_only=each.start_by_day)} to"
        f" {shown(each.ended_at, day_only=each.end_by_day) or 'now'}"
        for each in absences
    )
