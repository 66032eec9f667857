"""The SSDA903 collection year and the layout of its files, as the Department's guide names them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from missing_coord.domain.errors import DomainError

MISSING_COLUMNS = ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")
HEADER_COLUMNS = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODE_COLUMNS = (
    "CHILD",
    "DECOM",
    "RNE",
    "LS",
    "CIN",
    "PLACE",
    "PLACE_PROVIDER",
    "DEC",
    "REC",
    "REASON_PLACE_CHANGE",
    "HOME_POST",
    "PL_POST",
    "URN",
)
Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """The collection that ends on 31 March of `year`."""

    year: int

    @property
    def first(self) -> date:
        """1 April of the year before."""
        return date(self.year - 1, 4, 1)

    @property
    def last(self) -> date:
        """31 March."""
        return date(self.year, 3, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The three files of one collection as rows of text, and last year's missing rows; None: not given."""

    collection: Collection
    missing: tuple[Row, ...]
    header: tuple[Row, ...] | None
    episodes: tuple[Row, ...]
    missing_last: tuple[Row, ...] = ()


def collection_of(year: int) -> Collection:
    """Return the collection that ends in March of a year; raises DomainError for a year that cannot be."""
    if not 2000 <= year <= 2100:
        raise DomainError(
            "year_unreadable", f"year: {year} is no collection year; 2026 ends on 31 March 2026."
        )
    return Collection(year=year)


def day_text(day: date | None) -> str:
    """Return a day as these files write it, dd/mm/yyyy; empty for none."""
    return "" if day is None else f"{day:%d/%m/%Y}"


def day_of(text: str) -> date | None:
    """Return the day that a cell holds, None when it is empty or holds no day."""
    try:
        return datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007
    except ValueError:
        return None


def eighteenth(born: date) -> date:
    """Return the day of turning 18; for 29 February the 28th, as the sector's validator has it."""
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return born.replace(year=born.year + 18, day=28)
