"""A council's earlier records: one row is a past episode with what became of its interview, or a past interview."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from missing_coord.contracts.code_lists import ReadingRules
from missing_coord.contracts.fields import (
    one_of,
    read_identifier,
    read_list,
    read_missing_type,
)
from missing_coord.contracts.layout import Column, Findings, Layout
from missing_coord.contracts.readings import Reader
from missing_coord.contracts.times import Moment, day_after, read_moment
from missing_coord.domain.interviews import ContactMethod
from missing_coord.domain.past_records import HAPPENED, PastOutcome, PastRecord

_DECLINED = (PastOutcome.DECLINED_BY_CHILD, PastOutcome.DECLINED_BY_PARENT)


def check_history(values: dict[str, Any], findings: Findings, rules: ReadingRules) -> None:
    """Hold back what is not over, what contradicts itself, and what belongs to no episode."""
    _check_episode(values, findings)
    _check_interview(values, findings)
    if not findings.faults:
        _unpack(values, findings)


def _check_episode(values: dict[str, Any], findings: Findings) -> None:
    started, ended = values.get("started_at"), values.get("ended_at")
    if started is None:
        if not values.get("episode_ids"):
            findings.fault(
                "started_at",
                "must be filled in; only a row of an interview by itself has episode_ids instead",
            )
        for name in ("ended_at", "episode_id"):
            if name in values:
                findings.fault(name, "stands without started_at: say when the child went missing")
        return
    if values.get("episode_ids"):
        findings.fault("episode_ids", "must be empty where started_at says which episode the row is about")
    if ended is None:
        findings.fault(
            "ended_at", "must be filled in: a child who is still missing belongs on the missing list"
        )
    elif day_after(ended) <= started.at:
        findings.fault("ended_at", "lies before started_at; one of the two is wrong")


def _check_interview(values: dict[str, Any], findings: Findings) -> None:
    outcome, started = values.get("outcome"), values.get("started_at")
    held = "interviewed_at" in values
    if outcome is PastOutcome.COMPLETED and not held:
        findings.fault("interviewed_at", "must be filled in where outcome is completed")
    if held and outcome is None:
        findings.fault("outcome", "must say completed where interviewed_at is filled in")
    if held and outcome not in (None, PastOutcome.COMPLETED):
        findings.fault("interviewed_at", "must be empty unless outcome is completed")
    if "declined_at" in values and outcome not in _DECLINED:
        findings.fault(
            "outcome", "must say declined_by_child or declined_by_parent where declined_at is filled in"
        )
    # An interview about several episodes may have been offered before the last of them began.
    for name in ("interviewed_at",) if "interview_id" in values else HAPPENED:
        if started and name in values and day_after(values[name]) <= started.at:
            findings.fault(name, "lies before started_at; one of the two is wrong")


def _unpack(values: dict[str, Any], findings: Findings) -> None:
    for name in ("started", "ended"):
        moment: Moment | None = values.get(f"{name}_at")
        if moment is not None:
            values[f"{name}_at"], values[f"{name}_date_only"] = moment.at, moment.date_only
    by_day = {name for name in HAPPENED if name in values and values[name].date_only}
    for name in HAPPENED:
        if name in values:
            values[name] = _latest(values[name])
    for name in sorted(by_day):
        findings.flag("day_only", name)
    _in_order(values, by_day)


def _latest(moment: Moment) -> datetime:
    return day_after(moment) - timedelta(minutes=1) if moment.date_only else moment.at


def _in_order(values: dict[str, Any], by_day: set[str]) -> None:
    """Let an offer or an answer given as a day come no later than what followed it on that day."""
    later = [values[name] for name in ("accepted_at", "declined_at", "interviewed_at") if name in values]
    for name in ("offered_at", "accepted_at"):
        if name in by_day and later and min(later).date() == values[name].date():
            values[name] = min(values[name], *later)


def _own(name: str, reader: Reader, type: str, example: str, doc: str) -> Column:
    return Column(name=name, reader=reader, personal=True, type=type, example=example, doc=doc)


def _when(name: str, example: str, doc: str) -> Column:
    return Column(name=name, reader=read_moment, type="time or date", example=example, doc=doc)


HISTORY = Layout(
    kind="history",
    title="Earlier records of episodes and interviews",
    make=PastRecord,
    finish=check_history,
    one_needed=("started_at", "episode_ids"),
    columns=(
        Column(
            name="child_id", reader=read_identifier, required=True, personal=True, type="identifier",
            example="C104512", doc="The council's number of the child.",
        ),
        _own("episode_id", read_identifier, "identifier", "M20931", "The earlier system's number of the episode."),
        Column(name="type", reader=read_missing_type, type="code", example="M",
               doc="M missing (also when empty), or A away."),
        _when("started_at", "24/10/2024 21:00", "When the child went missing; needed for an episode."),
        _when("ended_at", "26/10/2024 07:30", "When the child was back; needed for an episode."),
        _own("interview_id", read_identifier, "identifier", "RI5512",
             "The earlier system's number of the interview; rows that share it are one interview."),
        _own("episode_ids", read_list, "list", "M20931;M20944",
             "In a row of an interview by itself, instead of started_at: the episodes that it was about."),
        Column(name="outcome", reader=one_of(PastOutcome), type="code", example="completed",
               doc=f"How it ended: {', '.join(each.value for each in PastOutcome)}; empty where nothing is on record."),
        _when("offered_at", "26/10/2024", "When it was first offered."),
        Column(name="offered_how", reader=one_of(ContactMethod), type="code", example="in_person",
               doc="in_person, phone, text, via_carer or letter; a letter is an attempt and no offer."),
        _when("accepted_at", "26/10/2024", "When the child said yes."),
        _when("declined_at", "27/10/2024", "When the child or the parent said no."),
        _when("interviewed_at", "28/10/2024 16:00", "When the interview was held."),
        _when("closed_at", "29/10/2024", "When it was closed, where none of the above says so."),
        Column(name="worker", personal=True, example="W. Worker", doc="Who held or offered it, as text."),
        Column(name="reason", personal=True, example="Did not wish to talk",
               doc="Why it was declined, not required or not held."),
    ),
)  # fmt: skip
