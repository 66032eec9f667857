"""What is held of a council's earlier records, counted from the tables alone."""

from __future__ import annotations

from sqlalchemy import text

from missing_coord.domain.history_balance import Held, HeldEpisode, Told
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
