"""An IRO's dispute about a child's interview: its stages in order, each with its dates and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from missing_coord.domain.errors import DomainError


class Stage(StrEnum):
    """How high a dispute has gone; the local resolution may take 20 working days in all (IRO Handbook 2010, 6.1)."""

    INFORMAL = "informal"
    TEAM_MANAGER = "team_manager"
    SERVICE_MANAGER = "service_manager"
    ASSISTANT_DIRECTOR = "assistant_director"
    DIRECTOR = "director"
    CAFCASS = "cafcass"


STAGE_NAMES = {
    Stage.INFORMAL: "Informal",
    Stage.TEAM_MANAGER: "Team manager",
    Stage.SERVICE_MANAGER: "Service manager",
    Stage.ASSISTANT_DIRECTOR: "Assistant director",
    Stage.DIRECTOR: "Director of children's services",
    Stage.CAFCASS: "Cafcass",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeStage:
    """One stage; `ended_on` None while it runs, and then `outcome` is empty."""

    stage: Stage
    started_on: date
    due_on: date
    ended_on: date | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a stage: a recipient of ladders inside, or an e-mail address outside; neither means the office."""

    name: str = ""
    recipient: str = ""
    email: str = ""


def check_holder(holder: Holder) -> None:
    """Raise DomainError unless a stage is held by one, inside or outside, whose address can be one."""
    if holder.recipient and holder.email:
        raise DomainError("holder_email", "holder_email: choose somebody above or give an address, not both.")
    if holder.email and not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+", holder.email):
        raise DomainError("holder_email", "holder_email: give one address, such as jo.lee@council.example.")


def check_begin(started_on: date, due_on: date, *, today: date) -> None:
    """Raise DomainError unless a stage begins by today and is due after it began."""
    if started_on > today:
        raise DomainError("started_on", "started_on: give the day on which the stage began, today or before.")
    if due_on < started_on:
        raise DomainError("due_on", "due_on: give a day after the stage began.")


def check_move(
    current: DisputeStage, *, ended_on: date, outcome: str, following: Stage | None, today: date
) -> None:
    """Raise DomainError unless the running stage can end like this; stages go up and may be left out."""
    if not outcome.strip():
        raise DomainError("outcome", "outcome: say what came of this stage.")
    if not current.started_on <= ended_on <= today:
        raise DomainError("ended_on", "ended_on: give a day from the stage's beginning to today.")
    order = list(Stage)
    if following is not None and order.index(following) <= order.index(current.stage):
        raise DomainError("following", "following: choose a stage above this one.")
