"""Who can be told: people, their teams, rotas and working contacts; and whom a recipient of a ladder means now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from missing_coord.domain.access import ROLE_NAMES, Role
from missing_coord.domain.escalation import LONG_AGO, Ladder, TargetKind, target_of
from missing_coord.domain.messages import CHANNEL_WORDS, ChannelName
from missing_coord.domain.rotas import Rota, on_duty

_OFFICE = (Role.COORDINATOR, Role.MANAGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in; `contacts` are the addresses that work."""

    user_id: str
    username: str
    role: Role
    display_name: str = ""
    contacts: Mapping[ChannelName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Everybody who can be told at all; `professionals` are addresses of people outside, by what they are told of.

    `holders` are the recipients kept on the running stages of disputes, by dispute.
    """

    people: tuple[Person, ...]
    teams: Mapping[str, Collection[str]] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    professionals: Mapping[str, str] = field(default_factory=dict)
    holders: Mapping[str, str] = field(default_factory=dict)

    def meant_by(self, recipient: str, at: datetime) -> tuple[Person, ...]:
        """Return whom a recipient means at an instant; nobody where there is no such team, rota or person."""
        kind, name = target_of(recipient)
        if kind is TargetKind.ROLE:
            return tuple(each for each in self.people if each.role == name)
        if kind is TargetKind.PERSON:
            return tuple(each for each in self.people if each.username == name)
        if kind is TargetKind.PROFESSIONAL:
            return (_outside(name, self.professionals[name]),) if self.professionals.get(name) else ()
        if kind is TargetKind.TEAM:
            return tuple(each for each in self.people if each.user_id in self.teams.get(name, ()))
        if kind is TargetKind.HOLDER:
            return self._holding(name, at)
        names = on_duty(self.rotas[name], at) if name in self.rotas else ()
        by_name = {each.username: each for each in self.people}
        return tuple(by_name[each] for each in names if each in by_name)

    def _holding(self, subject_id: str, at: datetime) -> tuple[Person, ...]:
        """Return who holds a stage; the office when nobody is kept on it, or nobody who can be told."""
        if address := self.professionals.get(subject_id):
            return (_outside(subject_id, address),)
        held = self.holders.get(subject_id)
        office = tuple(each for each in self.people if each.role in _OFFICE)
        return (self.meant_by(held, at) if held else ()) or office

    def user(self, user_id: str) -> tuple[Person, ...]:
        """Return the person of a sign-in, if they may still sign in."""
        return tuple(each for each in self.people if each.user_id == user_id)


def _outside(name: str, address: str) -> Person:
    """Return somebody who cannot sign in and is told by e-mail alone."""
    return Person(user_id="", username=name, role=Role.SYSTEM, contacts={ChannelName.EMAIL: address})


def ways_to(
    person: Person, wanted: Sequence[ChannelName], usable: Collection[ChannelName]
) -> tuple[ChannelName, ...]:
    """Return by which channels a person is told, the first first; when none of those wanted works, by any other."""
    having = [each for each in wanted if each in usable and each in person.contacts]
    return tuple(having or [each for each in person.contacts if each in usable])


def nobody_words(recipient: str) -> str:
    """Say that a recipient is nobody at the moment."""
    kind, name = target_of(recipient)
    if kind is TargetKind.ROLE:
        return f"nobody signs in as {ROLE_NAMES[Role(name)].lower()}"
    if kind is TargetKind.HOLDER:
        return "nobody holds the stage, and nobody signs in as coordinator or manager"
    if kind is TargetKind.PROFESSIONAL:
        return "no e-mail address of this professional is known"
    if kind is TargetKind.ROTA:
        return f"nobody is on duty in the rota {name}"
    return f"nobody signs in as {name}" if kind is TargetKind.PERSON else f"nobody is in the team {name}"


def unreachable(ladder: Ladder, directory: Directory, usable: Collection[ChannelName]) -> list[str]:
    """Return a line for each recipient of a ladder whom its channels cannot reach, for whoever saves it.

    A rota counts whole: everybody in it must be reachable, whoever is on duty now.
    """
    lines: list[str] = []
    for step in ladder.steps:
        for recipient in step.recipients:
            lines.extend(
                f"{step.name}: {each}" for each in _faults(step.channels, recipient, directory, usable)
            )
    return lines


def _faults(
    channels: Sequence[ChannelName], recipient: str, directory: Directory, usable: Collection[ChannelName]
) -> list[str]:
    kind, name = target_of(recipient)
    if kind is TargetKind.HOLDER:
        return []
    if kind is TargetKind.ROTA and name not in directory.rotas:
        return [f"there is no rota {name}"]
    if kind is TargetKind.ROTA:
        named = directory.rotas[name].people()
        people = tuple(each for each in directory.people if each.username in named)
        gone = sorted(set(named) - {each.username for each in people})
    else:
        people, gone = directory.meant_by(recipient, _ANY_TIME), []
    lines = [f"{each} is in the rota {name} but cannot sign in" for each in gone]
    if not people and not gone:
        lines.append(nobody_words(recipient))
    needed = [each for each in channels if each in usable and each is not ChannelName.TEAMS]
    if needed and recipient != Role.INTERVIEW_WORKER:
        words = " or ".join(CHANNEL_WORDS[each] for each in needed)
        lines.extend(
            f"{each.username} has no working contact for {words}"
            for each in people
            if not any(channel in each.contacts for channel in needed)
        )
    return lines


_ANY_TIME = LONG_AGO
