"""What the page of a return interview shows, made from its read side (see templates/pages/interview.html)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from missing_coord.domain.access import Role
from missing_coord.domain.areas import Areas
from missing_coord.domain.cases import Interview, InterviewEvent
from missing_coord.domain.interviews import (
    OPEN_STATES,
    EventKind,
    IndependenceBasis,
    InterviewState,
)
from missing_coord.domain.quality import AUDITED_STATES
from missing_coord.notify.wording import short_reference
from missing_coord.services.interviews import DutyResult
from missing_coord.services.interviews.contact import VISIT
from missing_coord.services.interviews.declines import in_force
from missing_coord.services.quality_audits import second_of, to_be_audited
from missing_coord.storage.views.children import ChildIdentity
from missing_coord.storage.views.interviews_detail import DutyLine, InterviewDetail
from missing_coord.storage.views.timeline import TimelineEntry, newest_first
from missing_coord.web import show
from missing_coord.web.forms import Form
from missing_coord.web.interview_paper import Paper, paper_view, requests_view
from missing_coord.web.rendering import london_input, time_left
from missing_coord.web.session import OFFICE, SignedIn

RECORDING = frozenset({"attempt", "offer", "decline", "not_held"})
CONTACTS = {
    EventKind.ATTEMPT: "Attempt",
    EventKind.OFFER: "Offer",
    EventKind.ACCEPTED: "Acceptance",
    EventKind.DECLINED: "Declined",
    EventKind.DID_NOT_ATTEND: "Did not attend",
    EventKind.UNABLE_TO_CONTACT: "Unable to contact",
}
RESULTS = {
    DutyResult.IN_TIME: "In time",
    DutyResult.LATE: "Late",
    DutyResult.DECLINED: "Declined",
    DutyResult.NOT_REQUIRED: "Not required",
    DutyResult.TRANSFERRED: "Transferred",
    DutyResult.CARER_INFO_ONLY: "Carer's information only",
    DutyResult.NO_CONTACT: "Closed without contact",
    DutyResult.CANCELLED: "Cancelled",
    DutyResult.DECEASED: "Closed",
    DutyResult.NOT_RECORDED: "Nothing on the earlier records",
}
STILL_OPEN = [
    ("did_not_attend", "Did not attend"),
    ("unable_to_contact", "Unable to contact"),
    ("unwell", "Unwell"),
    ("hospital", "In hospital"),
    ("custody", "In custody"),
]
CLOSED_BY_OFFICE = [("deceased", "The child has died")]


def may(who: SignedIn, found: InterviewDetail, paper: Paper) -> frozenset[str]:
    """Return the forms that somebody may use on an interview."""
    role, interview = who.role, found.interview
    if role is Role.QUALITY_AUDITOR:
        return _audits(who, found, paper)
    if role not in (*OFFICE, Role.INTERVIEW_WORKER):
        return frozenset()
    office = role in OFFICE
    if interview.state not in OPEN_STATES:
        return frozenset({"reopen"}) if office else frozenset()
    held = {"complete"} if interview.worker_id else set()
    assigning = {"assign"} if office else set()
    answering = {"accept"} if interview.first_offered_at is not None else set()
    deciding = {"decide"} if role is Role.MANAGER else set()
    return RECORDING | answering | held | assigning | deciding


def _audits(who: SignedIn, found: InterviewDetail, paper: Paper) -> frozenset[str]:
    closed_at = found.interview.closed_at
    if closed_at is None or found.interview.state not in AUDITED_STATES:
        return frozenset()
    if any(each.recorded_by == who.actor.name for each in found.timeline):
        return frozenset()
    if to_be_audited(paper.audits, closed_at=closed_at, number=paper.number):
        return frozenset({"audit"})
    second = second_of(paper.audits, closed_at=closed_at, by=who.actor.name)
    return frozenset({"second"}) if second else frozenset()


def page_context(
    found: InterviewDetail,
    child: ChildIdentity,
    paper: Paper,
    *,
    who: SignedIn,
    now: datetime,
    areas: Areas,
) -> dict[str, object]:
    """Return the context of the page, without its forms and what a refused one adds."""
    interview, proposal = found.interview, found.proposal
    return {
        "child": show.identity(child, now=now, areas=areas),
        "interview": interview_lines(found, now=now),
        "short": short_reference(interview.interview_id),
        "episodes": [_covered(duty, now) for duty in found.duties],
        "covered": [duty.episode_id for duty in found.duties if duty.resolved_at is None],
        "proposal": _proposal(found),
        "no_proposal": _no_proposal(found),
        "passed_over": _passed_over(found),
        "alternatives": _alternatives(found),
        "workers": [(key, name) for key, name in found.worker_names.items()],
        "contacts": [_contact(each) for each in reversed(found.timeline) if each.kind in CONTACTS],
        "timeline": show.timeline(_timeline(found)),
        "paper": paper_view(paper, found, who=who),
        "requests": requests_view(paper, found, who=who),
        "outcomes": [("", "Choose"), *STILL_OPEN, *(CLOSED_BY_OFFICE if who.role in OFFICE else ())],
        "declined_before": _declined_before(found),
        "defaults": _defaults(now),
        "worked_out_at": proposal.made_at if proposal else None,
    }


def form_context(
    form_name: str | None, form: Form | None, *, opened: str = "", changed: str = ""
) -> Mapping[str, object]:
    """Return what a refused form adds: its values and errors, or which form is open at first."""
    return {
        "form": form_name,
        "values": form.values() if form else {},
        "errors": form.errors if form else {},
        "open_form": opened,
        "changed": changed,
    }


def interview_lines(found: InterviewDetail, *, now: datetime) -> show.View:
    """Return the interview itself as the page shows it."""
    interview, row = found.interview, found.row
    return {
        **state_lines(interview, row.clock, now=now),
        "interview_id": interview.interview_id,
        "worked_out": _worked_out(found.duties),
        "version": interview.version,
        "worker_id": interview.worker_id or None,
        "worker_name": row.worker_name or None,
        "independence": _independence(interview),
    }


def state_lines(interview: Interview, clock: str, *, now: datetime) -> show.View:
    """Return what partials/interview/state.html shows."""
    visit = interview.visit_starts_at
    return {
        "state": interview.state,
        "clock": clock,
        "due_at": interview.due_at,
        "provisional": interview.provisional,
        "closed_by": _closed_by(interview),
        "visit_at": visit,
        "no_outcome": visit is not None and interview.closed_at is None and visit + VISIT <= now,
    }


def _closed_by(interview: Interview) -> str | None:
    if interview.closed_at is None:
        return None
    reason = f": {interview.reason}" if interview.reason else ""
    return f"Closed by {interview.closed_by}{reason}"


def _worked_out(duties: Iterable[DutyLine]) -> str:
    lines = sorted(duties, key=lambda duty: (duty.resolved_at is not None, duty.due_at))
    return lines[0].worked_out if lines else "the 72 hours begin with the return"


def _independence(interview: Interview) -> str | None:
    if not interview.independence_basis:
        return None
    basis = show.INDEPENDENCE[IndependenceBasis(interview.independence_basis)]
    return f"{basis}: {interview.independence_note}" if interview.independence_note else basis


def _covered(duty: DutyLine, now: datetime) -> show.View:
    return {
        "episode_id": duty.episode_id,
        "reference": ", ".join(show.told_references(duty.references)),
        "started_at": duty.started_at,
        "returned_at": duty.returned_at,
        "due_at": duty.due_at,
        "timeliness": RESULTS[DutyResult(duty.result)] if duty.result else time_left(duty.due_at, now),
    }


def _proposal(found: InterviewDetail) -> show.View | None:
    kept = found.proposal
    if kept is None or not kept.worker_id or found.interview.closed_at is not None:
        return None
    late = ["late: nobody who may go is free before the deadline"] if kept.late else []
    return {
        "worker_id": kept.worker_id,
        "worker_name": found.worker_names.get(kept.worker_id, kept.worker_id),
        "start_at": kept.starts_at,
        "reasons": [*kept.detail.get("reasons", ()), *late],
    }


def _no_proposal(found: InterviewDetail) -> str | None:
    kept = found.proposal
    if kept is None or kept.worker_id:
        return None
    return str(kept.detail.get("binding_reason") or "nobody is free")


def _passed_over(found: InterviewDetail) -> list[show.View]:
    by_worker: dict[str, list[str]] = {}
    for each in found.proposal.detail.get("passed_over", ()) if found.proposal else ():
        by_worker.setdefault(each["worker_id"], []).append(each["reason"])
    return [
        {"worker_name": found.worker_names.get(worker_id, worker_id), "reasons": reasons}
        for worker_id, reasons in by_worker.items()
    ]


def _alternatives(found: InterviewDetail) -> list[show.View]:
    return [
        {
            "worker_id": each["worker_id"],
            "worker_name": found.worker_names.get(each["worker_id"], each["worker_id"]),
            "start_at": datetime.fromisoformat(each["starts_at"]),
            "reason": each["reason"],
        }
        for each in (found.proposal.detail.get("alternatives", ()) if found.proposal else ())
    ]


def _contact(event: InterviewEvent) -> show.View:
    return {
        "at": event.at,
        "kind": CONTACTS[EventKind(event.kind)],
        "method": event.method,
        "with_whom": event.contact_with,
        "answer": show.SAID.get(event.answer),
        "note": ". ".join(part for part in (event.reason, event.note) if part) or None,
        "by": event.recorded_by,
    }


def _timeline(found: InterviewDetail) -> tuple[TimelineEntry, ...]:
    work = [
        TimelineEntry(
            at=each.at,
            kind="work",
            what=each.kind,
            detail=". ".join(part for part in (each.answer, each.reason, each.note) if part),
            source="return interview",
            by=each.recorded_by,
        )
        for each in found.timeline
    ]
    steps = [
        TimelineEntry(
            at=each.fired_at,
            kind="withdrawn_step" if each.withdrawn_at else "step",
            what=each.step,
            detail=",".join(each.recipients),
            source="escalation ladder",
            by="the system",
        )
        for each in found.escalations
    ]
    return newest_first([*work, *steps])


def _declined_before(found: InterviewDetail) -> bool:
    declines = [each for each in found.timeline if each.kind == EventKind.DECLINED]
    return bool(in_force(declines, [duty.started_at for duty in found.duties if duty.resolved_at is None]))


def _defaults(now: datetime) -> dict[str, dict[str, Any]]:
    """Return what the forms hold at first: the time alone, as nothing is recorded that nobody chose.

    On what ground the interviewer was independent has none either: it is stated afresh for what was held.
    """
    when = london_input(now)
    return {
        "attempt": {"at": when},
        "offer": {"at": when},
        "decline": {"at": when},
        "accept": {"at": when},
        "not_held": {"at": when},
        "complete": {"kind": InterviewState.COMPLETED.value},
    }
