"""The desk at which interviews get places in diaries, are taken out again, and the whole of it is weighed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from missing_coord.domain.interviews import IndependenceBasis
from missing_coord.domain.records import WorkerTeam
from missing_coord.planning.diary import HORIZON_DAYS, Diary, Slot, Wanted, minute_down, minute_up
from missing_coord.planning.eligibility import Refusal, independence_basis, refusal, wished_gender
from missing_coord.planning.fields import Point
from missing_coord.planning.propose_words import ChoiceKey
from missing_coord.planning.situation import Earlier, OpenInterview, WorkerSituation
from missing_coord.planning.travel import travel_minutes

SPEED_KMH = 40.0
UNKNOWN_TRAVEL_MINUTES = 30
EFFORT_BAND = 10
WAITING_HOUR = 2
"""What an hour of waiting costs in minutes of travel: children stay away or go missing again while they wait."""

NOT_PLANNED, LATE = 60_000, 30_000
WISHES = {
    "not_assigned": 300,
    "not_asked_for": 60,
    "other_gender": 60,
    "unknown_to_child": 30,
    "spot_purchase": 60,
    "specialist_in_area": 60,
}
"""What a plan costs in minutes of travel, beside the travel itself and each minute late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One interview as the search asks for it; `ready` and `due` in minutes since 1970."""

    interview: OpenInterview
    visit: Wanted
    now: datetime
    ready: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A worker who may go, with a slot and what it ranks by."""

    diary: Diary
    basis: IndependenceBasis
    slot: Slot
    key: ChoiceKey


def asked_for(interview: OpenInterview, now: datetime) -> Asked:
    """Return an interview in the minutes of the diaries."""
    return Asked(
        interview=interview,
        visit=Wanted(interview.place, interview.minutes, interview.closed),
        now=now,
        ready=minute_up(max(now, interview.earliest_at)),
        due=minute_down(interview.due_at),
    )


class Desk:
    """All diaries, and which interview has which place in them; `cost` is in minutes of travel."""

    def __init__(
        self,
        workers: Iterable[WorkerSituation],
        now: datetime,
        *,
        bank_holidays: Collection[date] = frozenset(),
        council: str | None = None,
        days: int = HORIZON_DAYS,
    ) -> None:
        """Open the diaries of all workers for the coming days; `council` is our own ONS code."""
        roads = _Roads(SPEED_KMH)
        diaries = [Diary(each, now, bank_holidays, roads, days=days) for each in workers]
        self._diaries = {each.worker.worker_id: each for each in diaries}
        self._council = council
        self._taken: dict[str, Option] = {}
        self._walls: dict[tuple[str, str], IndependenceBasis | Refusal] = {}
        self._slots: dict[tuple[str, str], tuple[int, Slot | None]] = {}
        self.cost = 0

    def taken(self, asked: Asked) -> Option | None:
        """Return the place that an interview has."""
        return self._taken.get(asked.interview.interview_id)

    def options(self, asked: Asked) -> list[Option]:
        """Return for each worker who may go the first slot, the best choice first."""
        found = (self._option(asked, diary) for diary in self._diaries.values())
        return sorted((each for each in found if each is not None), key=lambda each: each.key)

    def refused(self, asked: Asked) -> list[tuple[str, Refusal]]:
        """Return each worker who has no slot at all, and why."""
        found = []
        for worker_id, diary in self._diaries.items():
            wall = self._wall(asked, diary)
            if isinstance(wall, Refusal):
                found.append((worker_id, wall))
            elif self._first_slot(asked, diary) is None:
                found.append((worker_id, wall_in_time(asked, diary)))
        return found

    def option_at(self, asked: Asked, earlier: Earlier) -> Option | None:
        """Return what was proposed before as an option, None where that is not possible any more."""
        diary = self._diaries.get(earlier.worker_id)
        if diary is None or isinstance(basis := self._wall(asked, diary), Refusal):
            return None
        start = minute_down(earlier.starts_at)
        slot = diary.first_slot(asked.visit, start) if start >= asked.ready else None
        if slot is None or slot.start != start:
            return None
        return Option(diary=diary, basis=basis, slot=slot, key=_rank(asked, diary.worker, slot))

    def place(self, asked: Asked, option: Option | None) -> None:
        """Give an interview a place, which must be free; None says that it stays without one."""
        if option is None:
            self.cost += NOT_PLANNED
            return
        before = option.diary.travel_around(option.slot)
        option.diary.book(option.slot, asked.interview.place)
        self._taken[asked.interview.interview_id] = option
        self.cost += _cost(asked, option) + option.diary.travel_around(option.slot) - before

    def take_out(self, asked: Asked) -> Option | None:
        """Take an interview out of its place and return that; it must have been placed, even with None."""
        option = self._taken.pop(asked.interview.interview_id, None)
        if option is None:
            self.cost -= NOT_PLANNED
            return None
        before = option.diary.travel_around(option.slot)
        option.diary.unbook(option.slot, asked.interview.place)
        self.cost -= _cost(asked, option) + before - option.diary.travel_around(option.slot)
        return option

    def forget(self, interview_id: str) -> None:
        """Leave what is remembered of an interview that is not asked for again; its place stays taken."""
        self._taken.pop(interview_id, None)
        for worker_id in self._diaries:
            self._walls.pop((interview_id, worker_id), None)
            self._slots.pop((interview_id, worker_id), None)

    def _option(self, asked: Asked, diary: Diary) -> Option | None:
        basis = self._wall(asked, diary)
        if isinstance(basis, Refusal) or (slot := self._first_slot(asked, diary)) is None:
            return None
        return Option(diary=diary, basis=basis, slot=slot, key=_rank(asked, diary.worker, slot))

    def _wall(self, asked: Asked, diary: Diary) -> IndependenceBasis | Refusal:
        key = (asked.interview.interview_id, diary.worker.worker_id)
        if key not in self._walls:
            basis = independence_basis(asked.interview, diary.worker, council=self._council)
            self._walls[key] = refusal(asked.interview, diary.worker, basis) or basis
        return self._walls[key]

    def _first_slot(self, asked: Asked, diary: Diary) -> Slot | None:
        key = (asked.interview.interview_id, diary.worker.worker_id)
        version, slot = self._slots.get(key, (-1, None))
        if version != diary.version:
            slot = diary.first_slot(asked.visit, asked.ready)
            self._slots[key] = (diary.version, slot)
        return slot


