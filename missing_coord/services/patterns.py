"""Finds patterns across children and time, keeps them up to date, and lets the exploitation lead decide."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.domain.events import Event, PatternDecided, PatternProposed
from missing_coord.domain.messages import Message, MessageKind, Notice
from missing_coord.linking.group_proposals import FAMILY, group_proposals
from missing_coord.linking.groups import all_links, groups_of
from missing_coord.linking.hot_spots import hot_spot_proposals
from missing_coord.linking.linker import Linker
from missing_coord.linking.mentions import Mention, NoticeWords, mentions_of
from missing_coord.linking.naming import Naming, OwnWorld
from missing_coord.linking.occasions import Going
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, PatternPolicy, SensorRules
from missing_coord.linking.proposals import MEDIUM_FROM, Evidence, PatternKind, PatternState, Proposal
from missing_coord.linking.reconcile import KeptPattern, Outcome, Renewal, reconcile
from missing_coord.linking.repeat import plainest, repeat_proposals
from missing_coord.linking.sensors import ChildHistory, sensor_proposals
from missing_coord.linking.strength import Feedback

Write = Callable[[Notice, datetime], Message]
"""Puts a notice into the words and the form of a channel; the instant is that of planning."""
INCIDENTS_AT_ONCE = 2_000


class PatternStore(Protocol):
    """What was named in incidents, and the patterns found; `None` for children always means all of them."""

    async def hold(self) -> None:
        """Wait until no other run is finding patterns, and keep others waiting until this transaction ends."""
        ...

    async def notice_words(
        self, *, since: datetime | None, after: str, limit: int
    ) -> dict[str, list[NoticeWords]]:
        """Return what the notices of the next incidents after `after` say, those touched since then or all."""
        ...

    async def replace_mentions(self, mentions: Mapping[str, Sequence[Mention]]) -> None:
        """Keep for these incidents exactly these mentions."""
        ...

    async def changed_children(self, since: datetime) -> set[str]:
        """Return the children whose episodes, notices or records changed, or whose evidence no longer holds."""
        ...

    async def missing_children(self) -> set[str]:
        """Return the children with an open episode."""
        ...

    async def histories(self, child_ids: Collection[str] | None, rules: SensorRules) -> list[ChildHistory]:
        """Return the live episodes of children with their births and the signs told of."""
        ...

    async def oldest_evidence_at(self) -> datetime | None:
        """Return the earliest start of an episode on which an undecided link rests."""
        ...

    async def brought_over(self, episode_ids: Collection[str]) -> set[str]:
        """Return which of these episodes the council's earlier records alone tell of."""
        ...

    async def goings(self, since: datetime) -> list[Going]:
        """Return the live episodes that began since then, with what may join them to others."""
        ...

    async def namings(self, since: datetime) -> list[Naming]:
        """Return who named what in episodes that began since then."""
        ...

    async def feedback(self) -> Feedback:
        """Return what leads decided about earlier groups."""
        ...

    async def worlds(self, child_ids: Collection[str]) -> dict[str, OwnWorld]:
        """Return what is each child's own."""
        ...

    async def touching(self, child_ids: Collection[str] | None) -> list[KeptPattern]:
        """Return the patterns with evidence about these children, and every link and hot spot."""
        ...

    async def add(self, raised: Sequence[tuple[str, str, Proposal]]) -> None:
        """Keep new proposals: (pattern id, key, proposal)."""
        ...

    async def renew(self, renewals: Sequence[Renewal]) -> None:
        """Bring undecided patterns up to date; one that was decided meanwhile stays as it is."""
        ...

    async def withdraw(self, pattern_ids: Sequence[str]) -> None:
        """Withdraw undecided patterns with all their evidence."""
        ...

    async def decide(
        self, pattern_id: str, *, expected_version: int, state: str, by: str, reason: str
    ) -> str | None:
        """Decide a pattern that waits in this version; return its first child, None when it was changed meanwhile."""
        ...

    async def state_of(self, pattern_id: str) -> tuple[str, str] | None:
        """Return a pattern's state and who decided it; None when there is none that the actor may see."""
        ...


class MessageStore(Protocol):
    """Messages to people."""

    async def add(self, messages: Sequence[Message]) -> None:
        """Keep messages; one that is there already is not written again."""
        ...


class PatternUnit(Protocol):
    """What finding and deciding patterns needs of a unit of work."""

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def now(self) -> datetime:
        """The instant at which this transaction began."""
        ...

    @property
    def patterns(self) -> PatternStore:
        """Mentions and patterns."""
        ...

    @property
    def messages(self) -> MessageStore:
        """Messages to people."""
        ...

    def record(self, *events: Event) -> None:
        """Add events to the outbox of this transaction."""
        ...

    def audit(self, action: str, *, subject_type: str, subject_id: str, **detail: Any) -> None:
        """Add a row to the audit trail of this transaction."""
        ...


