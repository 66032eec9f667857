"""The four SSDA903 files that are read as they are: Header, Episodes, UASC and Missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.fields import (
    read_bool,
    read_identifier,
    read_missing_type,
    read_postcode,
    read_sex,
    read_text,
)
from missing_coord.contracts.layout import Column, Findings, Layout
from missing_coord.contracts.readings import Reader, Unreadable
from missing_coord.contracts.times import read_date
from missing_coord.domain.ssda903_records import Ssda903Episode, Ssda903Header, Ssda903Missing, Ssda903Uasc


def _child() -> Column:
    return Column(
        name="child", reader=read_identifier, required=True, personal=True, type="identifier",
        example="26033", doc="The child's number in the return.",
    )  # fmt: skip


def _col(
    name: str, reader: Reader = read_text, type: str = "text", example: str = "", doc: str = ""
) -> Column:
    return Column(name=name, reader=reader, tolerant=True, personal=True, type=type, example=example, doc=doc)


def _start(text: str) -> tuple[object, str | None]:
    """Read MIS_START, naming the Department's rule when it fails."""
    try:
        return read_date(text)
    except Unreadable as error:
        raise Unreadable(f"{error} (DfE rule 1004)") from None


def check_missing(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """Note which of the Department's rules the row itself breaks; only a missing start holds it back."""
    unreadable = {flag.partition(":")[2] for flag in findings.flags if flag.startswith("unreadable:")}
    kind_given = "missing" in values or "missing" in unreadable
    end_given = "mis_end" in values or "mis_end" in unreadable
    broken = {
        "1005": "mis_end" in unreadable,
        "1006": "missing" in unreadable,
        "565": not kind_given,
        "566": end_given and not kind_given,
        "567": "mis_end" in values and values["mis_start"] > values["mis_end"],
        "586": "dob" in values and values["mis_start"] <= values["dob"],
    }
    values["dfe_codes"] = tuple(code for code, is_broken in broken.items() if is_broken)


HEADER = Layout(
    kind="ssda903",
    title="SSDA903 Header",
    make=Ssda903Header,
    columns=(
        _child(),
        _col("sex", read_sex, "code", "2"),
        _col("dob", read_date, "date", "05/12/2010"),
        _col("ethnic", example="WBRI"),
        _col("upn", example="A123456789012"),
        _col("mother", read_bool, "yes/no", "0"),
        _col("mc_dob", read_date, "date"),
    ),
)

EPISODES = Layout(
    kind="ssda903",
    title="SSDA903 Episodes",
    make=Ssda903Episode,
    columns=(
        _child(),
        Column(
            name="decom", reader=read_date, required=True, type="date", example="01/04/2026",
            doc="The day the episode of care began.",
        ),
        *(_col(name) for name in ("rne", "ls", "cin", "place", "place_provider")),
        _col("dec", read_date, "date", "30/09/2026", "The day it ended; empty while it lasts."),
        *(_col(name) for name in ("rec", "reason_place_change")),
        _col("home_post", read_postcode, "postcode", "M1 1AE"),
        _col("pl_post", read_postcode, "postcode", "BL9 0SW"),
        _col("urn", example="SC123456"),
    ),
)  # fmt: skip

UASC = Layout(
    kind="ssda903",
    title="SSDA903 UASC",
    make=Ssda903Uasc,
    columns=(
        _child(),
        _col("sex", read_sex, "code", "1"),
        _col("dob", read_date, "date", "01/01/2009"),
        _col("duc", read_date, "date", "01/01/2027", "The day the child stops being UASC."),
    ),
)

MISSING = Layout(
    kind="ssda903",
    title="SSDA903 Missing",
    make=Ssda903Missing,
    finish=check_missing,
    columns=(
        _child(),
        _col("dob", read_date, "date", "05/12/2010"),
        _col("missing", read_missing_type, "code", "A", "M missing, A away; rules 565, 566, 1006."),
        Column(
            name="mis_start", reader=_start, required=True, type="date", example="19/01/2026",
            doc="First day missing; a row without it is quarantined (rules 564, 1004).",
        ),
        _col("mis_end", read_date, "date", "09/02/2026", "Empty while missing; rules 567, 1005."),
    ),
)  # fmt: skip

_MARKS = ((EPISODES, {"decom"}), (MISSING, {"misstart"}), (UASC, {"duc"}), (HEADER, {"ethnic"}))


def recognise(column_keys: Iterable[str]) -> Layout | None:
    """Which of the four files has these columns; None when it is none of them."""
    keys = set(column_keys)
    return next((layout for layout, marks in _MARKS if marks <= keys), None)
