"""A made-up city of missing children with planted networks; it shares no code and no word list with the engine."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tests.builders.link_city_words import (
    CARS,
    FIRST_NAMES,
    HUBS,
    SURNAMES,
    Saying,
    a_handle,
    a_number,
    a_plate,
    a_street_name,
    an_address,
)

CITY_NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAYS = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing told about one episode: `kind` is place, person, vehicle, phone or handle; `text` as told."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CityChild:
    """A child on the register; `home` is the placement's address, empty for a child who lives with its family."""

    child_id: str
    forename: str
    surname: str
    address: str
    postcode: str
    home: str
    school: str
    phone: str

    @property
    def name(self) -> str:
        """Forename and surname."""
        return f"{self.forename} {self.surname}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CityEpisode:
    """One missing episode with all that was told about it."""

    episode_id: str
    child_id: str
    started_at: datetime
    ended_at: datetime
    reference: str
    found_place: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Children, their episodes and the truth: which children belong to one network."""

    children: tuple[CityChild, ...]
    episodes: tuple[CityEpisode, ...]
    networks: tuple[frozenset[str], ...]

    @property
    def true_pairs(self) -> frozenset[tuple[str, str]]:
        """Every two children of one network, in the order of their references."""
        return frozenset((a, b) for each in self.networks for a in each for b in each if a < b)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    members: tuple[str, ...]
    phones: tuple[str, ...]
    cars: tuple[str, ...]
    flats: tuple[str, ...]
    adults: tuple[tuple[str, str, int], ...]
    handles: tuple[str, ...]


@dataclass(slots=True)
class _Maker:
    rng: random.Random
    say: Saying
    by_id: dict[str, CityChild] = field(default_factory=dict)
    by_school: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_home: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    episodes: list[CityEpisode] = field(default_factory=list)
    busy: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=lambda: defaultdict(list))
    friends: dict[str, list[str]] = field(default_factory=dict)
    everyday: _Everyday = field(default_factory=lambda: _Everyday())


@dataclass(slots=True)
class _Everyday:
    """What many name for no reason: cabs, a helpline, youth workers, tower blocks, the telephone of each home."""

    cabs: list[str] = field(default_factory=list)
    cab_phones: list[str] = field(default_factory=list)
    helpline: str = ""
    workers: list[str] = field(default_factory=list)
    towers: list[str] = field(default_factory=list)
    staff: dict[str, str] = field(default_factory=dict)
    home_phones: dict[str, str] = field(default_factory=dict)


def make_city(seed: int, *, children: int = 900, networks: int = 24) -> City:
    """Return the city of a seed: about 2.4 episodes a child in 88 days, about five things told about each."""
    rng = random.Random(f"link-city-{seed}")
    maker = _Maker(rng=rng, say=Saying(rng=rng))
    _settle_children(maker, children)
    _make_everyday(maker, children)
    planted = _plant(maker, networks)
    member_of = {child: network for network in planted for child in network.members}
    for child_id in maker.by_id:
        _go_missing(maker, child_id, member_of.get(child_id))
    _parties(maker, max(2, children // 300))
    maker.episodes.sort(key=lambda each: (each.started_at, each.episode_id))
    return City(
        children=tuple(maker.by_id.values()),
        episodes=tuple(maker.episodes),
        networks=tuple(frozenset(each.members) for each in planted),
    )


def _settle_children(maker: _Maker, count: int) -> None:
    rng = maker.rng
    schools = [
        f"{a_street_name(rng).split()[0]} {rng.choice(('Academy', 'High', 'School'))}"
        for _ in range(max(6, count // 70))
    ]
    homes = [an_address(rng) for _ in range(max(4, count // 25))]
    while len(maker.by_id) < count:
        surname, (address, postcode) = rng.choice(SURNAMES), an_address(rng)
        phone = a_number(rng)
        for _ in range(rng.choices((1, 2, 3), (80, 16, 4))[0]):
            number = len(maker.by_id)
            place = rng.choice(homes) if rng.random() < 0.22 else ("", "")
            child = CityChild(
                child_id=f"K{number:06}",
                forename=rng.choice(FIRST_NAMES),
                surname=surname,
                address=address,
                postcode=postcode,
                home=f"{place[0]}, {place[1]}" if place[0] else "",
                school=rng.choice(schools),
                phone=phone,
            )
            maker.by_id[child.child_id] = child
            maker.by_school[child.school].append(child.child_id)
            if child.home:
                maker.by_home[child.home].append(child.child_id)


def _make_everyday(maker: _Maker, count: int) -> None:
    rng, everyday = maker.rng, maker.everyday
    everyday.cabs = [a_plate(rng) for _ in range(max(4, count // 120))]
    everyday.cab_phones = [a_number(rng) for _ in range(max(2, count // 400))]
    everyday.helpline = a_number(rng)
    everyday.workers = [
        f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}" for _ in range(max(3, count // 90))
    ]
    everyday.towers = [", ".join(an_address(rng)) for _ in range(max(2, count // 250))]
    for home in maker.by_home:
        everyday.home_phones[home] = a_number(rng)
        everyday.staff[home] = f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}"
    for child in maker.by_id.values():
        known = maker.by_school[child.school]
        maker.friends[child.child_id] = rng.sample(known, min(len(known), rng.randint(1, 4)))


def _plant(maker: _Maker, count: int) -> list[_Network]:
    rng = maker.rng
    free = list(maker.by_id)
    rng.shuffle(free)
    taken: set[str] = set()
    return [_network(maker, free, taken) for _ in range(count)]


def _network(maker: _Maker, free: list[str], taken: set[str]) -> _Network:
    rng = maker.rng
    size = rng.choices((2, 3, 4, 5, 6, 7, 8), (8, 20, 24, 20, 14, 8, 6))[0]
    members: list[str] = []
    while len(members) < size:
        child = _next_member(maker, free, members)
        if child not in taken and not _siblings(maker, child, members):
            members.append(child)
            taken.add(child)
    phones = tuple(a_number(rng) for _ in range(rng.randint(1, 3)))
    return _Network(
        members=tuple(members),
        phones=phones,
        cars=tuple(a_plate(rng) for _ in range(rng.choices((0, 1, 2), (20, 50, 30))[0])),
        flats=tuple(", ".join(an_address(rng)) for _ in range(rng.choices((0, 1, 2), (25, 50, 25))[0])),
        adults=tuple(
            (
                f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}",
                maker.say.street_name(),
                rng.randint(19, 44),
            )
            for _ in range(rng.randint(1, 2))
        ),
        handles=tuple(a_handle(rng) for _ in range(rng.choices((0, 1), (60, 40))[0])),
    )


def _next_member(maker: _Maker, free: list[str], members: list[str]) -> str:
    """One in four comes by way of a member: out of the same home or the same school."""
    if members and maker.rng.random() < 0.25:
        known = maker.by_id[maker.rng.choice(members)]
        return maker.rng.choice(maker.by_home.get(known.home) or maker.by_school[known.school])
    return free.pop()


def _siblings(maker: _Maker, child: str, members: list[str]) -> bool:
    return any(maker.by_id[child].address == maker.by_id[each].address for each in members)


def _go_missing(maker: _Maker, child_id: str, network: _Network | None) -> None:
    rng = maker.rng
    often = rng.paretovariate(1.1) * (1.0 if network is None else 1.6) + (0 if network is None else 1)
    for _ in range(min(14, round(often))):
        start = CITY_NOW - timedelta(days=rng.uniform(0.5, DAYS))
        start = start.replace(hour=rng.choices(range(24), _HOURS)[0], minute=rng.randrange(60), second=0)
        if network is not None and rng.random() < 0.6:
            _with_network(maker, child_id, network, start)
        elif rng.random() < 0.09:
            _with_mates(maker, child_id, start)
        else:
            _alone(maker, child_id, start)


_HOURS = (7, 5, 3, 2, 1, 1, 1, 2, 4, 4, 3, 3, 4, 4, 5, 9, 11, 11, 11, 12, 13, 13, 12, 10)


def _alone(maker: _Maker, child_id: str, start: datetime) -> None:
    end = start + timedelta(minutes=maker.rng.lognormvariate(5.8, 0.8))
    _add(maker, child_id, start, end, found=_found_anywhere(maker, child_id), told=[])


def _found_anywhere(maker: _Maker, child_id: str) -> str:
    rng = maker.rng
    share = rng.random()
    if share < 0.35:
        return ""
    if share < 0.65:
        return rng.choices(HUBS, [1 / (n + 1) for n in range(len(HUBS))])[0]
    if share < 0.8:
        return maker.say.home(maker.by_id[child_id])
    return ", ".join(an_address(rng)) if share < 0.95 else rng.choice(maker.everyday.towers)


def _with_mates(maker: _Maker, child_id: str, start: datetime) -> None:
    """Go with others of the same home or with a school friend, once, for no reason that a lead looks for."""
    rng, child = maker.rng, maker.by_id[child_id]
    near = [each for each in maker.by_home.get(child.home, []) if each != child_id]
    pool = near or [each for each in maker.friends[child_id] if each != child_id]
    mates = rng.sample(pool, min(len(pool), rng.choices((1, 2), (80, 20))[0]))
    _together(maker, [child_id, *mates], start, found=_found_anywhere(maker, child_id), told={})


def _with_network(maker: _Maker, child_id: str, network: _Network, start: datetime) -> None:
    rng = maker.rng
    others = [each for each in network.members if each != child_id]
    along = rng.sample(others, min(len(others), rng.choices((0, 1, 2), (68, 24, 8))[0]))
    found = rng.choice(network.flats) if network.flats and rng.random() < 0.3 else ""
    told = {each: _assets(maker, network) for each in (child_id, *along)}
    _together(maker, [child_id, *along], start, found=found or _found_anywhere(maker, child_id), told=told)


def _assets(maker: _Maker, network: _Network) -> list[Entry]:
    """What a child lets slip of the network: often nothing, seldom more than two things."""
    rng, say = maker.rng, maker.say
    known = [("phone", each) for each in network.phones] + [("vehicle", each) for each in network.cars]
    known += [("place", each) for each in network.flats] + [("handle", each) for each in network.handles]
    told = [
        Entry(kind=kind, text=say.thing(kind, each))
        for kind, each in rng.sample(known, min(len(known), rng.choices((0, 1, 2, 3), (28, 40, 24, 8))[0]))
    ]
    if rng.random() < 0.35:
        told.append(Entry(kind="person", text=say.adult(*rng.choice(network.adults))))
    return told


def _together(
    maker: _Maker, who: list[str], start: datetime, *, found: str, told: dict[str, list[Entry]]
) -> None:
    rng = maker.rng
    minutes = rng.lognormvariate(6.0, 0.7)
    reference = f"R{len(maker.episodes):07}" if len(who) > 1 and rng.random() < 0.3 else ""
    for child_id in who:
        left = start + timedelta(minutes=rng.uniform(0, 50))
        back = start + timedelta(minutes=minutes + rng.uniform(0, 60) + rng.choice((0, 0, 0, 200)))
        extra = list(told.get(child_id, []))
        mates = [maker.by_id[each] for each in who if each != child_id]
        extra += [Entry(kind="person", text=each.name) for each in mates if rng.random() < 0.45]
        _add(
            maker,
            child_id,
            left,
            max(back, left + timedelta(minutes=20)),
            found=found,
            told=extra,
            reference=reference,
        )


def _parties(maker: _Maker, count: int) -> None:
    """One night, one house, five children who never meet again."""
    for _ in range(count):
        start = CITY_NOW - timedelta(days=maker.rng.uniform(3, DAYS))
        guests = maker.rng.sample(list(maker.by_id), maker.rng.randint(3, 5))
        _together(maker, guests, start.replace(hour=20), found=", ".join(an_address(maker.rng)), told={})


def _add(
    maker: _Maker,
    child_id: str,
    start: datetime,
    end: datetime,
    *,
    found: str,
    told: list[Entry],
    reference: str = "",
) -> None:
    if end > CITY_NOW or any(start < b and a < end for a, b in maker.busy[child_id]):
        return
    maker.busy[child_id].append((start, end))
    number = len(maker.episodes)
    maker.episodes.append(
        CityEpisode(
            episode_id=f"E{number:07}",
            child_id=child_id,
            started_at=start,
            ended_at=end,
            reference=reference or f"R{number:07}x",
            found_place=found,
            entries=tuple(told + _everyday(maker, maker.by_id[child_id])),
        )
    )


def _everyday(maker: _Maker, child: CityChild) -> list[Entry]:
    """What is told about any episode, whoever the child is."""
    rng, say, everyday = maker.rng, maker.say, maker.everyday
    told: list[Entry] = []
    for kind, share, text in (
        ("place", 0.75, lambda: rng.choices(HUBS, [1 / (n + 1) for n in range(len(HUBS))])[0]),
        ("place", 0.4, lambda: say.home(child)),
        ("place", 0.2, lambda: child.school),
        ("place", 0.35, lambda: say.thing("place", ", ".join(an_address(rng)))),
        ("place", 0.25, lambda: _friends_house(maker, child)),
        ("place", 0.05, lambda: rng.choice(everyday.towers)),
        ("phone", 0.6, lambda: say.thing("phone", child.phone)),
        ("phone", 0.35, lambda: say.thing("phone", a_number(rng))),
        ("phone", 0.08, lambda: say.thing("phone", everyday.home_phones.get(child.home, everyday.helpline))),
        ("phone", 0.03, lambda: say.thing("phone", rng.choice(everyday.cab_phones))),
        ("vehicle", 0.18, lambda: say.thing("vehicle", a_plate(rng))),
        ("vehicle", 0.04, lambda: say.cab(rng.choice(everyday.cabs))),
        ("vehicle", 0.25, lambda: f"{rng.choice(('silver', 'black', 'white', 'red'))} {rng.choice(CARS)}"),
        ("person", 0.45, lambda: say.acquaintance()),
        ("person", 0.25, lambda: maker.by_id[rng.choice(maker.friends[child.child_id])].name),
        ("person", 0.12, lambda: f"{rng.choice(FIRST_NAMES)} {rng.choice(SURNAMES)}"),
        ("person", 0.06, lambda: everyday.staff.get(child.home) or rng.choice(everyday.workers)),
        ("handle", 0.15, lambda: say.thing("handle", a_handle(rng))),
    ):
        if rng.random() < share:
            told.append(Entry(kind=kind, text=text()))
    return told


def _friends_house(maker: _Maker, child: CityChild) -> str:
    friend = maker.by_id[maker.rng.choice(maker.friends[child.child_id])]
    return maker.say.thing("place", f"{friend.address}, {friend.postcode}")


def shuffled(city: City, seed: int) -> City:
    """Return the same city told in another order."""
    episodes = list(city.episodes)
    random.Random(seed).shuffle(episodes)
    return replace(city, episodes=tuple(episodes))
