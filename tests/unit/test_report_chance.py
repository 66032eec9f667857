"""When a change is more than noise: seldom a false alarm, also where a few children go missing often."""

from __future__ import annotations

import random
from collections.abc import Callable

from missing_coord.reporting.chance import count_range, share_range

TRIES = 600
EARLIER = 12


def alarms(rng: random.Random, draw: Callable[[], int], *, now: Callable[[], int]) -> float:
    """Return the share of tries in which a count lies outside the range of twelve earlier ones."""
    found = 0
    for _ in range(TRIES):
        low, high = count_range([draw() for _ in range(EARLIER)])
        found += not low <= now() <= high
    return found / TRIES


def poisson(rng: random.Random, mean: float) -> int:
    """Return how many events come in a unit of time, each after an exponential wait."""
    number, at = 0, rng.expovariate(mean)
    while at < 1:
        number, at = number + 1, at + rng.expovariate(mean)
    return number


def test_counts_that_vary_by_chance_alone_seldom_raise_an_alarm() -> None:
    rng = random.Random(1)
    for mean in (2, 20, 150):
        draw = lambda mean=mean: poisson(rng, mean)  # noqa: E731
        assert alarms(rng, draw, now=draw) <= 0.02, mean


def test_a_few_children_who_go_missing_often_raise_no_alarm_by_themselves() -> None:
    rng = random.Random(2)
    draw = lambda: poisson(rng, 60) + 12 * poisson(rng, 3)  # noqa: E731
    assert alarms(rng, draw, now=draw) <= 0.04


def test_half_as_many_again_is_seen() -> None:
    rng = random.Random(3)
    draw, more = (lambda: poisson(rng, 150)), (lambda: poisson(rng, 225))
    assert alarms(rng, draw, now=more) >= 0.9


def test_shares_of_few_seldom_raise_an_alarm_and_a_fall_by_a_third_is_seen() -> None:
    rng = random.Random(4)
    draw = lambda of, share: sum(rng.random() < share for _ in range(of))  # noqa: E731
    rare = seen = 0
    for _ in range(TRIES):
        low, high = share_range([(draw(30, 0.03), 30) for _ in range(EARLIER)], 30)
        rare += not low <= draw(30, 0.03) / 30 <= high
        low, high = share_range([(draw(200, 0.6), 200) for _ in range(EARLIER)], 200)
        seen += draw(200, 0.4) / 200 < low
    assert rare / TRIES <= 0.02
    assert seen / TRIES >= 0.9


def test_what_never_or_always_was_may_be_otherwise_once() -> None:
    low, _ = share_range([(5, 5)] * 6, 4)
    assert low <= 3 / 4
    assert share_range([(200, 200)] * 6, 200)[0] > 0.95
    assert count_range([0] * 12) == (0.0, 1.0)
