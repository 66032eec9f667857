"""The police notice: its columns, and the rules that compare its fields with one another."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.fields import (
    one_of,
    phone_numbers,
    read_age,
    read_bool,
    read_identifier,
    read_list,
    read_postcode,
    read_sex,
)
from missing_coord.contracts.layout import Column, Findings, Layout
from missing_coord.contracts.times import read_date, read_time
from missing_coord.domain.london import london_day
from missing_coord.domain.records import NoticeMessage, PoliceNotice

_DAY = timedelta(days=1)
_EVENT_TIMES = ("last_seen_at", "reported_at", "found_at", "returned_at", "safe_and_well_at")
_ENDS = ("found_at", "returned_at")
_TIME_OF_MESSAGE = {
    NoticeMessage.FOUND: ("found_at", "returned_at"),
    NoticeMessage.RETURNED: ("returned_at",),
    NoticeMessage.SAFE_AND_WELL: ("safe_and_well_at",),
}


def _text(name: str, example: str = "", doc: str = "", *, personal: bool = False) -> Column:
    return Column(name=name, example=example, doc=doc, personal=personal)


def _time(name: str, doc: str, *, required: bool = False, example: str = "25/10/2026 14:30") -> Column:
    return Column(name=name, reader=read_time, required=required, type="time", example=example, doc=doc)


def _postcode(name: str) -> Column:
    return Column(name=name, reader=read_postcode, personal=True, type="postcode", example="M1 1AE")


def _list(name: str, example: str, doc: str) -> Column:
    return Column(name=name, reader=read_list, personal=True, type="list", example=example, doc=doc)


def _identifier(name: str, example: str, doc: str, *, required: bool = False) -> Column:
    return Column(
        name=name, reader=read_identifier, required=required, type="identifier", example=example, doc=doc,
        personal=True,
    )  # fmt: skip


def check_notice(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """Compare the fields of a notice: what contradicts the clock is a fault, what is only odd a flag."""
    issued_at: datetime = values["issued_at"]
    on = london_day(issued_at)
    for name in _EVENT_TIMES:
        if name in values and values[name] > issued_at:
            _note_after_issue(name, values[name], issued_at, findings)
    _check_order(values, findings)
    _check_birth(values, findings, on=on)
    _check_message(values, findings)
    _add_meanings(values, findings, rules, on=on)


def _note_after_issue(name: str, at: datetime, issued_at: datetime, findings: Findings) -> None:
    if at - issued_at > _DAY:
        findings.fault(name, "lies more than a day after issued_at; a notice cannot report the future")
    else:
        findings.flag("after_issue", name)


def _check_order(values: dict[str, Any], findings: Findings) -> None:
    last_seen_at, found_at = values.get("last_seen_at"), values.get("found_at")
    for name in _ENDS:
        if last_seen_at and values.get(name) and values[name] < last_seen_at:
            findings.fault(name, "lies before last_seen_at; one of the two is wrong")
    if found_at and values.get("returned_at") and values["returned_at"] < found_at:
        findings.flag("before_found", "returned_at")
    if last_seen_at and values.get("reported_at") and values["reported_at"] < last_seen_at:
        findings.flag("before_last_seen", "reported_at")


def _check_birth(values: dict[str, Any], findings: Findings, *, on: date) -> None:
    born: date | None = values.get("date_of_birth")
    if born is None:
        return
    if born > on:
        findings.flag("after_issue", "date_of_birth")
        del values["date_of_birth"]
        return
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if age >= 18:
        findings.flag("adult", "date_of_birth")
    if "age" in values and abs(values["age"] - age) > 1:
        findings.flag("differs_from_date_of_birth", "age")


def _check_message(values: dict[str, Any], findings: Findings) -> None:
    wanted = _TIME_OF_MESSAGE.get(values["message"], ())
    if wanted and not any(values.get(name) for name in wanted):
        findings.flag("not_given", wanted[0])


def _add_meanings(values: dict[str, Any], findings: Findings, rules: ReadingRules, *, on: date) -> None:
    for name, codes, meaning in (
        ("risk", rules.risk, "risk_level"),
        ("category", rules.category, "category_code"),
    ):
        if name in values:
            values[meaning] = codes.meaning(values[name], on=on)
            if values[meaning] == "unrecognised":
                findings.flag("unrecognised", name)
    add_phone_numbers(values, findings)


def add_phone_numbers(values: dict[str, Any], findings: Findings) -> None:
    """Put the numbers that can be read beside the telephone field as it came."""
    if "phone" in values:
        values["phone_numbers"] = phone_numbers(values["phone"])
        if not values["phone_numbers"]:
            findings.flag("unrecognised", "phone")


POLICE_NOTICE = Layout(
    kind="police",
    title="Police notice",
    make=PoliceNotice,
    finish=check_notice,
    one_needed=("surname", "local_child_id"),
    flags_field="flags",
    columns=(
        _identifier("force", "Greater Manchester Police", "The police force.", required=True),
        _identifier("reference", "MP/26/004512", "The force's number of the incident.", required=True),
        Column(
            name="message", reader=one_of(NoticeMessage), required=True, type="code", example="missing",
            doc="What happened: missing, update, found, returned, safe_and_well or cancelled.",
        ),
        _time("issued_at", "When the force issued this message.", required=True),
        _text("category", "missing", "The force's own category, kept as it came."),
        _text("risk", "medium", "The force's own risk level, kept as it came."),
        _time("last_seen_at", "When the child was last seen."),
        _text("last_seen_place", "Piccadilly Gardens", "Where the child was last seen.", personal=True),
        _postcode("last_seen_postcode"),
        _time("reported_at", "When the child was reported to the police."),
        _time("found_at", "When the child was found; not the same as the return."),
        _text("found_place", "Stretford Arndale", "Where the child was found.", personal=True),
        _postcode("found_postcode"),
        _time("returned_at", "When the child was back at home or placement; the 72 hours run from here."),
        _text("returned_to", "placement", "Where the child returned to.", personal=True),
        _time("safe_and_well_at", "When the police check after the return took place."),
        _text("forename", "Amira", "Given name.", personal=True),
        _text("surname", "Example", "Family name; this or local_child_id is needed.", personal=True),
        _list("aliases", "Mira Example;A. Sample", "Other names."),
        Column(
            name="date_of_birth", reader=read_date, personal=True, type="date", example="05/03/2011",
            doc="Date of birth, not before 1900; one after issued_at is flagged and not used.",
        ),
        Column(name="age", reader=read_age, type="number", example="15", doc="Age in years, 0 to 120."),
        Column(name="sex", reader=read_sex, tolerant=True, type="code", example="female"),
        _text("ethnicity", "W1", "Ethnicity as recorded by the force.", personal=True),
        _text("home_address", "1 Sample Street, Manchester", "Home address.", personal=True),
        _postcode("home_postcode"),
        _text("missing_from", "Sample House", "Where the child is missing from.", personal=True),
        _postcode("missing_from_postcode"),
        Column(
            name="looked_after", reader=read_bool, tolerant=True, type="yes/no", example="yes",
            doc="Whether the force believes that a council looks after the child.",
        ),
        _text("responsible_authority", "E08000003", "The council responsible, code or name."),
        _identifier("local_child_id", "C104512", "The council's number of the child, if known."),
        _text("phone", "07700 900123", "The child's telephone number or numbers.", personal=True),
        _list("companions", "Sam Sample", "Who the child may be with."),
        _list("places", "Trafford Centre;Piccadilly Gardens", "Where the child may go."),
        _list("vehicles", "AB12 CDE", "Vehicles named."),
        _text("circumstances", "Left after school.", "What is known, in the force's words.", personal=True),
        _list("warning_markers", "CSE;self-harm", "Warning markers."),
    ),
)  # fmt: skip
