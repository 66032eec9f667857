"""A made-up month on two lists, police notices and the council's own, with every kind of discrepancy planted."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2026, 10, 2, 12, 0, tzinfo=UTC)
Row = dict[str, str]
Expected = tuple[str, str, tuple[str, ...]]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Month:
    """What each side sends, and what a comparison has to find: (child, standing, differences), those in both too."""

    children: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    listed: list[Row] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Plot:
    """One absence of one child, and the pen with which both sides write it down."""

    month: Month
    chance: random.Random
    child: Row
    start: datetime
    length: timedelta
    number: int

    @property
    def end(self) -> datetime:
        return self.start + self.length

    def near(self, instant: datetime, minutes: int) -> datetime:
        return instant + timedelta(minutes=self.chance.randint(-minutes, minutes))

    def police(
        self,
        *,
        start: datetime | None = None,
        found: datetime | None = None,
        returned: datetime | None = None,
        category: str = "missing",
        part: str = "",
        known: bool = True,
    ) -> None:
        start = start or self.start
        row = {
            "force": "GMP",
            "reference": f"MP/{self.number}{part}",
            "message": "missing",
            "issued_at": (start + HOUR).isoformat(),
            "last_seen_at": start.isoformat(),
            "category": category,
            "forename": self.child["forename"] if known else "Unknown",
            "surname": self.child["surname"] if known else f"Nobody{self.number}",
            "date_of_birth": self.child["date_of_birth"] if known else "",
            "local_child_id": self.child["child_id"] if known else "",
        }
        self.month.notices.append(row)
        for message, at in (("found", found), ("returned", returned)):
            if at is not None:
                said = {"message": message, f"{message}_at": at.isoformat()}
                self.month.notices.append(row | said | {"issued_at": (at + HOUR / 2).isoformat()})

    def cancel(self) -> None:
        row = self.month.notices[-1]
        later = datetime.fromisoformat(row["issued_at"]) + HOUR
        self.month.notices.append(row | {"message": "cancelled", "issued_at": later.isoformat()})

    def listed(
        self,
        kind: str,
        start: datetime,
        end: datetime | None,
        *,
        by_day: bool = False,
        end_by_day: bool = False,
    ) -> None:
        self.month.listed.append(
            {
                "child_id": self.child["child_id"],
                "type": kind,
                "started_at": _written(start, by_day),
                "ended_at": _written(end, by_day or end_by_day) if end else "",
            }
        )

    def expect(self, standing: str, *differences: str) -> None:
        self.month.expected.append((self.child["child_id"], standing, tuple(sorted(differences))))


def _written(instant: datetime, by_day: bool) -> str:
    return f"{instant.astimezone(LONDON):%Y-%m-%d}" if by_day else instant.isoformat()


def agree(plot: Plot) -> None:
    plot.police(found=plot.end, returned=plot.near(plot.end, 30) if plot.chance.random() < 0.5 else plot.end)
    plot.listed("M", plot.near(plot.start, 170), plot.near(plot.end, 100))
    plot.expect("in_both")


def agree_by_date(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("M", plot.start, plot.end, by_day=True)
    plot.expect("in_both")


def agree_end_by_date(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("M", plot.start, plot.end, end_by_day=True)
    plot.expect("in_both")


def agree_found_long_before_the_return(plot: Plot) -> None:
    plot.police(found=plot.end, returned=plot.end + 9 * HOUR)
    plot.listed("M", plot.start, plot.end)
    plot.expect("in_both")


def agree_in_two_references(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.police(start=plot.start + 2 * HOUR, returned=plot.end, part="-again")
    plot.listed("M", plot.start, plot.end)
    plot.expect("in_both")


def agree_away(plot: Plot) -> None:
    plot.police(returned=plot.end, category="absent")
    plot.listed("A", plot.start, plot.end)
    plot.expect("in_both")


def police_only(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.expect("police_only")


def nobody_knows_which_child(plot: Plot) -> None:
    plot.police(returned=plot.end, known=False)
    plot.month.expected.append(("nobody", "police_only", ()))


def council_only(plot: Plot) -> None:
    plot.listed(plot.chance.choice("MA"), plot.start, plot.end, by_day=plot.chance.random() < 0.5)
    plot.expect("council_only")


def cancelled_by_police(plot: Plot) -> None:
    plot.police()
    plot.cancel()
    plot.listed("M", plot.start, plot.end)
    plot.expect("council_only")


def cancelled_and_not_listed(plot: Plot) -> None:
    plot.police()
    plot.cancel()


def type_differs(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("A", plot.start, plot.end)
    plot.expect("disagreeing", "type")


def start_differs(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("M", plot.start - plot.chance.randint(7, 30) * HOUR, plot.end)
    plot.expect("disagreeing", "start")


def end_differs(plot: Plot) -> None:
    plot.police(found=plot.end, returned=plot.end)
    plot.listed("M", plot.start, plot.end + plot.chance.randint(4, 24) * HOUR)
    plot.expect("disagreeing", "end")


def all_a_day_late(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("M", plot.start + DAY, plot.end + DAY, by_day=True)
    plot.expect("disagreeing", "start", "end")


def type_and_end_differ(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("A", plot.start, plot.end + 6 * HOUR)
    plot.expect("disagreeing", "type", "end")


def council_has_it_in_two_parts(plot: Plot) -> None:
    plot.police(returned=plot.end)
    middle = plot.start + plot.length / 2
    plot.listed("M", plot.start, middle)
    plot.listed("A", middle, plot.end)
    plot.expect("disagreeing", "number")


def police_have_it_in_two_parts(plot: Plot) -> None:
    first = plot.start + 10 * HOUR
    plot.police(returned=first)
    plot.police(start=first + 8 * HOUR, returned=first + 16 * HOUR, part="-again")
    plot.listed("M", plot.start, first + 16 * HOUR)
    plot.expect("disagreeing", "number")


def open_in_both(plot: Plot) -> None:
    plot.police()
    plot.listed("M", plot.start, None)
    plot.expect("in_both")


def police_only_and_open(plot: Plot) -> None:
    plot.police()
    plot.expect("police_only")


def council_only_and_open(plot: Plot) -> None:
    plot.listed("M", plot.start, None, by_day=plot.chance.random() < 0.5)
    plot.expect("council_only")


def open_with_police_alone(plot: Plot) -> None:
    plot.police()
    plot.listed("M", plot.start, plot.end)
    plot.expect("disagreeing", "open_or_closed")


def open_with_the_council_alone(plot: Plot) -> None:
    plot.police(returned=plot.end)
    plot.listed("M", plot.start, None)
    plot.expect("disagreeing", "open_or_closed")


OVER: tuple[Callable[[Plot], None], ...] = (
    agree,
    agree_by_date,
    agree_end_by_date,
    agree_found_long_before_the_return,
    agree_in_two_references,
    agree_away,
    police_only,
    nobody_knows_which_child,
    council_only,
    cancelled_by_police,
    cancelled_and_not_listed,
    type_differs,
    start_differs,
    end_differs,
    all_a_day_late,
    type_and_end_differ,
    council_has_it_in_two_parts,
    police_have_it_in_two_parts,
)
LAST: tuple[Callable[[Plot], None], ...] = (
    open_in_both,
    police_only_and_open,
    council_only_and_open,
    open_with_police_alone,
    open_with_the_council_alone,
)


def made_up_month(seed: int, *, children: int = 30) -> Month:
    """Return a month in which each kind occurs, one child in six not on such a list at all."""
    chance, month, number = random.Random(seed), Month(), 0
    kinds = [kind for kind in OVER for _ in range(4)]
    chance.shuffle(kinds)
    for index in range(children):
        child = _child(index, chance)
        month.children.append(child)
        for turn in range(3):
            last = turn == 2 and chance.random() < 0.6
            rule = chance.choice(LAST) if last else kinds.pop() if kinds else agree
            number += 1
            rule(_plot(month, chance, child, turn, number))
    for index in range(children, children + children // 5):
        _outside(month, chance, index)
    for rows in (month.notices, month.listed, month.children):
        chance.shuffle(rows)
    return month


def _plot(month: Month, chance: random.Random, child: Row, turn: int, number: int) -> Plot:
    start = FIRST + turn * 9 * DAY + chance.randint(0, 5 * 24 * 60) * timedelta(minutes=1)
    length = timedelta(minutes=chance.randint(40 * 6, 40 * 60))
    return Plot(month=month, chance=chance, child=child, start=start, length=length, number=number)


def _child(index: int, chance: random.Random, **changes: str) -> Row:
    letters = [chr(97 + (index * step) % 26) for step in (1, 7, 11, 17)]
    row = {
        "child_id": f"C{index:03}",
        "forename": f"{''.join(letters)}o".capitalize(),
        "surname": f"{''.join(reversed(letters))}well{index}".capitalize(),
        "date_of_birth": f"20{chance.randint(9, 14):02}-{index % 12 + 1:02}-{index % 28 + 1:02}",
        "status": "looked_after",
        "responsible_authority": "E08000003",
    }
    return row | changes


def _outside(month: Month, chance: random.Random, index: int) -> None:
    changes = {"status": "known"} if index % 2 else {"responsible_authority": "E08000006"}
    child = _child(index, chance, **changes)
    month.children.append(child)
    plot = _plot(month, chance, child, 1, 900 + index)
    plot.police(returned=plot.end)
