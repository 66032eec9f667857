"""A no to an interview: the first leaves it open for a second approach, the second closes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Unpack

from missing_coord.domain.cases import Interview, InterviewEpisode, InterviewEvent
from missing_coord.domain.errors import DomainError
from missing_coord.domain.events import InterviewAttempted, InterviewDeclined
from missing_coord.domain.interviews import (
    ContactMethod,
    ContactWith,
    EventKind,
    InterviewState,
    check_open,
)
from missing_coord.services.interviews.change import (
    OFFICE,
    Change,
    Recorded,
    Submission,
    Taken,
    change,
    check_time,
    close,
    required,
)
from missing_coord.services.interviews.contact import offered
from missing_coord.services.interviews.words import DeclinedBy, DutyResult, london_words
from missing_coord.services.ports.work import UnitOfWork

APART = timedelta(hours=1)
"""How long after a no the same person can be asked again: what is recorded sooner is the same no."""
ASKED_AGAIN = "it stays open, and its 72 hours go on, until the child was asked a second time"
_DECLINED = {
    DeclinedBy.CHILD: InterviewState.DECLINED_BY_CHILD,
    DeclinedBy.PARENT: InterviewState.DECLINED_BY_PARENT,
}


async def record_decline(
    uow: UnitOfWork,
    *,
    by: DeclinedBy,
    at: datetime,
    reason: str,
    method: ContactMethod | None = None,
    carer_information: str = "",
    no_second_approach: str = "",
    note: str = "",
    **submission: Unpack[Submission],
) -> Recorded:
    """Record that the child, or a parent or carer, declined: the first no leaves it open, the second closes.

    The office may close at the first no and says why in `no_second_approach`. What a carer told instead is an entry
    of its own: it is not the child's voice. An answer proves an offer: one is taken as made at `at` when none is on
    record before.
    """

    def plan(taken: Taken) -> Change:
        how = {"method": method.value if method else "", "contact_with": by.value, "note": note}
        return declined_change(
            taken, by, at, reason, carer_information, no_second_approach=no_second_approach, **how
        )

    return await change(uow, plan, kinds={EventKind.DECLINED}, **submission)


def declined_change(
    taken: Taken,
    by: DeclinedBy,
    at: datetime,
    reason: str,
    carer_information: str,
    *,
    no_second_approach: str = "",
    **how: Any,
) -> Change:
    """Return what a no changes: with an earlier one, or without a second approach, it closes the interview."""
    check_open(InterviewState(taken.interview.state))
    check_time(taken, "at", at)
    why = required(
        "reason", reason, why="say why the interview was declined, in the person's own words if you can."
    )
    waived = _waived(taken, no_second_approach)
    last = waived or _asked_before(taken, by, at)
    state = _DECLINED[by] if last else InterviewState.DECLINED_ONCE
    how["note"] = " ".join(part for part in (how.get("note", ""), waived) if part)
    entries = [taken.entry(EventKind.DECLINED, at=at, answer=state.value, reason=why, **how)]
    if carer_information.strip():
        entries.append(_carer_entry(taken, at, carer_information))
    return _closed(taken, by, at, why, entries) if last else _stays_open(taken, at, entries, **how)


def _closed(
    taken: Taken, by: DeclinedBy, at: datetime, why: str, entries: Sequence[InterviewEvent]
) -> Change:
    after_offer, duties = offered(taken, at)
    interview, resolved = close(
        _with_duties(replace(taken, interview=after_offer), duties),
        _DECLINED[by],
        reason=why,
        result=DutyResult.DECLINED,
    )
    event = InterviewDeclined(
        child_id=interview.child_id, interview_id=interview.interview_id, at=at, by=by.value
    )
    return Change(interview=interview, entries=tuple(entries), events=(event,), duties=resolved)


def _with_duties(taken: Taken, changed: Sequence[InterviewEpisode]) -> Taken:
    after = {duty.episode_id: duty for duty in changed}
    return replace(taken, duties=[after.get(duty.episode_id, duty) for duty in taken.duties])


def _stays_open(taken: Taken, at: datetime, entries: Sequence[InterviewEvent], **how: Any) -> Change:
    interview, duties = offered(taken, at)
    event = InterviewAttempted(
        child_id=interview.child_id,
        interview_id=interview.interview_id,
        at=at,
        method=how.get("method", ""),
        offer=True,
    )
    return Change(
        interview=_without_visit(interview),
        entries=tuple(entries),
        events=(event,),
        duties=duties,
        warnings=(ASKED_AGAIN,),
    )


def _without_visit(interview: Interview) -> Interview:
    return replace(
        interview, state=InterviewState.DECLINED_ONCE.value, visit_starts_at=None, visit_ends_at=None
    )


def _asked_before(taken: Taken, by: DeclinedBy, at: datetime) -> bool:
    """Say whether somebody said no before, about the newest of the episodes too, so that this is the second one."""
    earlier = in_force(
        taken.declines,
        [taken.starts[duty.episode_id] for duty in taken.unresolved if duty.episode_id in taken.starts],
    )
    for each in earlier:
        if abs(at - each.at) < APART and (each.contact_with == ContactWith.CHILD) == (by is DeclinedBy.CHILD):
            raise DomainError(
                "same_decline",
                f"at: a no of {london_words(each.at)} is on record. A second approach is made an hour later at the"
                " earliest; give its time.",
            )
    return bool(earlier)


def check_asked_again(taken: Taken) -> None:
    """Raise DomainError while somebody said no and nobody has asked a second time."""
    if taken.interview.state == InterviewState.DECLINED_ONCE:
        raise DomainError(
            "second_approach",
            "kind: somebody said no once. Ask a second time first; what a carer tells is recorded with the no.",
        )


def in_force(declines: Iterable[InterviewEvent], begun: Iterable[datetime]) -> list[InterviewEvent]:
    """Return each no that is about all of the episodes, which began then: an earlier one is none about the newest."""
    newest = max(begun, default=None)
    return [each for each in declines if newest is None or each.at >= newest]


def _waived(taken: Taken, why: str) -> str:
    """Return in words why nobody asks again; raises DomainError unless the office says so."""
    if not why.strip():
        return ""
    if taken.role not in OFFICE:
        raise DomainError(
            "office_only",
            "no_second_approach: only a coordinator or manager closes without a second approach. Ask them.",
        )
    return f"No second approach: {why.strip()}"


def _carer_entry(taken: Taken, at: datetime, carer_information: str) -> InterviewEvent:
    return taken.entry(
        EventKind.CARER_INFO, at=at, contact_with=ContactWith.CARER.value, note=carer_information.strip()
    )