def wall_in_time(asked: Asked, diary: Diary) -> Refusal:
    """Return what keeps a worker from being there before the deadline."""
    return diary.why_no_slot(asked.visit, asked.ready, asked.due)


def suffers(asked: Asked, option: Option | None) -> bool:
    """Say whether an interview is late or has no place."""
    return option is None or option.slot.end > asked.due


def late_count(desk: Desk, asked: Sequence[Asked]) -> int:
    """Return how many interviews are late or have no place."""
    return sum(suffers(each, desk.taken(each)) for each in asked)


def _cost(asked: Asked, option: Option) -> int:
    late = max(0, option.slot.end - asked.due)
    wishes = sum(cost for name, cost in WISHES.items() if getattr(option.key, name))
    waiting = (option.slot.start - asked.ready) * WAITING_HOUR // 60
    return (LATE + late if late else 0) + wishes + waiting


def _effort(slot: Slot) -> int:
    """Return the band of travel and waiting; counted from 1970, so that a plan says the same a minute later."""
    return (slot.detour + slot.start * WAITING_HOUR // 60) // EFFORT_BAND


def _rank(asked: Asked, worker: WorkerSituation, slot: Slot) -> ChoiceKey:
    interview, late = asked.interview, slot.end > asked.due
    return ChoiceKey(
        late=late,
        not_assigned=interview.assigned_worker_id not in (None, worker.worker_id),
        late_start=slot.start if late else 0,
        not_asked_for=interview.child_preference_worker_id not in (None, worker.worker_id),
        other_gender=not wished_gender(interview, worker),
        unknown_to_child=interview.previous_worker_id not in (None, worker.worker_id),
        spot_purchase=worker.team is WorkerTeam.SPOT_PURCHASE,
        specialist_in_area=worker.out_of_authority and not interview.out_of_area,
        effort_band=_effort(slot),
        start=slot.start,
        worker_id=worker.worker_id,
    )


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
