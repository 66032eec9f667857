"""The files about the people who hold return interviews: workers and their absences."""

from __future__ import annotations

from typing import Any

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.fields import (
    number,
    one_of,
    read_bool,
    read_identifier,
    read_list,
    read_postcode,
    read_working_days,
    read_working_hours,
    whole_number,
)
from missing_coord.contracts.layout import Column, Findings, Layout
from missing_coord.contracts.police import add_phone_numbers
from missing_coord.contracts.times import day_after, read_moment
from missing_coord.domain.records import AbsenceRecord, WorkerRecord, WorkerTeam


def check_worker(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """Add the telephone numbers in international form."""
    add_phone_numbers(values, findings)


def check_absence(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """An absence given in days lasts from the first midnight to the end of its last day."""
    started, ended = values["starts_at"], values.get("ends_at")
    for name, moment in (("starts_at", started), ("ends_at", ended)):
        if moment is not None and moment.date_only:
            findings.flag("date_only", name)
    values["starts_at"] = started.at
    if ended is None:
        return
    values["ends_at"] = day_after(ended)
    if values["ends_at"] <= values["starts_at"]:
        findings.fault("ends_at", "must lie after starts_at")


WORKER = Layout(
    kind="workers",
    title="Interview workers",
    make=WorkerRecord,
    finish=check_worker,
    columns=(
        Column(
            name="worker_id", reader=read_identifier, required=True, type="identifier", example="W03",
            doc="The worker's number.", personal=True,
        ),
        Column(name="name", required=True, example="W. Worker", personal=True),
        Column(name="email", example="w.worker@council.example", personal=True),
        Column(name="phone", example="07700 900456", personal=True),
        Column(
            name="team", reader=one_of(WorkerTeam), required=True, type="code", example="commissioned",
            doc="in_house, commissioned or spot_purchase.",
        ),
        Column(name="employer", example="Sample Charity", doc="Decides independence."),
        Column(name="fte", reader=number(most=1.5), type="number", example="0.5", doc="Share of full time."),
        Column(
            name="weekly_target", reader=whole_number(most=100), type="number", example="15",
            doc="Interviews a week at full time.",
        ),
        Column(name="base_postcode", reader=read_postcode, type="postcode", example="M1 1AE", personal=True),
        Column(name="working_days", reader=read_working_days, type="days", example="Mon;Tue;Wed"),
        Column(name="working_hours", reader=read_working_hours, type="hours", example="09:00-17:30"),
        Column(name="languages", reader=read_list, type="list", example="English;Urdu"),
        Column(name="gender", example="female", personal=True),
        Column(name="skills", reader=read_list, type="list", example="CSE;UASC"),
        Column(
            name="out_of_authority", reader=read_bool, type="yes/no", example="no",
            doc="Whether the worker visits children placed outside the council's area.",
        ),
        Column(name="max_travel_miles", reader=number(most=1000), type="number", example="25"),
    ),
)  # fmt: skip

ABSENCE = Layout(
    kind="absences",
    title="Absences of workers",
    make=AbsenceRecord,
    finish=check_absence,
    columns=(
        Column(
            name="worker_id", reader=read_identifier, required=True, type="identifier", example="W03",
            personal=True,
        ),
        Column(
            name="starts_at", reader=read_moment, required=True, type="time or date", example="2026-12-24",
            doc="A day alone means from its first minute.",
        ),
        Column(
            name="ends_at", reader=read_moment, type="time or date", example="2026-12-28",
            doc="A day alone is included whole; empty means until further notice.",
        ),
        Column(name="reason", example="annual leave", personal=True),
        Column(
            name="absence_id", reader=read_identifier, type="identifier", example="A118",
            doc="Your number of the absence; without it the worker and the start tell which one is meant.",
        ),
        Column(
            name="cancelled", reader=read_bool, type="yes/no", example="no",
            doc="`yes`: the worker is not away after all.",
        ),
    ),
)  # fmt: skip
