"""The whole plan of proposals: made afresh by search, or around what was proposed before, of which little moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from missing_coord.planning.desk import Asked, Desk, Option, late_count, suffers
from missing_coord.planning.propose import LONGEST_LAST, place_in_order, told
from missing_coord.planning.situation import Earlier, Proposal

MOST_MOVED = 0.05
"""The share of earlier proposals that may give way so that another child is seen in time; one may in any case."""
MOST_TAKEN_OUT = 5
STEPS_FOR_EACH = 60
ROUNDS_OF_SECOND_THOUGHTS = 3

Progress = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholePlan:
    """Proposals by deadline; `saved` is what the search saved of `cost`, in minutes of travel, by what it moved."""

    made: tuple[Proposal, ...]
    cost: int
    saved: int


def plan_afresh(desk: Desk, asked: Sequence[Asked], progress: Progress) -> WholePlan:
    """Plan every interview anew: by earliest deadline first, then improved by search until `progress` says 1."""
    place_in_order(desk, asked)
    before = desk.cost
    movable = [each for each in asked if not _waits_long(each)]
    _Search(desk, asked, movable).run(progress)
    _think_again(desk, movable)
    return _plan(desk, asked, {}, before)


def plan_around(
    desk: Desk, asked: Sequence[Asked], earlier: Mapping[str, Earlier], progress: Progress
) -> WholePlan:
    """Keep what was proposed before where it is still possible and in time, and plan the others around it.

    Where one of the others is late, a few earlier proposals may move if fewer are late then.
    """
    kept = [each for each in asked if _keep(desk, each, earlier.get(each.interview.interview_id))]
    rest = [each for each in asked if desk.taken(each) is None]
    place_in_order(desk, rest)
    before = desk.cost
    released = _released(desk, rest, kept)
    if released:
        wanted = [each for each in rest if not _waits_long(each)]
        _Search(desk, [*rest, *kept], [*wanted, *released]).run(progress)
    names = [each.interview.interview_id for each in released]
    return _plan(desk, asked, {name: earlier[name] for name in names}, before)


def _keep(desk: Desk, asked: Asked, earlier: Earlier | None) -> bool:
    option = None if earlier is None else desk.option_at(asked, earlier)
    if option is None or suffers(asked, option) or option.key.not_assigned:
        return False
    desk.place(asked, option)
    return True


def _released(desk: Desk, rest: Sequence[Asked], kept: Sequence[Asked]) -> list[Asked]:
    """Return the few earlier proposals before a deadline that is missed, those with the most time left."""
    missed = [each.due for each in rest if suffers(each, desk.taken(each)) and each.ready < each.due]
    if not missed:
        return []
    placed = [(each, desk.taken(each)) for each in kept]
    inside = [each for each, option in placed if option is not None and option.slot.start < max(missed)]
    inside.sort(key=lambda each: (-each.due, each.interview.interview_id))
    return inside[: max(1, int(len(kept) * MOST_MOVED))]


def _waits_long(asked: Asked) -> bool:
    return asked.interview.due_at <= asked.now - LONGEST_LAST


def _think_again(desk: Desk, movable: Sequence[Asked]) -> None:
    """Give each interview the best place that is left by everything else, until nothing changes."""
    for _ in range(ROUNDS_OF_SECOND_THOUGHTS):
        changed = False
        for each in movable:
            old = desk.take_out(each)
            best = next(iter(desk.options(each)), None)
            better = best is not None and (old is None or best.key < old.key)
            desk.place(each, best if better else old)
            changed = changed or better
        if not changed:
            return


def _plan(desk: Desk, shown: Sequence[Asked], earlier: Mapping[str, Earlier], before: int) -> WholePlan:
    made = []
    for each in shown:
        option = desk.take_out(each)
        proposal = told(desk, each, option)
        desk.place(each, option)
        made.append(_with_earlier(proposal, earlier.get(each.interview.interview_id)))
    return WholePlan(made=tuple(made), cost=desk.cost, saved=before - desk.cost)


def _with_earlier(proposal: Proposal, earlier: Earlier | None) -> Proposal:
    if earlier is None or (proposal.worker_id, proposal.starts_at) == (earlier.worker_id, earlier.starts_at):
        return proposal
    return replace(proposal, moved_from=earlier)


class _Search:
    """Ruin and recreate on diaries: a few interviews are taken out and put back in another order."""

    def __init__(self, desk: Desk, asked: Sequence[Asked], movable: Sequence[Asked]) -> None:
        """Prepare a search that may move only `movable`; all of `asked` count."""
        self._desk, self._asked, self._movable = desk, asked, list(movable)
        self._random = Random(0)  # noqa: S311 - a search, not a secret

    def run(self, progress: Progress) -> None:
        """Search until `progress` says 1; nothing that is dearer or has more children late is kept."""
        desk, steps = self._desk, STEPS_FOR_EACH * len(self._movable)
        for _ in range(steps if len(self._movable) > 1 else 0):
            if progress() >= 1:
                return
            before = (late_count(desk, self._asked), desk.cost)
            chosen = self._chosen()
            old = [(each, desk.take_out(each)) for each in chosen]
            self._put_back(chosen)
            if (late_count(desk, self._asked), desk.cost) > before:
                for each in reversed(chosen):
                    desk.take_out(each)
                for each, option in reversed(old):
                    desk.place(each, option)

    def _chosen(self) -> list[Asked]:
        """Return a few interviews, one that suffers among them where there is one."""
        random, many = self._random, min(len(self._movable), MOST_TAKEN_OUT)
        found = random.sample(self._movable, random.randint(2, many))
        troubled = [each for each in self._movable if suffers(each, self._desk.taken(each))]
        if troubled and not any(each in troubled for each in found):
            found[0] = random.choice(troubled)
        return found

    def _put_back(self, chosen: list[Asked]) -> None:
        random = self._random
        random.shuffle(chosen)
        if random.random() < 0.4:
            chosen.sort(key=lambda each: each.due)
        for each in chosen:
            self._desk.place(each, self._pick(each))

    def _pick(self, asked: Asked) -> Option | None:
        """Return the best option, now and then the second."""
        options = self._desk.options(asked)
        second = len(options) > 1 and self._random.random() < 0.15
        return options[int(second)] if options else None
