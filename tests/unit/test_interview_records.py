"""Interview records without a database: forms and back, copies that leave out, the council's own lists, actions."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from missing_coord.contracts.record_lists import read_record_lists
from missing_coord.demo.records import invent_record
from missing_coord.domain.errors import DomainError, PermanentError
from missing_coord.domain.interview_actions import ActionOwner, ActionState, close_action
from missing_coord.domain.interview_copies import Copy, actions_of, copy_of
from missing_coord.domain.interview_records import InterviewRecord, SharingWish
from missing_coord.domain.record_lists import DEFAULT_LISTS
from missing_coord.web.forms import Form
from missing_coord.web.record_fields import fields_of
from missing_coord.web.record_reading import Asked, read_record_form
from tests.builders.cases import Case
from tests.builders.interview_records import HELD, action, contents, record

ASKED = Asked(lists=DEFAULT_LISTS, completing=False, reason=False, worker_id="W01")


def invented(number: int) -> InterviewRecord:
    """Return one of many different records."""
    rng = random.Random(number)
    made, _ = invent_record(
        Case(worker_id="W01").interview(),
        held_at=HELD + timedelta(hours=rng.randint(0, 99)),
        episode_ids=["E1"],
        by="Ade",
        key=f"record {number}",
    )
    return made


@pytest.mark.parametrize("number", range(40))
def test_a_record_written_as_a_form_is_read_back_the_same(number: int) -> None:
    kept = invented(number)
    form = Form(fields={name: tuple(values) for name, values in fields_of(kept).items()})
    said = read_record_form(form, ASKED)
    assert form.errors == {}
    assert said is not None
    assert (said.contents, said.screen) == (kept.contents, kept.screen)
    assert [replace(each, entry_id="") for each in said.entries] == [
        replace(each, entry_id="") for each in kept.entries
    ]
    head = kept.head
    assert (said.asked_for, said.languages, said.workers_not_wanted) == (
        head.asked_for,
        head.languages,
        head.workers_not_wanted,
    )


def test_the_copy_for_the_placement_holds_the_childs_words_only_when_the_child_agreed() -> None:
    kept = record("I1")
    assert copy_of(kept, Copy.PLACEMENT).contents.child_words == ""
    agreed = replace(kept, contents=contents(sharing=SharingWish.MAY_SHARE))
    assert copy_of(agreed, Copy.PLACEMENT).contents.child_words == "Nobody listens in there."
    assert copy_of(agreed, Copy.PLACEMENT).contents.carer_information == ""


def test_the_copy_for_the_placement_holds_no_entry_that_may_not_be_passed_on_and_no_screen() -> None:
    copy = copy_of(record("I1"), Copy.PLACEMENT)
    assert [entry.as_said for entry in copy.entries] == ["Smokes aka Darren Colby"]
    assert (copy.screen, copy.contents.analysis, copy.head.safe_contact_detail) == ((), "", "")


def test_a_copy_holds_only_the_placements_own_actions() -> None:
    own = action("I1", owner=ActionOwner.PLACEMENT)
    assert actions_of((action("I1"), own), Copy.PLACEMENT) == (own,)


@pytest.mark.parametrize(
    ("state", "outcome", "code"),
    [
        (ActionState.DONE, " ", "outcome_required"),
        (ActionState.CANCELLED, "", "outcome_required"),
        (ActionState.OPEN, "Later", "action_state"),
    ],
)
def test_an_action_is_closed_only_with_what_came_of_it(state: ActionState, outcome: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        close_action(action("I1"), state=state, outcome=outcome, by="Ade", at=HELD)
    assert refused.value.code == code


def test_a_closed_action_is_not_closed_again() -> None:
    done = close_action(action("I1"), state=ActionState.DONE, outcome="Done.", by="Ade", at=HELD)
    with pytest.raises(DomainError, match="closed already"):
        close_action(done, state=ActionState.CANCELLED, outcome="No.", by="Ade", at=HELD)


def test_a_councils_own_lists_replace_the_shipped_ones_and_the_rest_stays() -> None:
    own = {"version": "2027-1", "push": {"noise": "Noise"}, "follow_up": {"episodes": 3, "days": 14}}
    lists = read_record_lists(json.dumps(own))
    assert (lists.version, dict(lists.push), lists.pull) == ("2027-1", {"noise": "Noise"}, DEFAULT_LISTS.pull)
    assert (lists.follow_up.episodes, lists.follow_up.window) == (3, timedelta(days=14))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "write one object"),
        ("{", "must be JSON"),
        ("[" * 100_000, "must be JSON"),
        ({"push": {"a": "A"}}, "version: name this version"),
        ({"version": "1", "pushes": {}}, "pushes: this is no list"),
        ({"version": "1", "push": {"Two Words": "A"}}, "is no code"),
        ({"version": "1", "push": {"a": " "}}, "a has no words"),
        ({"version": "1", "harm": {}}, "harm: write an object"),
        ({"version": "1", "follow_up": {"episodes": 0, "days": 3}}, "give episodes as a whole number"),
        ({"version": "1", "follow_up": {"episodes": 3, "days": True}}, "give days as a whole number"),
    ],
)
def test_what_is_wrong_in_a_file_of_lists_is_named(content: Any, said: str) -> None:
    with pytest.raises(PermanentError, match=said):
        read_record_lists(content if isinstance(content, str) else json.dumps(content))
