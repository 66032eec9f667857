"""Times and dates as senders write them, read into UTC instants and calendar dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from missing_coord.contracts.readings import Unreadable
from missing_coord.contracts.text import is_placeholder
from missing_coord.domain.london import LONDON, london_day, london_midnight

AMBIGUOUS = "ambiguous_time"
FIRST_YEAR, LAST_YEAR = 2000, 2099
FIRST_BIRTH_YEAR = 1900

_LOCAL = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),?[ \n]+(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(\s?Z|\s?[+-]\d{2}:?\d{2})?", re.ASCII | re.I
)
_UK_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 0?0:00(?::00)?)?", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}/\d{1,2}/\d{2}(\s|$)", re.ASCII)

_TIME_FORMS = "an ISO 8601 time with its offset (2026-10-25T14:30:00+00:00) or dd/mm/yyyy HH:MM"
_DATE_FORMS = "a date as yyyy-mm-dd or dd/mm/yyyy"


class Moment(NamedTuple):
    """An instant, and whether the sender gave only the day (then it is that day's London midnight)."""

    at: datetime
    date_only: bool


@lru_cache(maxsize=4096)
def read_time(text: str) -> tuple[datetime | None, str | None]:
    """Read an instant in UTC; of a London time that happens twice the earlier, flagged.

    Remembered, because the messages about one incident repeat its times.
    """
    match = _ISO.fullmatch(text)
    if match:
        return _from_iso(text, offset=match[1]), None
    match = _LOCAL.fullmatch(text)
    if match:
        day, month, year, hour, minute, second = match.groups(default="0")
        return _from_london(_naive(int(year), int(month), int(day), int(hour), int(minute), int(second)))
    if is_placeholder(text):
        return None, None
    raise Unreadable(_what_is_wrong(text))


@lru_cache(maxsize=4096)
def read_date(text: str) -> tuple[date | None, str | None]:
    """Read a calendar date, of a birth or of this century."""
    match = _ISO_DATE.fullmatch(text)
    if match:
        return _calendar_date(int(match[1]), int(match[2]), int(match[3])), None
    match = _UK_DATE.fullmatch(text)
    if match:
        return _calendar_date(int(match[3]), int(match[2]), int(match[1])), None
    if is_placeholder(text):
        return None, None
    if _SHORT_YEAR.match(text):
        raise Unreadable(f"the year needs four digits; {_DATE_FORMS} is needed")
    raise Unreadable(f"{_DATE_FORMS} is needed")


def read_moment(text: str) -> tuple[Moment | None, str | None]:
    """Read an instant, or a day where the sender has no time of day."""
    if len(text) <= 10 and not is_placeholder(text):
        day, _ = read_date(text)
        return (None if day is None else Moment(london_midnight(day), date_only=True)), None
    at, flag = read_time(text)
    return (None if at is None else Moment(at, date_only=False)), flag


def day_after(moment: Moment) -> datetime:
    """The end of a moment: for a whole day London midnight of the next, else the instant itself."""
    if not moment.date_only:
        return moment.at
    return london_midnight(london_day(moment.at) + timedelta(days=1))


def _from_london(naive: datetime) -> tuple[datetime, str | None]:
    first = naive.replace(tzinfo=LONDON)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    if before is None or after is None or before < after:
        raise Unreadable(
            "this time did not exist in London: the clocks went forward over it; give the offset"
        )
    return first.astimezone(UTC), AMBIGUOUS if before > after else None


def _from_iso(text: str, *, offset: str | None) -> datetime:
    if offset is None:
        raise Unreadable("the offset is missing: add Z or +01:00, or write dd/mm/yyyy HH:MM for London time")
    try:
        at = datetime.fromisoformat(_python_iso(text, offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"there is no such time in the calendar; {_TIME_FORMS} is needed") from None
    return _of_this_century(at)


def _python_iso(text: str, offset: str) -> str:
    """The same ISO text in the spelling that Python reads: no space before the offset, a decimal point."""
    return (text.removesuffix(offset) + offset.lstrip()).replace(",", ".").upper()


def _naive(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    try:
        return _of_this_century(datetime(year, month, day, hour, minute, second))  # noqa: DTZ001 - placed in London by the caller
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"there is no such time in the calendar; {_TIME_FORMS} is needed") from None


def _of_this_century(at: datetime) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise Unreadable(f"the year must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return at


def _calendar_date(year: int, month: int, day: int) -> date:
    if not FIRST_BIRTH_YEAR <= year <= LAST_YEAR:
        raise Unreadable(f"the year must lie between {FIRST_BIRTH_YEAR} and {LAST_YEAR}")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"there is no such day in the calendar; {_DATE_FORMS} is needed") from None


def _what_is_wrong(text: str) -> str:
    if _UK_DATE.fullmatch(text) or _ISO_DATE.fullmatch(text):
        return f"the time of day is missing; {_TIME_FORMS} is needed"
    if _SHORT_YEAR.match(text):
        return f"the year needs four digits; {_TIME_FORMS} is needed"
    return f"{_TIME_FORMS} is needed"
