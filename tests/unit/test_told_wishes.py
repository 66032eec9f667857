"""Wishes told in interview records: which of them planning follows, beside what the office keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from missing_coord.domain.interview_records import RecordHead
from missing_coord.services.ports.visits import ChildWishes
from missing_coord.services.told_wishes import ToldKind, counts, in_force, told_wishes
from tests.builders.interview_records import HELD, head

NOTHING: dict[str, Any] = {"languages": (), "workers_not_wanted": ()}


def told_days_ago(days: int, **told: Any) -> RecordHead:
    return head(f"i{days}", held_at=HELD - timedelta(days=days), **{**NOTHING, **told})


def test_the_languages_and_the_gender_told_last_count_and_every_worker_ever_refused() -> None:
    told = told_wishes(
        [
            told_days_ago(9, languages=("polish",), gender_wish="male", workers_not_wanted=("W01",)),
            told_days_ago(2, languages=("somali", "arabic"), workers_not_wanted=("W02",)),
        ]
    )
    wishes = in_force(ChildWishes(), told)
    assert wishes.languages == {"somali", "arabic"}
    assert wishes.gender_wish == "male"
    assert wishes.refused_worker_ids == {"W01", "W02"}


def test_what_the_office_keeps_stands_before_what_was_told_and_refusals_add_up() -> None:
    told = told_wishes(
        [told_days_ago(1, languages=("polish",), gender_wish="male", workers_not_wanted=("W01",))]
    )
    kept = ChildWishes(
        languages=frozenset({"english"}), gender_wish="female", refused_worker_ids=frozenset({"W03"})
    )
    wishes = in_force(kept, told)
    assert (wishes.languages, wishes.gender_wish) == ({"english"}, "female")
    assert wishes.refused_worker_ids == {"W01", "W03"}
    assert [each.kind for each in told if counts(each, kept, told)] == [ToldKind.WORKER]


def test_a_wish_set_aside_gives_way_to_the_one_told_before_it_and_counts_anew_when_told_anew() -> None:
    older, newer = told_days_ago(9, languages=("polish",)), told_days_ago(2, languages=("somali",))
    told = told_wishes([older, newer])
    kept = ChildWishes(set_aside=frozenset({told[0].key}))
    assert in_force(kept, told).languages == {"polish"}
    again = told_wishes([older, newer, told_days_ago(0, languages=("somali",))])
    assert in_force(kept, again).languages == {"somali"}
    assert [counts(each, kept, again) for each in again] == [True, False, False]


def test_a_correction_of_the_record_that_says_otherwise_is_not_set_aside_with_it() -> None:
    first = told_days_ago(2, workers_not_wanted=("W01",))
    kept = ChildWishes(set_aside=frozenset(each.key for each in told_wishes([first])))
    corrected = replace(first, number=2, workers_not_wanted=("W02",))
    assert in_force(kept, told_wishes([corrected])).refused_worker_ids == {"W02"}
    assert in_force(kept, told_wishes([replace(first, number=2)])).refused_worker_ids == set()


def test_a_record_without_a_wish_tells_none() -> None:
    assert told_wishes([told_days_ago(1)]) == []
    assert in_force(ChildWishes(gender_wish="female"), []) == ChildWishes(gender_wish="female")
