"""Copies of an interview record for those who may not read all of it: what each leaves out, by rule."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from missing_coord.domain.interview_actions import ActionOwner, InterviewAction
from missing_coord.domain.interview_records import (
    InterviewRecord,
    Known,
    RecordContents,
    RecordHead,
    SafeContact,
    SharingWish,
)


class Copy(StrEnum):
    """For whom a copy of a record is made."""

    FULL = "full"
    PLACEMENT = "placement"


LEFT_OUT = {
    Copy.FULL: (),
    Copy.PLACEMENT: (
        "the exploitation screen and the worker's analysis",
        "the worker's account of before, during and after, the child's reasons, and harm",
        "what a parent or carer told",
        "how the child is reached safely",
        "the child's own words and what the child asked for, unless the child agreed to passing them on",
        "people, places, vehicles and numbers that the child did not agree to passing on",
        "actions of others than the placement",
    ),
}


def copy_of(record: InterviewRecord, copy: Copy) -> InterviewRecord:
    """Return what a copy may hold; the full one holds everything."""
    if copy is Copy.FULL:
        return record
    agreed = record.contents.sharing is SharingWish.MAY_SHARE
    return InterviewRecord(
        head=_head(record.head, agreed=agreed),
        contents=_contents(record.contents, agreed=agreed),
        entries=tuple(each for each in record.entries if each.sharing is SharingWish.MAY_SHARE),
    )


def actions_of(actions: tuple[InterviewAction, ...], copy: Copy) -> tuple[InterviewAction, ...]:
    """Return the actions that a copy may hold."""
    if copy is Copy.FULL:
        return actions
    return tuple(each for each in actions if each.owner is ActionOwner.PLACEMENT)


def _head(head: RecordHead, *, agreed: bool) -> RecordHead:
    return replace(
        head,
        reason="",
        asked_for=head.asked_for if agreed else "",
        safe_contact=SafeContact.NONE,
        safe_contact_detail="",
        safe_contact_avoid="",
        workers_not_wanted=(),
    )


def _contents(contents: RecordContents, *, agreed: bool) -> RecordContents:
    return RecordContents(
        held_where=contents.held_where,
        seen_alone=contents.seen_alone,
        confidentiality_explained=contents.confidentiality_explained,
        helpline_given=contents.helpline_given,
        harm_asked=contents.harm_asked,
        health_asked=contents.health_asked,
        health_account=contents.health_account if agreed else "",
        child_words=contents.child_words if agreed else "",
        sharing=contents.sharing,
        planned=Known.NOT_ASKED,
        prevention=contents.prevention if agreed else "",
    )
