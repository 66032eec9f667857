"""An interview record as a document: sections in the order in which it was told, each with whose voice it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from missing_coord.domain.interview_actions import InterviewAction
from missing_coord.domain.interview_copies import LEFT_OUT, Copy, actions_of, copy_of
from missing_coord.domain.interview_records import (
    InterviewRecord,
    RecordEntry,
    RecordHead,
    RecordKind,
    ScreenAnswer,
)
from missing_coord.domain.record_lists import RecordLists
from missing_coord.web import record_words as names
from missing_coord.web.rendering import words
from missing_coord.web.show import View

Rows = list[tuple[str, str]]
_RATHER = {"female": "Would rather see a woman", "male": "Would rather see a man"}
UNCODED = "The reasons that the worker chose, until you have given your second grade"


def document_view(
    record: InterviewRecord,
    actions: Sequence[InterviewAction],
    *,
    lists: RecordLists,
    copy: Copy,
    uncoded: bool = False,
) -> View:
    """Return what partials/record/document.html shows of a copy; `uncoded` without its worker's reasons."""
    kept = copy_of(record, copy)
    if uncoded:
        kept = replace(kept, contents=replace(kept.contents, push_factors=(), pull_factors=()))
    full = copy is Copy.FULL
    return {
        "sections": [each for each in _sections(kept, lists, full=full) if each["rows"]],
        "screen": [_answer(each, lists) for each in kept.screen],
        "entries": [_entry(each) for each in kept.entries],
        "actions": [action_line(each) for each in actions_of(tuple(actions), copy)],
        "left_out": [*LEFT_OUT[copy], *([UNCODED] if uncoded else ())],
        "act_now": kept.head.act_now and full,
    }


def version_line(head: RecordHead) -> View:
    """Return one line of a record's history."""
    return {
        "number": head.number,
        "kind": names.KINDS[head.kind],
        "origin": names.ORIGINS[head.origin],
        "reason": head.reason or None,
        "by": head.submitted_by,
        "at": head.submitted_at,
    }


def action_line(action: InterviewAction) -> View:
    """Return one action as the pages show it."""
    return {
        "action_id": action.action_id,
        "what": action.what,
        "owner": f"{action.owner_name} ({names.OWNERS[action.owner].lower()})",
        "due_on": action.due_on,
        "state": names.ACTION_STATES[action.state],
        "outcome": action.outcome or None,
        "open": action.closed_at is None,
        "closed_by": action.closed_by or None,
        "closed_at": action.closed_at,
        "version": action.version,
    }


def _sections(record: InterviewRecord, lists: RecordLists, *, full: bool) -> list[View]:
    head, said = record.head, record.contents
    whole = full and head.kind is RecordKind.FULL
    before = [
        ("What happened before", said.before_account),
        ("Planned", names.KNOWN[said.planned] if whole else ""),
        ("Asked, forced or lured", names.KNOWN[said.forced_or_lured] if whole else ""),
        ("What pushed the child away", _of_list(said.push_factors, lists.push)),
        ("What drew the child", _of_list(said.pull_factors, lists.pull)),
        ("Anything else", said.other_factors),
    ]
    during = [
        ("What happened while missing", said.during_account),
        ("Drink or drugs", names.KNOWN[said.substances] if whole else ""),
        ("Asked about harm", _yes_no(said.harm_asked) if full else ""),
        ("Harm", _of_list(said.harm, lists.harm)),
        ("What happened then", said.harm_account),
    ]
    after = [
        ("How the child is", said.after_account),
        ("Expects to go again", names.KNOWN[said.may_go_again] if whole else ""),
        ("Asked about health", _yes_no(said.health_asked) if whole else ""),
        ("Needs for its health", said.health_account),
    ]
    return [
        _section("The interview", "", _held(record, full=full)),
        _section(
            "In the child's own words", "child", [("", said.child_words), ("Asked for", head.asked_for)]
        ),
        _section("Before", "", before),
        _section("While missing", "", during),
        _section("After", "", after),
        _section(
            "The worker's analysis", "worker", [("", said.analysis), ("To prevent it", said.prevention)]
        ),
        _section("Told by a parent or carer", "carer", [(said.carer_told_by, said.carer_information)]),
        _section("Reaching the child safely", "", _contact(head) if full else []),
    ]


def _section(title: str, voice: str, rows: Rows) -> View:
    return {"title": title, "voice": voice, "rows": [(label, text) for label, text in rows if text]}


def _held(record: InterviewRecord, *, full: bool) -> Rows:
    said = record.contents
    return [
        ("Where", names.HELD_WHERE[said.held_where]),
        ("Seen alone", _yes_no(said.seen_alone)),
        ("Also there", said.present),
        ("Interpreter", said.interpreter),
        ("Told what cannot be kept between them", _yes_no(said.confidentiality_explained)),
        ("Given the helpline", _yes_no(said.helpline_given)),
        ("The child's wish about passing this on", names.SHARING[said.sharing] if full else ""),
    ]


def _contact(head: RecordHead) -> Rows:
    return [
        ("How", names.SAFE_CONTACT[head.safe_contact]),
        ("Number, person or time", head.safe_contact_detail),
        ("To be avoided", head.safe_contact_avoid),
        ("Languages", ", ".join(each[:1].upper() + each[1:] for each in head.languages)),
        ("Wish", _RATHER.get(head.gender_wish, "")),
        ("Wish", "Would rather see somebody else" if head.workers_not_wanted else ""),
    ]


def _answer(answer: ScreenAnswer, lists: RecordLists) -> View:
    positive = "Not known" if answer.positive is None else _yes_no(answer.positive)
    return {
        "question": lists.screen.get(answer.question, words(answer.question)),
        "asked": _yes_no(answer.asked),
        "positive": positive,
        "note": answer.note or None,
    }


def _entry(entry: RecordEntry) -> View:
    kind = names.MENTIONS[entry.kind]
    return {
        "kind": f"{kind}, {names.PLACE_KINDS[entry.place_kind].lower()}" if entry.place_kind else kind,
        "said": entry.as_said,
        "description": entry.description or None,
        "told_by": names.TOLD_BY[entry.told_by],
        "sharing": names.SHARING[entry.sharing],
    }


def _of_list(codes: Sequence[str], known: Mapping[str, str]) -> str:
    return "; ".join(known.get(code, words(code)) for code in codes)


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"
