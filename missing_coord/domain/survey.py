"""The exit survey for young people: five questions, answers without a name, shown as counts of finished quarters."""

from __future__ import annotations

from calendar import month_name
from datetime import date
from enum import StrEnum

VALID_DAYS = 60
"""For how long a link can be used."""
MOST_LINKS = 20
"""How many links can be made at once."""
BELOW = 5
"""Counts below this are not shown."""


class Answer(StrEnum):
    """One answer; every question may be left out."""

    YES = "yes"
    A_BIT = "a_bit"
    NO = "no"
    NOT_SURE = "not_sure"
    LEFT_OUT = ""


class Way(StrEnum):
    """How an answer came."""

    LINK = "link"
    PAPER = "paper"


QUESTIONS = {
    "listened": "Did the person listen to you?",
    "explained": "Did they tell you what would happen with what you said?",
    "good_time": "Was it a good time and place for you?",
    "safer": "Do you feel safer now?",
    "again": "Would you talk to somebody like this again?",
}
ANSWER_NAMES = {
    Answer.YES: "Yes",
    Answer.A_BIT: "A bit",
    Answer.NO: "No",
    Answer.NOT_SURE: "Not sure",
    Answer.LEFT_OUT: "Left out",
}
CHOICES = [(each.value, ANSWER_NAMES[each]) for each in Answer if each is not Answer.LEFT_OUT]


def quarter_words(quarter: str) -> str:
    """Return a quarter as people say it: `2026-Q4` is October to December 2026."""
    year, _, number = quarter.partition("-Q")
    last = 3 * int(number)
    return f"{month_name[last - 2]} to {month_name[last]} {year}"


def quarter_of(day: date) -> str:
    """Return the calendar quarter of a day, such as `2026-Q4`."""
    return f"{day.year}-Q{(day.month + 2) // 3}"
