"""A council's ladder file: read as it is meant, or refused with the member that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from missing_coord.contracts.ladders import read_ladder
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.ladders import DEFAULT_LADDER

DEFAULT = {
    "version": "2026-1",
    "steps": [
        {"name": "24h_from_return", "hours": -48, "tell": ["coordinator"], "channels": ["email"]},
        {
            "name": "48h_from_return",
            "hours": -24,
            "tell": ["coordinator", "interview_worker"],
            "channels": ["email"],
        },
        {
            "name": "60h_from_return",
            "hours": -12,
            "tell": ["coordinator", "interview_worker", "manager"],
            "channels": ["sms", "email"],
        },
        {
            "name": "breach",
            "hours": 0,
            "tell": ["coordinator", "interview_worker", "manager"],
            "channels": ["sms", "email"],
            "breach": True,
        },
        {"name": "24h_over", "hours": 24, "tell": ["manager"], "channels": ["email"], "repeat_hours": 24},
    ],
}


def _with(step: int, **changes: Any) -> str:
    steps = [dict(each) for each in DEFAULT["steps"]]
    steps[step].update(changes)
    return json.dumps({**DEFAULT, "steps": steps})


def test_the_default_ladder_written_as_a_file_is_the_default_ladder() -> None:
    assert read_ladder(json.dumps(DEFAULT)) == DEFAULT_LADDER


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("{", "ladder"),
        ("[]", "ladder"),
        ('{"steps": []}', "version"),
        ('{"version": "1", "steps": []}', "steps"),
        (_with(0, name=""), r"steps\[0\]\.name"),
        (_with(0, name="breach"), r"steps\[3\]\.name"),
        (_with(1, hours="-24"), r"steps\[1\]\.hours"),
        (_with(1, hours=float("nan")), r"steps\[1\]\.hours"),
        (_with(1, hours=-48), r"steps\[1\]\.hours"),
        (_with(2, tell=[]), r"steps\[2\]\.tell"),
        (_with(2, tell=["mayor"]), r"steps\[2\]\.tell"),
        (_with(2, tell=["holder"]), r"steps\[2\]\.tell"),
        (_with(2, tell=["administrator"]), r"steps\[2\]\.tell"),
        (_with(2, repeat_hours=24), r"steps\[2\]\.repeat_hours"),
        (_with(4, repeat_hours=0), r"steps\[4\]\.repeat_hours"),
        (_with(3, breach=False), "steps"),
        (_with(3, breach="yes"), r"steps\[3\]\.breach"),
        (_with(0, colour="red"), r"steps\[0\]\.colour"),
        (_with(1, channels=["fax"]), r"steps\[1\]\.channels"),
        (_with(1, tell=["rota:"]), r"steps\[1\]\.tell"),
        (_with(1, tell=["role:manager"]), r"steps\[1\]\.tell"),
        (_with(4, repeat_hours=None), r"steps\[4\]\.repeat_hours"),
        (json.dumps({**DEFAULT, "clock": "tea"}), "clock"),
        (json.dumps({**DEFAULT, "due_hours": 80}), "due_hours"),
        (json.dumps({**DEFAULT, "clock": "offer"}), "steps"),
        (json.dumps({**DEFAULT, "effective_at": "2026-12-01"}), "effective_at"),
        (json.dumps({**DEFAULT, "effective_at": "9999-12-31T23:59:00-14:00"}), "effective_at"),
        (json.dumps({**DEFAULT, "effective_at": "0001-01-01T00:00:00+14:00"}), "effective_at"),
        (json.dumps({**DEFAULT, "step": []}), "step"),
    ],
)
def test_a_wrong_ladder_is_refused_naming_the_member(content: str, named: str) -> None:
    with pytest.raises(PermanentError, match=f"^{named}: "):
        read_ladder(content)


def test_the_ladder_of_disputes_may_name_whoever_holds_the_stage() -> None:
    steps = [{"name": "overdue", "hours": 0, "tell": ["holder"]}]
    read = read_ladder(json.dumps({"version": "2027-1", "clock": "dispute", "steps": steps}))
    assert read.steps[0].recipients == ("holder",)
