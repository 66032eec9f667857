"""The daily proposal: each open interview, by earliest deadline, to the best independent worker."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.records import WorkerTeam
from missing_coord.planning.diary import Diary, Slot, Wanted, instant, minute_down, minute_up
from missing_coord.planning.eligibility import Refusal, independence_basis, refusal, wished_gender
from missing_coord.planning.fields import Point
from missing_coord.planning.propose_words import (
    ChoiceKey,
    alternative_reason,
    binding_reason,
    chosen_reasons,
    why_behind,
)
from missing_coord.planning.situation import Alternative, OpenInterview, PassedOver, Proposal, WorkerSituation
from missing_coord.planning.travel import travel_minutes

SPEED_KMH = 40.0
UNKNOWN_TRAVEL_MINUTES = 30
TRAVEL_BAND_MINUTES = 10
MOST_ALTERNATIVES = 2
LONGEST_LAST = timedelta(days=4)
"""A child whose deadline passed longer ago than this is never asked after others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One interview as the search asks for it; `ready` and `due` in minutes since 1970."""

    interview: OpenInterview
    visit: Wanted
    now: datetime
    ready: int
    due: int
    council: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """A worker who may go, with the first slot and what it ranks by."""

    diary: Diary
    basis: IndependenceBasis
    slot: Slot
    key: ChoiceKey


def propose(
    interviews: Sequence[OpenInterview],
    workers: Sequence[WorkerSituation],
    now: datetime,
    *,
    bank_holidays: Collection[date] = frozenset(),
    council: str | None = None,
    speed_kmh: float = SPEED_KMH,
) -> tuple[Proposal, ...]:
    """Return one proposal for each interview, earliest deadline first; `council` is our own ONS code.

    Proposals do not collide: each one is in the diary before the next is made. A late one is still proposed.
    Where more children are seen in time that way, those whose deadline has just passed are asked last.
    """
    travel = _Roads(speed_kmh)

    def in_order(ordered: Sequence[OpenInterview]) -> tuple[Proposal, ...]:
        diaries = [Diary(worker, now, bank_holidays, travel) for worker in workers]
        return tuple(_propose_one(interview, diaries, now, council) for interview in ordered)

    by_deadline = sorted(interviews, key=lambda each: (each.due_at, each.earliest_at, each.interview_id))
    first = in_order(by_deadline)
    by_hope = sorted(by_deadline, key=lambda each: _just_missed(each, now))
    if by_hope == by_deadline or not _late_in_vain(first, by_deadline, now):
        return first
    second = in_order(by_hope)
    return second if _in_time(second) > _in_time(first) else first


def _just_missed(interview: OpenInterview, now: datetime) -> bool:
    """Say whether the deadline cannot be met any more but passed lately; who waits longer comes first again."""
    end = max(now, interview.earliest_at) + timedelta(minutes=interview.minutes)
    return interview.due_at < end and interview.due_at > now - LONGEST_LAST


def _late_in_vain(made: Sequence[Proposal], asked: Sequence[OpenInterview], now: datetime) -> bool:
    """Say whether an interview is late whose deadline could still be met."""
    pairs = zip(made, asked, strict=True)
    return any(proposal.late and not _just_missed(each, now) for proposal, each in pairs)


def _in_time(made: Sequence[Proposal]) -> int:
    return sum(not proposal.late for proposal in made)


class _Roads:
    """Minutes of travel between places, remembered; an unknown place counts as half an hour away."""

    def __init__(self, speed_kmh: float) -> None:
        self._speed = speed_kmh
        self._known: dict[tuple[Point, Point], int] = {}

    def __call__(self, start: Point | None, end: Point | None) -> int:
        if start is None or end is None:
            return UNKNOWN_TRAVEL_MINUTES
        minutes = self._known.get((start, end))
        if minutes is None:
            minutes = travel_minutes(start, end, self._speed)
            self._known[(start, end)] = self._known[(end, start)] = minutes
        return minutes


def _propose_one(
    interview: OpenInterview, diaries: Sequence[Diary], now: datetime, council: str | None
) -> Proposal:
    asked = _Asked(
        interview=interview,
        visit=Wanted(interview.place, interview.minutes, interview.closed),
        now=now,
        ready=minute_up(max(now, interview.earliest_at)),
        due=minute_down(interview.due_at),
        council=council,
    )
    found = [(diary.worker.worker_id, _option(asked, diary)) for diary in diaries]
    options = sorted((each for _, each in found if isinstance(each, _Option)), key=lambda each: each.key)
    refused = [(who, each) for who, each in found if isinstance(each, Refusal)]
    proposal = _told(asked, options, refused)
    if options:
        options[0].diary.book(options[0].slot, interview.place)
    return proposal


def _option(asked: _Asked, diary: Diary) -> _Option | Refusal:
    interview = asked.interview
    basis = independence_basis(interview, diary.worker, council=asked.council)
    wall = refusal(interview, diary.worker, basis)
    if wall is not None:
        return wall
    slot = diary.first_slot(asked.visit, asked.ready)
    if slot is None:
        return _wall_in_time(asked, diary)
    return _Option(diary=diary, basis=basis, slot=slot, key=_rank(asked, diary.worker, slot))


def _rank(asked: _Asked, worker: WorkerSituation, slot: Slot) -> ChoiceKey:
    interview, late = asked.interview, slot.end > asked.due
    return ChoiceKey(
        late=late,
        late_start=slot.start if late else 0,
        not_asked_for=worker.worker_id != interview.child_preference_worker_id,
        other_gender=not wished_gender(interview, worker),
        unknown_to_child=worker.worker_id != interview.previous_worker_id,
        spot_purchase=worker.team is WorkerTeam.SPOT_PURCHASE,
        specialist_in_area=worker.out_of_authority and not interview.out_of_area,
        travel_band=slot.detour // TRAVEL_BAND_MINUTES,
        start=slot.start,
        worker_id=worker.worker_id,
    )


def _told(asked: _Asked, options: Sequence[_Option], refused: Sequence[tuple[str, Refusal]]) -> Proposal:
    best = options[0] if options else None
    late = best is None or best.key.late
    walls = [wall for _, wall in refused]
    walls += [_wall_in_time(asked, option.diary) for option in options if late]
    first = min((option.slot.start for option in options), default=None)
    return Proposal(
        interview_id=asked.interview.interview_id,
        worker_id=best.key.worker_id if best else None,
        starts_at=instant(best.slot.start) if best else None,
        ends_at=instant(best.slot.end) if best else None,
        late=late,
        basis=best.basis if best else None,
        reasons=_reasons(asked, best, options) if best else (),
        passed_over=tuple(_passed_over(asked, options, refused)),
        alternatives=tuple(_alternatives(asked, options)),
        earliest_possible=None if first is None else instant(first),
        binding_reason=binding_reason(asked.interview, walls, asked.now) if late else None,
    )


def _reasons(asked: _Asked, best: _Option, options: Sequence[_Option]) -> tuple[str, ...]:
    in_time = sum(not option.key.late for option in options)
    speaks = best.diary.worker.languages
    return chosen_reasons(
        asked.interview, best.key, best.basis, slot=best.slot, in_time=in_time, speaks=speaks
    )


def _passed_over(
    asked: _Asked, options: Sequence[_Option], refused: Sequence[tuple[str, Refusal]]
) -> Iterator[PassedOver]:
    for option in options[1:]:
        yield PassedOver(worker_id=option.key.worker_id, reason=_why(asked, option, options[0]))
    for who, wall in refused:
        yield PassedOver(worker_id=who, reason=wall.reason)


def _why(asked: _Asked, option: _Option, best: _Option) -> str:
    if option.key.late and not best.key.late:
        return _wall_in_time(asked, option.diary).reason
    return why_behind(option.key, best.key, detour=option.slot.detour, best_detour=best.slot.detour)


def _wall_in_time(asked: _Asked, diary: Diary) -> Refusal:
    return diary.why_no_slot(asked.visit, asked.ready, asked.due)


def _alternatives(asked: _Asked, options: Sequence[_Option]) -> Iterator[Alternative]:
    for option in options[1 : 1 + MOST_ALTERNATIVES]:
        yield Alternative(
            worker_id=option.key.worker_id,
            starts_at=instant(option.slot.start),
            ends_at=instant(option.slot.end),
            late=option.key.late,
            reason=alternative_reason(asked.interview, option.slot),
        )
