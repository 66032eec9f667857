"""Turns what the read side returns into what pages show: words for codes, ages, places and timelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.domain.areas import Areas
from missing_coord.domain.cases import MatchState
from missing_coord.domain.episodes import EpisodeStatus
from missing_coord.domain.escalation import HOLDER
from missing_coord.domain.interviews import STATE_NAMES, EventKind, IndependenceBasis
from missing_coord.domain.london import LONDON
from missing_coord.domain.plurals import plural
from missing_coord.domain.ssda903 import rule_in_words
from missing_coord.notify.wording import short_reference, step_words
from missing_coord.services.interviews import OfferAnswer
from missing_coord.services.register import LIST_NAME
from missing_coord.storage.views.children import ChildIdentity, PlacementLine
from missing_coord.storage.views.interviews import TILES, QueueRow
from missing_coord.storage.views.ssda903 import ReturnWarning
from missing_coord.storage.views.timeline import TimelineEntry
from missing_coord.web.rendering import london, london_day, words

View = dict[str, object]

KIND_NAMES = {"M": "Missing", "A": "Away without authorisation"}
STATUS_NAMES = {
    EpisodeStatus.OPEN: "still missing",
    EpisodeStatus.ENDED: "ended",
    EpisodeStatus.CANCELLED: "cancelled by the police",
}
EVENT_NAMES = {
    EventKind.ASSIGNED: "Worker assigned",
    EventKind.UNASSIGNED: "Worker taken off",
    EventKind.ATTEMPT: "Attempt to make contact",
    EventKind.OFFER: "Interview offered",
    EventKind.ACCEPTED: "Interview accepted",
    EventKind.DID_NOT_ATTEND: "Did not attend",
    EventKind.UNABLE_TO_CONTACT: "Unable to contact",
    EventKind.ON_HOLD: "Unwell, in hospital or in custody",
    EventKind.COMPLETED: "Interview held",
    EventKind.CARER_INFO: "Information from a parent or carer",
    EventKind.DECLINED: "Interview declined",
    EventKind.DECIDED: "Manager's decision",
    EventKind.TRANSFERRED: "Transferred to another authority",
    EventKind.CLOSED: "Interview closed",
    EventKind.REOPENED: "Interview opened again",
    EventKind.RECORDED: "Record submitted",
    EventKind.TRANSFER_ASKED: "Another authority asked",
    EventKind.TRANSFER_REFUSED: "Not taken over by the other authority",
    EventKind.PURCHASE_ASKED: "Spot purchase asked for",
    EventKind.PURCHASE_DECIDED: "Spot purchase decided",
    EventKind.PURCHASE_CLOSED: "Spot purchase settled",
}
HAPPENED = {
    "missing": "Reported missing",
    "update": "Police update",
    "found": "Found",
    "returned": "Returned",
    "safe_and_well": "Safe and well check by police",
    "cancelled": "Police report cancelled",
    "listed_missing": "Missing, by the council's own list",
    "listed_back": "Back, by the council's own list",
    "left_list": "No longer on the council's own list",
}
MATCHED = {
    MatchState.AUTOMATIC: "Matched to this child",
    MatchState.CONFIRMED: "Confirmed as this child's",
    MatchState.REVIEW: "Waits for somebody to say which child",
    MatchState.UNMATCHED: "No child of the register comes near",
    MatchState.NOT_ON_REGISTER: "Said not to be on the register",
}
INDEPENDENCE = {
    IndependenceBasis.INDEPENDENT_OF_CARE: "Not involved in the child's care",
    IndependenceBasis.INDEPENDENT_OF_PLACEMENT_AND_AUTHORITY: (
        "Independent of the placement and of the responsible authority"
    ),
    IndependenceBasis.CHILD_PREFERENCE: "The child asked for this person",
    IndependenceBasis.NOT_INDEPENDENT: "Not independent; reported as such",
}
PLACES = {
    "A": "placed for adoption",
    "K1": "secure children's home",
    "K2": "children's home",
    "K3": "supported accommodation",
    "H5": "semi-independent living",
    "P": "with parents or living independently",
    "R1": "residential care home",
    "R3": "family centre",
    "R5": "young offender institution",
    "S1": "residential school",
    "T": "temporary placement",
    "U": "foster care",
}
ANSWERS = {
    OfferAnswer.AWAITING: "No answer yet",
    OfferAnswer.ACCEPTED: "Accepted",
    OfferAnswer.DECLINED: "Declined",
}
SAID: dict[str, str] = {
    **{answer.value: name for answer, name in ANSWERS.items()},
    **{state.value: name for state, name in STATE_NAMES.items()},
}
"""The codes that an entry of a timeline may hold, in words."""
AT_ONCE = timedelta(minutes=10)
"""How soon after a step its passing on is shown in the same line."""
TILE_LABELS = {
    "breached": "Breached",
    "due_soon": "Due within 12 hours",
    "unassigned": "No worker",
    "next_step": "Needs a next step",
    "open": "All open",
}


def told_references(references: Sequence[str]) -> list[str]:
    """Return the police references; only where there are none, the lines of the council's own list."""
    police = [each for each in references if not each.startswith(f"{LIST_NAME}/")]
    return police or [listed_words(each) for each in references]


