"""The forms by which the office asks another authority to take an interview over, or buys one."""

from __future__ import annotations

import re
from functools import partial

from missing_coord.domain.interview_requests import PurchaseState, TransferState
from missing_coord.services.interviews import requests
from missing_coord.services.ports.work import Policy
from missing_coord.web.forms import Form
from missing_coord.web.interview_forms import RecordForm, Work


def _transfer(form: Form, policy: Policy) -> Work | None:
    return partial(
        requests.ask_transfer,
        authority=form.text("authority"),
        contact=form.text("contact"),
        reason=form.text("reason"),
    )


def _transfer_answer(form: Form, policy: Policy) -> Work | None:
    state = form.choice("state", TransferState, "Choose what was answered")
    if state is None:
        return None
    return partial(
        requests.record_transfer_answer,
        state=state,
        answered_for=form.text("answered_for"),
        answer=form.text("answer"),
    )


def _purchase(form: Form, policy: Policy) -> Work | None:
    pence = read_pounds(form, "estimate", "Enter about what it will cost")
    if pence is None:
        return None
    return partial(
        requests.ask_purchase,
        supplier=form.text("supplier"),
        estimated_pence=pence,
        reason=form.text("reason"),
    )


def _purchase_decision(form: Form, policy: Policy) -> Work | None:
    approved = form.text("approved")
    if approved not in ("yes", "no"):
        form.wrong("approved", "Choose whether it is approved")
    return partial(
        requests.record_purchase_decision, approved=approved == "yes", reason=form.text("decision_reason")
    )


def _purchase_outcome(form: Form, policy: Policy) -> Work | None:
    state = form.choice("closed", PurchaseState, "Choose what came of it")
    pence = read_pounds(form, "cost") if form.text("cost") else None
    if state is None:
        return None
    return partial(
        requests.record_purchase_outcome, state=state, outcome=form.text("outcome"), cost_pence=pence
    )


def read_pounds(form: Form, name: str, error: str = "Enter pounds, such as 240 or 240.50") -> int | None:
    """Return an amount of pounds in pence; an error beside the field when it is none."""
    found = re.fullmatch(r"£?\s*([0-9]{1,6})(?:\.([0-9]{2}))?", form.text(name).replace(",", ""))
    if found is None:
        form.wrong(name, error)
        return None
    return int(found[1]) * 100 + int(found[2] or 0)


TRANSFER = RecordForm(
    name="transfer",
    read=_transfer,
    fields=("authority", "contact", "reason"),
    said="The request is recorded. The interview and its 72 hours go on here until it is accepted.",
)
TRANSFER_ANSWER = RecordForm(
    name="transfer_answer",
    read=_transfer_answer,
    fields=("state", "answered_for", "answer"),
    said="The answer is recorded.",
)
PURCHASE = RecordForm(
    name="purchase",
    read=_purchase,
    fields=("supplier", "estimate", "reason"),
    said="The request is recorded and waits for a manager.",
)
PURCHASE_DECISION = RecordForm(
    name="purchase_decision",
    read=_purchase_decision,
    fields=("approved", "decision_reason"),
    said="Your decision is recorded.",
)
PURCHASE_OUTCOME = RecordForm(
    name="purchase_outcome",
    read=_purchase_outcome,
    fields=("closed", "outcome", "cost"),
    said="The purchase is settled.",
)
