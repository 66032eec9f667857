"""What help was asked for after an interview, what came of it, and whether it helped half a year later."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from missing_coord.domain.errors import DomainError

ASKED_AFTER_MONTHS = 6


class SupportKind(StrEnum):
    """To what kind of help a child or family was referred."""

    EARLY_HELP = "early_help"
    STEP_UP = "step_up"
    STEP_DOWN = "step_down"
    OTHER_SERVICE = "other_service"


class SupportState(StrEnum):
    """What came of a referral."""

    OPEN = "open"
    ACCEPTED = "accepted"
    NO_FURTHER_ACTION = "no_further_action"
    ENDED = "ended"


class Assessment(StrEnum):
    """Whether an early help assessment is registered."""

    REGISTERED = "registered"
    NOT_REGISTERED = "not_registered"
    NOT_KNOWN = "not_known"


class Helped(StrEnum):
    """The answer to `did it help?`."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_REACHED = "not_reached"


class HelpedWhy(StrEnum):
    """Why it did or did not help: a code, never a story."""

    SAFER = "safer"
    MISSING_LESS = "missing_less"
    NOT_STARTED = "not_started"
    ENDED_EARLY = "ended_early"
    DECLINED = "declined"
    MOVED_AWAY = "moved_away"
    NO_ANSWER = "no_answer"
    OTHER = "other"


KIND_NAMES = {
    SupportKind.EARLY_HELP: "Early help",
    SupportKind.STEP_UP: "Step-up to children's social care",
    SupportKind.STEP_DOWN: "Step-down from children's social care",
    SupportKind.OTHER_SERVICE: "Another service",
}
STATE_NAMES = {
    SupportState.OPEN: "Open, no answer yet",
    SupportState.ACCEPTED: "Accepted",
    SupportState.NO_FURTHER_ACTION: "No further action",
    SupportState.ENDED: "Ended",
}
ASSESSMENT_NAMES = {
    Assessment.REGISTERED: "Registered",
    Assessment.NOT_REGISTERED: "Not registered",
    Assessment.NOT_KNOWN: "Not known",
}
HELPED_NAMES = {
    Helped.YES: "Yes",
    Helped.PARTLY: "Partly",
    Helped.NO: "No",
    Helped.NOT_REACHED: "Nobody was reached",
}
WHY_NAMES = {
    HelpedWhy.SAFER: "The child is safer",
    HelpedWhy.MISSING_LESS: "Missing less often",
    HelpedWhy.NOT_STARTED: "The help never started",
    HelpedWhy.ENDED_EARLY: "The help ended early",
    HelpedWhy.DECLINED: "The child or family did not want it",
    HelpedWhy.MOVED_AWAY: "Moved away",
    HelpedWhy.NO_ANSWER: "No answer after several attempts",
    HelpedWhy.OTHER: "Something else",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral after an interview; `ask_on` is the day from which the office asks whether it helped."""

    referral_id: str
    interview_id: str
    kind: SupportKind
    to_whom: str
    referred_on: date
    ask_on: date
    assessment: Assessment
    state: SupportState = SupportState.OPEN
    outcome_on: date | None = None
    helped: Helped | None = None
    helped_why: HelpedWhy | None = None
    helped_on: date | None = None
    version: int = 1


def ask_day(referred_on: date) -> date:
    """Return the same day six months later, or the last day of a month that is shorter."""
    months = referred_on.month - 1 + ASKED_AFTER_MONTHS
    year, month = referred_on.year + months // 12, months % 12 + 1
    return date(year, month, min(referred_on.day, calendar.monthrange(year, month)[1]))


def check_referred(referred_on: date, *, held_on: date | None, today: date) -> None:
    """Raise DomainError, naming the field, for a day that is to come or before the interview."""
    if referred_on > today:
        raise DomainError("referred_in_future", "referred_on: give a day that is not to come.")
    if held_on is not None and referred_on < held_on:
        raise DomainError("referred_before", "referred_on: give a day from the interview on.")


def check_outcome(referral: Referral, *, state: SupportState, outcome_on: date | None, today: date) -> None:
    """Raise DomainError, naming the field, unless an answer has its day, between the referral and today."""
    if state is SupportState.OPEN:
        return
    if outcome_on is None:
        raise DomainError("outcome_day", "outcome_on: give the day of the answer, such as 2026-11-21.")
    if not referral.referred_on <= outcome_on <= today:
        raise DomainError("outcome_day", "outcome_on: give a day from the referral on that is not to come.")


def check_helped(referral: Referral, *, today: date) -> None:
    """Raise DomainError before the day on which it is asked whether it helped."""
    if today < referral.ask_on:
        raise DomainError("asked_too_early", f"helped: this is asked from {referral.ask_on.isoformat()} on.")
