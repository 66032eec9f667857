"""Cross-references what police say of a child's absences with the council's own list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from missing_coord.domain.incidents import EpisodeKind
from missing_coord.domain.london import london_day, london_midnight
from missing_coord.domain.population import Population


class Standing(StrEnum):
    """On which of the two lists an absence is."""

    BOTH = "in_both"
    POLICE_ONLY = "police_only"
    COUNCIL_ONLY = "council_only"
    DISAGREEING = "disagreeing"


class Difference(StrEnum):
    """In what the two lists disagree about one absence."""

    OPEN = "open_or_closed"
    TYPE = "type"
    START = "start"
    END = "end"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparingRules:
    """How far two lists may differ before it is worth a line; the end more closely, as 72 hours run from it.

    Two absences are the same one when they start within `same_start`, when they lie over each other, or at the last
    when they start within `mistaken_start`, as a date is easily written a day off.
    """

    same_start: timedelta = timedelta(hours=6)
    mistaken_start: timedelta = timedelta(hours=36)
    same_end: timedelta = timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One absence as one side has it: [started_at, ended_at), None while open; `..._by_day`: the date alone is known.

    `ends` are all times that this side gives for the end (found, returned). `unsure`: nobody knows yet which child.
    """

    key: str
    child_id: str
    reference: str
    kind: EpisodeKind
    started_at: datetime
    start_known: bool = True
    start_by_day: bool = False
    ended_at: datetime | None = None
    end_by_day: bool = False
    ends: tuple[datetime, ...] = ()
    cancelled: bool = False
    unsure: bool = False
    on_register: bool = True
    population: Population = Population.OWN_CARE_IN_AREA
    authority: str = ""
    episode_id: str = ""

    @property
    def over_at(self) -> datetime | None:
        """The instant from which the absence is surely over; of a date alone the end of that day."""
        if self.ended_at is None or not self.end_by_day:
            return self.ended_at
        return london_midnight(london_day(self.ended_at) + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A London day or month as [starts_at, ends_at) in UTC, and its name."""

    name: str
    starts_at: datetime
    ends_at: datetime

    def touches(self, absence: Absence) -> bool:
        """Say whether a child was missing at any time of the period."""
        over = absence.over_at
        return absence.started_at < self.ends_at and (over is None or over >= self.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One absence on the cross-reference: what each side says, and in what they differ."""

    standing: Standing
    child_id: str
    police: tuple[Absence, ...] = ()
    council: tuple[Absence, ...] = ()
    differences: tuple[Difference, ...] = ()
    cancelled: tuple[Absence, ...] = ()

    @property
    def absences(self) -> tuple[Absence, ...]:
        """Everything that either side says."""
        return (*self.police, *self.council)

    @property
    def started_at(self) -> datetime:
        """The earliest start that either side gives."""
        return min(each.started_at for each in self.absences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The lines of a period, and how many police absences are of children who are not on such a list anyway."""

    lines: tuple[Line, ...]
    outside: tuple[Absence, ...]


def cross_reference(
    police: Iterable[Absence],
    council: Iterable[Absence],
    *,
    period: Period,
    rules: ComparingRules = ComparingRules(),
) -> Compared:
    """Compare both sides child by child and return what touches the period; the order of the input changes nothing."""
    of_police, of_council = _by_child(police), _by_child(council)
    lines: list[Line] = []
    for child_id in sorted(of_police.keys() | of_council.keys()):
        lines += _child(of_police.get(child_id, []), of_council.get(child_id, []), rules)
    wanted = [line for line in lines if any(period.touches(each) for each in line.absences)]
    outside = [line for line in wanted if _is_outside(line)]
    kept = [line for line in wanted if not _is_outside(line)]
    return Compared(
        lines=tuple(sorted(kept, key=lambda line: (line.started_at, line.child_id, line.absences[0].key))),
        outside=tuple(each for line in outside for each in line.police),
    )


def _by_child(absences: Iterable[Absence]) -> dict[str, list[Absence]]:
    found: dict[str, list[Absence]] = defaultdict(list)
    for each in absences:
        found[each.child_id].append(each)
    return found


_NOT_LISTED = (Population.OWN_HOME, Population.OTHER_AUTHORITY)


def _is_outside(line: Line) -> bool:
    """A home child and another authority's child are not on the list of our looked-after children."""
    return line.standing is Standing.POLICE_ONLY and all(
        each.population in _NOT_LISTED and not each.unsure for each in line.police
    )


def _child(police: Sequence[Absence], council: Sequence[Absence], rules: ComparingRules) -> list[Line]:
    live = [each for each in police if not each.cancelled]
    pairs = _pair(live, council, rules)
    lines = [_both((one,), (other,)) for one, other in pairs]
    left, right = _unpaired(live, council, pairs)
    lines, left, right = _more_of_the_same(lines, left, right)
    lines = [_compared(line, rules) for line in lines]
    withdrawn = [each for each in police if each.cancelled]
    lines += [Line(standing=Standing.POLICE_ONLY, child_id=each.child_id, police=(each,)) for each in left]
    lines += [_council_only(each, withdrawn, rules) for each in right]
    return lines


def _both(police: tuple[Absence, ...], council: tuple[Absence, ...]) -> Line:
    return Line(standing=Standing.BOTH, child_id=police[0].child_id, police=police, council=council)


def _pair(
    police: Sequence[Absence], council: Sequence[Absence], rules: ComparingRules
) -> list[tuple[Absence, Absence]]:
    """Pair off what is nearest first: those that surely belong together before those that may."""
    pairs: list[tuple[Absence, Absence]] = []
    for wanted in (0, 1):
        ours, theirs = _unpaired(police, council, pairs)
        fitting = [
            (*_apart(one, other), one, other)
            for one in ours
            for other in theirs
            if (fit := _fit(one, other, rules)) is not None and fit <= wanted
        ]
        pairs += _nearest_first(fitting)
    return pairs


def _unpaired(
    police: Sequence[Absence], council: Sequence[Absence], pairs: Sequence[tuple[Absence, Absence]]
) -> tuple[list[Absence], list[Absence]]:
    taken = {one.key for one, _ in pairs}, {other.key for _, other in pairs}
    return [each for each in police if each.key not in taken[0]], [
        each for each in council if each.key not in taken[1]
    ]


def _nearest_first(
    fitting: Sequence[tuple[timedelta, timedelta, Absence, Absence]],
) -> list[tuple[Absence, Absence]]:
    taken: set[str] = set()
    pairs = []
    for _, _, one, other in sorted(fitting, key=lambda each: (each[0], each[1], each[2].key, each[3].key)):
        police_key, council_key = f"police {one.key}", f"council {other.key}"
        if not taken & {police_key, council_key}:
            taken |= {police_key, council_key}
            pairs.append((one, other))
    return pairs


def _fit(one: Absence, other: Absence, rules: ComparingRules) -> int | None:
    """Return 0 when two absences are surely one, 1 when they may be, None when they are not."""
    apart = _start_apart(one, other)
    if apart <= rules.same_start or _lie_over(one, other):
        return 0
    if not one.start_known and _ends_alike(one, other, rules):
        return 0
    return 1 if apart <= rules.mistaken_start else None


def _apart(one: Absence, other: Absence) -> tuple[timedelta, timedelta]:
    if one.ended_at is None or other.ended_at is None:
        ends = timedelta(0) if one.ended_at == other.ended_at else timedelta.max
    else:
        ends = abs(one.ended_at - other.ended_at)
    return _start_apart(one, other), ends


def _start_apart(one: Absence, other: Absence) -> timedelta:
    if one.start_by_day or other.start_by_day:
        return abs(london_day(one.started_at) - london_day(other.started_at))
    return abs(one.started_at - other.started_at)


def _lie_over(one: Absence, other: Absence) -> bool:
    """Whether two absences that are both over were at the same time."""
    if one.over_at is None or other.over_at is None:
        return False
    return max(one.started_at, other.started_at) < min(one.over_at, other.over_at)


def _more_of_the_same(
    lines: list[Line], left: list[Absence], right: list[Absence]
) -> tuple[list[Line], list[Absence], list[Absence]]:
    """Put what one side tells in two parts, and the other in one, on one line."""
    for each in sorted(left, key=lambda a: (a.started_at, a.key)):
        lines, joined = _joined(lines, each, side="police")
        left = [a for a in left if a is not each] if joined else left
    for each in sorted(right, key=lambda a: (a.started_at, a.key)):
        lines, joined = _joined(lines, each, side="council")
        right = [a for a in right if a is not each] if joined else right
    return lines, left, right


def _joined(lines: list[Line], absence: Absence, *, side: str) -> tuple[list[Line], bool]:
    for number, line in enumerate(lines):
        others = line.council if side == "police" else line.police
        if any(_lie_over(absence, other) for other in others):
            grown = (
                replace(line, police=(*line.police, absence))
                if side == "police"
                else replace(line, council=(*line.council, absence))
            )
            return [*lines[:number], grown, *lines[number + 1 :]], True
    return lines, False


def _compared(line: Line, rules: ComparingRules) -> Line:
    differences = _differences(line.police, line.council, rules)
    standing = Standing.DISAGREEING if differences else Standing.BOTH
    return replace(line, standing=standing, differences=differences)


def _council_only(absence: Absence, withdrawn: Sequence[Absence], rules: ComparingRules) -> Line:
    cancelled = [each for each in withdrawn if _fit(each, absence, rules) is not None]
    return Line(
        standing=Standing.COUNCIL_ONLY,
        child_id=absence.child_id,
        council=(absence,),
        cancelled=tuple(cancelled),
    )


def _differences(
    police: Sequence[Absence], council: Sequence[Absence], rules: ComparingRules
) -> tuple[Difference, ...]:
    one, other = _whole(police), _whole(council)
    found = {
        Difference.OPEN: (one.ended_at is None) != (other.ended_at is None),
        Difference.TYPE: one.kind is not other.kind,
        Difference.START: one.start_known and _start_apart(one, other) > _slack(one, other, rules),
        Difference.END: not _ends_alike(one, other, rules),
        Difference.NUMBER: len(police) != len(council),
    }
    return tuple(difference for difference, is_so in found.items() if is_so)


def _slack(one: Absence, other: Absence, rules: ComparingRules) -> timedelta:
    return timedelta(0) if one.start_by_day or other.start_by_day else rules.same_start


def _whole(parts: Sequence[Absence]) -> Absence:
    """Return the parts as one absence: from the first start to the last end, missing when any part is."""
    first = min(parts, key=lambda each: (each.started_at, each.key))
    last = max(parts, key=lambda each: (each.ended_at is None, each.ended_at or each.started_at, each.key))
    missing = any(each.kind is EpisodeKind.MISSING for each in parts)
    return replace(
        first,
        kind=EpisodeKind.MISSING if missing else EpisodeKind.AWAY,
        ended_at=last.ended_at,
        end_by_day=last.end_by_day,
        ends=last.ends,
    )


def _ends_alike(one: Absence, other: Absence, rules: ComparingRules) -> bool:
    """Whether two ends agree: any time that one side gives may be the other's; an open one has no end to compare."""
    if one.ended_at is None or other.ended_at is None:
        return True
    pairs = [(a, b) for a in (one.ended_at, *one.ends) for b in (other.ended_at, *other.ends)]
    if one.end_by_day or other.end_by_day:
        return any(london_day(a) == london_day(b) for a, b in pairs)
    return any(abs(a - b) <= rules.same_end for a, b in pairs)
