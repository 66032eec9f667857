"""The words that an interview's use cases take and leave: answers, who declined, why on hold, what became of a duty."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from missing_coord.domain.london import LONDON


class OfferAnswer(StrEnum):
    """What was answered to an offer."""

    AWAITING = "awaiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class DeclinedBy(StrEnum):
    """Who said no; a child's own no and a parent's or carer's no are never counted together."""

    CHILD = "child"
    PARENT = "parent"


class HoldReason(StrEnum):
    """Why a child cannot be seen for now; the 72 hours go on."""

    UNWELL = "unwell"
    HOSPITAL = "hospital"
    CUSTODY = "custody"


class DutyResult(StrEnum):
    """What became of the duty to interview about one episode."""

    IN_TIME = "in_time"
    LATE = "late"
    DECLINED = "declined"
    NOT_REQUIRED = "not_required"
    TRANSFERRED = "transferred"
    CARER_INFO_ONLY = "carer_info_only"
    NO_CONTACT = "no_contact"
    CANCELLED = "cancelled"
    DECEASED = "deceased"
    NOT_RECORDED = "not_recorded"


def london_words(at: datetime) -> str:
    """Return an instant as people here read it, such as `21 Nov 2026 at 14:02`."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%b %Y} at {local:%H:%M}"
