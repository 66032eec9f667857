"""Finds patterns across children and time, keeps them up to date, and lets the exploitation lead decide."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from missing_coord.domain.access import Actor, Role
from missing_coord.domain.errors import ConcurrencyConflict, DomainError, NotAllowed, NotFound
from missing_coord.domain.events import Event, PatternDecided, PatternProposed
from missing_coord.domain.messages import Message, MessageKind, Notice
from missing_coord.linking.mentions import Mention, NoticeWords, mentions_of
from missing_coord.linking.policy import DEFAULT_PATTERN_POLICY, PatternPolicy
from missing_coord.linking.proposals import EpisodeSpan, PatternState, Proposal
from missing_coord.linking.reconcile import KeptPattern, Outcome, Renewal, reconcile
from missing_coord.linking.repeat import repeat_proposals
from missing_coord.linking.shared import Naming, OwnWorld, shared_proposals
from missing_coord.linking.together import Circumstances, occurrences, together_proposals

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

    async def episodes_of(self, child_ids: Collection[str] | None) -> list[EpisodeSpan]:
        """Return the live episodes of children."""
        ...

    async def oldest_evidence_at(self) -> datetime | None:
        """Return the earliest start of an episode on which an undecided link rests."""
        ...

    async def circumstances(self, since: datetime) -> list[Circumstances]:
        """Return the live episodes that began since then, with what may join them to others."""
        ...

    async def namings(self, child_ids: Collection[str] | None, since: datetime) -> list[Naming]:
        """Return who named what, for each thing that these children named and another child too."""
        ...

    async def worlds(self, child_ids: Collection[str]) -> dict[str, OwnWorld]:
        """Return what is each child's own."""
        ...

    async def touching(
        self, child_ids: Collection[str] | None, families: Collection[str]
    ) -> list[KeptPattern]:
        """Return the patterns with evidence about these children, and those of these families."""
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
    found = await _repeats(uow, None if changed is None else changed | overdue, policy)
    if changed is None or changed:
        floor = await _floor(uow, policy)
        found += await _together(uow, changed, floor, policy)
        found += await _shared(uow, changed, floor, policy)
    scope = None if changed is None else changed | overdue
    kept = await uow.patterns.touching(scope, {each.family for each in found})
    return await _settle(uow, reconcile(found, _in_scope(kept, found, changed, overdue)), write)


def _in_scope(
    kept: Sequence[KeptPattern], found: Sequence[Proposal], changed: set[str] | None, overdue: set[str]
) -> list[KeptPattern]:
    """Leave out what this run did not look at: links of children who are only looked at for being missing long."""
    if changed is None:
        return list(kept)
    families = {each.family for each in found}
    alone = ("repeat:", "long:")

    def looked_at(each: KeptPattern) -> bool:
        children = {piece.child_id for piece in each.evidence}
        seen = changed | overdue if each.family.startswith(alone) else changed
        return each.family in families or bool(children & seen)

    return [each for each in kept if looked_at(each)]


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


async def _repeats(uow: PatternUnit, children: set[str] | None, policy: PatternPolicy) -> list[Proposal]:
    of_child: dict[str, list[EpisodeSpan]] = defaultdict(list)
    for each in await uow.patterns.episodes_of(children):
        of_child[each.child_id].append(each)
    return [
        proposal
        for child_id in sorted(of_child)
        for proposal in repeat_proposals(child_id, of_child[child_id], policy=policy, now=uow.now)
    ]


async def _together(
    uow: PatternUnit, changed: set[str] | None, floor: datetime, policy: PatternPolicy
) -> list[Proposal]:
    going = await uow.patterns.circumstances(floor)
    return together_proposals(
        occurrences(going, policy=policy, of_children=changed), policy=policy, now=uow.now
    )


async def _shared(
    uow: PatternUnit, changed: set[str] | None, floor: datetime, policy: PatternPolicy
) -> list[Proposal]:
    namings = await uow.patterns.namings(changed, floor)
    own = await uow.patterns.worlds({each.child_id for each in namings})
    return shared_proposals(namings, own=own, policy=policy, now=uow.now)


async def _settle(uow: PatternUnit, outcome: Outcome, write: Write) -> tuple[str, ...]:
    raised = [(str(uuid.uuid4()), key, proposal) for key, proposal in outcome.raised]
    await uow.patterns.withdraw([each.pattern_id for each in outcome.withdrawn])
    await uow.patterns.renew(outcome.renewed)
    await uow.patterns.add(raised)
    await uow.messages.add([write(_notice(pattern_id), uow.now) for pattern_id, _, _ in raised])
    for pattern_id, _, proposal in raised:
        uow.record(
            PatternProposed(child_id=proposal.children[0], pattern_id=pattern_id, kind=proposal.kind.value)
        )
        uow.audit("pattern_proposed", subject_type="pattern", subject_id=pattern_id, kind=proposal.kind.value)
    for each in outcome.withdrawn:
        uow.audit("pattern_withdrawn", subject_type="pattern", subject_id=each.pattern_id, kind=each.kind)
    return tuple(pattern_id for pattern_id, _, _ in raised)


def _notice(pattern_id: str) -> Notice:
    return Notice(
        key=f"pattern:{pattern_id}",
        kind=MessageKind.PATTERN,
        role=Role.EXPLOITATION_LEAD,
        subject_type="pattern",
        subject_id=pattern_id,
    )


async def decide_pattern(
    uow: PatternUnit, *, pattern_id: str, expected_version: int, confirm: bool, reason: str
) -> None:
    """Confirm or reject a proposed pattern, with a reason; raises ConcurrencyConflict when it changed meanwhile.

    Only an exploitation lead may decide (NotAllowed); what was decided stays decided (DomainError).
    """
    if uow.actor.role is not Role.EXPLOITATION_LEAD:
        raise NotAllowed("Only the exploitation lead confirms or rejects a pattern.")
    if not reason.strip():
        raise DomainError("reason_required", "reason: say why; others rely on it when it comes up again.")
    state = PatternState.CONFIRMED if confirm else PatternState.REJECTED
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
    if kept[0] == PatternState.PROPOSED:
        return ConcurrencyConflict(
            "New evidence came in since you opened this pattern. Load it again, then decide."
        )
    if kept[0] == PatternState.WITHDRAWN:
        return DomainError("pattern_withdrawn", "This pattern was withdrawn: its evidence no longer holds.")
    return DomainError("pattern_decided", f"This pattern was {kept[0]} by {kept[1]} already.")
