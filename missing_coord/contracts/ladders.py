"""The escalation ladder as a council writes it in a JSON file, and the sweep's answer as the command line prints it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from missing_coord.domain.access import PEOPLE_ROLES, Role
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.escalation import Ladder, LadderStep
from missing_coord.services.escalation import Fired

TELLABLE = tuple(role for role in PEOPLE_ROLES if role is not Role.ADMINISTRATOR)
"""The roles to whom messages can be addressed."""

_MEMBERS = {"name", "hours", "tell", "breach", "repeat_hours"}
_LONGEST_HOURS = 24 * 366


def read_ladder(content: str) -> Ladder:
    """Return the ladder of a JSON text; PermanentError names the member that is wrong and what would be right.

    `{"version": "2026-1", "steps": [{"name": "breach", "hours": 0, "tell": ["manager"], "breach": true}, ...]}`;
    `hours` count from the deadline, before it when negative; `repeat_hours` is for the last step only.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PermanentError("ladder: must be JSON") from error
    if not isinstance(found, dict):
        raise _wrong("ladder", "must be an object with version and steps")
    version = _text(found.get("version"), "version")
    steps = found.get("steps")
    if not isinstance(steps, list) or not steps:
        raise _wrong("steps", "must be a list with at least one step")
    ladder = Ladder(version=version, steps=tuple(_step(each, f"steps[{n}]") for n, each in enumerate(steps)))
    _check_together(ladder.steps)
    return ladder


def _step(found: Any, place: str) -> LadderStep:
    if not isinstance(found, dict):
        raise _wrong(place, "must be an object")
    unknown = sorted(found.keys() - _MEMBERS)
    if unknown:
        raise _wrong(f"{place}.{unknown[0]}", f"is not known here: use {', '.join(sorted(_MEMBERS))}")
    repeat = found.get("repeat_hours")
    if not isinstance(found.get("breach", False), bool):
        raise _wrong(f"{place}.breach", "must be true or false")
    return LadderStep(
        name=_text(found.get("name"), f"{place}.name"),
        offset=_hours(found.get("hours"), f"{place}.hours"),
        recipients=_roles(found.get("tell"), f"{place}.tell"),
        breach=found.get("breach", False),
        repeat_every=None if repeat is None else _repeat(repeat, f"{place}.repeat_hours"),
    )


def _check_together(steps: Sequence[LadderStep]) -> None:
    names = [step.name for step in steps]
    for number, step in enumerate(steps):
        if step.name in names[:number]:
            raise _wrong(f"steps[{number}].name", "is there twice: every step needs a name of its own")
        if number and step.offset <= steps[number - 1].offset:
            raise _wrong(f"steps[{number}].hours", "must be later than the step before it")
        if step.repeat_every is not None and number < len(steps) - 1:
            raise _wrong(f"steps[{number}].repeat_hours", "only the last step can repeat")
    breaches = [step for step in steps if step.breach]
    if len(breaches) != 1 or breaches[0].offset != timedelta(0):
        raise _wrong("steps", "exactly one step must have breach true, and its hours must be 0")


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,60}", value):
        raise _wrong(place, "must be 1 to 60 letters, digits, dots, hyphens or underscores")
    return value


def _hours(value: Any, place: str) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _LONGEST_HOURS:
        raise _wrong(place, f"must be a number of hours from -{_LONGEST_HOURS} to {_LONGEST_HOURS}")
    return timedelta(hours=value)


def _repeat(value: Any, place: str) -> timedelta:
    every = _hours(value, place)
    if every < timedelta(hours=1):
        raise _wrong(place, "must be at least 1 hour")
    return every


def _roles(value: Any, place: str) -> tuple[Role, ...]:
    known = [role.value for role in TELLABLE]
    if not isinstance(value, list) or not value:
        raise _wrong(place, f"must name at least one role of {', '.join(known)}")
    for each in value:
        if each not in known:
            raise _wrong(place, f"names a role that cannot be told: choose from {', '.join(known)}")
    return tuple(dict.fromkeys(Role(each) for each in value))


def _wrong(place: str, reason: str) -> PermanentError:
    return PermanentError(f"{place}: {reason}")


def sweep_answer(as_of: datetime, fired: Iterable[Fired]) -> Mapping[str, Any]:
    """Return what `missing-coord sweep --json` prints; `recipients` is empty where a later step was due as well."""
    return {"as_of": as_of.isoformat(), "fired": [_fired(each) for each in fired]}


def _fired(fired: Fired) -> dict[str, Any]:
    return {
        "interview_id": fired.interview_id,
        "episode_id": fired.episode_id,
        "step": fired.step,
        "breach": fired.breach,
        "recipients": list(fired.recipients),
        "due_at": fired.due_at.isoformat(),
        "planned_at": fired.planned_at.isoformat(),
    }
