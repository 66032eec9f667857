"""Visits as calendar entries (iCalendar): a reference, a time and a link, and nothing else about a child."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from icalendar import Calendar, Event, vCalAddress

from missing_coord.domain.london import LONDON
from missing_coord.notify.wording import short_reference
from missing_coord.services.ports.calendar import Invite

NO_ADDRESS = "invalid:nomail"
"""What stands for the organizer when nobody's address is to be given (RFC 6047)."""


def calendar_of(invites: Sequence[Invite], *, address: str, name: str) -> bytes:
    """Return a calendar to follow: visits that stand, and those that are gone as cancelled."""
    return _calendar(invites, method="PUBLISH", address=address, name=name)


def invitation(invite: Invite, *, address: str) -> bytes:
    """Return one visit as a file: published while it stands, cancelled when it is gone."""
    method = "CANCEL" if invite.cancelled else "PUBLISH"
    return _calendar([invite], method=method, address=address, name="Return interview visit")


def _calendar(invites: Sequence[Invite], *, method: str, address: str, name: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//missing-coord//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add("x-wr-calname", name)
    for invite in invites:
        calendar.add_component(_event(invite, address=address))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(invite: Invite, *, address: str) -> Event:
    """Return one visit; its id stays the same for ever, its sequence is raised with each change."""
    reference = short_reference(invite.interview_id)
    event = Event()
    event.add("uid", f"{invite.interview_id}.{invite.worker_id}@missing-coord")
    event.add("sequence", invite.sequence)
    event.add("dtstamp", invite.changed_at.astimezone(UTC))
    event.add("last-modified", invite.changed_at.astimezone(UTC))
    event.add("dtstart", invite.starts_at.astimezone(LONDON))
    event.add("dtend", invite.ends_at.astimezone(LONDON))
    event.add("summary", f"Visit {reference}")
    event.add("url", f"{address}/interviews/{invite.interview_id}")
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if invite.cancelled else "CONFIRMED")
    event.add("organizer", vCalAddress(NO_ADDRESS))
    return event
