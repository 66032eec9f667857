"""Compares the patterns that the evidence gives with those kept: what to raise, to add to, and to withdraw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from missing_coord.linking.proposals import Evidence, PatternState, Proposal

_DECIDED = (PatternState.CONFIRMED, PatternState.REJECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPattern:
    """A pattern as kept; `detail` includes `family` and `anchors`, as `stored_detail` writes them."""

    pattern_id: str
    kind: str
    key: str
    state: PatternState
    detail: dict[str, object]
    evidence: frozenset[Evidence]

    @property
    def family(self) -> str:
        """What the pattern is about."""
        return str(self.detail.get("family", self.key))

    @property
    def alike(self) -> frozenset[str]:
        """What makes it the same pattern as one whose children changed."""
        return self._set("alike")

    @property
    def anchors(self) -> frozenset[str]:
        """The episodes by which it is known again."""
        return self._set("anchors")

    @property
    def things(self) -> frozenset[str]:
        """What ties the children, without its words."""
        return self._set("things")

    def _set(self, name: str) -> frozenset[str]:
        kept = self.detail.get(name, ())
        return frozenset(kept) if isinstance(kept, list) else frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A kept pattern that nobody has decided, as it should be now."""

    kept: KeptPattern
    key: str
    proposal: Proposal


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What has to be written: (key, proposal) to raise, patterns to bring up to date, patterns to withdraw."""

    raised: list[tuple[str, Proposal]] = field(default_factory=list)
    renewed: list[Renewal] = field(default_factory=list)
    withdrawn: list[KeptPattern] = field(default_factory=list)


def stored_detail(proposal: Proposal) -> dict[str, object]:
    """Return the detail of a proposal as it is kept."""
    return {
        **proposal.detail,
        "family": proposal.family,
        "anchors": sorted(proposal.anchors),
        "alike": sorted(proposal.alike),
        "strength": proposal.strength,
        "children_count": len(proposal.children),
        "evidence_count": len(proposal.evidence),
    }


def reconcile(proposals: Iterable[Proposal], kept: Sequence[KeptPattern]) -> Outcome:
    """Return what has to change so that what is kept says what the evidence gives.

    What a person confirmed or rejected stays as it is. It is raised again only for new evidence: another child, or
    enough new evidence to stand by itself. What was parked waits again when new evidence comes. An undecided pattern
    that the evidence no longer gives is withdrawn.
    """
    families: dict[str, list[KeptPattern]] = defaultdict(list)
    for each in kept:
        families[each.family].append(each)
    outcome = Outcome()
    current: set[str] = set()
    for proposal in sorted(proposals, key=lambda each: each.key):
        if len(proposal.children) < proposal.least_children:
            continue
        target = _target(proposal, families[proposal.family], current)
        if target is not None:
            _apply(outcome, proposal, target[0], target[1], current)
    outcome.withdrawn = [
        each for each in kept if each.state is PatternState.PROPOSED and each.pattern_id not in current
    ]
    return outcome


Target = tuple[str, "KeptPattern | None"]


def _target(proposal: Proposal, related: Sequence[KeptPattern], current: set[str]) -> Target | None:
    if proposal.alike:
        return _grown(proposal, related, current)
    return _anchored(proposal, related) if proposal.anchors else _followed(proposal, related)


def _apply(
    outcome: Outcome, proposal: Proposal, key: str, match: KeptPattern | None, current: set[str]
) -> None:
    if match is None:
        if proposal.news:
            outcome.raised.append((key, proposal))
        return
    if match.state is PatternState.WITHDRAWN and not proposal.news:
        return
    current.add(match.pattern_id)
    if match.state is PatternState.PARKED and proposal.evidence <= match.evidence:
        return
    if _differs(match, key, proposal):
        outcome.renewed.append(Renewal(kept=match, key=key, proposal=proposal))


def _differs(match: KeptPattern, key: str, proposal: Proposal) -> bool:
    return (
        match.state is not PatternState.PROPOSED
        or match.key != key
        or match.kind != proposal.kind
        or match.evidence != proposal.evidence
        or match.detail != stored_detail(proposal)
    )


def _anchored(proposal: Proposal, related: Sequence[KeptPattern]) -> Target | None:
    """Return the pattern of the same crossing, known by its key or else its episodes; None when it was decided."""
    same = [each for each in related if each.key == proposal.key]
    same += [each for each in related if each.key != proposal.key and each.anchors & proposal.anchors]
    if any(each.state in _DECIDED for each in same):
        return None
    same.sort(
        key=lambda each: (each.key != proposal.key, each.state is PatternState.WITHDRAWN, each.pattern_id)
    )
    return proposal.key, same[0] if same else None


def _grown(proposal: Proposal, related: Sequence[KeptPattern], current: set[str]) -> Target | None:
    """Return the undecided pattern with most children of the group, None when what was decided covers the group.

    A group keeps its key while children come and go.
    """
    near = [each for each in related if len(each.alike & proposal.alike) >= 2]
    decided = [each for each in near if each.state in _DECIDED]
    if decided and not _adds(proposal, decided):
        return None
    waiting = [each for each in near if each.state not in _DECIDED and each.pattern_id not in current]
    waiting.sort(
        key=lambda each: (
            each.state is PatternState.WITHDRAWN,
            -len(each.alike & proposal.alike),
            each.pattern_id,
        )
    )
    if waiting:
        return waiting[0].key, waiting[0]
    taken = {each.key for each in related}
    key, again = proposal.key, 1
    while key in taken:
        again += 1
        key = f"{proposal.key}/{again}"
    return key, None


def _adds(proposal: Proposal, decided: Sequence[KeptPattern]) -> bool:
    """Whether there is another child, or after a rejection another thing that ties them."""
    if proposal.alike - {child for each in decided for child in each.alike}:
        return True
    if any(each.state is PatternState.CONFIRMED for each in decided):
        return False
    known = {thing for each in decided for thing in each.things}
    return not _things(proposal.detail) <= known


def _things(detail: Mapping[str, object]) -> frozenset[str]:
    things = detail.get("things", ())
    return frozenset(things) if isinstance(things, list) else frozenset()


def _followed(proposal: Proposal, related: Sequence[KeptPattern]) -> Target | None:
    """Return the undecided pattern of the family, or its next key; None when what was decided covers the evidence."""
    decided = [each for each in related if each.state in _DECIDED]
    if decided and not _is_new(proposal, decided):
        return None
    key = f"{proposal.key}/{len(decided) + 1}" if decided else proposal.key
    waiting = [each for each in related if each.state not in _DECIDED]
    waiting.sort(key=lambda each: (each.key != key, each.state is PatternState.WITHDRAWN, each.pattern_id))
    return key, waiting[0] if waiting else None


def _is_new(proposal: Proposal, decided: Sequence[KeptPattern]) -> bool:
    known = {piece for each in decided for piece in each.evidence}
    fresh = proposal.evidence - known
    children = {piece.child_id for piece in fresh}
    return bool(children - {piece.child_id for piece in known}) or len(children) >= max(
        2, proposal.least_children
    )
