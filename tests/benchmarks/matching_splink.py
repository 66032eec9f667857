"""Splink used well: trained on labelled notices, term frequencies, wide blocking, its call for one new record."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import ColumnExpression, DuckDBAPI, Linker, SettingsCreator, block_on

from missing_coord.matching.evidence import PersonEvidence, RegisterChild
from missing_coord.matching.normalise import clean_id
from missing_coord.matching.prepared import PreparedChild, prepare_child, prepare_evidence
from missing_coord.matching.sounds import sound
from missing_coord.matching.variants import name_roots
from tests.benchmarks.matching_figures import Ranking
from tests.builders.match_errors import LabelledNotice

MODEL = Path(__file__).parent / "matching_frozen" / "splink_model.json"
ON_REGISTER = 0.9
_TEXTS = ("unique_id", "source_dataset", "forename", "surname", "sounded", "dob", "sex", "local_id")
_LISTS = ("roots", "others", "postcodes", "addresses", "phones")
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in _TEXTS] + [(name, pa.list_(pa.string())) for name in _LISTS]
)
_TERMS = ("forename", "surname")


class SplinkContestant:
    """Scores of each pair as Splink gives them; `normalised` divides by the sum over a notice's candidates."""

    def __init__(self, model: Path = MODEL) -> None:
        self._model = json.loads(model.read_text()) if model.exists() else None
        self._linker: Any = None
        self._count = 0

    def build(self, children: Sequence[RegisterChild]) -> None:
        """Load the register and its term frequencies."""
        rows = (_child_row(prepare_child(child)) for child in children)
        self._api, self._connection, self._register = _loaded(rows, "register")
        settings = dict(self._model or {})
        settings["probability_two_random_records_match"] = ON_REGISTER / len(children)
        self._linker = Linker(self._register, settings, log_level=logging.ERROR)
        for term in _TERMS:
            self._linker.table_management.compute_tf_table(term)

    def rank_one(self, evidence: PersonEvidence) -> Ranking:
        """Splink's call for one new record against the register."""
        return self.rank_many([evidence])[0]

    def rank_many(self, people: Sequence[PersonEvidence]) -> list[Ranking]:
        """The match weights (bits, prior included) of each notice's candidates, best first."""
        self._count += 1
        rows = [_notice_row(person, str(number)) for number, person in enumerate(people)]
        new = self._api.register(
            pa.Table.from_pylist(rows, schema=_SCHEMA), dataset_display_name=f"new_{self._count}"
        )
        found = self._linker.inference.predict_between(self._register, new, warning_mode="never")
        rankings: list[Ranking] = [[] for _ in people]
        pairs = f"select unique_id_r, unique_id_l, match_weight from {found.physical_name}"
        for notice, child, weight in self._connection.execute(pairs).fetchall():
            rankings[int(notice)].append((child, weight))
        found.drop_table_from_database_and_remove_from_cache()
        return [sorted(ranking, key=lambda each: (-each[1], each[0])) for ranking in rankings]


def normalised(ranking: Ranking) -> Ranking:
    """Probabilities over a notice's candidates and 'not on the register', from match weights."""
    odds = [(child, 2.0 ** min(weight, 300.0)) for child, weight in ranking]
    total = sum(each for _, each in odds) + 1 - ON_REGISTER
    return [(child, each / total) for child, each in odds]


def alone(ranking: Ranking) -> Ranking:
    """The probability of each pair on its own, as Splink reports it."""
    return [(child, 1 / (1 + 2.0 ** -max(-300.0, min(weight, 300.0)))) for child, weight in ranking]


def train(children: Sequence[RegisterChild], notices: Sequence[LabelledNotice], model: Path = MODEL) -> None:
    """Estimate u from random pairs and m from labelled notices, and keep the model."""
    api, _, register = _loaded((_child_row(prepare_child(child)) for child in children), "register")
    rows = [_notice_row(each.evidence, str(number)) for number, each in enumerate(notices)]
    said = api.register(pa.Table.from_pylist(rows, schema=_SCHEMA), dataset_display_name="notice")
    linker = Linker([register, said], _settings(), log_level=logging.ERROR)
    for term in _TERMS:
        linker.table_management.compute_tf_table(term)
    linker.training.estimate_u_using_random_sampling(max_pairs=5_000_000, seed=1)
    labels = [
        {
            "source_dataset_l": "register",
            "unique_id_l": each.truth,
            "source_dataset_r": "notice",
            "unique_id_r": str(number),
        }
        for number, each in enumerate(notices)
        if each.truth
    ]
    linker.training.estimate_m_from_pairwise_labels(
        api.register(pa.Table.from_pylist(labels), dataset_display_name="labels")
    )
    model.parent.mkdir(exist_ok=True)
    linker.misc.save_model_to_json(str(model), overwrite=True)


def _loaded(rows: Iterator[dict[str, Any]], name: str) -> tuple[Any, Any, Any]:
    connection = duckdb.connect(":memory:")
    connection.execute("set memory_limit = '5GB'")
    connection.register("rows_in", pa.Table.from_pylist([], schema=_SCHEMA))
    connection.execute(f"create table {name} as select * from rows_in")
    while block := list(islice(rows, 50_000)):
        connection.register("rows_in", pa.Table.from_pylist(block, schema=_SCHEMA))
        connection.execute(f"insert into {name} select * from rows_in")
    connection.unregister("rows_in")
    api = DuckDBAPI(connection=connection)
    return api, connection, api.register(name, dataset_display_name=name)


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="unique_id",
        source_dataset_column_name="source_dataset",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=_blocking(),
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )


