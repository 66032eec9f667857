"""Linking on made-up cities: precision and recall against two baselines on unseen seeds, and speed at scale."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from statistics import median

from missing_coord.linking.groups import Links, all_links, group_of, groups_of, renew_links
from missing_coord.linking.linker import Linker
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY
from tests.builders.link_city import City, CityEpisode, make_city
from tests.builders.link_input import LinkInput, namings_of, read_city

TUNING_SEEDS = range(1, 13)
JUDGED_SEEDS = range(8201, 8221)
Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How many pairs were proposed, how many of them are true, and how many there are."""

    proposed: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        """The share of what was proposed that is true."""
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """The share of what is true that was proposed."""
        return self.right / self.true

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.proposed + self.true)


def judge(pairs: Iterable[Pairs], cities: Iterable[City]) -> Judged:
    """Add up what was proposed in several cities."""
    proposed = right = true = 0
    for found, city in zip(pairs, cities, strict=True):
        proposed += len(found)
        right += len(found & city.true_pairs)
        true += len(city.true_pairs)
    return Judged(proposed=proposed, right=right, true=true)


def linker_of(read: LinkInput) -> Linker:
    """Return the engine with everything that was told in a city."""
    linker = Linker()
    namings = [each for named in read.namings.values() for each in named]
    linker.take(worlds=read.worlds, goings=read.goings.values(), namings=namings)
    return linker


def linked(city: City, *, at_least: float = DEFAULT_PATTERN_POLICY.link_at_least) -> tuple[Links, Linker]:
    """Return the links of a city."""
    linker = linker_of(read_city(city))
    return all_links(linker, at_least=at_least), linker


def grouped_pairs(links: Links) -> Pairs:
    """Return every two children of one proposed group."""
    return {(a, b) for group in groups_of(links) for a in group.children for b in group.children if a < b}


def shared_words(city: City) -> dict[tuple[str, str], int]:
    """Baseline: how many different words (of four signs or more) two children's entries have in common."""
    said: dict[str, set[str]] = defaultdict(set)
    for episode in city.episodes:
        for entry in episode.entries:
            said[episode.child_id] |= set(re.findall(r"[a-z0-9]{4,}", entry.text.lower()))
    return _together(said)


def shared_places(city: City) -> dict[tuple[str, str], int]:
    """Baseline: how many places, written the same but for capitals and signs, two children have in common."""
    seen: dict[str, set[str]] = defaultdict(set)
    for episode in city.episodes:
        for text in _places(episode):
            seen[episode.child_id].add(re.sub(r"[^a-z0-9]+", "", text.lower()))
    return _together(seen)


def _places(episode: CityEpisode) -> list[str]:
    told = [entry.text for entry in episode.entries if entry.kind == "place"]
    return [each for each in (*told, episode.found_place) if each]


def _together(things: dict[str, set[str]]) -> dict[tuple[str, str], int]:
    children: dict[str, list[str]] = defaultdict(list)
    for child in sorted(things):
        for thing in things[child]:
            children[thing].append(child)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for named in children.values():
        for n, one in enumerate(named):
            for other in named[n + 1 :]:
                counted[one, other] += 1
    return counted


def best_cut(counted: list[dict[tuple[str, str], int]], cities: list[City]) -> tuple[int, Judged]:
    """Return the number of shared things at which a baseline is at its best, by F1 on the judged cities themselves."""
    cuts = {
        cut: judge([{pair for pair, n in each.items() if n >= cut} for each in counted], cities)
        for cut in range(1, 9)
    }
    return max(cuts.items(), key=lambda each: each[1].f1)


def run(console_print: Callable[[str], object]) -> tuple[Judged, Judged, Judged]:
    """Print precision and recall on the judged seeds; return the engine's, and both baselines' at their best."""
    cities = [make_city(seed) for seed in JUDGED_SEEDS]
    found = [linked(each)[0] for each in cities]
    engine = judge([grouped_pairs(each) for each in found], cities)
    direct = judge([set(each) for each in found], cities)
    console_print(
        f"Linking: {len(cities)} made-up cities of unseen seeds, {engine.true:,} true pairs of children"
    )
    _line(console_print, "groups as proposed", engine)
    _line(console_print, "links alone, without grouping", direct)
    words, places = [shared_words(each) for each in cities], [shared_places(each) for each in cities]
    for name, counted in (("any shared word", words), ("co-location only", places)):
        _line(console_print, f"{name}, 1 or more", judge([set(each) for each in counted], cities))
        cut, best = best_cut(counted, cities)
        _line(console_print, f"{name}, best cut ({cut} or more)", best)
    _calibration(console_print, cities)
    return engine, best_cut(words, cities)[1], best_cut(places, cities)[1]


def _line(console_print: Callable[[str], object], name: str, judged: Judged) -> None:
    console_print(
        f"  {name:<40} precision {judged.precision:.3f}  recall {judged.recall:.3f}  F1 {judged.f1:.3f}"
        f"  ({judged.right:,} of {judged.proposed:,} proposed)"
    )


def _calibration(console_print: Callable[[str], object], cities: list[City]) -> None:
    """Print how often links of a strength are true: strength should rise with it."""
    bands: dict[int, list[bool]] = defaultdict(list)
    for city in cities:
        for pair, link in linked(city, at_least=0.1)[0].items():
            bands[min(int(link.probability * 5), 4)].append(pair in city.true_pairs)
    for band, hits in sorted(bands.items()):
        share = sum(hits) / len(hits)
        console_print(
            f"  strength {band * 20:>2} to {band * 20 + 20:>3}: {share:.2f} true of {len(hits):,} links"
        )


def speed(console_print: Callable[[str], object], *, children: int = 25_400) -> tuple[float, float]:
    """Print the seconds to link a large city, and those to take in one more interview; return both."""
    city = make_city(9001, children=children, networks=children // 38)
    entries = sum(len(each.entries) for each in city.episodes)
    start = time.perf_counter()
    read = read_city(city)
    linker = linker_of(read)
    links = all_links(linker, at_least=DEFAULT_PATTERN_POLICY.link_at_least)
    groups = groups_of(links)
    whole = time.perf_counter() - start
    console_print(
        f"  {len(city.episodes):,} episodes, {entries:,} entries: linked in {whole:.1f} s, {len(groups):,} groups"
    )
    times = sorted(_one_more(linker, links, city, number) for number in range(200))
    console_print(
        f"  one new interview: median {median(times) * 1000:.1f} ms, 95th of 100 {times[190] * 1000:.1f} ms,"
        f" longest {times[-1] * 1000:.1f} ms"
    )
    return whole, times[190]


def _one_more(linker: Linker, links: Links, city: City, number: int) -> float:
    """Take in what another child of the city told, as if told in a new interview of this one."""
    episodes = city.episodes
    child = episodes[number * 97 % len(episodes)].child_id
    told = namings_of(
        replace(episodes[number * 193 % len(episodes)], child_id=child, episode_id=f"new-{number}")
    )
    start = time.perf_counter()
    linker.take(namings=told)
    renew_links(linker, links, child, at_least=DEFAULT_PATTERN_POLICY.link_at_least)
    group_of(links, child)
    return time.perf_counter() - start


if __name__ == "__main__":
    run(print)
    speed(print)
