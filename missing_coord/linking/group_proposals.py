"""A group of linked children as a proposal: what ties them, how strongly, and every word that says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from missing_coord.linking.groups import Group
from missing_coord.linking.linker import Link, Linker, entity_key
from missing_coord.linking.naming import NOBODY, Naming
from missing_coord.linking.occasions import Occasion
from missing_coord.linking.proposals import Evidence, PatternKind, Proposal, digest
from missing_coord.linking.strength import MODEL_VERSION, Tie, TieKind

FAMILY = "group"
EMERGING_DAYS = 21
EMERGING_CHILDREN = 3
MOST_EVIDENCE = 500
PLACES_ONLY = 60
"""A link by places alone is never stronger than this."""
_PLACES = frozenset({TieKind.HOUSE, TieKind.PLACE})


def group_proposals(groups: Iterable[Group], linker: Linker, *, now: datetime) -> list[Proposal]:
    """Return one proposal for each group."""
    return [_proposal(each, linker, now) for each in groups]


def _proposal(group: Group, linker: Linker, now: datetime) -> Proposal:
    starts = sorted(_starts(group, linker))
    things = {digest(*entity_key(tie.entity)) for link in group.links for tie in link.ties if tie.entity}
    notes = _notes(group, linker)
    return Proposal(
        kind=_kind(group, things, linker, starts, now),
        family=FAMILY,
        key=f"{FAMILY}:{digest(*group.children)}",
        rule_version=MODEL_VERSION,
        detail={
            "rule": "linked_children",
            "children": len(group.children),
            "ties": _counted(group),
            "nights": len(_nights(group)),
            "reasons": sorted(
                {r.value for link in group.links for each in link.occasions for r in each.reasons}
            ),
            "links": _drawn(group),
            "things": sorted(things),
            "concerns": sorted(things & linker.feedback.concerns),
            "first_at": starts[0].isoformat(),
            "last_at": starts[-1].isoformat(),
            "notes": notes,
        },
        evidence=frozenset(_evidence(group, linker)[-MOST_EVIDENCE:]),
        alike=frozenset(group.children),
        strength=_strength(group),
        least_children=2,
        news=starts[-1] >= now - timedelta(days=linker.policy.look_back_days),
    )


def _kind(
    group: Group, things: set[str], linker: Linker, starts: list[datetime], now: datetime
) -> PatternKind:
    if things & linker.feedback.concerns:
        return PatternKind.KNOWN_CONCERN
    young = starts[0] >= now - timedelta(days=EMERGING_DAYS)
    many = len(group.children) >= EMERGING_CHILDREN
    return PatternKind.EMERGING_GROUP if young and many else PatternKind.LINKED_CHILDREN


def strength_of(link: Link) -> int:
    """Return the strength of a link, 0 to 100: its probability, and less when places alone say so."""
    strength = round(100 * link.probability)
    return min(strength, PLACES_ONLY) if {tie.kind for tie in link.ties} <= _PLACES else strength


def _strength(group: Group) -> int:
    """Return the strength of the strongest link of the child that belongs to the group least surely."""
    best: dict[str, int] = defaultdict(int)
    for link in group.links:
        for child in (link.first, link.second):
            best[child] = max(best[child], strength_of(link))
    return min(best.values())


def _counted(group: Group) -> dict[str, int]:
    """Return how many different things of each kind tie the children."""
    found: dict[str, set[str]] = defaultdict(set)
    for link in group.links:
        for tie in link.ties:
            if tie.entity is not None:
                found[tie.kind.value].add(tie.entity.value)
    return {kind: len(values) for kind, values in sorted(found.items())}


def _nights(group: Group) -> set[frozenset[str]]:
    return {
        frozenset((each.one.span.episode_id, each.other.span.episode_id))
        for link in group.links
        for each in link.occasions
    }


def _drawn(group: Group) -> list[list[object]]:
    """Return the links for the picture: places of the two children in the list, strength, kinds of tie."""
    place = {child: number for number, child in enumerate(group.children)}
    return [
        [
            place[each.first],
            place[each.second],
            strength_of(each),
            sorted({t.kind.value for t in each.ties}),
        ]
        for each in group.links
    ]


def _notes(group: Group, linker: Linker) -> list[str]:
    notes = []
    kinds = {tie.kind for link in group.links for tie in link.ties}
    if kinds <= _PLACES:
        notes.append("places_only")
    if kinds <= {TieKind.TOGETHER_SAME_BASE, TieKind.NAMED_SAME_BASE}:
        notes.append("same_base_only")
    if any(linker.worlds.get(child, NOBODY).provisional for child in group.children):
        notes.append("provisional_record")
    return notes


def _said(link: Link, tie: Tie, linker: Linker) -> list[Naming]:
    if tie.entity is not None:
        namers = linker.namers[tie.entity]
        return [*namers[link.first], *namers[link.second]]
    if tie.kind in (TieKind.NAMED, TieKind.NAMED_SAME_BASE):
        return linker.names_said(link.first, link.second)
    return []


def _starts(group: Group, linker: Linker) -> set[datetime]:
    said = {each.started_at for link in group.links for tie in link.ties for each in _said(link, tie, linker)}
    times = (each for link in group.links for each in link.occasions)
    return said | {going.span.started_at for each in times for going in (each.one, each.other)}


def _evidence(group: Group, linker: Linker) -> list[Evidence]:
    """Return what says so, oldest first, the words of one thing in one incident once."""
    found: dict[Evidence, datetime] = {}
    for link in group.links:
        for tie in link.ties:
            for each in _said(link, tie, linker):
                found[_named(each)] = each.started_at
        for occasion in link.occasions:
            for piece, at in _joint(occasion, linker):
                found.setdefault(piece, at)
    return sorted(found, key=lambda each: (found[each], each))


def _named(each: Naming) -> Evidence:
    return Evidence(
        child_id=each.child_id, episode_id=each.episode_id, incident_id=each.incident_id, said=each.as_said
    )


def _joint(occasion: Occasion, linker: Linker) -> Iterable[tuple[Evidence, datetime]]:
    """Yield what says that two were missing together: the name by which one named the other, or the night itself."""
    shared = occasion.one.references.keys() & occasion.other.references.keys()
    for going, other in ((occasion.one, occasion.other), (occasion.other, occasion.one)):
        incident = next((going.references[each] for each in sorted(shared)), going.incident_id)
        names = going.companions.keys() & linker.worlds.get(other.span.child_id, NOBODY).names
        for said, where in [going.companions[each] for each in sorted(names)] or [("", incident)]:
            piece = Evidence(
                child_id=going.span.child_id, episode_id=going.span.episode_id, incident_id=where, said=said
            )
            yield piece, going.span.started_at
