"""What children told of visits in interviews on record, and what of it counts beside what the office keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from missing_coord.domain.interview_records import RecordHead
from missing_coord.services.ports.visits import ChildWishes


class ToldKind(StrEnum):
    """What a child told: the languages, the gender of the worker, or a worker whom they would rather not see again."""

    LANGUAGES = "languages"
    GENDER = "gender"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWish:
    """One wish with the record that tells of it."""

    kind: ToldKind
    values: tuple[str, ...]
    interview_id: str
    number: int
    held_at: datetime

    @property
    def key(self) -> str:
        """The name under which the office sets this wish aside; the same wish told again has another."""
        return f"{self.kind}:{self.interview_id}:{','.join(sorted(self.values))}"


def told_wishes(heads: Sequence[RecordHead]) -> list[ToldWish]:
    """Return the wishes told in records, the last told first; give the newest version of each record."""
    newest = sorted(heads, key=lambda head: (head.held_at, head.interview_id), reverse=True)
    return [wish for head in newest for wish in _of(head)]


def in_force(kept: ChildWishes, told: Sequence[ToldWish]) -> ChildWishes:
    """Return the wishes that count, those of the office and those told in records that it has not set aside.

    Of languages and of gender the office's count alone where it keeps any, else those told last. Nobody goes whom the
    child would rather not see again.
    """
    counted = [wish for wish in told if wish.key not in kept.set_aside]
    languages = next((each.values for each in counted if each.kind is ToldKind.LANGUAGES), ())
    gender = next((each.values[0] for each in counted if each.kind is ToldKind.GENDER), "")
    workers = {name for each in counted if each.kind is ToldKind.WORKER for name in each.values}
    return replace(
        kept,
        languages=kept.languages or frozenset(languages),
        gender_wish=kept.gender_wish or gender,
        refused_worker_ids=kept.refused_worker_ids | workers,
    )


def counts(wish: ToldWish, kept: ChildWishes, told: Sequence[ToldWish]) -> bool:
    """Return whether planning follows a told wish."""
    if wish.key in kept.set_aside or (wish.kind is ToldKind.LANGUAGES and kept.languages):
        return False
    if wish.kind is ToldKind.WORKER:
        return True
    if wish.kind is ToldKind.GENDER and kept.gender_wish:
        return False
    return wish == next(each for each in told if each.kind is wish.kind and each.key not in kept.set_aside)


def _of(head: RecordHead) -> list[ToldWish]:
    found = [(ToldKind.LANGUAGES, head.languages), (ToldKind.GENDER, tuple(filter(None, [head.gender_wish])))]
    found += [(ToldKind.WORKER, (worker_id,)) for worker_id in head.workers_not_wanted]
    return [
        ToldWish(
            kind=kind,
            values=values,
            interview_id=head.interview_id,
            number=head.number,
            held_at=head.held_at,
        )
        for kind, values in found
        if values
    ]
