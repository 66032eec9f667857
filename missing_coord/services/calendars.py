"""The secret link by which a worker's own calendar follows their visits."""

from __future__ import annotations

import hashlib
import secrets

from missing_coord.domain.access import Role
from missing_coord.domain.errors import NotAllowed
from missing_coord.services.interviews.change import check_role
from missing_coord.services.ports.calendar import CalendarWork


async def make_feed(uow: CalendarWork) -> str:
    """Make a new secret for the worker who acts, which ends the one before, and return it; only its hash is kept."""
    check_role(uow, {Role.INTERVIEW_WORKER})
    worker_id = uow.actor.worker_id
    if not worker_id:
        raise NotAllowed("Your account belongs to no worker, so it has no visits.")
    secret = secrets.token_urlsafe(32)
    await uow.calendars.keep_feed(worker_id, hash_of(secret))
    uow.audit("calendar_link_made", subject_type="worker", subject_id=worker_id)
    return secret


def hash_of(secret: str) -> str:
    """Return what is kept of a link's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