def listed_words(reference: str) -> str:
    """Return a line of the council's own list by when it says that the child went missing, in London time."""
    try:
        since = datetime.fromisoformat(reference.rpartition("/")[2]).replace(tzinfo=UTC)
    except ValueError:
        return "council's own list"
    return f"council's own list, missing since {london(since)}"


def age_on(born: date | None, now: datetime) -> int | None:
    """Return an age in whole years on the London day."""
    if born is None:
        return None
    today = now.astimezone(LONDON).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def place_words(code: str) -> str:
    """Return what kind of place a placement code names."""
    return PLACES.get(code) or PLACES.get(code[:1]) or (f"placement of kind {code}" if code else "placement")


def area_words(authority: str, areas: Areas) -> str:
    """Say whether a place lies in the council's area."""
    if not authority:
        return "Area not known"
    return "In area" if authority == areas.ours else f"Out of area: {areas.named(authority)}"


def queue_row(row: QueueRow, *, now: datetime, may_assign: bool = True) -> View:
    """Return a row as partials/queue_row.html shows it."""
    return {
        "interview_id": row.interview_id,
        "short": short_reference(row.interview_id),
        "child_id": row.child_id,
        "child_name": row.display_name,
        "age": age_on(row.date_of_birth, now),
        "references": told_references(row.references),
        "population": row.population,
        "state": row.state,
        "clock": row.clock,
        "due_at": row.due_at,
        "provisional": row.provisional,
        "returned_at": row.returned_at,
        "episodes": len(row.episode_ids),
        "worker_name": row.worker_name or (None if may_assign else "Nobody yet"),
        "attempts": row.attempts,
        "match_pending": row.match_pending,
        "child_missing": row.child_missing,
        "visit_at": row.visit_starts_at,
        "no_outcome": row.visit_without_outcome(now=now),
    }


def tiles(
    counts: Mapping[str, int], *, path: str, current: str, keys: Sequence[str] = tuple(TILES)
) -> list[View]:
    """Return the tiles of counts; each leads to exactly the list that it counts."""
    return [
        {
            "key": key,
            "label": TILE_LABELS[key],
            "count": counts[key],
            "href": path if key == "open" else f"{path}?clock={key}",
            "tone": "breached" if key == "breached" else "plain",
            "current": key == current,
        }
        for key in keys
    ]


def identity(child: ChildIdentity, *, now: datetime, areas: Areas) -> View:
    """Return the bar at the top of every page about a child (see macros.identity)."""
    warnings = (
        ["Child not confirmed yet: coordinators are finding out which child this is"]
        if child.match_pending
        else []
    )
    if child.placement is not None and child.placement.confidential:
        warnings.append("Confidential placement: no address is shown or sent")
    if child.uasc:
        warnings.append("Unaccompanied asylum-seeking child")
    if child.flags:
        warnings.append(f"Marked in the case system: {'; '.join(child.flags)}")
    if child.aliases:
        warnings.append(f"Also known as {', '.join(child.aliases)}")
    return {
        "child_id": child.child_id,
        "name": child.display_name,
        "born_on": child.date_of_birth,
        "age": age_on(child.date_of_birth, now),
        "population": child.population,
        "responsible_authority": authority_words(child.responsible_authority, areas),
        "placement": _placement(child.placement, areas),
        "status": words(child.status) if child.status else "Not known to the register",
        "social_worker": child.social_worker or None,
        "iro": child.iro or None,
        "warnings": warnings,
    }


def return_warning(warning: ReturnWarning) -> View:
    """Return a row of the SSDA903 return with the rules that it breaks, in words."""
    days = [london_day(day) for day in (warning.began_on, warning.ended_on) if day]
    return {
        "row": f"{warning.file} {warning.year - 1}/{warning.year % 100:02}{': ' if days else ''}{' to '.join(days)}",
        "rules": [rule_in_words(code) for code in warning.codes],
    }