async def find_patterns(
    uow: PatternUnit,
    *,
    write: Write,
    since: datetime | None = None,
    policy: PatternPolicy = DEFAULT_PATTERN_POLICY,
) -> tuple[str, ...]:
    """Bring the patterns in line with the evidence and return the ids of new proposals; safe to repeat.

    With `since` only what changed from then on is looked at anew: give the start of the last run that succeeded,
    less an hour, as transactions commit late. Without it everything is read again.
    """
    await uow.patterns.hold()
    await _read_mentions(uow, since)
    changed = None if since is None else await uow.patterns.changed_children(since)
    overdue = set() if changed is None else await uow.patterns.missing_children() - changed
    scope = None if changed is None else changed | overdue
    found = await _of_each_child(uow, scope, policy)
    if changed is None or changed:
        found += await _across_children(uow, policy)
    kept = _in_scope(await uow.patterns.touching(scope), changed, overdue)
    return await _settle(uow, reconcile(found, kept), write)


def _in_scope(kept: Sequence[KeptPattern], changed: set[str] | None, overdue: set[str]) -> list[KeptPattern]:
    """Leave out what this run did not look at: nothing across children when nothing changed, and others' own."""
    if changed is None:
        return list(kept)

    def looked_at(each: KeptPattern) -> bool:
        if _is_across(each):
            return bool(changed)
        return bool({piece.child_id for piece in each.evidence} & (changed | overdue))

    return [each for each in kept if looked_at(each)]


def _is_across(kept: KeptPattern) -> bool:
    return kept.family == FAMILY or kept.kind == PatternKind.HOT_SPOT


async def _read_mentions(uow: PatternUnit, since: datetime | None) -> None:
    after = ""
    while words := await uow.patterns.notice_words(since=since, after=after, limit=INCIDENTS_AT_ONCE):
        await uow.patterns.replace_mentions({key: mentions_of(said) for key, said in words.items()})
        after = max(words)


async def _floor(uow: PatternUnit, policy: PatternPolicy) -> datetime:
    """Return how far back links are looked for: the look-back, or further while undecided evidence is older."""
    floor = uow.now - timedelta(days=policy.look_back_days)
    oldest = await uow.patterns.oldest_evidence_at()
    return floor if oldest is None else min(floor, oldest)


async def _of_each_child(
    uow: PatternUnit, children: set[str] | None, policy: PatternPolicy
) -> list[Proposal]:
    """Return what the sensors say of each child by itself."""
    found: list[Proposal] = []
    for each in await uow.patterns.histories(children, policy.sensors):
        often = repeat_proposals(each.child_id, each.episodes, policy=policy, now=uow.now)
        sensed = sensor_proposals(each, policy=policy, now=uow.now)
        quick = [one for one in sensed if one.kind is PatternKind.QUICKENING]
        found += plainest([*often, *quick])
        found += [one for one in sensed if one.kind is not PatternKind.QUICKENING]
    return found


async def _across_children(uow: PatternUnit, policy: PatternPolicy) -> list[Proposal]:
    """Return the linked groups and the hot spots; a group may reach beyond what changed, so all are looked at."""
    floor = await _floor(uow, policy)
    namings, goings = await uow.patterns.namings(floor), await uow.patterns.goings(floor)
    children = {each.child_id for each in namings} | {each.span.child_id for each in goings}
    worlds = await uow.patterns.worlds(children)
    linker = Linker(policy=policy, feedback=await uow.patterns.feedback())
    linker.take(worlds=worlds, goings=goings, namings=namings)
    groups = groups_of(all_links(linker, at_least=policy.link_at_least))
    spots = hot_spot_proposals(namings, own=worlds, policy=policy, now=uow.now)
    return [*group_proposals(groups, linker, now=uow.now), *spots]


async def _settle(uow: PatternUnit, outcome: Outcome, write: Write) -> tuple[str, ...]:
    raised = [(str(uuid.uuid4()), key, proposal) for key, proposal in outcome.raised]
    await uow.patterns.withdraw([each.pattern_id for each in outcome.withdrawn])
    await uow.patterns.renew(outcome.renewed)
    await uow.patterns.add(raised)
    news = await _news(uow, raised, outcome.renewed)
    telling = [pattern_id for pattern_id, proposal in news if proposal.strength >= MEDIUM_FROM]
    await uow.messages.add([write(each, uow.now) for each in _notices(uow, telling)])
    for pattern_id, proposal in news:
        uow.record(
            PatternProposed(child_id=proposal.children[0], pattern_id=pattern_id, kind=proposal.kind.value)
        )
    for pattern_id, _, proposal in raised:
        uow.audit("pattern_proposed", subject_type="pattern", subject_id=pattern_id, kind=proposal.kind.value)
    for each in outcome.withdrawn:
        uow.audit("pattern_withdrawn", subject_type="pattern", subject_id=each.pattern_id, kind=each.kind)
    return tuple(pattern_id for pattern_id, _, _ in raised)


