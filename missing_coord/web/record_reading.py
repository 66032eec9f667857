"""Reads the form of an interview record: everything that is wrong is said beside its field, nothing is guessed."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from missing_coord.domain.interview_actions import ActionOwner
from missing_coord.domain.interview_records import (
    HeldWhere,
    Known,
    PlaceKind,
    RecordContents,
    RecordEntry,
    RecordKind,
    SafeContact,
    ScreenAnswer,
    SharingWish,
    ToldBy,
)
from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.mentions import MentionKind
from missing_coord.domain.record_lists import RecordLists
from missing_coord.linking.mentions import read_entry
from missing_coord.services.interviews.records import PlannedAction, Said
from missing_coord.web.forms import Form

E = TypeVar("E", bound=StrEnum)
MOST_ROWS = 40
_TEXTS = (
    "present",
    "interpreter",
    "before_account",
    "other_factors",
    "during_account",
    "harm_account",
    "after_account",
    "health_account",
    "child_words",
    "analysis",
    "prevention",
    "carer_told_by",
    "carer_information",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the form asked: the lists, whether the interview is still to be completed, and whether a reason is due."""

    lists: RecordLists
    completing: bool
    reason: bool
    worker_id: str


def read_record_form(form: Form, asked: Asked) -> Said | None:
    """Return what was said, None with an error beside each field that is missing or not right."""
    kind = form.choice("kind", RecordKind, "Open the form again") or RecordKind.FULL
    reason = form.required("reason", "Say what is changed, and why") if asked.reason else ""
    held_at = form.when("held_at", "Enter when it was held, by London time") if asked.completing else None
    basis = _basis(form) if asked.completing else None
    contents = _contents(form, kind)
    safe = form.choice("safe_contact", SafeContact, "Choose how the child can be reached safely")
    screen = _screen(form, asked.lists) if kind is RecordKind.FULL else ()
    entries, actions = _entries(form), _actions(form)
    if form.errors or contents is None or safe is None:
        return None
    return Said(
        kind=kind,
        reason=reason,
        held_at=held_at,
        episode_ids=tuple(each for each in form.many("episode_ids") if each),
        independence_basis=basis,
        independence_note=form.text("child_request"),
        asked_for=form.text("asked_for"),
        act_now=form.text("act_now") == "yes",
        safe_contact=safe,
        safe_contact_detail=form.text("safe_contact_detail"),
        safe_contact_avoid=form.text("safe_contact_avoid"),
        languages=_words(form.text("languages")),
        gender_wish=form.text("gender_wish"),
        workers_not_wanted=(asked.worker_id,) if form.text("see_again") == "no" else (),
        contents=contents,
        screen=screen,
        entries=entries,
        actions=actions,
    )


def _basis(form: Form) -> IndependenceBasis | None:
    if not [each for each in form.many("episode_ids") if each]:
        form.wrong("episode_ids", "Choose which missing episodes it covered")
    return form.choice("independence_basis", IndependenceBasis, "Choose on what ground you are independent")


def _contents(form: Form, kind: RecordKind) -> RecordContents | None:
    full = kind is RecordKind.FULL
    where = form.choice("held_where", HeldWhere, "Choose where the child was seen")
    sharing = form.choice("sharing", SharingWish, "Choose what the child wishes about passing it on")
    flags = {
        "seen_alone": _yes(form, "seen_alone", "Choose whether the child was seen alone"),
        "confidentiality_explained": _yes(
            form, "confidentiality_explained", "Choose whether you said what cannot be kept between you"
        ),
        "helpline_given": _yes(form, "helpline_given", "Choose whether the child was given the helpline"),
        "harm_asked": _yes(form, "harm_asked", "Choose whether you asked about harm"),
        "health_asked": _yes(form, "health_asked", "Choose whether you asked about health")
        if full
        else False,
    }
    if full:
        form.required("before_account", "Say what happened before, or that the child did not want to")
        form.required("during_account", "Say what happened while missing, or that the child did not want to")
    form.required("child_words", "Write down what the child said, in the child's own words")
    form.required("analysis", "Say what you make of it")
    if where is None or sharing is None:
        return None
    more: dict[str, Any] = {**flags, **{name: form.text(name) for name in _TEXTS}}
    return RecordContents(
        held_where=where,
        sharing=sharing,
        planned=_known(form, "planned", asked=full),
        forced_or_lured=_known(form, "forced_or_lured", asked=full),
        substances=_known(form, "substances", asked=full),
        may_go_again=_known(form, "may_go_again", asked=full),
        push_factors=form.many("push_factors"),
        pull_factors=form.many("pull_factors"),
        harm=form.many("harm"),
        **more,
    )


