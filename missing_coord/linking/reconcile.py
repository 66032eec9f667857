"""Compares the patterns that the evidence gives with those kept: what to raise, to add to, and to withdraw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    def anchors(self) -> frozenset[str]:
        """The episodes by which it is known again."""
        anchors = self.detail.get("anchors", ())
        return frozenset(anchors) if isinstance(anchors, list) else frozenset()


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
        "children_count": len(proposal.children),
        "evidence_count": len(proposal.evidence),
    }


def reconcile(proposals: Iterable[Proposal], kept: Sequence[KeptPattern]) -> Outcome:
    """Return what has to change so that what is kept says what the evidence gives.

    What a person decided stays as it is. It is raised again only for new evidence: another child, or enough new
    evidence to stand by itself. An undecided pattern that the evidence no longer gives is withdrawn.
    """
    families: dict[str, list[KeptPattern]] = defaultdict(list)
    for each in kept:
        families[each.family].append(each)
    outcome = Outcome()
    current: set[str] = set()
    for proposal in sorted(proposals, key=lambda each: each.key):
        if len(proposal.children) < proposal.least_children:
            continue
        related = families[proposal.family]
        target = _anchored(proposal, related) if proposal.anchors else _followed(proposal, related)
        if target is not None:
            _apply(outcome, proposal, target[0], target[1], current)
    outcome.withdrawn = [
        each for each in kept if each.state is PatternState.PROPOSED and each.pattern_id not in current
    ]
    return outcome


Target = tuple[str, "KeptPattern | None"]


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
