"""Linking: how right its proposals are on unseen seeds, and how fast they come at scale."""

from __future__ import annotations

import pytest

from tests.benchmarks.bench_linking import run, speed

pytestmark = [pytest.mark.bench, pytest.mark.timeout(900)]


def test_links_are_right_and_found_in_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Precision at least 0.9 at recall at least 0.8; 100,000 episodes in a minute, one interview in 100 ms."""
    with capsys.disabled():
        engine, words, places = run(print)
        whole, one_more = speed(print)
    assert engine.precision >= 0.9
    assert engine.recall >= 0.8
    assert engine.f1 > max(words.f1, places.f1) + 0.2
    assert whole < 60
    assert one_more < 0.1
