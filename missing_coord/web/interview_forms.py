"""The forms of a return interview: what each reads, which use case it calls, and what is said when it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from missing_coord.domain.errors import DomainError
from missing_coord.domain.interviews import (
    MANAGER_DECISIONS,
    ContactMethod,
    ContactWith,
    IndependenceBasis,
    InterviewState,
)
from missing_coord.services import interviews as cases
from missing_coord.services.assignment import confirm_proposal
from missing_coord.services.interviews import DeclinedBy, HoldReason, OfferAnswer, Recorded
from missing_coord.services.ports.work import Policy
from missing_coord.web.forms import Form

Work = Callable[..., Awaitable[Recorded]]
Read = Callable[[Form, Policy], Work | None]
QUICK: Mapping[str, tuple[ContactMethod, ContactWith]] = {
    "rang_child": (ContactMethod.PHONE, ContactWith.CHILD),
    "texted_child": (ContactMethod.TEXT, ContactWith.CHILD),
    "rang_carer": (ContactMethod.PHONE, ContactWith.CARER),
}
"""Attempts that one button records: how, and whom."""

WHEN = "Enter when, by London time"
HOW = "Choose how"
WHOM = "Choose whom"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordForm:
    """One form: its name on the page, its fields in order, and how the rules' names of fields map to them."""

    name: str
    read: Read
    fields: tuple[str, ...]
    said: str
    names: Mapping[str, str] = field(default_factory=dict)


def _assignment(form: Form, policy: Policy) -> Work | None:
    worker_id = form.required("worker_id", "Choose a worker")
    visit_at = form.when("visit_at")
    return partial(
        confirm_proposal,
        policy=policy,
        worker_id=worker_id,
        starts_at=visit_at,
        child_preference=form.text("child_preference"),
    )


def _attempt(form: Form, policy: Policy) -> Work | None:
    """Read an attempt; a button may say how and whom in one tap."""
    at = form.when("at", WHEN)
    method, whom = QUICK.get(form.text("quick")) or _contact(form)
    if at is None or method is None or whom is None:
        return None
    return partial(cases.record_attempt, at=at, method=method, contact_with=whom, note=form.text("note"))


def _offer(form: Form, policy: Policy) -> Work | None:
    at, method, whom = form.when("at", WHEN), *_contact(form)
    answer = form.choice("answer", OfferAnswer, "Choose what was answered")
    visit_at = form.when("visit_at")
    if at is None or method is None or whom is None or answer is None:
        return None
    note = form.text("note")
    declined = answer is OfferAnswer.DECLINED
    return partial(
        cases.record_offer,
        policy=policy,
        at=at,
        method=method,
        contact_with=whom,
        answer=answer,
        reason=note if declined else "",
        visit_starts_at=visit_at if answer is OfferAnswer.ACCEPTED else None,
        note="" if declined else note,
    )


def _acceptance(form: Form, policy: Policy) -> Work | None:
    at, method, whom = form.when("at", WHEN), *_contact(form)
    visit_at = form.when("visit_at")
    if at is None or method is None or whom is None:
        return None
    return partial(
        cases.record_acceptance,
        at=at,
        method=method,
        contact_with=whom,
        visit_starts_at=visit_at,
        note=form.text("note"),
    )


def _decline(form: Form, policy: Policy) -> Work | None:
    at = form.when("at", WHEN)
    by = form.choice("declined_by", DeclinedBy, "Choose who declined")
    asked = form.text("carer_asked")
    if asked not in ("yes", "no"):
        form.wrong("carer_asked", "Choose whether parents or carers were offered the chance")
    if at is None or by is None:
        return None
    return partial(
        cases.record_decline,
        at=at,
        by=by,
        reason=form.text("reason"),
        carer_information=form.text("carer_information"),
        no_second_approach=form.text("no_second_approach"),
        note=f"Parents or carers were offered the chance to give information: {asked}",
    )


def _completion(form: Form, policy: Policy) -> Work | None:
    held_at = form.when("held_at", "Enter when it was held, by London time")
    kind = form.text("kind")
    if kind == InterviewState.CARER_INFO_ONLY and held_at is not None:
        return partial(cases.record_carer_information_only, at=held_at, reason=form.text("note"))
    if kind != InterviewState.COMPLETED:
        form.wrong("kind", "Choose what was held")
    basis = form.choice("independence_basis", IndependenceBasis, "Choose on what ground you are independent")
    alone = form.text("seen_alone")
    if alone not in ("yes", "no"):
        form.wrong("seen_alone", "Choose whether the child was seen alone")
    episode_ids = tuple(each for each in form.many("episode_ids") if each)
    if not episode_ids:
        form.wrong("episode_ids", "Choose which missing episodes it covered")
    if held_at is None or basis is None:
        return None
    seen = "Seen alone: yes." if alone == "yes" else "Seen alone: no."
    return partial(
        cases.complete,
        held_at=held_at,
        episode_ids=episode_ids,
        independence_basis=basis,
        independence_note=form.text("child_request"),
        note=f"{seen} {form.text('note')}".strip(),
    )


