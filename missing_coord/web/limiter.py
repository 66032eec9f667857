"""Slows down guessing of passwords: so many failed sign-ins an address and an account, in this process."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_KEPT = 10_000  # addresses and accounts remembered; the longest unused is forgotten first


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many failures are let pass in how long a time."""

    failures: int
    within: timedelta = timedelta(minutes=15)


@dataclass(slots=True, kw_only=True)
class SignInLimiter:
    """Counts failed sign-ins; a council's offices share an address, so that allowance is the wider one."""

    now: Callable[[], datetime]
    per_address: Allowance = Allowance(failures=40)
    per_account: Allowance = Allowance(failures=8)
    _failed: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def wait(self, *, address: str, account: str) -> timedelta | None:
        """Return how long to wait before the next try, None when it may be made now."""
        waits = [self._wait(key, allowance) for key, allowance in self._keys(address, account)]
        longest = max(waits)
        return longest if longest > timedelta(0) else None

    def failed(self, *, address: str, account: str) -> None:
        """Count a failure."""
        for key, allowance in self._keys(address, account):
            times = self._failed.setdefault(key, deque(maxlen=allowance.failures))
            times.append(self.now())
            self._failed.move_to_end(key)
        while len(self._failed) > MOST_KEPT:
            self._failed.popitem(last=False)

    def succeeded(self, *, account: str) -> None:
        """Forget the failures of an account that has signed in; those of its address stay."""
        self._failed.pop(_account_key(account), None)

    def _keys(self, address: str, account: str) -> tuple[tuple[str, Allowance], ...]:
        return (f"address:{address}", self.per_address), (_account_key(account), self.per_account)

    def _wait(self, key: str, allowance: Allowance) -> timedelta:
        times = self._failed.get(key)
        if times is None or len(times) < allowance.failures:
            return timedelta(0)
        return times[0] + allowance.within - self.now()


def _account_key(account: str) -> str:
    return f"account:{account.strip().casefold()}"
