"""The council's own files about children: register, placements and its list of missing children."""

from __future__ import annotations

from typing import Any

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.fields import (
    one_of,
    read_bool,
    read_identifier,
    read_list,
    read_missing_type,
    read_postcode,
    read_postcodes,
    read_sex,
    read_text,
)
from missing_coord.contracts.layout import Column, Findings, Layout
from missing_coord.contracts.police import add_phone_numbers
from missing_coord.contracts.readings import Reader
from missing_coord.contracts.times import day_after, read_date, read_moment
from missing_coord.domain.records import ChildRecord, ChildStatus, MissingListEntry, PlacementRecord


def _own(
    name: str, reader: Reader = read_text, type: str = "text", example: str = "", doc: str = ""
) -> Column:
    """A column about the child, whose value never leaves the row."""
    return Column(name=name, reader=reader, personal=True, type=type, example=example, doc=doc)


def _key(name: str, example: str, doc: str) -> Column:
    return Column(
        name=name,
        reader=read_identifier,
        required=True,
        personal=True,
        type="identifier",
        example=example,
        doc=doc,
    )


def check_child(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """A child may be listed without a name or a date of birth, but a matcher should know."""
    add_phone_numbers(values, findings)
    for name in ("surname", "date_of_birth"):
        if name not in values:
            findings.flag("not_given", name)


def check_placement(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """A placement cannot end before it starts; one that ends the day it starts covers no day."""
    end = values.get("end_date")
    if end and end < values["start_date"]:
        findings.fault("end_date", "lies before start_date; one of the two is wrong")
    elif end and end == values["start_date"]:
        findings.flag("covers_no_day", "end_date")


def check_missing_list(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """Unpack the moments, and hold back an episode that ends before it starts."""
    started, ended = values["started_at"], values.get("ended_at")
    if ended and day_after(ended) <= started.at:
        findings.fault("ended_at", "lies before started_at; one of the two is wrong")
    values["started_at"], values["started_date_only"] = started.at, started.date_only
    if ended:
        values["ended_at"], values["ended_date_only"] = ended.at, ended.date_only


CHILD = Layout(
    kind="children",
    title="Register of children",
    make=ChildRecord,
    finish=check_child,
    columns=(
        _key("child_id", "C104512", "The council's number of the child."),
        _own("forename", example="Amira"),
        _own("middle_names"),
        _own("surname", example="Example"),
        _own("aliases", read_list, "list", "Mira Example", "Other names."),
        _own("date_of_birth", read_date, "date", "2011-03-05"),
        Column(name="sex", reader=read_sex, tolerant=True, type="code", example="female"),
        _own("ethnicity", example="W1"),
        _own("home_address", example="1 Sample Street, Manchester"),
        _own("home_postcode", read_postcode, "postcode", "M1 1AE"),
        _own("previous_addresses", read_list, "list"),
        _own("previous_postcodes", read_postcodes, "list", "M2 5DB;M3 4EN"),
        _own("phone", example="07700 900123"),
        Column(
            name="status", reader=one_of(ChildStatus), tolerant=True, type="code", example="looked_after",
            doc="looked_after, child_protection, child_in_need, early_help, care_leaver, closed or known.",
        ),
        Column(name="legal_status", example="C2", doc="SSDA903 legal status."),
        Column(name="responsible_authority", example="E08000003", doc="ONS code of the responsible council."),
        Column(name="social_worker", example="W. Worker", personal=True),
        Column(name="social_worker_email", example="w.worker@council.example", personal=True),
        Column(name="team", example="Locality North"),
        Column(name="team_manager_email", example="t.manager@council.example", personal=True),
        Column(name="iro", example="I. Reviewer", doc="Independent reviewing officer.", personal=True),
        Column(name="iro_email", example="i.reviewer@council.example", personal=True),
        _own("school", example="Sample High School"),
        Column(
            name="uasc", reader=read_bool, tolerant=True, type="yes/no", example="no",
            doc="Whether the child is an unaccompanied asylum-seeking child.",
        ),
        _own("flags", read_list, "list", "CSE;frequent missing", "Markers of the case system."),
    ),
)  # fmt: skip

PLACEMENT = Layout(
    kind="placements",
    title="Placements",
    make=PlacementRecord,
    finish=check_placement,
    columns=(
        _key("child_id", "C104512", "The council's number of the child."),
        _key("placement_id", "P88231", "The council's number of the placement."),
        Column(
            name="start_date", reader=read_date, required=True, type="date", example="2026-04-01",
            doc="First day of the placement.",
        ),
        Column(
            name="end_date", reader=read_date, type="date", example="2026-09-30",
            doc="Day of the change-over, which belongs to the next placement; empty while it lasts.",
        ),
        Column(name="place_code", example="K2", doc="SSDA903 place code."),
        Column(name="provider_code", example="PR4", doc="SSDA903 place provider code."),
        Column(name="provider_name", example="Sample Care Ltd"),
        Column(name="urn", example="SC123456", doc="Ofsted number of the home."),
        _own("address", example="2 Sample Road, Bury"),
        _own("postcode", read_postcode, "postcode", "BL9 0SW"),
        Column(
            name="confidential", reader=read_bool, type="yes/no", example="no",
            doc="Whether the address may never be shown; anything but yes or no is quarantined.",
        ),
    ),
)  # fmt: skip

MISSING_LIST = Layout(
    kind="missing-list",
    title="The case system's list of missing children",
    make=MissingListEntry,
    finish=check_missing_list,
    columns=(
        _key("child_id", "C104512", "The council's number of the child."),
        _own("placement_id", read_identifier, "identifier", "P88231"),
        Column(
            name="type", reader=read_missing_type, tolerant=True, type="code", example="M",
            doc="M missing, or A away from placement without authorisation.",
        ),
        Column(
            name="started_at", reader=read_moment, required=True, type="time or date",
            example="2026-10-24T21:00:00+01:00",
        ),
        Column(name="ended_at", reader=read_moment, type="time or date", example="26/10/2026"),
        Column(name="reported_by", example="Sample House", personal=True),
    ),
)  # fmt: skip
