"""The synthetic past: incidents, notices, list and outcomes at the rates of docs/demo-data.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from missing_coord.contracts.files import read_rows
from missing_coord.demo.council import Council, generate_council
from missing_coord.demo.files import write_files
from missing_coord.demo.history import History, generate_history
from missing_coord.demo.outcomes import Outcome
from missing_coord.demo.scale import scale_notices, scale_register

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
SEEDS = (1, 7)


@cache
def council(seed: int) -> Council:
    return generate_council(seed=seed, as_of=NOW)


@cache
def history(seed: int) -> History:
    return generate_history(council(seed))


def own(seed: int) -> list[Outcome]:
    return [each for each in history(seed).outcomes if each.result != "transferred"]


def test_the_same_seed_gives_the_same_history() -> None:
    assert generate_history(council(7)) == history(7)


@pytest.mark.parametrize("seed", SEEDS)
def test_there_are_300_to_400_incidents_a_month(seed: int) -> None:
    assert 300 <= len(history(seed).incidents) / 3 <= 400


@pytest.mark.parametrize("seed", SEEDS)
def test_few_children_make_many_incidents(seed: int) -> None:
    counts = Counter(each.child_id for each in history(seed).incidents if each.child_id)
    often = sum(count for _, count in counts.most_common(len(counts) // 10))

    assert 0.5 <= sum(count > 1 for count in counts.values()) / len(counts) <= 0.8
    assert often / sum(counts.values()) > 0.28
    assert 12 <= counts.most_common(1)[0][1] <= 60


@pytest.mark.parametrize("seed", SEEDS)
def test_every_population_has_its_share(seed: int) -> None:
    counts = Counter(each.population.value for each in history(seed).incidents)
    total = sum(counts.values())

    assert 0.2 <= counts["own_home_child"] / total <= 0.38
    assert 0.3 <= counts["own_looked_after_in_area"] / total <= 0.48
    assert 0.12 <= counts["own_looked_after_out_of_area"] / total <= 0.3
    assert 0.07 <= counts["other_authority_placed_here"] / total <= 0.18


@pytest.mark.parametrize("seed", SEEDS)
def test_most_incidents_last_less_than_a_day_and_a_few_are_open_now(seed: int) -> None:
    incidents = history(seed).incidents
    long = [each for each in incidents if each.found_at - each.last_seen_at > timedelta(hours=24)]
    still_missing = [each for each in incidents if each.found_at > NOW]

    assert 0.12 <= len(long) / len(incidents) <= 0.3
    assert 3 <= len(still_missing) <= 30


@pytest.mark.parametrize("seed", SEEDS)
def test_no_child_is_missing_twice_at_the_same_time(seed: int) -> None:
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in history(seed).incidents:
        if each.child_id:
            spans[each.child_id].append((each.last_seen_at, each.returned_at))
    for one_child in spans.values():
        ordered = sorted(one_child)
        assert all(first[1] < second[0] for first, second in pairwise(ordered))


@pytest.mark.parametrize("seed", SEEDS)
def test_times_of_an_incident_are_in_order(seed: int) -> None:
    for each in history(seed).incidents:
        assert each.last_seen_at <= each.reported_at <= each.found_at <= each.returned_at
        assert each.safe_and_well_at is None or each.returned_at <= each.safe_and_well_at


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hard_cases_are_all_there(seed: int) -> None:
    past = history(seed)
    messages = Counter(each.row["message"] for each in past.sent)
    references = Counter((each.force, each.reference) for each in past.incidents)
    repeats = Counter(tuple(each.row.items()) for each in past.sent)

    assert all(
        messages[name] for name in ("missing", "update", "found", "returned", "safe_and_well", "cancelled")
    )
    assert sum(not each.child_id for each in past.incidents) >= 10
    assert sum(count > 1 for count in references.values()) >= 15
    assert sum(bool(each.second_reference) for each in past.incidents) >= 5
    assert sum(count > 1 for count in repeats.values()) >= 10
    assert sum(not each.return_told for each in past.incidents) >= 40
    assert sum(not each.row["date_of_birth"] for each in past.sent) >= 100


@pytest.mark.parametrize("seed", SEEDS)
def test_no_notice_is_sent_before_its_time(seed: int) -> None:
    assert all(each.at <= NOW for each in history(seed).sent)
    assert all(each.at > NOW for each in history(seed).later)


@pytest.mark.parametrize("seed", SEEDS)
def test_planted_clues_are_named_for_every_child_of_their_cluster(seed: int) -> None:
    past = history(seed)
    columns = {"place": "places", "vehicle": "vehicles", "phone": "phone", "person": "companions"}
    for plant in past.plants:
        every = [*past.sent, *past.later]
        named = {each.child_id for each in every if plant.value in each.row[columns[plant.kind]]}
        assert named == set(plant.child_ids)
        assert len(named) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_offers_holdings_and_refusals_are_near_the_national_rates(seed: int) -> None:
    offered = [each for each in own(seed) if any(step.kind == "offered" for step in each.steps)]
    held = [each for each in offered if each.result == "held"]
    declined = [each for each in offered if each.result.startswith("declined")]
    in_time = [each for each in held if each.steps[-1].at - each.ended_at <= timedelta(hours=72)]

    assert 0.74 <= len(offered) / len(own(seed)) <= 0.86
    assert 0.45 <= len(held) / len(offered) <= 0.6
    assert 0.22 <= len(declined) / len(offered) <= 0.38
    assert 0.55 <= len(in_time) / len(held) <= 0.71


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_was_done_in_the_future_or_before_the_child_was_back(seed: int) -> None:
    for outcome in history(seed).outcomes:
        times = [step.at for step in outcome.steps]
        assert times == sorted(times)
        assert all(outcome.ended_at < at <= NOW for at in times)


@pytest.mark.parametrize("seed", SEEDS)
def test_some_interviews_are_still_open_and_some_of_them_are_overdue(seed: int) -> None:
    waiting = [each for each in own(seed) if each.result in ("open", "offered", "booked", "attempted")]
    overdue = [each for each in waiting if each.ended_at < NOW - timedelta(hours=72)]

    assert 20 <= len(waiting) <= 110
    assert 5 <= len(overdue) <= 60


@pytest.mark.parametrize("seed", SEEDS)
def test_the_councils_list_differs_from_the_police_in_every_planted_way(seed: int) -> None:
    kinds = Counter(each.kind for each in history(seed).discrepancies)

    assert set(kinds) == {"police_only", "list_only", "type_differs", "start_differs", "open_in_list"}
    assert len(history(seed).list_rows) > 400


@pytest.mark.parametrize("seed", SEEDS)
def test_every_written_row_is_read_by_the_contracts_without_fault(seed: int, tmp_path: Path) -> None:
    write_files(council(seed), tmp_path, history=history(seed), formats=("csv", "jsonl"))
    files = {
        "children": "children.csv",
        "placements": "placements.csv",
        "workers": "workers.csv",
        "absences": "absences.csv",
        "missing-list": "missing-list.csv",
    }
    for kind, name in files.items():
        rows = list(read_rows(tmp_path / name, kind))
        assert rows
        assert [(row.line, row.faults) for row in rows if row.faults] == []
    for name in ("police-notices.csv", "police-notices.jsonl"):
        rows = list(read_rows(tmp_path / name, "police"))
        assert len(rows) == len(history(seed).sent)
        assert [(row.line, row.faults) for row in rows if row.faults] == []


def test_a_workbook_holds_the_same_notices_as_the_csv_file(tmp_path: Path) -> None:
    small = generate_history(council(7), months=0.3)
    write_files(council(7), tmp_path, history=small, formats=("csv", "xlsx"))

    from_csv = [row.record for row in read_rows(tmp_path / "police-notices.csv", "police")]
    from_workbook = [row.record for row in read_rows(tmp_path / "police-notices.xlsx", "police")]

    assert len(from_csv) > 200
    assert from_workbook == from_csv


def test_a_register_of_any_size_is_deterministic_and_its_notices_know_their_child() -> None:
    register = scale_register(2000)
    sent = scale_notices(500, register)

    assert register == scale_register(2000)
    assert [each.row for each in sent] == [each.row for each in scale_notices(500, register)]
    assert len({row["child_id"] for row in register}) == 2000
    assert {each.child_id for each in sent} <= {row["child_id"] for row in register}
    assert len(sent) == 500
