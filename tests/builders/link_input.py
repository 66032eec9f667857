"""The made-up city as the linking engine takes it: the entries are read by the engine itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from missing_coord.linking.forms import full_name, phone_form, place_form, plain_words, postcode_in
from missing_coord.linking.mentions import MentionKind, read_entry
from missing_coord.linking.naming import Naming, OwnWorld, is_own_place
from missing_coord.linking.occasions import Going
from missing_coord.linking.proposals import EpisodeSpan
from tests.builders.link_city import City, CityChild, CityEpisode


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkInput:
    """What the engine takes."""

    worlds: dict[str, OwnWorld]
    namings: dict[str, list[Naming]]
    goings: dict[str, Going]


def world_of(child: CityChild) -> OwnWorld:
    """Return what is a child's own."""
    family = place_form(child.address, child.postcode)
    bases = frozenset({place_form(child.home)} if child.home else ())
    places = frozenset({family, *bases})
    return OwnWorld(
        places=places,
        postcodes=frozenset(postcode_in(each) for each in places),
        school=plain_words(child.school),
        phones=frozenset({phone_form(child.phone)}),
        names=frozenset({full_name(child.forename, child.surname)}),
        household=family,
        bases=bases,
    )


def namings_of(episode: CityEpisode) -> list[Naming]:
    """Return what was named about an episode, read by the engine."""
    entries = [(MentionKind(each.kind), each.text) for each in episode.entries]
    if episode.found_place:
        entries.append((MentionKind.PLACE, episode.found_place))
    read = {
        (kind, value): said for kind, text in entries for kind, value, said in read_entry(kind, text) if value
    }
    return [
        Naming(
            kind=kind,
            value=value,
            as_said=said,
            child_id=episode.child_id,
            episode_id=episode.episode_id,
            incident_id=episode.reference,
            started_at=episode.started_at,
        )
        for (kind, value), said in read.items()
    ]


def going_of(episode: CityEpisode, namings: list[Naming], world: OwnWorld) -> Going:
    """Return an episode with what may join it to another."""
    found = place_form(episode.found_place)
    return Going(
        span=EpisodeSpan(
            episode_id=episode.episode_id,
            child_id=episode.child_id,
            kind="M",
            started_at=episode.started_at,
            ended_at=episode.ended_at,
        ),
        incident_id=episode.reference,
        references={episode.reference: episode.reference},
        companions={
            each.value: (each.as_said, each.incident_id)
            for each in namings
            if each.kind is MentionKind.PERSON
        },
        found_places=frozenset({found} if found and not is_own_place(found, world) else ()),
        found_at=episode.ended_at,
    )


def read_city(city: City) -> LinkInput:
    """Read everything that was told in a city."""
    worlds = {each.child_id: world_of(each) for each in city.children}
    namings: dict[str, list[Naming]] = defaultdict(list)
    goings = {}
    for each in city.episodes:
        namings[each.episode_id] = namings_of(each)
        goings[each.episode_id] = going_of(each, namings[each.episode_id], worlds[each.child_id])
    return LinkInput(worlds=worlds, namings=namings, goings=goings)