def _yes(form: Form, name: str, error: str) -> bool:
    given = form.text(name)
    if given not in ("yes", "no"):
        form.wrong(name, error)
    return given == "yes"


def _known(form: Form, name: str, *, asked: bool) -> Known:
    if not asked:
        return Known.NOT_ASKED
    return form.choice(name, Known, "Choose an answer; not asked is one too") or Known.NOT_ASKED


def _screen(form: Form, lists: RecordLists) -> tuple[ScreenAnswer, ...]:
    found = []
    for question in lists.screen:
        asked = _yes(form, f"screen-{question}-asked", "Choose whether it was asked")
        positive = form.text(f"screen-{question}-positive")
        if positive not in ("yes", "no", "not_known"):
            form.wrong(
                f"screen-{question}-positive", "Choose yes, no or not known; a sign counts unasked too"
            )
        answer = {"yes": True, "no": False}.get(positive)
        note = form.text(f"screen-{question}-note")
        found.append(ScreenAnswer(question=question, asked=asked, positive=answer, note=note))
    return tuple(found)


def rows_of(form: Form, part: str) -> list[int]:
    """Return the numbers of the rows of a part, `entry` or `action`, that stand in the form."""
    numbers = {
        int(found[1]) for name in form.fields if (found := re.fullmatch(rf"{part}-([0-9]{{1,3}})-.*", name))
    }
    return sorted(numbers)[:MOST_ROWS]


def _entries(form: Form) -> tuple[RecordEntry, ...]:
    return tuple(made for number in rows_of(form, "entry") if (made := _entry(form, f"entry-{number}")))


def _entry(form: Form, row: str) -> RecordEntry | None:
    said = form.text(f"{row}-words")
    aliases = _words(form.text(f"{row}-aliases"))
    if not said:
        if aliases or form.text(f"{row}-description"):
            form.wrong(
                f"{row}-words", "Give the name, place, registration, number or handle, or empty this row"
            )
        return None
    kind = form.choice(f"{row}-kind", MentionKind, "Choose what it is")
    told_by = form.choice(f"{row}-told_by", ToldBy, "Choose who said it")
    sharing = form.choice(f"{row}-sharing", SharingWish, "Choose what the child wishes about passing it on")
    place = _optional(form, f"{row}-place_kind", PlaceKind) if kind is MentionKind.PLACE else None
    if kind is None or told_by is None or sharing is None:
        return None
    whole = " aka ".join((said, *aliases)) if kind is MentionKind.PERSON else said
    named = read_entry(kind, whole)
    if kind is MentionKind.PHONE and not named:
        form.wrong(f"{row}-words", "Give a telephone number, such as 07700 900123")
    return RecordEntry(
        entry_id=str(uuid.uuid4()),
        kind=kind,
        value=named[0][1] if named else "",
        as_said=whole,
        told_by=told_by,
        sharing=sharing,
        aliases=aliases if kind is MentionKind.PERSON else (),
        description=form.text(f"{row}-description"),
        place_kind=place,
    )


def _actions(form: Form) -> tuple[PlannedAction, ...]:
    return tuple(made for number in rows_of(form, "action") if (made := _action(form, f"action-{number}")))


def _action(form: Form, row: str) -> PlannedAction | None:
    what = form.text(f"{row}-what")
    if not what:
        if form.text(f"{row}-owner_name") or form.text(f"{row}-due_on"):
            form.wrong(f"{row}-what", "Say what is to be done, or empty this row")
        return None
    owner = form.choice(f"{row}-owner", ActionOwner, "Choose in what capacity")
    name = form.required(f"{row}-owner_name", "Name who does it")
    due_on = read_day(form, f"{row}-due_on", "Enter by which day")
    if owner is None or due_on is None:
        return None
    return PlannedAction(what=what, owner=owner, owner_name=name, due_on=due_on)


def read_day(form: Form, name: str, error: str) -> date | None:
    """Return a day; an empty field or no day at all is an error."""
    try:
        return date.fromisoformat(form.text(name))
    except ValueError:
        form.wrong(name, f"{error}, such as 2026-11-30" if form.text(name) else error)
        return None


def _optional(form: Form, name: str, kind: type[E]) -> E | None:
    return form.choice(name, kind, "Choose what kind of place") if form.text(name) else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[;,\n]", text) if part.strip()))
