"""Writes a submitted record back as fields of its form, so that a correction starts from what stands."""

from __future__ import annotations

from enum import Enum

from missing_coord.domain.interview_records import InterviewRecord, RecordEntry
from missing_coord.domain.mentions import MentionKind

Fields = dict[str, list[str]]
_OF_HEAD = (
    "kind",
    "asked_for",
    "safe_contact",
    "safe_contact_detail",
    "safe_contact_avoid",
    "gender_wish",
    "act_now",
)


def fields_of(record: InterviewRecord) -> Fields:
    """Return the fields; actions are left out, as they live on by themselves."""
    head, contents = record.head, record.contents
    fields: Fields = {name: _written(getattr(head, name)) for name in _OF_HEAD}
    fields |= {name: _written(getattr(contents, name)) for name in contents.__dataclass_fields__}
    fields["languages"] = [", ".join(head.languages)]
    fields["see_again"] = ["no" if head.worker_id in head.workers_not_wanted else "yes"]
    fields["episode_ids"] = list(head.episode_ids)
    for answer in record.screen:
        row = f"screen-{answer.question}"
        fields[f"{row}-asked"] = _written(answer.asked)
        fields[f"{row}-positive"] = ["not_known"] if answer.positive is None else _written(answer.positive)
        fields[f"{row}-note"] = [answer.note]
    for number, entry in enumerate(record.entries, start=1):
        fields |= _entry(f"entry-{number}", entry)
    return fields


def _entry(row: str, entry: RecordEntry) -> Fields:
    said = entry.as_said.split(" aka ")[0] if entry.kind is MentionKind.PERSON else entry.as_said
    return {
        f"{row}-kind": [entry.kind.value],
        f"{row}-words": [said],
        f"{row}-aliases": [", ".join(entry.aliases)],
        f"{row}-description": [entry.description],
        f"{row}-place_kind": [entry.place_kind.value if entry.place_kind else ""],
        f"{row}-told_by": [entry.told_by.value],
        f"{row}-sharing": [entry.sharing.value],
    }


def _written(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return [str(value.value) if isinstance(value, Enum) else str(value)]
