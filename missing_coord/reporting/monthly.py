"""The report of a month, week or span: read from the database, counted, the same for the same period and instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.errors import DomainError
from missing_coord.reporting.known import Known, PeriodFacts, facts_of, placed_with, supplied_by
from missing_coord.reporting.measures import MeasureGroup
from missing_coord.reporting.measures_audits import audit_measures
from missing_coord.reporting.measures_causes import cause_measures
from missing_coord.reporting.measures_interviews import (
    independence_measures,
    interview_measures,
    lateness_measures,
    other_authority_measures,
    outcome_measures,
    place_measures,
    team_measures,
    told_clock_measures,
)
from missing_coord.reporting.measures_missing import (
    missing_measures,
    placement_measures,
    provider_incidents,
    provider_measures,
    repeat_measures,
    risk_measures,
)
from missing_coord.reporting.measures_quality import (
    action_measures,
    record_measures,
    theme_measures,
)
from missing_coord.reporting.measures_support import support_measures
from missing_coord.reporting.measures_work import alert_measures, work_measures
from missing_coord.reporting.on_record import compared_words
from missing_coord.reporting.periods import Period, period_of
from missing_coord.reporting.reading import Progress, Reading, read_known
from missing_coord.reporting.targets import Target
from missing_coord.reporting.trends import Trend, trends

RULES = "2026-6"
RULES_IN_WORDS = (
    "Interviews count in the period of the return, episodes in the period of their start. 72 hours are elapsed hours. "
    "Episodes whose 72 hours are not over are pending, not failures."
)
LIMITS = (
    "What was told, offered, held or decided after the time of this report is left out; a police message counts as told"
    " when it was issued, also where it reached us later.",
    "Times, types, populations and matches are those on record now: a later correction replaces what was known before.",
    "Cancelled and joined episodes are left out whenever they were cancelled; a reopened interview counts as open.",
    "Looked-after children, the interviewers' teams, hours and absences are those of the register as it is now.",
    "Grades are those of the latest audit, themes those of the newest version of a record, by the time of this report;"
    " an interview that was closed again is audited anew. Criteria are named as their newest version names them.",
    "What was brought over from the council's earlier records counts as known when it happened.",
    "Each cause of a late interview is read from what is on record; nobody was asked why.",
)


class About(StrEnum):
    """Whose figures a report holds: everybody's, a supplier of interviewers', or a provider of placements'."""

    ALL = "all"
    SUPPLIER = "supplier"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose figures are wanted; the name is that of the employer or of the provider."""

    about: About = About.ALL
    name: str = ""


EVERYBODY = Subject()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One period as it was known at an instant (UTC)."""

    period: Period
    subject: Subject
    title: str
    as_at: datetime
    rules_version: str
    rules: str
    limits: tuple[str, ...]
    groups: tuple[MeasureGroup, ...]
    trends: tuple[Trend, ...] = ()
    compared: str = ""
    targets: tuple[Target, ...] = ()


async def read_report(
    uow: Reading,
    *,
    period: str,
    as_at: datetime,
    council: str,
    subject: Subject = EVERYBODY,
    progress: Progress | None = None,
) -> Report:
    """Return the report of a period such as `2026-10` as at an instant; raises DomainError when it makes no sense.

    `council` is the ONS code of the authority whose looked-after children are counted.
    """
    wanted = period_of(period)
    if as_at.tzinfo is None:
        raise DomainError("time_without_offset", "as_at: give the time with its offset from UTC.")
    if as_at <= wanted.starts_at:
        raise DomainError("month_not_begun", f"as_at: {wanted.name} had not begun then; give a later time.")
    known = await read_known(uow, wanted, as_at=as_at, council=council, progress=progress)
    return report_of(wanted, known, subject=subject)


def report_of(period: Period, known: Known, *, subject: Subject = EVERYBODY) -> Report:
    """Return the report that these facts give."""
    facts = facts_of(period, known)
    return Report(
        period=period,
        subject=subject,
        title=f"{_TITLES[subject.about].format(name=subject.name)}: {period.name}",
        as_at=facts.as_at,
        rules_version=RULES,
        rules=RULES_IN_WORDS,
        limits=LIMITS,
        groups=_groups(facts, subject),
        trends=trends(period, known) if subject == EVERYBODY else (),
        compared=compared_words(period, known) if subject == EVERYBODY else "",
        targets=known.targets,
    )


_TITLES = {
    About.ALL: "Missing from home and care",
    About.SUPPLIER: "Return interviews by {name}",
    About.PROVIDER: "Missing from placements with {name}",
}


def _groups(facts: PeriodFacts, subject: Subject) -> tuple[MeasureGroup, ...]:
    if subject.about is About.SUPPLIER:
        return _interview_groups(supplied_by(facts, subject.name))
    if subject.about is About.PROVIDER:
        placed = placed_with(facts, subject.name)
        return (
            provider_incidents(placed),
            repeat_measures(placed),
            risk_measures(placed),
            *_interview_groups(placed),
        )
    return (
        missing_measures(facts),
        repeat_measures(facts),
        *_interview_groups(facts),
        team_measures(facts),
        *place_measures(facts),
        placement_measures(facts),
        provider_measures(facts),
        risk_measures(facts),
        record_measures(facts),
        *theme_measures(facts),
        *audit_measures(facts),
        action_measures(facts),
        *support_measures(facts),
        work_measures(facts),
        alert_measures(facts),
        other_authority_measures(facts),
    )


def _interview_groups(facts: PeriodFacts) -> tuple[MeasureGroup, ...]:
    return (
        interview_measures(facts),
        outcome_measures(facts),
        told_clock_measures(facts),
        lateness_measures(facts),
        cause_measures(facts),
        independence_measures(facts),
    )
