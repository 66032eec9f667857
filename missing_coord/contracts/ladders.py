"""Escalation ladders as a council writes them in JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from missing_coord.contracts.members import check_known, read_effective_at, read_json, wrong
from missing_coord.domain.access import Role
from missing_coord.domain.escalation import (
    HOLDER,
    LONG_AGO,
    TELLABLE,
    ClockKind,
    Ladder,
    LadderStep,
    TargetKind,
    target_of,
)
from missing_coord.domain.ladders import SHIPPED
from missing_coord.domain.messages import ChannelName

_LADDER_MEMBERS = ("clock", "version", "due_hours", "effective_at", "steps")
_MEMBERS = ("name", "hours", "tell", "breach", "repeat_hours", "channels")
_SHIPPED = {each.clock: each for each in SHIPPED}
_LONGEST_HOURS = 24 * 366


def read_ladders(content: str) -> list[Ladder]:
    """Return the ladders of a JSON text, which holds one or a list of them; PermanentError as `read_ladder`."""
    found = read_json(content, "ladder")
    return [_ladder(each) for each in found] if isinstance(found, list) else [_ladder(found)]


def read_ladder(content: str) -> Ladder:
    """Return the ladder of a JSON text; PermanentError names the member that is wrong and what would be right.

    `{"version": "2026-1", "steps": [{"name": "breach", "hours": 0, "tell": ["manager"], "breach": true}, ...]}`;
    `hours` count from the deadline, before it when negative; `repeat_hours` is for the last step only.
    """
    return _ladder(read_json(content, "ladder"))


def write_ladder(ladder: Ladder) -> dict[str, Any]:
    """Return a ladder in the form that `read_ladder` takes."""
    body: dict[str, Any] = {"clock": ladder.clock.value, "version": ladder.version}
    if ladder.clock not in (ClockKind.INTERVIEW, ClockKind.PRESUMED_RETURN):
        body["due_hours"] = ladder.due_after.total_seconds() / 3600
    if ladder.effective_at != LONG_AGO:
        body["effective_at"] = ladder.effective_at.isoformat()
    return {**body, "steps": [_written(each) for each in ladder.steps]}


def _written(step: LadderStep) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": step.name,
        "hours": step.offset.total_seconds() / 3600,
        "tell": [str(each) for each in step.recipients],
        "channels": [each.value for each in step.channels],
    }
    if step.breach:
        body["breach"] = True
    if step.repeat_every is not None:
        body["repeat_hours"] = step.repeat_every.total_seconds() / 3600
    return body


def _ladder(found: Any) -> Ladder:
    if not isinstance(found, dict):
        raise wrong("ladder", "must be an object with version and steps")
    check_known(found, _LADDER_MEMBERS)
    version = _text(found.get("version"), "version")
    steps = found.get("steps")
    if not isinstance(steps, list) or not steps:
        raise wrong("steps", "must be a list with at least one step")
    clock = _clock(found.get("clock", ClockKind.INTERVIEW.value))
    ladder = Ladder(
        version=version,
        clock=clock,
        due_after=_due_after(found.get("due_hours"), clock),
        effective_at=read_effective_at(found.get("effective_at")),
        steps=tuple(_step(each, f"steps[{n}]") for n, each in enumerate(steps)),
    )
    _check_together(ladder.steps)
    _check_breach(ladder)
    _check_holder(ladder)
    return ladder


def _clock(value: Any) -> ClockKind:
    try:
        return ClockKind(value)
    except ValueError as error:
        raise wrong("clock", f"must be one of {', '.join(ClockKind)}") from error


def _due_after(value: Any, clock: ClockKind) -> timedelta:
    if value is None:
        return _SHIPPED[clock].due_after
    if clock is ClockKind.INTERVIEW:
        raise wrong("due_hours", "cannot be set: the 72 hours are statutory")
    if clock is ClockKind.PRESUMED_RETURN:
        raise wrong("due_hours", "cannot be set: a sign that a child is back waits 12 hours")
    found = _hours(value, "due_hours")
    if found < timedelta(0):
        raise wrong("due_hours", "must not be negative")
    return found


def _step(found: Any, place: str) -> LadderStep:
    if not isinstance(found, dict):
        raise wrong(place, "must be an object")
    check_known(found, _MEMBERS, f"{place}.")
    repeat = found.get("repeat_hours")
    if not isinstance(found.get("breach", False), bool):
        raise wrong(f"{place}.breach", "must be true or false")
    return LadderStep(
        name=_text(found.get("name"), f"{place}.name"),
        offset=_hours(found.get("hours"), f"{place}.hours"),
        recipients=_recipients(found.get("tell"), f"{place}.tell"),
        breach=found.get("breach", False),
        channels=_channels(found.get("channels", []), f"{place}.channels"),
        repeat_every=None if repeat is None else _repeat(repeat, f"{place}.repeat_hours"),
    )


def _check_together(steps: Sequence[LadderStep]) -> None:
    names = [step.name for step in steps]
    for number, step in enumerate(steps):
        if step.name in names[:number]:
            raise wrong(f"steps[{number}].name", "is there twice: every step needs a name of its own")
        if number and step.offset <= steps[number - 1].offset:
            raise wrong(f"steps[{number}].hours", "must be later than the step before it")
        if step.repeat_every is not None and number < len(steps) - 1:
            raise wrong(f"steps[{number}].repeat_hours", "only the last step can repeat")


def _check_breach(ladder: Ladder) -> None:
    breaches = [step for step in ladder.steps if step.breach]
    if ladder.clock is not ClockKind.INTERVIEW:
        if breaches:
            raise wrong("steps", "no step can have breach true: only the 72 hours are statutory")
        return
    if len(breaches) != 1 or breaches[0].offset != timedelta(0):
        raise wrong("steps", "exactly one step must have breach true, and its hours must be 0")
    if ladder.steps[-1].repeat_every is None:
        raise wrong(
            f"steps[{len(ladder.steps) - 1}].repeat_hours",
            "must be set on the last step: nobody may fall silent about an interview that is not done",
        )


def _check_holder(ladder: Ladder) -> None:
    for number, step in enumerate(ladder.steps):
        if HOLDER in step.recipients and ladder.clock is not ClockKind.DISPUTE:
            raise wrong(f"steps[{number}].tell", f"can name {HOLDER} only for the clock {ClockKind.DISPUTE}")


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", value):
        raise wrong(place, "must be 1 to 60 letters, digits, dots, hyphens or underscores")
    return value


def _hours(value: Any, place: str) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LONGEST_HOURS:
        raise wrong(place, f"must be a number of hours from -{_LONGEST_HOURS} to {_LONGEST_HOURS}")
    return timedelta(hours=value)


def _repeat(value: Any, place: str) -> timedelta:
    every = _hours(value, place)
    if every < timedelta(hours=1):
        raise wrong(place, "must be at least 1 hour")
    return every


def _recipients(value: Any, place: str) -> tuple[str, ...]:
    known = [role.value for role in TELLABLE]
    right = f"{', '.join(known)}, team:NAME, person:USERNAME, rota:NAME or {HOLDER}"
    if not isinstance(value, list) or not value:
        raise wrong(place, f"must name at least one of {right}")
    for each in value:
        if not _tellable(each):
            raise wrong(place, f"names somebody who cannot be told: choose from {right}")
    return tuple(dict.fromkeys(Role(each) if each in known else each for each in value))


def _tellable(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z_]+|(team|person|rota):[^\s:][^:]{0,59}", value):
        return False
    try:
        kind, name = target_of(value)
    except ValueError:
        return False
    # Professionals are told by the product, by no ladder.
    return kind is not TargetKind.ROLE or name in TELLABLE


def _channels(value: Any, place: str) -> tuple[ChannelName, ...]:
    if not isinstance(value, list) or any(each not in list(ChannelName) for each in value):
        raise wrong(place, f"must be a list of {', '.join(ChannelName)}")
    return tuple(dict.fromkeys(ChannelName(each) for each in value))