def authority_words(code: str, areas: Areas) -> str:
    """Return whose the child is: ours, or the authority's name and code."""
    if not code:
        return "not known, so counted as ours"
    return f"ours, {areas.named(code)}" if code == areas.ours else areas.named(code)


def _placement(placement: PlacementLine | None, areas: Areas) -> str:
    if placement is None:
        return "No placement: at home, or not known"
    kind = place_words(placement.place_code).capitalize()
    where = "" if placement.confidential else f", {within(area_words(placement.authority, areas))}"
    return f"{kind}{where}, since {london_day(placement.start_date)}"


def within(words_of_area: str) -> str:
    """Write area words inside a sentence; the code of an authority stays as it is."""
    return words_of_area[:1].lower() + words_of_area[1:]


def timeline(entries: Iterable[TimelineEntry], *, may_open: bool = True) -> list[View]:
    """Return entries as macros.timeline shows them; a step and its passing on at once are one line.

    `may_open`: the reader may open interviews, so that an entry leads to its own.
    """
    found = list(entries)
    on: dict[TimelineEntry, list[TimelineEntry]] = {}
    for each in found:
        if (step := _passed_from(each, found)) is not None:
            on.setdefault(step, []).append(each)
    joined = {each for passed in on.values() for each in passed}
    lines = [_entry(each, on.get(each, [])) for each in found if each not in joined]
    return lines if may_open else [{**line, "href": None} for line in lines]


def _passed_from(entry: TimelineEntry, entries: Sequence[TimelineEntry]) -> TimelineEntry | None:
    """Return the step that was passed on by this entry within minutes, None when this is another kind of entry."""
    name, passed, _ = entry.what.partition("/")
    if entry.kind != "step" or not passed:
        return None
    return next(
        (
            each
            for each in entries
            if (each.kind, each.what, each.interview_id) == ("step", name, entry.interview_id)
            and timedelta(0) <= entry.at - each.at <= AT_ONCE
        ),
        None,
    )


def _entry(entry: TimelineEntry, passed: Sequence[TimelineEntry]) -> View:
    more = [
        f"{step_title(each.what).partition('; ')[2].capitalize()}: {told(each.detail.split(','))}"
        for each in sorted(passed, key=lambda each: each.at)
    ]
    return {
        "at": entry.at,
        "title": _title(entry),
        "detail": ". ".join([*([_detail(entry)] if _detail(entry) else []), *more]) or None,
        "source": _source(entry),
        "by": entry.by,
        "late": entry.late,
        "href": f"/interviews/{entry.interview_id}" if entry.interview_id else None,
    }


def _source(entry: TimelineEntry) -> str:
    if LIST_NAME not in entry.source:
        return entry.source
    return ", ".join(told_references(entry.source.split(", ")))


def _title(entry: TimelineEntry) -> str:
    if entry.kind in ("step", "withdrawn_step"):
        taken_back = " (withdrawn)" if entry.kind == "withdrawn_step" else ""
        return f"Escalation: {step_title(entry.what)}{taken_back}"
    if entry.kind == "work":
        return EVENT_NAMES.get(EventKind(entry.what), words(entry.what))
    if entry.kind == "match":
        return MATCHED[MatchState(entry.what)]
    return HAPPENED.get(entry.what, words(entry.what))


def _detail(entry: TimelineEntry) -> str:
    if entry.kind in ("step", "withdrawn_step"):
        return f"Told: {told(entry.detail.split(','))}"
    return ". ".join(SAID.get(part, part) for part in entry.detail.split(". "))


def step_title(step: str) -> str:
    """Return the name of a rung of the ladder."""
    return "72 hours have passed" if step == "breach" else step_words(step)


def told(roles: Iterable[str]) -> str:
    """Return the names of recipients; of steps that fell due together only the last tells anybody."""
    names = ", ".join(recipient_name(each) for each in roles if each)
    return names or "nobody, as a later step was due too or a promise was running"


def recipient_name(recipient: str) -> str:
    """Return the name of a recipient: a role, the holder of a stage, or a team, person or rota by its own name."""
    kind, mark, name = recipient.partition(":")
    if kind == HOLDER:
        return "Who holds the stage"
    return f"{kind} {name}" if mark else ROLE_NAMES[Role(recipient)]


TWO_DAYS = 48  # hours


def lag_words(lag: timedelta | None) -> str | None:
    """Return how long it was, in days from two on; None when that is not known, and less than nothing is nothing."""
    if lag is None:
        return None
    hours, minutes = divmod(max(0, int(lag.total_seconds())) // 60, 60)
    if hours >= TWO_DAYS:
        return f"{plural(hours // 24, 'day')} {hours % 24} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
