"""A message is read by a fast decoder where that reads it no differently, and slowly where it might."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missing_coord.contracts.json_text import load_json, load_message
from missing_coord.contracts.parsing import as_texts
from missing_coord.contracts.text import storable
from tests.builders.broken_notices import good_row

WHOLE = json.dumps({"specversion": "1.0", "id": "1", "data": good_row(1)})
marks = st.sampled_from(
    ['"', '"a"', '"\\""', *"{}[]:, ", "\\u0000", "\\ud800", "\x00", "\x1f", "\ufeff", "é"]
)
literals = st.sampled_from(["1", "-0", "1.0", "1e3", "9" * 20, "null", "true", "NaN"])
members = st.sampled_from(['"a":1', '"a":"b"', '"data":{"a":"b"}'])
pieces = marks | literals | members


def outcome(read: Any, content: Any) -> str:
    """What a reader makes of a message, with the kinds of its values and the order of its names."""
    try:
        return repr(read(content))
    except (ValueError, RecursionError) as error:
        return type(error).__name__


def slowly(content: bytes) -> Any:
    return load_json(content.decode("utf-8-sig"))


def same(content: bytes) -> bool:
    return outcome(load_message, content) == outcome(slowly, content)


@given(st.lists(pieces, max_size=12).map("".join))
def test_every_text_made_of_pieces_of_json_is_read_like_the_slow_way(text: str) -> None:
    assert same(text.encode())
    assert same(f'{{"a":{text}}}'.encode())
    assert same(f'{{"a":"b","data":{{"a":"b",{text}}}}}'.encode())


@given(st.integers(0, len(WHOLE)), st.integers(0, 6), st.lists(pieces, max_size=3).map("".join))
def test_a_notice_that_is_spoiled_somewhere_is_read_like_the_slow_way(at: int, gone: int, put: str) -> None:
    assert same((WHOLE[:at] + put + WHOLE[at + gone :]).encode())


@given(st.binary(max_size=60))
def test_any_bytes_are_read_like_the_slow_way(content: bytes) -> None:
    assert same(content)
    assert same(b'{"a":"' + content + b'"}')


@pytest.mark.parametrize(
    "content",
    [
        '{"a":"b","a":"c"}',
        '{"a":1,"a":1}',
        '{"data":{"a":"b"},"data":{"a":"c"}}',
        '{"data":{"a" : "b" , "a" : 2}}',
        '{"a":{"a":1,"a":2}}',
        '{"a":[{"a":1,"a":2}]}',
        '{"a":' + "9" * 30 + "}",
        '{"a":1e400}',
        "[" * 1_100 + "]" * 1_100,
        '{"data":' * 900 + "1" + "}" * 900,
    ],
)
def test_what_the_fast_way_would_lose_is_read_the_slow_way(content: str) -> None:
    assert same(content.encode())


texts = st.text(alphabet="ab\x00\x1fé\ud800\ufffd", max_size=4)


@given(st.dictionaries(texts, texts))
def test_texts_looked_at_together_are_kept_like_texts_looked_at_one_by_one(raw: dict[str, str]) -> None:
    assert as_texts(raw) == ({storable(name): storable(text) for name, text in raw.items()}, ())


def test_texts_that_are_long_only_together_are_no_fault() -> None:
    raw = {"circumstances": "x" * 900_000, "found_place": "x" * 900_000}
    assert as_texts(raw) == (raw, ())
    assert [fault.reason for fault in as_texts({**raw, "risk": "x" * 1_000_001})[1]] == [
        "the value is too long"
    ]
