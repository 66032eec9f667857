"""The HTTP models and the code lists: one implementation of every rule, described for others."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from missing_coord.contracts.code_lists import DEFAULT_RULES, ReadingRules, load_code_list
from missing_coord.contracts.parsing import FILE_LAYOUTS, LAYOUTS, parse
from missing_coord.contracts.ssda903 import EPISODES, HEADER, MISSING, UASC
from missing_coord.contracts.wire import MODELS, PoliceNoticeV1
from missing_coord.domain.errors import PermanentError
from missing_coord.domain.records import PoliceNotice
from tests.builders.broken_notices import COLUMNS, good_row


def notice(*, rules: ReadingRules = DEFAULT_RULES, **changes: str) -> PoliceNotice:
    record = parse("police", good_row(1, **changes), rules=rules).record
    assert isinstance(record, PoliceNotice)
    return record


def test_every_kind_has_a_model_with_the_contracts_columns() -> None:
    assert set(MODELS) == set(LAYOUTS)
    for kind, model in MODELS.items():
        schema = model.model_json_schema()
        assert list(schema["properties"]) == [column.name for column in LAYOUTS[kind].columns]
    assert PoliceNoticeV1.model_json_schema()["required"] == ["force", "reference", "message", "issued_at"]


def test_the_columns_are_those_of_the_contract_in_its_order() -> None:
    assert COLUMNS[:6] == ("force", "reference", "message", "issued_at", "category", "risk")
    assert COLUMNS[-3:] == ("vehicles", "circumstances", "warning_markers")
    assert len(COLUMNS) == 36


def test_the_model_gives_the_record_of_the_parser() -> None:
    assert PoliceNoticeV1.model_validate(good_row(1)).to_record() == notice()


def test_the_model_refuses_what_the_parser_refuses() -> None:
    with pytest.raises(ValidationError, match="returned_at: there is no such time"):
        PoliceNoticeV1.model_validate(good_row(1, returned_at="31/02/2026 10:00"))


def test_an_unknown_risk_is_kept_and_marked() -> None:
    odd = notice(risk="Bronze 2")
    assert (odd.risk, odd.risk_level) == ("Bronze 2", "unrecognised")
    assert odd.flags == ("unrecognised:risk",)


def test_a_code_list_has_dates_of_effect_and_does_not_change_who_a_notice_is(tmp_path: Path) -> None:
    path = tmp_path / "risk.json"
    codes = [
        {"text": "Bronze", "means": "low", "until": "2026-05-31"},
        {"text": "Bronze", "means": "medium", "since": "2026-06-01"},
    ]
    path.write_text(json.dumps(codes), encoding="utf-8")
    risk = load_code_list(path)
    assert [risk.meaning("BRONZE", on=date(2026, month, 1)) for month in (5, 6)] == ["low", "medium"]
    own = notice(rules=ReadingRules(risk=risk, category=DEFAULT_RULES.category), risk="Bronze")
    assert own.risk_level == "medium"
    assert own.identity == notice(risk="Bronze").identity


def test_a_file_that_is_no_code_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "risk.json"
    path.write_text('{"low": 1}', encoding="utf-8")
    with pytest.raises(PermanentError, match=r"risk\.json"):
        load_code_list(path)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"returned_at": "2026-06-01T03:00Z"}, "before_found:returned_at"),
        ({"returned_at": "2026-06-01T09:00Z"}, "after_issue:returned_at"),
        ({"returned_at": ""}, "not_given:returned_at"),
        ({"home_postcode": "M14"}, "invalid_postcode:home_postcode"),
        ({"phone": "ask mother"}, "unrecognised:phone"),
        ({"age": "12"}, "differs_from_date_of_birth:age"),
        ({"age": "", "date_of_birth": "2001-01-01"}, "adult:date_of_birth"),
        ({"sex": "unsure"}, "unreadable:sex"),
        ({"looked_after": "perhaps"}, "unreadable:looked_after"),
        ({"category": "gone astray"}, "unrecognised:category"),
    ],
)
def test_what_is_only_odd_is_flagged_and_not_held_back(changes: dict[str, str], flag: str) -> None:
    record = parse("police", good_row(1, **changes)).record
    assert isinstance(record, PoliceNotice)
    assert record.flags == (flag,)


def test_a_return_before_the_child_was_last_seen_is_quarantined() -> None:
    row = good_row(1, returned_at="2026-05-31T01:00Z", found_at="")
    assert [fault.field for fault in parse("police", row).faults] == ["returned_at"]


@pytest.mark.parametrize("text", ["unknown", "N/K", "-", "Not known"])
def test_a_word_for_not_known_is_not_known(text: str) -> None:
    odd = notice(date_of_birth=text, age=text, sex=text, looked_after=text, found_at=text)
    assert (odd.date_of_birth, odd.age, odd.sex, odd.looked_after, odd.found_at) == (None,) * 5


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("07700 900123", ("+447700900123",)),
        ("+44 (0)7700 900-123 / 0161 496 0000", ("+447700900123", "+441614960000")),
        ("00353 1 234 5678", ("+35312345678",)),
        ("7700900123", ("+447700900123",)),
    ],
)
def test_telephone_numbers_are_read_beside_the_text(text: str, numbers: tuple[str, ...]) -> None:
    assert notice(phone=text).phone_numbers == numbers
    assert notice(phone=text).phone == text


def test_the_document_for_data_teams_names_every_column() -> None:
    document = (Path(__file__).parents[2] / "docs" / "file-formats.md").read_text(encoding="utf-8")
    for layout in (*FILE_LAYOUTS.values(), HEADER, EPISODES, UASC, MISSING):
        for column in layout.columns:
            name = column.name.upper() if layout.kind == "ssda903" else column.name
            assert f"| `{name}` | {column.type} |" in document, (layout.title, name)
