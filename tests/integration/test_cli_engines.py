"""`plan solve` and `match evaluate`: the engines on files, without a database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from missing_coord.demo.council import generate_council
from missing_coord.demo.files import write_files
from missing_coord.demo.history import generate_history
from tests.builders.commands import Commands, csv_rows

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
INSTANCE = {
    "now": "2026-11-20T09:00:00Z",
    "speed_kmh": 40,
    "workers": [
        {
            "id": "w1",
            "base": [384000, 398000],
            "shifts": [{"start": "2026-11-20T09:00:00Z", "end": "2026-11-20T17:00:00Z"}],
            "capacity": 15,
            "skills": [],
            "employer": "x",
        }
    ],
    "interviews": [
        {
            "id": "i1",
            "place": [385000, 399000],
            "earliest": "2026-11-20T10:00:00Z",
            "due": "2026-11-20T16:00:00Z",
            "latest": "2026-11-21T16:00:00Z",
            "minutes": 60,
        }
    ],
    "pinned": [],
}


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """Commands on a home that is never made: neither engine needs one."""
    return Commands(home=tmp_path / "no-home")


def test_an_instance_is_planned_into_a_file(commands: Commands, tmp_path: Path) -> None:
    instance, plan = tmp_path / "instance.json", tmp_path / "plan.json"
    instance.write_text(json.dumps(INSTANCE))
    told = commands.json("plan", "solve", instance, "-o", plan, "--seconds", "0")
    made = json.loads(plan.read_text())
    assert {"visits", "unplanned", "score", "seconds"} <= made.keys()
    assert [visit["interview"] for visit in made["visits"]] == ["i1"]
    assert told["score"] == made["score"]
    assert not commands.home.exists()


def test_a_plan_in_force_is_kept_when_a_return_is_added(commands: Commands, tmp_path: Path) -> None:
    instance, plan, again = (tmp_path / f"{name}.json" for name in ("instance", "plan", "again"))
    instance.write_text(json.dumps(INSTANCE))
    commands.json("plan", "solve", instance, "-o", plan, "--seconds", "0")
    first = INSTANCE["interviews"][0]  # type: ignore[index]
    instance.write_text(json.dumps({**INSTANCE, "interviews": [first, {**first, "id": "i2"}]}))
    told = commands.json("plan", "solve", instance, "-o", again, "--keep", plan, "--seconds", "0")
    assert told["moved"] == told["impossible"] == []
    instance.write_text(json.dumps({**INSTANCE, "interviews": [{**first, "id": "i2"}]}))
    said = commands.run(
        "plan", "solve", instance, "-o", tmp_path / "left.json", "--keep", plan, "--seconds", "0"
    )
    assert f"left out: {first['id']}" in said.stdout
    before, after = (json.loads(path.read_text())["visits"] for path in (plan, again))
    assert {(v["interview"], v["worker"], v["start"]) for v in before} < {
        (v["interview"], v["worker"], v["start"]) for v in after
    }


@pytest.mark.parametrize(("text", "named"), [("{", "line 1"), ("[]", ""), ('{"now": "today"}', "now")])
def test_an_instance_that_cannot_be_read_is_refused_and_no_plan_written(
    commands: Commands, tmp_path: Path, text: str, named: str
) -> None:
    instance, plan = tmp_path / "instance.json", tmp_path / "plan.json"
    instance.write_text(text)
    ended = commands.run("plan", "solve", instance, "-o", plan)
    assert ended.returncode == 1
    assert named in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not plan.exists()


def test_every_notice_gets_one_row_with_a_decision(commands: Commands, tmp_path: Path) -> None:
    council = generate_council(seed=5, as_of=AS_OF, looked_after=60, at_home=30, guests=5)
    write_files(council, tmp_path, history=generate_history(council, now=AS_OF, months=1, per_month=30))
    with (tmp_path / "police-notices.csv").open("a", encoding="utf-8") as stream:
        stream.write("GMP,BROKEN-1,missing,not a time\n")
    told = commands.json(
        "match", "evaluate",
        "--register", tmp_path / "children.csv",
        "--notices", tmp_path / "police-notices.csv",
        "-o", tmp_path / "decisions.csv",
    )  # fmt: skip
    rows = csv_rows(tmp_path / "decisions.csv")
    notices = csv_rows(tmp_path / "police-notices.csv")
    assert [row["reference"] for row in rows] == [notice["reference"] for notice in notices]
    assert [row["row"] for row in rows] == [str(number) for number in range(1, len(notices) + 1)]
    assert {row["decision"] for row in rows} <= {"match", "review", "none"}
    assert sum(told["decisions"].values()) == told["rows"] == len(rows)
    assert told["weights_version"] == "v2"
    wanted = (
        "row force reference child_id probability decision runner_up_child_id runner_up_probability reasons"
    )
    assert list(rows[0]) == wanted.split()


def test_weights_are_learned_from_decided_files_and_used_where_a_setting_names_them(
    commands: Commands, tmp_path: Path
) -> None:
    council = generate_council(seed=6, as_of=AS_OF, looked_after=60, at_home=30, guests=5)
    write_files(council, tmp_path, history=generate_history(council, now=AS_OF, months=1, per_month=40))
    files = ("--register", tmp_path / "children.csv", "--notices", tmp_path / "police-notices.csv")
    commands.json("match", "evaluate", *files, "-o", tmp_path / "decisions.csv")
    told = commands.json(
        "match", "train", *files,
        "--decisions", tmp_path / "decisions.csv",
        "--version", "council-1",
        "-o", tmp_path / "weights.json",
    )  # fmt: skip
    assert told["version"] == json.loads((tmp_path / "weights.json").read_text())["version"] == "council-1"
    assert told["decisions"] > 20
    assert {"name", "before", "after", "seen", "bits"} <= told["changes"][0].keys()
    trained = Commands(
        home=commands.home, extra=(("MISSING_COORD_MATCH_WEIGHTS", str(tmp_path / "weights.json")),)
    )
    again = trained.json("match", "evaluate", *files, "-o", tmp_path / "decisions-again.csv")
    assert again["weights_version"] == "council-1"
    spoken = commands.run(
        "match", "train", *files, "--decisions", tmp_path / "decisions.csv", "--version", "2",
        "-o", tmp_path / "again.json",
    )  # fmt: skip
    assert " decision" in spoken.stdout
    assert "bits" in spoken.stdout
    refused = commands.run("match", "train", *files, "--version", "3", "-o", tmp_path / "none.json")
    assert refused.returncode == 2
    assert not (tmp_path / "none.json").exists()
