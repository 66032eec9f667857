"""How far a count or share may lie from what earlier periods have together before chance no longer explains it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

SIGMAS = 3.0
TAIL = 0.00135
"""The share of a normal distribution beyond three standard errors, on one side."""
HALF = 0.5
"""What counts as told so often where it was never or always told: none so far is not never."""

Counted = tuple[int, int]
"""How many, of how many."""


def count_range(earlier: Sequence[int]) -> tuple[float, float]:
    """Return the lowest and highest count that chance explains, given the earlier ones.

    The wider of the Poisson distribution's own range and three standard errors where the earlier periods vary by more
    than Poisson says (as they do when a few children go missing often): their own variance counts then.
    """
    mean = (sum(earlier) or HALF) / len(earlier)
    spread = _dispersion([(each - mean) ** 2 / mean for each in earlier])
    half = SIGMAS * math.sqrt(mean * spread * (1 + 1 / len(earlier)))
    low, high = _within(_poisson(mean))
    return max(0.0, min(low, mean - half)), max(high, mean + half)


def share_range(earlier: Sequence[Counted], base: int) -> tuple[float, float]:
    """Return the lowest and highest share of `base` that chance explains, as `count_range` with the binomial."""
    whole = sum(of for _, of in earlier)
    told = sum(many for many, _ in earlier)
    share = min(max(told, HALF), whole - HALF) / whole
    variance = share * (1 - share)
    spread = _dispersion([(many - of * share) ** 2 / (of * variance) for many, of in earlier])
    half = SIGMAS * math.sqrt(variance * spread * (1 / base + 1 / whole))
    low, high = _within(_binomial(base, share))
    return max(0.0, min(low / base, share - half)), min(1.0, max(high / base, share + half))


def _dispersion(squares: Sequence[float]) -> float:
    """Return how many times more the periods vary than chance, at least once."""
    return max(1.0, sum(squares) / (len(squares) - 1)) if len(squares) > 1 else 1.0


def _within(chances: Iterator[float]) -> tuple[int, int]:
    """Return the lowest and the highest number that are not in a tail of a distribution, given from 0 on."""
    below, low = 0.0, -1
    for number, chance in enumerate(chances):
        if low < 0 and below + chance > TAIL:
            low = number
        below += chance
        if below >= 1 - TAIL:
            return max(low, 0), number
    return max(low, 0), number


def _poisson(mean: float) -> Iterator[float]:
    top = int(mean + 20 * math.sqrt(mean) + 20)
    return (math.exp(number * math.log(mean) - mean - math.lgamma(number + 1)) for number in range(top))


def _binomial(base: int, share: float) -> Iterator[float]:
    ways = math.lgamma(base + 1)
    for number in range(base + 1):
        log = ways - math.lgamma(number + 1) - math.lgamma(base - number + 1)
        yield math.exp(log + number * math.log(share) + (base - number) * math.log1p(-share))
