"""Proposals as rows, and which of them say something new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from missing_coord.planning.situation import Proposal
from missing_coord.storage.mappers import plain


def proposal_row(proposal: Proposal, trouble: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Return a proposal as its row; `trouble` says of booked visits why they cannot be kept."""
    return {
        "interview_id": proposal.interview_id,
        "worker_id": proposal.worker_id or "",
        "starts_at": proposal.starts_at,
        "ends_at": proposal.ends_at,
        "late": proposal.late,
        "detail": {
            "basis": plain(proposal.basis),
            "reasons": list(proposal.reasons),
            "passed_over": plain(proposal.passed_over),
            "alternatives": plain(proposal.alternatives),
            "earliest_possible": plain(proposal.earliest_possible),
            "binding_reason": proposal.binding_reason,
            "moved_from": plain(proposal.moved_from),
            "instead": proposal.instead,
            "trouble": trouble.get(proposal.interview_id, ""),
        },
        "made_at": now,
    }


def with_what_moved(row: dict[str, Any], before: RowMapping | None) -> dict[str, Any]:
    """Return a proposal that is still where it was moved to with where it was before it moved."""
    stays = before is not None and (row["worker_id"], row["starts_at"]) == (
        before["worker_id"],
        before["starts_at"],
    )
    if before is None or not stays or row["detail"]["moved_from"] is not None:
        return row
    return {**row, "detail": {**row["detail"], "moved_from": before["detail"].get("moved_from")}}


def same_proposal(row: Mapping[str, Any], before: RowMapping | None) -> bool:
    """Return whether a row says the same as the one before, whenever either was made."""
    return before is not None and all(
        row[name] == before[name] for name in ("worker_id", "starts_at", "ends_at", "late", "detail")
    )
