"""A number goes with its noun wherever people read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from missing_coord.domain.plurals import noun, plural

ROOT = Path(__file__).resolve().parents[2]
BY_HAND = re.compile(r"\w\(s\)|'s' if |\"s\" if |:g\} (hours|days|miles)")


@pytest.mark.parametrize(
    ("count", "one", "words"),
    [
        (1, "hour", "1 hour"),
        (1.0, "hour", "1 hour"),
        (1.5, "hour", "1.5 hours"),
        (0, "child", "0 children"),
        (1204, "earlier episode", "1,204 earlier episodes"),
        (2, "duty", "2 duties"),
        (2, "day", "2 days"),
        (3, "address", "3 addresses"),
    ],
)
def test_a_number_is_written_with_its_noun(count: float, one: str, words: str) -> None:
    assert plural(count, one) == words


def test_the_verb_goes_with_the_number_too() -> None:
    assert [noun(n, "is") for n in (0, 1, 2)] == ["are", "is", "are"]
    assert noun(2, "waits", "wait") == "wait"


def test_no_page_message_or_command_makes_a_plural_by_hand() -> None:
    sources = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]
    for folder in ("missing_coord", "consumers", "schedulers"):
        sources += (ROOT / folder).rglob("*.py")
    found = [
        f"{each.relative_to(ROOT)}: {line.strip()}"
        for each in sources
        if each.name != "plurals.py"
        for line in each.read_text(encoding="utf-8").splitlines()
        if BY_HAND.search(line)
    ]
    assert found == []
