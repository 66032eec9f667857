"""The hash of what a notice says stays what it was: it stands in databases."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from missing_coord.domain.records import NoticeMessage, PoliceNotice, Sex, column_key

ISSUED = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
words = st.text(alphabet='aZ é"\\\n\x07\u2028e\u0301', max_size=6)
lists = st.lists(words, max_size=3).map(tuple)
keys = st.sampled_from(["age", "found place", "force", "Ward", "ward", 'a"b', "é", "zz", "aa!", "aa"])


def notice(**fields: Any) -> PoliceNotice:
    return PoliceNotice(
        **{
            "force": "Force",
            "reference": "R 1",
            "message": NoticeMessage.FOUND,
            "issued_at": ISSUED,
            **fields,
        }
    )


def digest(**said: Any) -> str:
    """The hash by its definition: the members that are not empty, sorted, as compact JSON."""
    said = {"reference": "R 1", "message": "found", "issuedat": "2026-10-25T01:30:00+00:00", **said}
    written = json.dumps(
        {"force": "force", **said}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(written.encode()).hexdigest()


def plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@given(
    surname=words, aliases=lists, age=st.none() | st.integers(0, 120), looked_after=st.none() | st.booleans()
)
def test_the_hash_is_that_of_the_filled_fields_as_sorted_json(
    surname: str, aliases: tuple[str, ...], age: int | None, looked_after: bool | None
) -> None:
    said: dict[str, Any] = {"surname": plain(surname)} if surname else {}
    said |= {"aliases": [plain(each) for each in aliases]} if aliases else {}
    said |= {} if age is None else {"age": age}
    said |= {} if looked_after is None else {"lookedafter": looked_after}
    made = notice(surname=surname, aliases=aliases, age=age, looked_after=looked_after)
    assert made.content_hash == digest(**said)


@given(st.dictionaries(keys, words, max_size=5), st.sampled_from([None, 0, 15]))
def test_unknown_columns_stand_in_the_hash_and_never_over_a_field(
    extra: dict[str, str], age: int | None
) -> None:
    said: dict[str, Any] = {column_key(name): plain(text) for name, text in extra.items() if text}
    said |= {} if age is None else {"age": age}
    assert notice(extra=extra, age=age).content_hash == digest(**said | {"force": "force"})


def test_a_time_counts_as_its_instant_and_a_day_as_a_day() -> None:
    first, second = (datetime(2026, 10, 25, 1, 30, fold=n, tzinfo=ZoneInfo("Europe/London")) for n in (0, 1))
    for at, said in ((first, "2026-10-25T00:30:00+00:00"), (second, "2026-10-25T01:30:00+00:00")):
        made = notice(found_at=at, date_of_birth=date(2011, 3, 5), sex=Sex.FEMALE)
        assert made.content_hash == digest(foundat=said, dateofbirth="2011-03-05", sex="female")


def test_what_was_worked_out_from_the_fields_is_not_in_the_hash() -> None:
    assert notice(risk_level="high", phone_numbers=("+44",), flags=("cut:risk",)).content_hash == digest()
    assert digest() == "75047d9428362e634f1257a6a947338384ca013086fea97fc46d2e6a3417f53b"
