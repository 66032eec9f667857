"""The rules of earlier records: what was brought over is still held, and every import balanced."""

from __future__ import annotations

from missing_coord.storage.verify_rules import Rule

HISTORY = (
    Rule(
        name="past_episodes_stand_in_an_episode",
        says="A past episode was brought over, but is part of no missing episode.",
        query="select 'past episode ' || p.entry_key from past_episodes p"
        " where not exists (select from episode_incidents ei where ei.incident_id = p.incident_id)",
    ),
    Rule(
        name="past_interviews_have_their_episode",
        says="A past interview is about an episode that was not brought over: take in the file of episodes too.",
        query="select 'past interview ' || i.entry_key from past_interviews i where exists (select from"
        " unnest(i.covers) c(entry_key) where not exists ("
        "select from past_episodes p where p.entry_key = c.entry_key))",
    ),
    Rule(
        name="earlier_records_are_kept",
        says="Imports brought over more past episodes or interviews than are held now.",
        query="select 'earlier records' from (select coalesce(sum(new_episodes), 0) as episodes,"
        " coalesce(sum(new_interviews), 0) as interviews from history_imports) i"
        " where i.episodes > (select count(*) from past_episodes)"
        " or i.interviews > (select count(*) from past_interviews)",
    ),
    Rule(
        name="imports_balance",
        says="An import of earlier records did not balance, and no later one of these files did.",
        query="select 'import ' || i.import_number from history_imports i where not i.balanced and not exists ("
        " select from history_imports later where later.balanced and later.import_number > i.import_number"
        " and (later.content_sha256 = i.content_sha256 or later.files = i.files))",
    ),
)
