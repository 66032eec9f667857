"""What the council has decided about whose notices are, for retraining: by a person, or by the engine unopposed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from missing_coord.matching.learn import DecidedNotice
from missing_coord.matching.prepared import PreparedChild, prepare_evidence
from missing_coord.matching.reading import evidence_from_data

_DECIDED = text(
    "select evidence, child_id, match_state from incidents where source = 'police'"
    " and match_state in ('automatic', 'confirmed', 'not_on_register') order by incident_id"
)
_REGISTER = text("select prepared from children where prepared is not null order by child_id")


async def decided_matches(connection: AsyncConnection) -> tuple[list[DecidedNotice], list[PreparedChild]]:
    """Return every decided incident with its child, and the whole register.

    Matches that the engine made and nobody undid are among them: people's decisions alone are all hard cases.
    """
    register = [PreparedChild.from_json(row[0]) for row in await connection.execute(_REGISTER)]
    children = {child.child_id: child for child in register}
    decided = [
        DecidedNotice(
            person=prepare_evidence(evidence_from_data(evidence)),
            child=None if state == "not_on_register" else children.get(child_id),
        )
        for evidence, child_id, state in await connection.execute(_DECIDED)
        if state == "not_on_register" or child_id in children
    ]
    return decided, register


_MATCHES = text("""
    select i.incident_id::text as incident_id, told.force, told.reference, i.child_id, i.match_state, i.probability,
        i.weights_version, i.decided_by,
        to_char(i.decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as decided_at,
        array_to_string(array(select jsonb_array_elements_text(i.reasons)), '; ') as reasons
    from incidents i join lateral (select n.data ->> 'force' as force, n.data ->> 'reference' as reference
        from notices n where n.incident_id = i.incident_id order by n.notice_id limit 1) told on true
    where i.source = 'police' order by told.force, told.reference, i.incident_id
""")


async def match_rows(connection: AsyncConnection) -> list[dict[str, Any]]:
    """Return whose each police incident is, how sure and by which weights, and who decided; no name of a child."""
    return [dict(row) for row in (await connection.execute(_MATCHES)).mappings()]
