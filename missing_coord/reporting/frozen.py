"""Reports kept as they were first given, and what has been restated since."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, text

from missing_coord.domain.errors import NotFound, PermanentError
from missing_coord.reporting.measures import Measure
from missing_coord.reporting.monthly import Report
from missing_coord.reporting.reading import Reading

_REPORT = TypeAdapter(Report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report as it was given, its number, by whom it was kept and when."""

    number: int
    report: Report
    kept_by: str
    kept_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """One figure that is not what it was: how it read then and how it reads now."""

    key: str
    name: str
    before: str
    now: str
    came: int
    went: int


async def keep(uow: Reading, report: Report, *, by: str, now: datetime) -> int:
    """Keep a report as it is, for good, and return its number."""
    content = json.dumps(asdict(report), default=_plain, sort_keys=True)
    result = await uow.execute(
        text(_KEEP),
        {
            "period": report.period.value,
            "as_at": report.as_at,
            "rules_version": report.rules_version,
            "content": content,
            "digest": hashlib.sha256(content.encode()).hexdigest(),
            "kept_by": by,
            "kept_at": now,
        },
    )
    return int(result.scalar_one())


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


async def kept_report(uow: Reading, number: int) -> Kept:
    """Return a kept report; raises NotFound, and PermanentError when its content is not what was kept."""
    result = await uow.execute(text(f"{_SELECT} where report_number = :number"), {"number": number})
    row = result.mappings().first()
    if row is None:
        raise NotFound(f"There is no kept report {number}.")
    return _kept(row)


async def kept_reports(uow: Reading, *, period: str = "") -> list[Kept]:
    """Return the kept reports of a period, or all, newest first."""
    result = await uow.execute(
        text(f"{_SELECT} where :period in ('', period) order by report_number desc"), {"period": period}
    )
    return [_kept(row) for row in result.mappings()]


async def is_kept(uow: Reading, period: str, *, by: str) -> bool:
    """Return whether somebody has kept a report of a period."""
    query = "select exists (select from kept_reports where period = :period and kept_by = :by)"
    return bool((await uow.execute(text(query), {"period": period, "by": by})).scalar_one())


def _kept(row: RowMapping) -> Kept:
    if hashlib.sha256(row["content"].encode()).hexdigest() != row["digest"]:
        raise PermanentError(f"The kept report {row['report_number']} is not what was kept.")
    return Kept(
        number=row["report_number"],
        report=_REPORT.validate_json(row["content"]),
        kept_by=row["kept_by"],
        kept_at=row["kept_at"],
    )


def restated(before: Report, now: Report) -> list[Restated]:
    """Return the figures of a kept report that read otherwise now, in the order of the report."""
    then = [each for group in before.groups for each in group.measures]
    current = {each.key: each for group in now.groups for each in group.measures}
    found = []
    for each in then:
        after = current.get(each.key)
        if after is None or _says(each) != _says(after):
            found.append(
                Restated(
                    key=each.key,
                    name=each.name,
                    before=_says(each),
                    now="not counted any more" if after is None else _says(after),
                    came=len(set(after.rows) - set(each.rows)) if after else 0,
                    went=len(set(each.rows) - set(after.rows)) if after else len(each.rows),
                )
            )
    return found


def _says(measure: Measure) -> str:
    said = str(measure.numerator)
    if measure.denominator is not None:
        said += f" of {measure.denominator}"
    return f"{said}, {measure.pending} pending" if measure.pending else said


_KEEP = """
insert into kept_reports (period, as_at, rules_version, content, digest, kept_by, kept_at)
values (:period, :as_at, :rules_version, :content, :digest, :kept_by, :kept_at)
returning report_number
"""
_SELECT = "select report_number, period, content, digest, kept_by, kept_at from kept_reports"
