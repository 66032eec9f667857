"""A record that is made quickly is the frozen dataclass that it was, in everything but the time it takes."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from missing_coord.domain.cases import Episode, Incident, Interview, InterviewEpisode
from missing_coord.domain.episodes import EpisodeFacts
from missing_coord.domain.incidents import IncidentFacts
from missing_coord.domain.quick import quick
from missing_coord.domain.records import PoliceNotice
from missing_coord.matching.evidence import PersonEvidence


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A record with a default."""

    name: str
    rooms: int
    note: str = "none"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Home(Place):
    """A record with more fields than the one that it goes on from."""

    beds: int = 1


@pytest.mark.parametrize(
    "kind",
    [
        Episode,
        EpisodeFacts,
        Incident,
        IncidentFacts,
        Interview,
        InterviewEpisode,
        PersonEvidence,
        PoliceNotice,
    ],
)
def test_the_records_of_a_notice_cannot_be_changed(kind: type) -> None:
    names = [each.name for each in fields(kind)]
    made = kind(**{each.name: None for each in fields(kind) if each.init})
    assert type(made) is kind
    for name in names:
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, "other")
        with pytest.raises(FrozenInstanceError):
            delattr(made, name)


def test_a_quick_record_cannot_be_changed_nor_given_what_it_has_no_place_for() -> None:
    place = Place(name="hall", rooms=2)
    with pytest.raises(FrozenInstanceError):
        place.rooms = 3  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        place.other = 3  # type: ignore[attr-defined]
    assert place == Place(name="hall", rooms=2, note="none")


def test_a_quick_record_compares_hashes_prints_and_copies_as_any_other() -> None:
    home = Home(name="hall", rooms=2, beds=3)
    assert type(home) is Home
    assert isinstance(home, Place)
    assert home != Place(name="hall", rooms=2)
    assert hash(home) == hash(Home(name="hall", rooms=2, beds=3))
    assert repr(home) == "Home(name='hall', rooms=2, note='none', beds=3)"
    assert asdict(home) == {"name": "hall", "rooms": 2, "note": "none", "beds": 3}
    assert replace(home, rooms=4) == Home(name="hall", rooms=4, beds=3)
    for copied in (copy.copy(home), copy.deepcopy(home), pickle.loads(pickle.dumps(home))):
        assert copied == home
        assert type(copied) is Home


def test_a_quick_record_asks_for_its_fields_by_name_and_leaves_out_none() -> None:
    with pytest.raises(TypeError, match="rooms"):
        Place(name="hall")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Place("hall", 2)  # type: ignore[misc]
    with pytest.raises(TypeError, match="colour"):
        Place(name="hall", rooms=2, colour="red")  # type: ignore[call-arg]
    assert list(inspect.signature(Place).parameters) == ["name", "rooms", "note"]


def test_each_quick_record_has_a_list_of_its_own_and_what_is_not_asked_for() -> None:
    @quick
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Listed:
        names: list[str] = field(default_factory=list)
        hidden: str = field(default="not yet", init=False)

    first, second = Listed(), Listed()
    assert first.names == []
    assert first.names is not second.names
    assert Listed(names=["one"]).names == ["one"]
    assert first.hidden == "not yet"
    with pytest.raises(TypeError, match="hidden"):
        Listed(hidden="now")  # type: ignore[call-arg]


def test_a_record_that_works_something_out_when_it_is_made_is_refused() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Worked:
        name: str

        def __post_init__(self) -> None:
            """Work something out."""

    with pytest.raises(TypeError, match="Worked"):
        quick(Worked)
