"""What the council has decided about whose notices are, for retraining: by a person, or by the engine unopposed."""

from __future__ import annotations

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
