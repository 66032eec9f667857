"""Rows of text in the contracts' own columns, as another system would write them to a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from missing_coord.domain.london import LONDON

Row = dict[str, str]


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split())


CHILD_COLUMNS: Final = _columns(
    "child_id forename middle_names surname aliases date_of_birth sex ethnicity home_address "
    "home_postcode previous_addresses previous_postcodes phone status legal_status "
    "responsible_authority social_worker social_worker_email team team_manager_email iro iro_email "
    "school uasc flags"
)
PLACEMENT_COLUMNS: Final = _columns(
    "child_id placement_id start_date end_date place_code provider_code provider_name urn address "
    "postcode confidential"
)
WORKER_COLUMNS: Final = _columns(
    "worker_id name email phone team employer fte weekly_target base_postcode working_days "
    "working_hours languages gender skills out_of_authority max_travel_miles"
)
ABSENCE_COLUMNS: Final = ("worker_id", "starts_at", "ends_at", "reason")
LIST_COLUMNS: Final = ("child_id", "placement_id", "type", "started_at", "ended_at", "reported_by")
NOTICE_COLUMNS: Final = _columns(
    "force reference message issued_at category risk last_seen_at last_seen_place last_seen_postcode "
    "reported_at found_at found_place found_postcode returned_at returned_to safe_and_well_at forename "
    "surname aliases date_of_birth age sex ethnicity home_address home_postcode missing_from "
    "missing_from_postcode looked_after responsible_authority local_child_id phone companions places "
    "vehicles circumstances warning_markers"
)


def iso(instant: datetime | None) -> str:
    """Write an instant as London wall-clock time with its offset; nothing when unknown."""
    return "" if instant is None else instant.astimezone(LONDON).isoformat(timespec="seconds")


def british(instant: datetime | None) -> str:
    """Write an instant as dd/mm/yyyy HH:MM, or with its offset when that wall-clock time happens twice."""
    if instant is None:
        return ""
    local = instant.astimezone(LONDON)
    twice = local.replace(fold=0).astimezone(UTC) != local.replace(fold=1).astimezone(UTC)
    return iso(instant) if twice else local.strftime("%d/%m/%Y %H:%M")


def listed(items: tuple[str, ...] | list[str]) -> str:
    """Write a list as the contracts do."""
    return ";".join(items)
