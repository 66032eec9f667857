"""Invents what was said in the interviews of the last weeks, for records, briefs and actions to show something."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from missing_coord.domain.cases import Interview
from missing_coord.domain.interview_actions import ActionOwner, ActionState, InterviewAction
from missing_coord.domain.interview_records import (
    HeldWhere,
    InterviewRecord,
    Known,
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
from missing_coord.domain.record_lists import DEFAULT_LISTS
from missing_coord.linking.mentions import read_entry

_WORDS: Final = (
    "I just walked. Nobody asks me anything in there, they only write things down.",
    "I was with my mates. It is not as if anybody was worried.",
    "I wanted to see my brother, and they said not this weekend again.",
    "It is boring and they took my phone. I would do it again, to be honest.",
)
_ASKED: Final = (
    "To see my brother every other weekend.",
    "To be told before somebody goes through my room.",
    "A later time to be in on Fridays.",
    "To talk to somebody who is not from here.",
)
_BEFORE: Final = (
    "A row about the telephone.",
    "Contact was called off the day before.",
    "Nothing happened, it says.",
)
_DURING: Final = (
    "Stayed with friends and slept on a sofa.",
    "Rode trams, then sat in a flat with others.",
    "Walked about.",
)
_ANALYSIS: Final = (
    "Going missing follows each time that contact is called off; the loss matters more than the rules.",
    "The group is older than it was in spring, and who pays for the food is not told.",
    "Seeks company rather than flight. The risk lies in who offers it.",
)
_TASKS: Final = (
    (
        "Ask for contact with the brother to be put into the plan.",
        ActionOwner.SOCIAL_WORKER,
        "Social worker on duty",
    ),
    ("Agree with the child how rooms are checked.", ActionOwner.PLACEMENT, "Home manager"),
    (
        "Talk to the exploitation lead about the older friends.",
        ActionOwner.EXPLOITATION_LEAD,
        "Exploitation lead",
    ),
)
_NAMED: Final = (
    (MentionKind.PERSON, "Smokes", "Older, gives lifts."),
    (MentionKind.PLACE, "the shutters behind the market", ""),
    (MentionKind.HANDLE, "@nightbus.m1", "Writes at night."),
)


def invent_record(
    interview: Interview, *, held_at: datetime, episode_ids: Sequence[str], by: str, key: str
) -> tuple[InterviewRecord, list[InterviewAction]]:
    """Return the record of a held interview and its actions, always the same for the same key."""
    rng = random.Random(key)
    told = held_at + timedelta(minutes=50)
    head = RecordHead(
        interview_id=interview.interview_id,
        number=1,
        kind=RecordKind.FULL,
        origin=RecordOrigin.FIRST,
        reason="",
        lists_version=DEFAULT_LISTS.version,
        held_at=held_at,
        worker_id=interview.worker_id,
        submitted_by=by,
        submitted_at=told,
        episode_ids=tuple(episode_ids),
        asked_for=rng.choice(_ASKED),
        act_now=False,
        safe_contact=rng.choice((SafeContact.TEXT, SafeContact.PHONE, SafeContact.VIA_CARER)),
        safe_contact_avoid="" if rng.random() < 0.7 else "No letters to the house.",
        languages=("polish",) if rng.random() < 0.06 else (),
        workers_not_wanted=(interview.worker_id,) if rng.random() < 0.05 else (),
    )
    record = InterviewRecord(head=head, contents=_contents(rng), screen=_screen(rng), entries=_entries(rng))
    return record, _actions(rng, head)


def _contents(rng: random.Random) -> RecordContents:
    return RecordContents(
        held_where=rng.choice((HeldWhere.PLACEMENT, HeldWhere.HOME, HeldWhere.PUBLIC_PLACE)),
        seen_alone=rng.random() < 0.9,
        confidentiality_explained=True,
        helpline_given=rng.random() < 0.85,
        before_account=rng.choice(_BEFORE),
        planned=rng.choice((Known.NO, Known.NOT_KNOWN)),
        forced_or_lured=Known.NO,
        push_factors=tuple(rng.sample(sorted(DEFAULT_LISTS.push), rng.randint(1, 2))),
        pull_factors=tuple(rng.sample(sorted(DEFAULT_LISTS.pull), rng.randint(0, 2))),
        during_account=rng.choice(_DURING),
        harm_asked=rng.random() < 0.9,
        substances=rng.choice((Known.NO, Known.NOT_ASKED, Known.YES)),
        may_go_again=rng.choice((Known.NOT_KNOWN, Known.YES)),
        health_asked=rng.random() < 0.7,
        child_words=rng.choice(_WORDS),
        sharing=rng.choice(tuple(SharingWish)),
        analysis=rng.choice(_ANALYSIS),
    )


def _screen(rng: random.Random) -> tuple[ScreenAnswer, ...]:
    return tuple(
        ScreenAnswer(question=question, asked=rng.random() < 0.85, positive=rng.random() < 0.08)
        for question in DEFAULT_LISTS.screen
    )


def _entries(rng: random.Random) -> tuple[RecordEntry, ...]:
    if rng.random() < 0.5:
        return ()
    kind, said, description = rng.choice(_NAMED)
    found = read_entry(kind, said)
    entry = RecordEntry(
        entry_id=str(uuid.UUID(int=rng.getrandbits(128))),
        kind=kind,
        value=found[0][1] if found else "",
        as_said=said,
        told_by=ToldBy.CHILD,
        sharing=rng.choice((SharingWish.MAY_SHARE, SharingWish.DO_NOT_SHARE)),
        description=description,
    )
    return (entry,)


def _actions(rng: random.Random, head: RecordHead) -> list[InterviewAction]:
    if rng.random() < 0.25:
        return []
    what, owner, name = rng.choice(_TASKS)
    opened = InterviewAction(
        action_id=str(uuid.UUID(int=rng.getrandbits(128))),
        interview_id=head.interview_id,
        record_number=head.number,
        what=what,
        owner=owner,
        owner_name=name,
        due_on=(head.held_at + timedelta(days=rng.randint(5, 20))).date(),
        state=ActionState.OPEN,
        outcome="",
        opened_by=head.submitted_by,
        opened_at=head.submitted_at,
    )
    return [opened]
