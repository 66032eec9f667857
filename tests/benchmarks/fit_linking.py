"""Fits the weights of linking to the made-up cities of the tuning seeds; run by hand, the result is frozen.

python -m tests.benchmarks.fit_linking
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from missing_coord.linking.strength import amounts
from tests.benchmarks.bench_linking import TUNING_SEEDS, linked
from tests.builders.link_city import make_city

STEPS, PACE, RIDGE = 400, 1.5, 0.0005
Row = tuple[tuple[tuple[str, float], ...], bool]


def rows(seed: int) -> list[Row]:
    """Return what ties each two children of a city, and whether they belong to one network."""
    city = make_city(seed)
    links, _ = linked(city, at_least=0.0)
    return [
        (
            tuple((kind.value, amount) for kind, amount in amounts(list(link.ties)).items()),
            pair in city.true_pairs,
        )
        for pair, link in links.items()
    ]


def fit(table: list[Row]) -> tuple[float, dict[str, float]]:
    """Return intercept and weights by gradient ascent on the likelihood, no weight below nothing; same rows once."""
    counted = Counter(table)
    total = sum(counted.values())
    weights: dict[str, float] = {name: 2.0 for ties, _ in counted for name, _ in ties}
    scale = dict.fromkeys(weights, 1e-6)
    for (ties, _), times in counted.items():
        for name, amount in ties:
            scale[name] += times * amount * amount
    intercept = -4.0
    for _ in range(STEPS):
        slope, slopes = 0.0, dict.fromkeys(weights, 0.0)
        for (ties, truth), times in counted.items():
            odds = intercept + sum(weights[name] * amount for name, amount in ties)
            missed = times * (truth - 1 / (1 + math.exp(-odds)))
            slope += missed
            for name, amount in ties:
                slopes[name] += missed * amount
        intercept += PACE * 4 * slope / total
        for name in weights:
            step = PACE * 4 * slopes[name] / scale[name] - RIDGE * weights[name]
            weights[name] = max(0.0, weights[name] + step)
    return intercept, weights


def run(console_print: Callable[[str], object]) -> None:
    """Print the weights."""
    intercept, weights = fit([row for seed in TUNING_SEEDS for row in rows(seed)])
    console_print(f"intercept {intercept:.2f}")
    for name, weight in sorted(weights.items()):
        console_print(f"{name:<20} {weight:.2f}")


if __name__ == "__main__":
    run(print)
