"""Children who belong together: links that are strong enough, and the groups that they make."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import networkx as nx

from missing_coord.linking.linker import Link, Linker

Links = dict[tuple[str, str], Link]
LARGEST = 12
"""A group of more children than this is looked at again for the parts that hang together more closely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Children who are linked to each other, directly or by one another, and the links that say so."""

    children: tuple[str, ...]
    links: tuple[Link, ...]


def all_links(linker: Linker, *, at_least: float) -> Links:
    """Return every link that is so probable."""
    found = (
        link for child in linker.children() for link in linker.links_of(child, at_least=at_least, after=True)
    )
    return {(each.first, each.second): each for each in found}


def renew_links(linker: Linker, links: Links, child_id: str, *, at_least: float) -> None:
    """Bring the links of one child up to date."""
    for pair in [each for each in links if child_id in each]:
        del links[pair]
    for each in linker.links_of(child_id, at_least=at_least):
        links[each.first, each.second] = each


def groups_of(links: Links) -> list[Group]:
    """Return the groups that the links make, by the child that sorts first."""
    graph: nx.Graph[str] = nx.Graph()
    for (first, second), link in sorted(links.items()):
        graph.add_edge(first, second, weight=link.probability)
    found = [
        part for whole in nx.connected_components(graph) for part in _parts(graph.subgraph(sorted(whole)))
    ]
    return [_group(part, links, graph) for part in sorted(sorted(each) for each in found)]


def group_of(links: Links, child_id: str) -> Group | None:
    """Return the group to which a child belongs; None when it is linked to nobody."""
    near: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in links:
        near[pair[0]].append(pair)
        near[pair[1]].append(pair)
    whole, edge = {child_id}, [child_id]
    while edge:
        reached = {each for pair in near[edge.pop()] for each in pair} - whole
        whole |= reached
        edge += sorted(reached)
    inside = {pair: links[pair] for child in whole for pair in near[child]}
    return next((each for each in groups_of(inside) if child_id in each.children), None)


def _parts(whole: nx.Graph[str]) -> list[set[str]]:
    if len(whole) <= LARGEST:
        return [set(whole)]
    parts = nx.community.louvain_communities(whole, weight="weight", seed=1)
    return [set(each) for each in parts if len(each) > 1]


def _group(children: list[str], links: Links, graph: nx.Graph[str]) -> Group:
    pairs = sorted((min(pair), max(pair)) for pair in graph.subgraph(children).edges)
    return Group(children=tuple(children), links=tuple(links[pair] for pair in pairs))
