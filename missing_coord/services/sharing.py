"""Passing on what is known of a pattern: only what the gateway lets through, and every time written down."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from missing_coord.domain.access import Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed
from missing_coord.domain.london import LONDON
from missing_coord.domain.plurals import noun, plural
from missing_coord.domain.sharing import FOOTING_NAMES, GATEWAY_NAMES, PASSES, Gateway
from missing_coord.linking.proposals import PatternState
from missing_coord.services.ports.sharing import Disclosure, Piece, SharingWork, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What would leave through a gateway: the text, the pieces in it, and those held back."""

    text: str
    passing: tuple[Piece, ...]
    held_back: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """To whom a summary goes, and why it may."""

    organisation: str
    person: str
    gateway: Gateway
    reason: str


def summary_of(subject: Subject, to: Recipient, *, by: str, at: datetime) -> Summary:
    """Return an intelligence summary: numbered pieces, children by number, and nothing that the gateway holds back."""
    allowed = PASSES[to.gateway]
    passing = tuple(each for each in subject.pieces if each.footing in allowed)
    held_back = tuple(each for each in subject.pieces if each.footing not in allowed)
    lines = [*_head(subject, to, by=by, at=at), "", *_known(passing, len(held_back)), "", *HANDLING]
    return Summary(text="\n".join(lines), passing=passing, held_back=held_back)


HANDLING = (
    "A pattern is what records have in common; it is no finding about anybody. Children are numbered here; ask the"
    " exploitation lead who they are.",
    "Do not let a child or a suspect learn from whom this came. Do not pass it on without asking the sender.",
)


def _head(subject: Subject, to: Recipient, *, by: str, at: datetime) -> list[str]:
    confirmed = f"Confirmed by {subject.decided_by}"
    if subject.decided_at is not None:
        confirmed += f" on {_day(subject.decided_at)}"
    return [
        f"Intelligence summary {subject.pattern_id.replace('-', '')[:8].upper()}",
        f"For: {to.organisation}, {to.person}",
        f"Made: {_time(at)} by {by}, exploitation lead",
        f"Gateway: {GATEWAY_NAMES[to.gateway]}",
        f"Why it is passed on: {to.reason}",
        f"What was confirmed: {subject.headline}. {confirmed}.",
    ]


def _known(passing: Sequence[Piece], held_back: int) -> list[str]:
    numbers = {child: number for number, child in enumerate(sorted({p.child_id for p in passing}), start=1)}
    held = f"; {held_back} more {noun(held_back, 'is')} not passed on" if held_back else ""
    lines = [f"What is known ({plural(len(passing), 'piece')}{held}):"]
    for number, each in enumerate(passing, start=1):
        when = f"{_day(each.at)}, " if each.at is not None else ""
        lines.append(
            f"{number}. {when}child {numbers[each.child_id]}: {each.said}. {each.source}."
            f" {FOOTING_NAMES[each.footing]}."
        )
    return lines


def _day(instant: datetime) -> str:
    local = instant.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def _time(instant: datetime) -> str:
    return f"{_day(instant)}, {instant.astimezone(LONDON):%H:%M %Z}"


async def share_summary(
    uow: SharingWork, *, pattern_id: str, expected_version: int, to: Recipient, submission_key: str
) -> int:
    """Pass a confirmed pattern on and return the number of the disclosure; the same submission is kept once.

    Only an exploitation lead may (NotAllowed). Raises DomainError where it is not confirmed, where nothing may pass and
    where it is not said to whom and why, ConcurrencyConflict where the evidence changed since it was looked at.
    """
    check_lead(uow)
    to = Recipient(
        organisation=said_in("organisation", to.organisation, "say which organisation it goes to."),
        person=said_in("recipient", to.person, "say which person or post it goes to."),
        gateway=to.gateway,
        reason=said_in("reason", to.reason, "say why it is needed and why this gateway applies."),
    )
    subject = await uow.sharing.subject(pattern_id)
    if subject.state != PatternState.CONFIRMED:
        raise DomainError("not_confirmed", "gateway: only a pattern that was confirmed is passed on.")
    if subject.version != expected_version:
        raise ConcurrencyConflict(
            "The evidence changed since you opened this summary. Read it again, then share it."
        )
    summary = summary_of(subject, to, by=uow.actor.name, at=uow.now)
    if not summary.passing:
        raise DomainError("nothing_passes", "gateway: this gateway lets nothing of it through.")
    number, new = await uow.sharing.disclose(_kept(uow, subject, to, summary, submission_key))
    if new:
        uow.audit(
            "intelligence_shared",
            subject_type="pattern",
            subject_id=pattern_id,
            disclosure=number,
            gateway=to.gateway.value,
            pieces=len(summary.passing),
            held_back=len(summary.held_back),
        )
    return number


def _kept(
    uow: SharingWork, subject: Subject, to: Recipient, summary: Summary, submission_key: str
) -> Disclosure:
    return Disclosure(
        pattern_id=subject.pattern_id,
        organisation=to.organisation,
        recipient=to.person,
        gateway=to.gateway,
        reason=to.reason,
        pieces=len(summary.passing),
        held_back=len(summary.held_back),
        content=summary.text,
        digest=hashlib.sha256(summary.text.encode()).hexdigest(),
        shared_by=uow.actor.name,
        shared_at=uow.now,
        submission_key=submission_key,
    )


def check_lead(uow: SharingWork) -> None:
    """Raise NotAllowed for everybody but an exploitation lead."""
    if uow.actor.role is not Role.EXPLOITATION_LEAD:
        raise NotAllowed("Only the exploitation lead passes a pattern on or plans what is done about it.")


def said_in(field: str, text: str, why: str) -> str:
    """Return a field that must be filled in, in one line; raises DomainError naming it."""
    if not text.strip():
        raise DomainError("required", f"{field}: {why}")
    return " ".join(text.split())