def _comparisons() -> list[Any]:
    return [
        cl.CustomComparison(
            output_column_name="forename",
            comparison_levels=[
                cll.NullLevel("forename"),
                cll.ExactMatchLevel("forename", term_frequency_adjustments=True),
                cll.ArrayIntersectLevel("roots", 1),
                cll.JaroWinklerLevel("forename", 0.92),
                cll.ArrayIntersectLevel("others", 1),
                cll.CustomLevel("forename_l = surname_r and surname_l = forename_r"),
                cll.JaroWinklerLevel("forename", 0.85),
                cll.CustomLevel("forename_l[1] = forename_r[1]"),
                cll.ElseLevel(),
            ],
        ),
        cl.CustomComparison(
            output_column_name="surname",
            comparison_levels=[
                cll.NullLevel("surname"),
                cll.ExactMatchLevel("surname", term_frequency_adjustments=True),
                cll.JaroWinklerLevel("surname", 0.92),
                cll.CustomLevel("len(list_intersect(split(surname_l, ' '), split(surname_r, ' '))) > 0"),
                cll.CustomLevel("list_contains(others_l, surname_r) or list_contains(others_r, surname_l)"),
                cll.CustomLevel("forename_l = surname_r and surname_l = forename_r"),
                cll.JaroWinklerLevel("surname", 0.85),
                cll.ElseLevel(),
            ],
        ),
        _birth(),
        cl.ExactMatch("sex"),
        _any_shared("postcodes"),
        _any_shared("addresses"),
        _any_shared("phones"),
        cl.ExactMatch("local_id"),
    ]


def _birth() -> Any:
    return cl.CustomComparison(
        output_column_name="dob",
        comparison_levels=[
            cll.NullLevel("dob"),
            cll.CustomLevel("dob_l = dob_r and dob_l like '%-01-01'"),
            cll.ExactMatchLevel("dob"),
            cll.DamerauLevenshteinLevel("dob", 1),
            cll.CustomLevel(
                "dob_l[1:4] = dob_r[1:4] and dob_l[6:7] = dob_r[9:10] and dob_l[9:10] = dob_r[6:7]"
            ),
            cll.CustomLevel("dob_l[1:4] = dob_r[1:4] and (dob_l like '%-01-01' or dob_r like '%-01-01')"),
            cll.CustomLevel("dob_l[1:7] = dob_r[1:7]"),
            cll.AbsoluteDateDifferenceLevel("dob", input_is_string=True, threshold=1, metric="year"),
            cll.ElseLevel(),
        ],
    )


def _any_shared(column: str) -> Any:
    missing = f"{column}_l is null or {column}_r is null or len({column}_l) = 0 or len({column}_r) = 0"
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.CustomLevel(missing).configure(is_null_level=True),
            cll.ArrayIntersectLevel(column, 1),
            cll.ElseLevel(),
        ],
    )


def _blocking() -> list[Any]:
    surname, forename = ColumnExpression("surname"), ColumnExpression("forename")
    return [
        block_on("local_id"),
        block_on("dob", forename.substr(1, 1)),
        block_on("dob", surname.substr(1, 1)),
        block_on("forename", "surname"),
        block_on("sounded", ColumnExpression("dob").substr(1, 7)),
        block_on("forename", ColumnExpression("dob").substr(1, 7)),
        block_on("sounded", forename.substr(1, 3)),
        block_on("forename", surname.substr(1, 3)),
        "l.forename = r.surname and l.surname = r.forename",
        block_on("surname", "postcodes", arrays_to_explode=["postcodes"]),
        block_on("forename", "postcodes", arrays_to_explode=["postcodes"]),
        block_on("forename", "addresses", arrays_to_explode=["addresses"]),
        block_on("phones", arrays_to_explode=["phones"]),
        block_on("dob", "postcodes", arrays_to_explode=["postcodes"]),
    ]


def _child_row(child: PreparedChild) -> dict[str, Any]:
    return _row(child, unique_id=child.child_id, source="register", local_id=clean_id(child.child_id))


def _notice_row(evidence: PersonEvidence, unique_id: str) -> dict[str, Any]:
    person = prepare_evidence(evidence)
    return _row(person, unique_id=unique_id, source="notice", local_id=person.local_id)


def _row(ready: Any, *, unique_id: str, source: str, local_id: str) -> dict[str, Any]:
    born = ready.born
    return {
        "unique_id": unique_id,
        "source_dataset": source,
        "forename": ready.forename or None,
        "surname": ready.surname or None,
        "sounded": sound(ready.surname.partition(" ")[0]) or None,
        "dob": f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else None,
        "sex": ready.sex or None,
        "local_id": local_id or None,
        "roots": sorted(name_roots(ready.forename)) if ready.forename else [],
        "others": sorted({ready.forename, *ready.other_forenames, *ready.other_surnames} - {""}),
        "postcodes": sorted(ready.postcodes),
        "addresses": sorted(ready.addresses),
        "phones": sorted(ready.phones),
    }
