"""Valid episodes, namings and circumstances for the pattern rules; a test states what matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from missing_coord.linking.mentions import MentionKind
from missing_coord.linking.proposals import EpisodeSpan
from missing_coord.linking.shared import Naming
from missing_coord.linking.together import Circumstances

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


def gone(child: str, *, start: datetime = START, hours: float | None = 5, **changes: object) -> Circumstances:
    """Return a child's episode with nothing in common with any other, save what the test gives."""
    span = an_episode(f"E-{child}", child=child, start=start, hours=hours)
    return Circumstances(span=span, incident_id=f"I-{child}", **changes)  # type: ignore[arg-type]
