"""What pages show of disputes: the stage that runs, when it is due, who holds it, and who could."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.domain.directory import Directory
from missing_coord.domain.disputes import STAGE_NAMES, Stage
from missing_coord.domain.escalation import TELLABLE
from missing_coord.domain.london import LONDON
from missing_coord.notify.wording import short_reference
from missing_coord.storage.stores import disputes as store
from missing_coord.storage.stores.disputes import Row
from missing_coord.storage.unit_of_work import SqlUnitOfWork
from missing_coord.web import show
from missing_coord.web.rendering import london_day

ONE_BY_ONE = (Role.INTERVIEW_WORKER,)
"""Roles of people who hold a stage by name, if at all."""
THE_OFFICE = "The office (coordinators and managers)"


async def disputes_about(uow: SqlUnitOfWork, interview_id: str) -> list[show.View]:
    """Return the disputes about an interview as lines, the running ones first."""
    found = await store.disputes_about(uow, interview_id)
    if not found:
        return []
    holders, today = holders_in(await uow.routing.directory()), uow.now.astimezone(LONDON).date()
    return [dispute_line(each, today, holders) for each in found]


def dispute_line(row: Row, today: date, holders: Mapping[str, str]) -> show.View:
    """Return a dispute as a line of a list."""
    return {
        "dispute_id": row["dispute_id"],
        "short": short_reference(row["dispute_id"]),
        "iro": row["iro"],
        "about": row["about"],
        "interview_id": row["interview_id"],
        "interview": short_reference(row["interview_id"]),
        "stage": STAGE_NAMES[Stage(row["stage"])] if row["stage"] else "Settled",
        "held_by": _held_by(row, holders) if row["stage"] else None,
        "due_on": london_day(row["due_on"]) if row["due_on"] else None,
        "late": row["due_on"] is not None and row["due_on"] < today,
        "closed_at": row["closed_at"],
    }


def stage_line(row: Row, holders: Mapping[str, str]) -> show.View:
    """Return one of its stages."""
    return {
        "held_by": _held_by(row, holders),
        "stage": STAGE_NAMES[Stage(row["stage"])],
        "started_on": london_day(row["started_on"]),
        "due_on": london_day(row["due_on"]),
        "ended_on": london_day(row["ended_on"]) if row["ended_on"] else None,
        "outcome": row["outcome"],
    }


def _held_by(row: Row, holders: Mapping[str, str]) -> str:
    """Say who holds a stage, and through whom they are told."""
    inside = holders.get(row["holder"]) or f"{show.recipient_name(row['holder'])} (not there)"
    through = row["holder_email"] or inside
    told = "" if through == THE_OFFICE and row["holder_name"] else through
    return ", ".join(each for each in (row["holder_name"], told) if each)


def holders_in(directory: Directory) -> dict[str, str]:
    """Return who inside can hold a stage: the office, a role, a team, a rota or a person."""
    groups = [(f"team:{each}", f"Team {each}") for each in sorted(directory.teams)]
    groups += [(f"rota:{each}", f"Who is on duty in the rota {each}") for each in sorted(directory.rotas)]
    people = [
        (f"person:{each.username}", f"{each.display_name or each.username} ({ROLE_NAMES[each.role].lower()})")
        for each in directory.people
        if each.role in TELLABLE
    ]
    roles = [(each.value, f"Every {ROLE_NAMES[each].lower()}") for each in TELLABLE if each not in ONE_BY_ONE]
    return dict([("", THE_OFFICE), *people, *roles, *groups])
