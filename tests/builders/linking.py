"""Valid episodes, namings and circumstances for the pattern rules; a test states what matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from missing_coord.linking.linker import Linker
from missing_coord.linking.mentions import MentionKind, read_entry
from missing_coord.linking.naming import Naming, OwnWorld
from missing_coord.linking.occasions import Going
from missing_coord.linking.proposals import EpisodeSpan
from missing_coord.linking.strength import NO_FEEDBACK, Feedback

START = datetime(2026, 1, 1, 20, 0, tzinfo=UTC)


def at(days: float = 0, hours: float = 0) -> datetime:
    """Return an instant after the first evening."""
    return START + timedelta(days=days, hours=hours)


def an_episode(
    episode_id: str = "E1",
    *,
    child: str = "C1",
    start: datetime = START,
    hours: float | None = 5,
    kind: str = "M",
) -> EpisodeSpan:
    """Return an episode of so many hours, still open when that is None."""
    ended_at = None if hours is None else start + timedelta(hours=hours)
    return EpisodeSpan(episode_id=episode_id, child_id=child, kind=kind, started_at=start, ended_at=ended_at)


def on_days(days: Sequence[float], *, kind: str = "M") -> list[EpisodeSpan]:
    """Return one child's episodes that begin on these days, counted from 1."""
    return [an_episode(f"E{n}", start=at(day - 1), kind=kind) for n, day in enumerate(days, start=1)]


def a_naming(
    child: str, *, kind: str = "vehicle", value: str = "AB12CDE", said: str = "", day: float = 0
) -> Naming:
    """Return one thing named for one child."""
    return Naming(
        kind=MentionKind(kind),
        value=value,
        as_said=said or value,
        child_id=child,
        episode_id=f"E-{child}-{day}",
        incident_id=f"I-{child}-{day}",
        started_at=at(day),
    )


def gone(
    child: str, *, start: datetime = START, hours: float | None = 5, number: int = 1, **changes: Any
) -> Going:
    """Return a child's episode with nothing in common with any other, save what the test gives."""
    span = an_episode(f"E-{child}-{number}", child=child, start=start, hours=hours)
    return Going(span=span, incident_id=f"I-{child}-{number}", **changes)


def read(child: str, kind: str, said: str, *, day: float = 0) -> Naming:
    """Return one thing named for one child, read from its words by the engine."""
    ((found, value, words),) = read_entry(MentionKind(kind), said)
    return a_naming(child, kind=found.value, value=value, said=words, day=day)


def linker_of(
    *namings: Naming, goings: Sequence[Going] = (), feedback: Feedback = NO_FEEDBACK, **worlds: OwnWorld
) -> Linker:
    """Return the engine with these namings and episodes; `worlds` are by child."""
    linker = Linker(feedback=feedback)
    linker.take(namings=namings, goings=goings, worlds=worlds)
    return linker


def strength_of(linker: Linker, one: str = "C1", other: str = "C2") -> float:
    """Return the probability of the link of two children, 0 when nothing ties them."""
    link = linker.link(one, other)
    return link.probability if link else 0.0
