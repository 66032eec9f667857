"""Interview records for tests: whole ones, changed where a test says so."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from missing_coord.domain.interview_actions import ActionOwner, ActionState, InterviewAction
from missing_coord.domain.interview_records import (
    HeldWhere,
    InterviewRecord,
    Known,
    PlaceKind,
    RecordContents,
    RecordEntry,
    RecordHead,
    RecordKind,
    RecordOrigin,
    SafeContact,
    ScreenAnswer,
    SharingWish,
    ToldBy,
)
from missing_coord.domain.mentions import MentionKind

HELD = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def head(interview_id: str, **changes: Any) -> RecordHead:
    """Return the head of a first version."""
    plain = RecordHead(
        interview_id=interview_id,
        number=1,
        kind=RecordKind.FULL,
        origin=RecordOrigin.FIRST,
        reason="",
        lists_version="2026-1",
        held_at=HELD,
        worker_id="W01",
        submitted_by="Ade Farrow",
        submitted_at=HELD,
        episode_ids=(),
        asked_for="To see Gran on Sundays.",
        act_now=False,
        safe_contact=SafeContact.TEXT,
        safe_contact_detail="07700 900123",
        safe_contact_avoid="Never at the flat.",
        languages=("polish",),
        workers_not_wanted=("W09",),
    )
    return replace(plain, **changes)


def contents(**changes: Any) -> RecordContents:
    """Return contents with something in every part."""
    plain = RecordContents(
        held_where=HeldWhere.HOME,
        seen_alone=True,
        present="Gran, in the kitchen.",
        confidentiality_explained=True,
        helpline_given=True,
        before_account="Had a row about the phone.",
        planned=Known.NO,
        forced_or_lured=Known.NOT_KNOWN,
        push_factors=("conflict_at_home",),
        pull_factors=("friends",),
        during_account="Slept at a friend's.",
        harm=(),
        harm_asked=True,
        substances=Known.NO,
        after_account="Tired, and glad to be back.",
        may_go_again=Known.NOT_KNOWN,
        health_asked=True,
        child_words="Nobody listens in there.",
        sharing=SharingWish.ASK_FIRST,
        analysis="The rows at home come before each episode.",
        prevention="A call to Gran before it boils over.",
        carer_told_by="Gran",
        carer_information="Came back at six in the morning.",
    )
    return replace(plain, **changes)


def entry(kind: MentionKind, as_said: str, **changes: Any) -> RecordEntry:
    """Return an entry that the child named and does not mind being passed on."""
    plain = RecordEntry(
        entry_id=str(uuid.uuid4()),
        kind=kind,
        value=as_said.lower(),
        as_said=as_said,
        told_by=ToldBy.CHILD,
        sharing=SharingWish.MAY_SHARE,
    )
    return replace(plain, **changes)


def record(interview_id: str, **changes: Any) -> InterviewRecord:
    """Return a record; `changes` go to its head."""
    return InterviewRecord(
        head=head(interview_id, **changes),
        contents=contents(),
        screen=(
            ScreenAnswer(question="gifts", asked=True, positive=False),
            ScreenAnswer(
                question="older_people", asked=False, positive=True, note="A ring of keys was seen."
            ),
            ScreenAnswer(question="travel", asked=True, positive=None),
        ),
        entries=(
            entry(
                MentionKind.PERSON, "Smokes aka Darren Colby", aliases=("Darren Colby",), description="Tall."
            ),
            entry(
                MentionKind.PLACE,
                "The Arches",
                place_kind=PlaceKind.PUBLIC_PLACE,
                easting=384000,
                northing=398000,
                sharing=SharingWish.DO_NOT_SHARE,
            ),
        ),
    )


def action(interview_id: str, **changes: Any) -> InterviewAction:
    """Return an open action."""
    plain = InterviewAction(
        action_id=str(uuid.uuid4()),
        interview_id=interview_id,
        record_number=1,
        what="Ask for a visit to Gran every Sunday.",
        owner=ActionOwner.SOCIAL_WORKER,
        owner_name="Ines Marsh",
        due_on=date(2026, 11, 27),
        state=ActionState.OPEN,
        outcome="",
        opened_by="Ade Farrow",
        opened_at=HELD,
    )
    return replace(plain, **changes)
