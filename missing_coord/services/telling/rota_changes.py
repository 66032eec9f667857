"""Telling people that their duty on a rota has changed: who gains or loses hours of the next two weeks hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from missing_coord.domain.directory import Person
from missing_coord.domain.london import LONDON
from missing_coord.domain.messages import ChannelName, MessageKind, Notice
from missing_coord.domain.plurals import plural
from missing_coord.domain.rotas import Rota, duty_of
from missing_coord.services.ports.escalation import Write

AHEAD = timedelta(days=14)
MOST_NAMED = 5


async def save_rota(uow: Any, rota: Rota, *, expected_version: int, write: Write) -> None:
    """Keep a rota, and tell everybody whose hours it changes, but not whoever made the change.

    Raises ConcurrencyConflict when somebody else changed it since it was read.
    """
    before, _ = await uow.rotas.get(rota.name)
    await uow.rotas.save(rota, expected_version=expected_version)
    uow.audit("rota_saved", subject_type="rota", subject_id=rota.name)
    people = (await uow.routing.directory()).people
    notices = [
        _notice(rota, person, hours, expected_version + 1)
        for person in people
        if person.user_id != uow.actor.user_id
        and (hours := _hours(uow, rota, person)) != _hours(uow, before, person)
    ]
    async with uow.as_system():
        await uow.messages.add([write(each, uow.now) for each in notices])


def _hours(uow: Any, rota: Rota, person: Person) -> list[str]:
    spans = duty_of(rota, person.username, uow.now, uow.now + AHEAD)
    return [
        f"{start.astimezone(LONDON):%a %d %b %H:%M} to {end.astimezone(LONDON):%a %d %b %H:%M}"
        for start, end in spans
    ]


def _notice(rota: Rota, person: Person, hours: list[str], version: int) -> Notice:
    more = f" and {plural(len(hours) - MOST_NAMED, 'time')} more" if len(hours) > MOST_NAMED else ""
    return Notice(
        key=f"rota:{rota.name}:{version}:{person.user_id}",
        kind=MessageKind.ROTA,
        role=person.role,
        user_id=person.user_id,
        subject_type="rota",
        subject_id=rota.name,
        said=f"{'; '.join(hours[:MOST_NAMED])}{more}" or "not at all",
        channels=(ChannelName.EMAIL,),
    )
