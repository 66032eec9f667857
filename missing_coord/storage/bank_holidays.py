"""The bank holidays of England and Wales from the list that comes with govuk-bank-holidays; nothing is fetched."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=1)
def bank_holidays() -> frozenset[date]:
    """Return every bank holiday of England and Wales in the list, which ends some years ahead."""
    from govuk_bank_holidays.bank_holidays import BankHolidays  # loads an HTTP client that is never used

    known = BankHolidays(use_cached_holidays=True)
    return frozenset(each["date"] for each in known.get_holidays(division=known.ENGLAND_AND_WALES))
