"""Professionals outside of the product who are told of significant matters, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.errors import DomainError


class Professional(StrEnum):
    """Who is told."""

    SOCIAL_WORKER = "social_worker"
    IRO = "iro"
    PLACEMENT_PROVIDER = "placement_provider"
    RESPONSIBLE_AUTHORITY = "responsible_authority"
    POLICE = "police"


class Matter(StrEnum):
    """What they are told of."""

    WENT_MISSING = "went_missing"
    BREACH = "breach"
    TOLD_HARM = "told_harm"


class ToldHow(StrEnum):
    """How somebody outside confirmed that they know, or that it is not for them."""

    PHONE = "phone"
    EMAIL = "email"
    IN_PERSON = "in_person"
    NOT_NEEDED = "not_needed"


class Strategy(StrEnum):
    """What was decided about a strategy meeting after a child told of harm."""

    MEETING_CALLED = "meeting_called"
    ALREADY_UNDER_WAY = "already_under_way"
    NOT_NEEDED = "not_needed"


PROFESSIONAL_NAMES = {
    Professional.SOCIAL_WORKER: "Social worker",
    Professional.IRO: "IRO",
    Professional.PLACEMENT_PROVIDER: "Placement provider",
    Professional.RESPONSIBLE_AUTHORITY: "Responsible authority",
    Professional.POLICE: "Police",
}
MATTER_NAMES = {
    Matter.WENT_MISSING: "Went missing",
    Matter.BREACH: "72 hours passed without an interview",
    Matter.TOLD_HARM: "Told of harm",
}
TOLD_HOW_NAMES = {
    ToldHow.PHONE: "By telephone",
    ToldHow.EMAIL: "By e-mail",
    ToldHow.IN_PERSON: "In person",
    ToldHow.NOT_NEEDED: "Not for them",
}
STRATEGY_NAMES = {
    Strategy.MEETING_CALLED: "A strategy meeting is called",
    Strategy.ALREADY_UNDER_WAY: "A strategy meeting or enquiry is under way already",
    Strategy.NOT_NEEDED: "Not needed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfessionalAlert:
    """One professional to be told of one matter; `address` is an e-mail address, empty when none is known."""

    professional_alert_id: str
    professional: Professional
    matter: Matter
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """That somebody outside knows: who said so, how, and what was said."""

    how: ToldHow
    who: str
    note: str
    by: str
    at: datetime


def confirmed(*, how: ToldHow, who: str, note: str, by: str, at: datetime) -> Confirmation:
    """Return a confirmation; raises DomainError naming the field that is missing."""
    if how is ToldHow.NOT_NEEDED and not note.strip():
        raise DomainError("note_required", "note: say why they need not know.")
    if how is not ToldHow.NOT_NEEDED and not who.strip():
        raise DomainError("who_required", "who: say who confirmed it.")
    return Confirmation(how=how, who=who.strip(), note=note.strip(), by=by, at=at)
