"""What the form of an interview record shows (see templates/pages/interview_record_form.html)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from missing_coord.domain.interview_records import RecordKind
from missing_coord.domain.interviews import OPEN_STATES
from missing_coord.domain.record_lists import RecordLists
from missing_coord.notify.wording import short_reference
from missing_coord.services.interviews.drafts import Desk
from missing_coord.storage.views.interviews_detail import DutyLine
from missing_coord.web import show
from missing_coord.web.forms import Form
from missing_coord.web.record_reading import MOST_ROWS, rows_of
from missing_coord.web.record_words import CHOICES, KINDS, ORIGINS, POSITIVE, YES_NO
from missing_coord.web.rendering import london_input

SEVERAL = frozenset({"episode_ids", "push_factors", "pull_factors", "harm"})
TYPED = frozenset({"csrf_token", "expected_version", "do"})
EMPTY_AT_FIRST = 1


def first_fields(
    desk: Desk, duties: Sequence[DutyLine], *, kind: RecordKind, now: datetime
) -> dict[str, list[str]]:
    """Return what the form of a first version holds before anybody has typed."""
    interview = desk.interview
    visit = interview.visit_starts_at
    held = interview.held_at or (visit if visit is not None and visit <= now else None)
    return {
        "kind": [kind.value],
        "held_at": [london_input(held)] if held else [""],
        "episode_ids": [duty.episode_id for duty in duties if duty.resolved_at is None],
        "independence_basis": [interview.independence_basis],
        "child_request": [interview.independence_note],
    }


def typed_fields(form: Form) -> dict[str, list[str]]:
    """Return what was typed, without what the page itself put into the form."""
    return {name: list(values) for name, values in form.fields.items() if name not in TYPED}


def form_view(
    desk: Desk,
    duties: Sequence[DutyLine],
    *,
    lists: RecordLists,
    form: Form,
    version: int,
    add: str = "",
) -> Mapping[str, object]:
    """Return the form's part of the context; `add` names the part that gets one row more."""
    kind = form.text("kind") or RecordKind.FULL.value
    return {
        "interview_id": desk.interview.interview_id,
        "short": short_reference(desk.interview.interview_id),
        "kind": kind,
        "kind_name": KINDS[RecordKind(kind)] if kind in set(RecordKind) else KINDS[RecordKind.FULL],
        "full": kind != RecordKind.FOLLOW_UP,
        "short_form": desk.short_form,
        "number": desk.number,
        "origin": desk.origin.value,
        "origin_name": ORIGINS[desk.origin],
        "returned": desk.returned,
        "completing": desk.interview.state in OPEN_STATES,
        "held_at": desk.interview.held_at,
        "episodes": [
            {
                "episode_id": duty.episode_id,
                "reference": ", ".join(show.told_references(duty.references)),
                "started_at": duty.started_at,
                "due_at": duty.due_at,
            }
            for duty in duties
        ],
        "lists": {name: list(getattr(lists, name).items()) for name in ("push", "pull", "harm", "screen")},
        "choices": CHOICES,
        "yes_no": YES_NO,
        "positive": POSITIVE,
        "values": _values(form),
        "errors": form.errors,
        "entry_rows": _rows(form, "entry", more=add == "entry"),
        "action_rows": _rows(form, "action", more=add == "action"),
        "version": version,
        "saved_at": desk.draft.saved_at if desk.draft else None,
    }


def _values(form: Form) -> dict[str, object]:
    return {
        name: list(given) if name in SEVERAL else next(iter(given), "") for name, given in form.fields.items()
    }


def _rows(form: Form, part: str, *, more: bool) -> list[int]:
    """Return the rows that hold anything or are wrong, and empty ones after them."""
    kept = [
        number
        for number in rows_of(form, part)
        if any(
            name.startswith(f"{part}-{number}-") and name.rpartition("-")[2] in _TELLING and any(given)
            for name, given in form.fields.items()
        )
    ]
    last = max(kept, default=0)
    empty = EMPTY_AT_FIRST + (1 if more else 0)
    return [*kept, *range(last + 1, last + 1 + empty)][:MOST_ROWS]


_TELLING = frozenset({"words", "aliases", "description", "what", "owner_name", "due_on"})
"""Fields that say something by themselves; a choice alone makes no row."""
