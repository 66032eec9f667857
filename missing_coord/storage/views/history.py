"""What is held of a council's earlier records, counted from the tables alone, and the balances of their imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, text

from missing_coord.domain.history_balance import Held, HeldEpisode, Told
from missing_coord.storage.locks import lock_names
from missing_coord.storage.tables.history import history_imports
from missing_coord.storage.unit_of_work import SqlUnitOfWork

_EPISODES = text("""
    select p.entry_key, p.child_id, to_char(p.started_at at time zone 'Europe/London', 'YYYY-MM') as month,
           e.episode_id::text as episode_id, coalesce('from_history' = any(e.flags), false) as alone
    from past_episodes p left join episode_incidents ei on ei.incident_id = p.incident_id
    left join episodes e on e.episode_id = ei.episode_id and e.child_id = p.child_id
    where p.entry_key = any(:keys)
""")
_INTERVIEWS = text("select entry_key from past_interviews where entry_key = any(:keys)")
_WAITING = text("""
    select i.entry_key from past_interviews i where i.entry_key = any(:keys) and exists (
        select from unnest(i.covers) c(entry_key) where not exists (
            select from past_episodes p where p.entry_key = c.entry_key))
    order by i.entry_key
""")
_LIVE = text("select episode_id::text from episodes where child_id = any(:ids) and status <> 'cancelled'")


async def hold_imports(uow: SqlUnitOfWork) -> None:
    """Wait until no other import is under way, and keep others waiting until this transaction ends."""
    await lock_names(uow.connection, "earlier records", ["import"])


async def held_of(uow: SqlUnitOfWork, told: Told) -> Held:
    """Return what is held of what the files say."""
    episodes = await uow.execute(_EPISODES, {"keys": list(told.episodes)})
    keys = {"keys": sorted(told.interviews)}
    live = await uow.execute(_LIVE, {"ids": told.child_ids})
    return Held(
        episodes={
            row["entry_key"]: HeldEpisode(row["child_id"], row["month"], row["episode_id"], row["alone"])
            for row in episodes.mappings()
        },
        interviews=frozenset((await uow.execute(_INTERVIEWS, keys)).scalars()),
        waiting=tuple((await uow.execute(_WAITING, keys)).scalars()),
        live=frozenset(live.scalars()),
    )


async def keep_import(
    uow: SqlUnitOfWork, *, files: Sequence[str], digest: str, balance: dict[str, Any], new_episodes: int
) -> None:
    """Keep the balance of an import."""
    await uow.execute(
        insert(history_imports).values(
            files=list(files),
            content_sha256=digest,
            rows=balance["rows"],
            new_episodes=new_episodes,
            new_interviews=balance["interviews"]["new"],
            balanced=balance["balanced"],
            balance=balance,
            done_by=uow.actor.name,
            done_at=uow.now,
        )
    )
    uow.audit(
        "history_imported", subject_type="history", subject_id=digest[:16], rows=balance["rows"],
        balanced=balance["balanced"],
    )  # fmt: skip