def _not_held(form: Form, policy: Policy) -> Work | None:
    outcome, reason = form.text("outcome"), form.text("reason")
    if outcome == InterviewState.DECEASED:
        return partial(cases.record_deceased, reason=reason)
    at = form.when("at", WHEN)
    form.required("reason", "Say what was tried, and why it was not held")
    if outcome == InterviewState.DID_NOT_ATTEND and at is not None:
        return partial(cases.record_did_not_attend, at=at, note=reason)
    if outcome == InterviewState.UNABLE_TO_CONTACT and at is not None:
        return partial(cases.record_unable_to_contact, at=at, note=reason)
    hold = form.choice("outcome", HoldReason, "Choose what happened")
    if at is None or hold is None:
        return None
    return partial(cases.record_on_hold, at=at, hold=hold, note=reason)


def _decision(form: Form, policy: Policy) -> Work | None:
    outcome = form.choice("outcome", InterviewState, "Choose a decision")
    if outcome not in MANAGER_DECISIONS:
        form.wrong("outcome", "Choose a decision")
    decide = (
        cases.decide_not_required if outcome is InterviewState.NOT_REQUIRED else cases.close_without_contact
    )
    return partial(decide, reason=form.required("reason", "Give the reason; it stays with the record"))


def _reopening(form: Form, policy: Policy) -> Work | None:
    return partial(cases.reopen, policy=policy, reason=form.text("reason"))


def _unassignment(form: Form, policy: Policy) -> Work | None:
    return partial(cases.unassign, reason=form.text("reason"))


def _contact(form: Form) -> tuple[ContactMethod | None, ContactWith | None]:
    return form.choice("method", ContactMethod, HOW), form.choice("with_whom", ContactWith, WHOM)


_SAME = {"contact_with": "with_whom", "starts_at": "visit_at", "visit_starts_at": "visit_at"}
ASSIGNMENT = RecordForm(
    name="assign",
    read=_assignment,
    fields=("worker_id", "visit_at", "child_preference"),
    said="The worker is assigned.",
    names={"starts_at": "visit_at", "visit_starts_at": "visit_at"},
)
UNASSIGNMENT = RecordForm(
    name="unassign", read=_unassignment, fields=("reason",), said="The interview has no worker now."
)
ATTEMPT = RecordForm(
    name="attempt",
    read=_attempt,
    fields=("at", "method", "with_whom", "note"),
    said="The attempt is recorded.",
    names=_SAME,
)
OFFER = RecordForm(
    name="offer",
    read=_offer,
    fields=("at", "method", "with_whom", "answer", "visit_at", "note"),
    said="The offer is recorded.",
    names={**_SAME, "reason": "note"},
)
ACCEPTANCE = RecordForm(
    name="accept",
    read=_acceptance,
    fields=("at", "method", "with_whom", "visit_at", "note"),
    said="The yes is recorded.",
    names=_SAME,
)
DECLINE = RecordForm(
    name="decline",
    read=_decline,
    fields=("at", "declined_by", "reason", "carer_asked", "carer_information", "no_second_approach"),
    said="The no is recorded.",
    names={"by": "declined_by"},
)
COMPLETION = RecordForm(
    name="complete",
    read=_completion,
    fields=("kind", "held_at", "episode_ids", "independence_basis", "child_request", "seen_alone", "note"),
    said="The outcome is recorded.",
    names={"at": "held_at", "reason": "note", "independence_note": "child_request"},
)
NOT_HELD = RecordForm(
    name="not_held",
    read=_not_held,
    fields=("outcome", "at", "reason"),
    said="It is recorded that the interview was not held.",
    names={"note": "reason"},
)
DECISION = RecordForm(
    name="decide", read=_decision, fields=("outcome", "reason"), said="Your decision is recorded."
)
REOPENING = RecordForm(
    name="reopen", read=_reopening, fields=("reason",), said="The interview is open again."
)


def refuse(kind: RecordForm, form: Form, error: DomainError) -> None:
    """Put what a rule said beside the field that it is about."""
    form.refused(error, known=kind.fields, names=kind.names)