async def _news(
    uow: PatternUnit, raised: Sequence[tuple[str, str, Proposal]], renewed: Sequence[Renewal]
) -> list[tuple[str, Proposal]]:
    """Return the patterns that are news: those raised, but for what was brought over as a whole.

    A pattern of the past is kept without a word, and is news once live episodes carry it on.
    """
    grown = [
        (each.kept.pattern_id, each.proposal, _crossing(each.kept.anchors, each.kept.evidence))
        for each in renewed
    ]
    found = [*((key, proposal, frozenset[str]()) for key, _, proposal in raised), *grown]
    now = {key: _crossing(proposal.anchors, proposal.evidence) for key, proposal, _ in found}
    past = await uow.patterns.brought_over(
        frozenset().union(*now.values(), *(before for *_, before in found))
    )
    return [(key, proposal) for key, proposal, before in found if before <= past and not now[key] <= past]


def _crossing(anchors: frozenset[str], evidence: Collection[Evidence]) -> frozenset[str]:
    """Return the episodes that made a pattern cross its threshold, or all on which it rests."""
    return anchors or frozenset(each.episode_id for each in evidence)


def _notices(uow: PatternUnit, pattern_ids: Sequence[str]) -> list[Notice]:
    """Return one notice for everything that a run raised; weak proposals wait in the list and are not told."""
    if len(pattern_ids) == 1:
        return [_notice(pattern_ids[0])]
    if not pattern_ids:
        return []
    return [
        Notice(
            key=f"patterns:{pattern_ids[0]}",
            kind=MessageKind.PATTERN,
            role=Role.EXPLOITATION_LEAD,
            subject_type="patterns",
            subject_id="",
            count=len(pattern_ids),
        )
    ]


def _notice(pattern_id: str) -> Notice:
    return Notice(
        key=f"pattern:{pattern_id}",
        kind=MessageKind.PATTERN,
        role=Role.EXPLOITATION_LEAD,
        subject_type="pattern",
        subject_id=pattern_id,
    )


async def decide_pattern(
    uow: PatternUnit, *, pattern_id: str, expected_version: int, state: PatternState, reason: str
) -> None:
    """Confirm, reject or park a pattern that waits; raises ConcurrencyConflict when it changed meanwhile.

    Only an exploitation lead may decide (NotAllowed). What was confirmed or rejected is taken back by parking it, and
    counts no more; else it stays so (DomainError). What was parked may be decided later, and waits again when new
    evidence comes.
    """
    if state not in (PatternState.CONFIRMED, PatternState.REJECTED, PatternState.PARKED):
        raise DomainError("decision_unknown", "decision: confirm, reject or park it.")
    if uow.actor.role is not Role.EXPLOITATION_LEAD:
        raise NotAllowed("Only the exploitation lead decides about a pattern.")
    if not reason.strip():
        raise DomainError("reason_required", "reason: say why; others rely on it when it comes up again.")
    first_child = await uow.patterns.decide(
        pattern_id,
        expected_version=expected_version,
        state=state.value,
        by=uow.actor.name,
        reason=reason.strip(),
    )
    if first_child is None:
        raise await _refusal(uow, pattern_id)
    uow.record(PatternDecided(child_id=first_child, pattern_id=pattern_id, state=state.value))
    uow.audit("pattern_decided", subject_type="pattern", subject_id=pattern_id, state=state.value)


async def _refusal(uow: PatternUnit, pattern_id: str) -> Exception:
    kept = await uow.patterns.state_of(pattern_id)
    if kept is None:
        return NotFound(f"There is no pattern {pattern_id} that you may see.")
    if kept[0] in (PatternState.PROPOSED, PatternState.PARKED):
        return ConcurrencyConflict(
            "New evidence came in since you opened this pattern. Load it again, then decide."
        )
    if kept[0] == PatternState.WITHDRAWN:
        return DomainError("pattern_withdrawn", "This pattern was withdrawn: its evidence no longer holds.")
    return DomainError("pattern_decided", f"This pattern was {kept[0]} by {kept[1]} already.")
