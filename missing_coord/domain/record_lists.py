"""The council's own lists for interview records: reasons, harm, exploitation screen, and when the short form serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_PUSH = {
    "conflict_at_home": "Conflict at home",
    "conflict_in_placement": "Conflict in the placement",
    "abuse_or_neglect": "Abuse or neglect",
    "violence_at_home": "Violence at home between others",
    "unhappy_with_placement": "Unhappy with the placement",
    "bullying": "Bullying",
    "school": "School",
    "boundaries": "Rules and boundaries",
    "mental_health": "How the child feels",
    "contact_arrangements": "Contact with family",
}
_PULL = {
    "family": "Being with family",
    "friends": "Being with friends",
    "partner": "Being with a boyfriend or girlfriend",
    "home_area": "The home area",
    "party_or_substances": "Parties, drink or drugs",
    "online_contact": "Somebody met online",
    "money_or_things": "Money or things",
    "exploiter": "Somebody who exploits the child",
}
_HARM = {
    "hurt": "Physically hurt",
    "sexual_harm": "Sexual harm",
    "threatened": "Threatened",
    "self_harm": "Self-harm",
    "robbed": "Robbed",
    "ill_or_cold": "Ill, hungry or cold",
}
_SCREEN = {
    "older_people": "Older friends or a much older boyfriend or girlfriend",
    "gifts": "Money, gifts or a telephone that nobody can account for",
    "cars": "Being driven by people whom the carers do not know",
    "travel": "Travel to other towns, or tickets paid by somebody else",
    "second_phone": "A second telephone, or calls at all hours",
    "debt": "Owing money, or being made to work it off",
    "drugs": "Being asked to carry, keep or sell drugs",
    "weapons": "Carrying a weapon, or fear of one",
    "sex": "Being asked for sex or pictures",
    "afraid": "Being afraid of somebody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRule:
    """From how many episodes within a window the short form may be used."""

    episodes: int = 5
    window: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLists:
    """Codes with their words, in the order of the form; a record keeps the version of its lists."""

    version: str
    push: Mapping[str, str]
    pull: Mapping[str, str]
    harm: Mapping[str, str]
    screen: Mapping[str, str]
    follow_up: FollowUpRule = field(default_factory=FollowUpRule)


DEFAULT_LISTS = RecordLists(version="2026-1", push=_PUSH, pull=_PULL, harm=_HARM, screen=_SCREEN)
