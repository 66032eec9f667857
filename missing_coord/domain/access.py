"""Who acts: the roles of the product and the actor on whose behalf a transaction runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A role as the database knows it: each has a database role `mc_<value>` with its own grants and policies."""

    COORDINATOR = "coordinator"
    INTERVIEW_WORKER = "interview_worker"
    MANAGER = "manager"
    QUALITY_AUDITOR = "quality_auditor"
    EXPLOITATION_LEAD = "exploitation_lead"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    SIGN_IN = "sign_in"


PEOPLE_ROLES = (
    Role.COORDINATOR,
    Role.INTERVIEW_WORKER,
    Role.MANAGER,
    Role.QUALITY_AUDITOR,
    Role.EXPLOITATION_LEAD,
    Role.ADMINISTRATOR,
)

ROLE_NAMES = {
    Role.COORDINATOR: "Coordinator",
    Role.INTERVIEW_WORKER: "Interview worker",
    Role.MANAGER: "Manager",
    Role.QUALITY_AUDITOR: "Quality auditor",
    Role.EXPLOITATION_LEAD: "Exploitation lead",
    Role.ADMINISTRATOR: "Administrator",
    Role.SYSTEM: "The system",
    Role.SIGN_IN: "Sign-in",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person or process for whom a unit of work runs; `worker_id` ties an interview worker to their own work."""

    role: Role
    name: str
    user_id: str | None = None
    worker_id: str | None = None


def system_actor(name: str) -> Actor:
    """Return the actor of an automatic step, such as `intake` or `sweep`."""
    return Actor(role=Role.SYSTEM, name=name)
