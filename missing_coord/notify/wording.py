"""The words of every message: what is wanted, a reference and a link, and nothing about the child."""

from __future__ import annotations

from datetime import datetime

from missing_coord.domain.london import LONDON
from missing_coord.domain.messages import MessageKind, Notice
from missing_coord.domain.plurals import plural

_NAMED = {"feed": "Feed", "rota": "Rota", "part": "Part"}
_PASSED_ON = {
    "nobody_reachable": "passed on at once, as the step before had nobody to tell",
    "not_delivered": "passed on, as nothing was delivered to those before",
    "promise_lapsed": "a promise lapsed without a visit booked",
}
_BREACH = "72 hours have passed (at {due}) and it is not done, declined or decided."
_PAGES = {
    "interview": "interviews",
    "incident": "reviews",
    "pattern": "patterns",
    "presumed_return": "presumed-returns",
    "professional_alert": "professionals",
    "told_harm": "told-harm",
    "dispute": "disputes",
    "record_draft": "drafts",
}
_SUBJECTS = {
    "interview": "Return interview",
    "incident": "Notice",
    "pattern": "Pattern",
    "presumed_return": "Presumed return",
    "professional_alert": "Reference",
    "told_harm": "Return interview",
    "dispute": "Dispute",
    "record_draft": "Your draft of interview",
}


def words_of(notice: Notice, *, address: str) -> str:
    """Return the text of a message; `address` is the product's own web address without a slash at its end."""
    if notice.subject_type == "patterns":
        return f"Patterns: {notice.count} new ones wait for your decision. {address}/patterns"
    if notice.kind is MessageKind.REPORT:
        period = notice.subject_id
        return f"The missing report of {period} is ready. {address}/reports/monthly?month={period}"
    if notice.kind is MessageKind.ROTA:
        hours = f"your hours of duty in the next 14 days have changed: {notice.said}."
        return f"Rota {notice.subject_id}: {hours} {address}/rotas"
    if notice.subject_type in _NAMED:
        return f"{_NAMED[notice.subject_type]} {notice.subject_id}: {_matter(notice)} {address}/alerts"
    reference = f"{_SUBJECTS[notice.subject_type]} {short_reference(notice.subject_id)}"
    if notice.kind is MessageKind.PROFESSIONAL:
        return f"{reference}: {_matter(notice)}"  # whoever is outside cannot sign in: no link leads them anywhere
    link = f"{address}/{_PAGES[notice.subject_type]}/{notice.subject_id}"
    calendar = f" For your calendar: {link}/visit.ics" if notice.calendar else ""
    return f"{reference}: {_matter(notice)} {link}{calendar}"


def words_of_step(step: str, *, breach: bool, address: str) -> str:
    """Return the text of a step of the statutory ladder with places for what differs from duty to duty.

    These are `{reference}`, `{due}` (London time), `{again}` (empty, or which reminder it is) and `{subject_id}`.
    """
    matter = _BREACH if breach else f"{step_words(step)}{{again}}. Due {{due}}."
    return f"Return interview {{reference}}: {matter} {address}/interviews/{{subject_id}}"


def short_reference(subject_id: str) -> str:
    """Return the reference by which people name a record to each other."""
    return subject_id.replace("-", "")[:8].upper()


def london_time(instant: datetime) -> str:
    """Return an instant as people read it, such as `Thu 29 Oct 2026 14:30 GMT`."""
    return instant.astimezone(LONDON).strftime("%a %d %b %Y %H:%M %Z")


def _matter(notice: Notice) -> str:
    if notice.kind is MessageKind.BREACH and notice.due_at is not None:
        return _BREACH.format(due=london_time(notice.due_at))
    if notice.kind is MessageKind.PROFESSIONAL:
        return _TO_PROFESSIONALS.get(notice.step, _TO_PROFESSIONALS["breach"])
    if notice.kind is MessageKind.ALERT and notice.due_at is not None:
        return f"{step_words(notice.step)}. Due {london_time(notice.due_at)}."
    if notice.kind is MessageKind.ESCALATION and notice.due_at is not None:
        return f"{step_words(notice.step)}. Due {london_time(notice.due_at)}."
    if notice.kind is MessageKind.PRESUMED_RETURN and notice.step != "return_presumed":
        return (
            "nobody has said yet whether the child is back; the 72 hours may be running. Please say so now."
        )
    return _EVENTS[notice.kind]


_PLEASE = "Please confirm to the council's missing children coordinator that you know, with this reference."
_TO_PROFESSIONALS = {
    "went_missing": "a child with whom you work went missing. The council's missing children coordinator knows more.",
    "breach": f"72 hours have passed since a child with whom you work came back, without a return interview. {_PLEASE}",
    "told_harm": f"a child with whom you work told of harm. {_PLEASE}",
}
_EVENTS = {
    MessageKind.ASSIGNED: "it is yours now.",
    MessageKind.UNASSIGNED: "it is no longer yours.",
    MessageKind.DRAFT_LEFT: "it cannot be submitted any more. Copy what you need, or throw it away.",
    MessageKind.VISIT_OFF: "the visit that was booked for it is off.",
    MessageKind.VISIT_PLACE: "the child's address has changed since the visit was booked. Look before you go.",
    MessageKind.VISIT_WAITS: "the child is missing again. The visit waits until the child is back.",
    MessageKind.VISIT_TROUBLE: "the visit booked for it cannot be kept. Please book another on the plan.",
    MessageKind.MATCH_REVIEW: "it is not certain which child this is about. Please decide.",
    MessageKind.PATTERN: "a new pattern waits for your decision.",
    MessageKind.PRESUMED_RETURN: "there are signs that a missing child is back. Please confirm or reject.",
}


def step_words(step: str) -> str:
    """Return the name of a rung in words: `48h_from_return` is `48 hours from the return, still not done`."""
    step, _, passed = step.partition("/")
    if passed:
        return f"{step_words(step)}; {_PASSED_ON[passed.partition('-')[0]]}"
    name, _, repeat = step.partition("+")
    hours, _, rest = name.partition("h_")
    known = {
        "from_return": "from the return, still not done",
        "over": "over the deadline, still not done",
    }
    again = f" (reminder {int(repeat) + 1})" if repeat.isdigit() else ""
    if not hours.isdigit() or rest not in known:
        return name.replace("_", " ") + again
    return f"{plural(int(hours), 'hour')} {known[rest]}{again}"
