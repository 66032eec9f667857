"""The balance of an import of earlier records: what the files say before, and what is held after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from missing_coord.domain.london import LONDON
from missing_coord.domain.past_records import PastRecord, past_episode, past_interview
from missing_coord.domain.plurals import noun, plural

SHOWN = 20


class Stand(NamedTuple):
    """Whose past episode it is, and in which London month it began."""

    child_id: str
    month: str


class HeldEpisode(NamedTuple):
    """A past episode as it is held: its missing episode, and whether nobody else tells of that one."""

    child_id: str
    month: str
    episode_id: str | None
    alone: bool


def month_of(at: datetime) -> str:
    """Return the London month of an instant, such as `2024-10`."""
    return f"{at.astimezone(LONDON):%Y-%m}"


@dataclass(slots=True)
class Told:
    """What the files say, counted row by row as they are read; a key that comes twice counts once.

    `contradicted` are numbers under which two rows say different things: one of the two would be lost.
    """

    rows: int = 0
    unread: int = 0
    episodes: dict[str, Stand] = field(default_factory=dict)
    interviews: set[str] = field(default_factory=set)
    contradicted: set[str] = field(default_factory=set)
    _said: dict[str, object] = field(default_factory=dict)

    @property
    def child_ids(self) -> list[str]:
        """The children of the past episodes."""
        return sorted({each.child_id for each in self.episodes.values()})

    def note(self, record: PastRecord | None) -> None:
        """Count one row; None for one that goes to quarantine."""
        self.rows += 1
        if record is None:
            self.unread += 1
            return
        if episode := past_episode(record):
            self.episodes[episode.entry_key] = Stand(episode.child_id, month_of(episode.started_at))
            self._compare(f"{record.child_id}, episode {record.episode_id or record.started_at}", episode)
        if interview := past_interview(record):
            self.interviews.add(interview.entry_key)
            told = (interview.state, interview.held_at, interview.declined_at, interview.closed_at)
            if record.interview_id:
                self._compare(f"{record.child_id}, interview {record.interview_id}", told)

    def _compare(self, number: str, said: object) -> None:
        if self._said.setdefault(number, said) != said:
            self.contradicted.add(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is held of what the files say; `live` are all missing episodes of their children."""

    episodes: Mapping[str, HeldEpisode]
    interviews: frozenset[str]
    waiting: tuple[str, ...]
    live: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the intake says that it did with the rows."""

    rows: int
    accepted: int
    duplicates: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """Past episodes that began in one London month: in the files, and held."""

    month: str
    told: int
    held: int
    same_as_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Rows in = taken + same as known + quarantined, and every past episode and interview is where it should be."""

    taken: Taken
    months: tuple[MonthLine, ...]
    children: int
    children_off: tuple[str, ...]
    episodes_before: int
    episodes_new: int
    episodes_joined: int
    episodes_after: int
    same_as_known: int
    interviews: int
    interviews_new: int
    past_episodes_new: int
    problems: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        """Whether there is nothing that does not add up."""
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        """Return the balance as it is printed for programs and kept."""
        return {
            "rows": self.taken.rows,
            "taken": self.taken.accepted,
            "known": self.taken.duplicates,
            "quarantined": self.taken.quarantined,
            "episodes": {
                "before": self.episodes_before,
                "new": self.episodes_new,
                "joined": self.episodes_joined,
                "after": self.episodes_after,
                "same_as_known": self.same_as_known,
            },
            "interviews": {"in_files": self.interviews, "new": self.interviews_new},
            "months": [
                {"month": m.month, "in_files": m.told, "held": m.held, "same_as_known": m.same_as_known}
                for m in self.months
            ],
            "children": {"in_files": self.children, "not_balanced": list(self.children_off)},
            "balanced": self.balanced,
            "problems": list(self.problems),
        }


def balance_of(told: Told, taken: Taken, *, before: Held, after: Held) -> Balance:
    """Compare what the files say with what is held, by counts that were made independently of the intake."""
    standing = {key: each for key, each in after.episodes.items() if each.episode_id is not None}
    children = Counter(each.child_id for each in told.episodes.values())
    held_children = Counter(each.child_id for each in standing.values())
    off = tuple(sorted(each for each in children if children[each] != held_children[each]))
    months = _months(told, standing)
    return Balance(
        taken=taken,
        months=months,
        children=len(children),
        children_off=off,
        episodes_before=len(before.live),
        episodes_new=len(after.live - before.live),
        episodes_joined=len(before.live - after.live),
        episodes_after=len(after.live),
        same_as_known=sum(not each.alone for each in standing.values()),
        interviews=len(told.interviews),
        interviews_new=len(after.interviews - before.interviews),
        past_episodes_new=len(after.episodes.keys() - before.episodes.keys()),
        problems=tuple(_problems(told, taken, after, months, off)),
    )


def _months(told: Told, standing: Mapping[str, HeldEpisode]) -> tuple[MonthLine, ...]:
    said = Counter(each.month for each in told.episodes.values())
    held = Counter(each.month for each in standing.values())
    known = Counter(each.month for each in standing.values() if not each.alone)
    return tuple(
        MonthLine(month=month, told=said[month], held=held[month], same_as_known=known[month])
        for month in sorted(said.keys() | held.keys())
    )


def _problems(
    told: Told, taken: Taken, after: Held, months: tuple[MonthLine, ...], off: tuple[str, ...]
) -> list[str]:
    found = []
    if not told.rows == taken.rows == taken.accepted + taken.duplicates + taken.quarantined:
        found.append(
            f"{plural(told.rows, 'row')} {noun(told.rows, 'is')} in the files: {taken.accepted} taken in,"
            f" {taken.duplicates} known already and {taken.quarantined} in quarantine."
        )
    if told.unread != taken.quarantined:
        found.append(
            f"{plural(told.unread, 'row')} cannot be read, but {taken.quarantined}"
            f" {noun(taken.quarantined, 'is')} in quarantine."
        )
    found += [
        f"{each.month}: {plural(each.told, 'past episode')} {noun(each.told, 'is')} in the files and {each.held}"
        f" {noun(each.held, 'is')} held."
        for each in months
        if each.told != each.held
    ]
    if off:
        found.append(
            f"{plural(len(off), 'child')} {noun(len(off), 'does', 'do')} not balance, such as {', '.join(off[:SHOWN])}."
        )
    if lost := told.interviews - after.interviews:
        found.append(f"{plural(len(lost), 'past interview')} of the files {noun(len(lost), 'is')} not held.")
    if told.contradicted:
        found.append(
            f"{plural(len(told.contradicted), 'number')} {noun(len(told.contradicted), 'stands', 'stand')} for"
            f" two different things, so that one would be lost:"
            f" {'; '.join(sorted(told.contradicted)[:SHOWN])}."
        )
    if after.waiting:
        found.append(
            f"{plural(len(after.waiting), 'past interview')} {noun(len(after.waiting), 'is')} about an episode"
            f" that is not there: take in the file of"
            " episodes too."
        )
    return found
