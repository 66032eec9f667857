"""The commands as people and programs run them: exit codes, JSON shapes, one clear line for what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from missing_coord.cli.intake import Kind
from missing_coord.contracts.ladders import write_ladder
from missing_coord.contracts.parsing import KINDS
from missing_coord.demo.council import generate_council
from missing_coord.demo.files import write_files
from missing_coord.demo.history import generate_history
from missing_coord.domain.ladders import DEFAULT_LADDER
from missing_coord.storage.embedded.cluster import discard_embedded, open_embedded
from tests.builders.commands import Commands, csv_rows
from tests.databases import FAST
from tests.memory import server_folder

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
# The commands are run when the files were written, whenever the test is: a second lasts eleven days.
THEN = (
    ("MISSING_COORD_DEMO", "1"),
    ("MISSING_COORD_REHEARSAL_CLOCK", f"{AS_OF.isoformat()} speed=0.000001"),
)
COMMANDS = [
    "serve",
    "web",
    "schedule",
    "relay",
    "consume",
    "ingest",
    "import-history",
    "queue",
    "sweep",
    "shadow",
    "patterns",
    "verify",
    "reconcile",
    "plan",
    "plan solve",
    "plan capacity",
    "match",
    "match evaluate",
    "report",
    "report monthly",
    "db",
    "db upgrade",
    "db check",
    "db backup",
    "db restore",
    "demo",
    "demo seed",
    "users",
    "users add",
    "users list",
    "users disable",
    "keys",
    "keys add",
    "keys list",
    "keys revoke",
    "topics",
    "topics create",
    "topics check",
    "topics asyncapi",
    "dead-letters",
    "dead-letters list",
    "dead-letters show",
    "dead-letters replay",
    "export matches",
]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Commands on a home whose database is kept running, as by a `serve` beside them."""
    home = tmp_path_factory.mktemp("cli")
    with open_embedded(home, system_folder=server_folder(), options=FAST):
        yield Commands(home=home, extra=THEN)
    discard_embedded(home, system_folder=server_folder())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small council and a month of its notices as files."""
    folder = tmp_path_factory.mktemp("files")
    council = generate_council(seed=5, as_of=AS_OF, looked_after=60, at_home=30, guests=5)
    write_files(council, folder, history=generate_history(council, now=AS_OF, months=1, per_month=30))
    return folder


@pytest.fixture(scope="module")
def filled(commands: Commands, files: Path) -> Commands:
    """The commands after everything was taken in."""
    for kind in ("children", "placements", "workers", "absences", "missing-list"):
        commands.done("ingest", kind, files / f"{kind}.csv")
    assert commands.run_alone("ingest", "police", files / "police-notices.csv").returncode == 0
    return commands


def one_line(ended: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in ended.stderr
    lines = ended.stderr.strip().splitlines()
    assert len(lines) == 1, ended.stderr
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(tmp_path: Path, command: str) -> None:
    ended = Commands(home=tmp_path).run(*command.split(), "--help")
    assert ended.returncode == 0
    assert "." in ended.stdout.split("\n\n")[1]
    assert list(tmp_path.iterdir()) == []


def test_help_loads_nothing_heavy() -> None:
    probe = "import sys, missing_coord.cli.app; print(*{m.partition('.')[0] for m in sys.modules})"
    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    heavy = {"sqlalchemy", "rich", "uvicorn", "fastapi", "faststream", "alembic", "psycopg"}
    assert heavy & set(ended.stdout.split()) == set()


@pytest.mark.parametrize(
    "arguments", [("dance",), ("ingest", "letters", "x.csv"), ("queue", "--as-of", "noon"), ("plan", "solve")]
)
def test_wrong_use_ends_with_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = Commands(home=tmp_path).run_alone(*arguments)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_misspelt_setting_is_named_and_ends_with_2(tmp_path: Path) -> None:
    ended = Commands(home=tmp_path, extra=(("MISSING_COORD_PROT", "1"),)).run("queue")
    assert ended.returncode == 2
    assert "MISSING_COORD_PORT" in one_line(ended)


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    url = "postgresql://somebody:secret@127.0.0.1:9/nowhere"
    ended = Commands(home=tmp_path, extra=(("MISSING_COORD_DATABASE_URL", url),)).run("queue")
    assert ended.returncode == 1
    line = one_line(ended)
    assert "database" in line
    assert "secret" not in line


def test_the_kinds_of_ingest_are_those_that_can_be_read() -> None:
    assert [kind.value for kind in Kind] == list(KINDS)


def test_reconcile_compares_a_month_and_exports_it(filled: Commands, tmp_path: Path) -> None:
    told = filled.json("reconcile", "--month", "2026-11")
    assert set(told["counts"]) == {"in_both", "police_only", "council_only", "disagreeing"}
    assert sum(told["counts"].values()) == len(told["lines"]) > 0
    assert all(line["next_step"] for line in told["lines"])
    for name in ("lines.csv", "lines.xlsx"):
        filled.done("reconcile", "--month", "2026-11", "-o", tmp_path / name)
    assert len(csv_rows(tmp_path / "lines.csv")) == len(told["lines"])
    assert (tmp_path / "lines.xlsx").read_bytes()[:2] == b"PK"
    assert "what next" in filled.done("reconcile", "--date", "2026-11-19")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--date", "noon"),
        ("--date", "9999-12-31"),
        ("--month", "2099-01"),
        ("--month", "2026-11", "--date", "2026-11-01"),
    ],
)
def test_reconcile_refuses_what_is_no_day_and_no_month(filled: Commands, arguments: tuple[str, ...]) -> None:
    assert filled.run("reconcile", *arguments).returncode == 2


def test_ingest_says_what_became_of_each_file(filled: Commands, files: Path) -> None:
    told = filled.json("ingest", "police", files / "police-notices.csv", files / "police-notices.csv")
    rows = len(csv_rows(files / "police-notices.csv"))
    for each in told:
        assert {"file", "rows", "accepted", "duplicates", "quarantined", "seconds"} <= each.keys()
        assert (each["rows"], each["accepted"], each["duplicates"], each["quarantined"]) == (rows, 0, rows, 0)


def test_a_broken_row_is_kept_and_said_where_and_ends_with_0(filled: Commands, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text("force,reference,message,issued_at,surname\nGMP,Q1,missing,tomorrow,Quill\n")
    ended = filled.run("ingest", "police", broken)
    assert ended.returncode == 0
    assert "/quarantine" in ended.stdout
    assert filled.json("verify")["quarantined"] == 1


def test_a_refused_file_ends_with_1_and_the_others_are_taken_in(
    filled: Commands, files: Path, tmp_path: Path
) -> None:
    ended = filled.run("ingest", "police", tmp_path / "nowhere.csv", files / "police-notices.csv", "--json")
    assert ended.returncode == 1
    assert "nowhere.csv" in one_line(ended)
    refused, taken = json.loads(ended.stdout)
    assert "refused" in refused
    assert taken["duplicates"] == taken["rows"] > 0


def test_queue_has_the_published_shape_most_urgent_first(filled: Commands) -> None:
    shown = filled.json("queue")
    assert {"as_of", "counts", "rows"} <= shown.keys()
    assert sum(shown["counts"].values()) == len(shown["rows"]) > 0
    wanted = "interview_id child_id episode_ids references population state returned_at due_at provisional breached"
    assert all({*wanted.split(), "worker_id"} <= row.keys() for row in shown["rows"])
    due = [row["due_at"] for row in shown["rows"] if row["due_at"]]
    assert due == sorted(due)
    assert filled.json("queue", "--as-of", "2020-01-01T00:00:00Z")["rows"] == []


def test_a_changed_ladder_is_tried_on_past_interviews_and_a_file_that_is_none_is_refused(
    filled: Commands, tmp_path: Path
) -> None:
    body = write_ladder(DEFAULT_LADDER) | {"version": "x"}
    body["steps"][0]["hours"] = -60
    (tmp_path / "new.json").write_text(json.dumps(body), encoding="utf-8")
    shown = filled.json("shadow", "--ladder", tmp_path / "new.json", "--days", "60")
    assert shown.keys() == {"tried", "before", "after", "differences"}
    assert len(shown["differences"]) <= shown["tried"]
    assert filled.json("shadow", "--automatic-from", "0.999999", "--days", "60")["tried"] > 0
    assert filled.run("shadow").returncode == 2


def test_a_rota_that_cannot_be_tried_is_said_with_file_line_and_what_would_be_right(
    tmp_path: Path,
) -> None:
    commands = Commands(home=tmp_path / "home")
    rota = tmp_path / "nights.json"
    shift = '{"person": "ann", "days": ["Mon"], "starts": "17:00", "ends": "09:00"%s}'
    for content, said in (
        ('{"shifts": [\n,]}', "nights.json, line 2, column 1: this is no JSON"),
        ("[]", "nights.json, line 1: this is a list; a rota is one JSON object, such as"),
        ('{"shift": []}', "nights.json, shift: is not known here: use shifts, overrides, absences"),
        ('{"shifts": [' + shift % ', "colour": 1' + "]}", "nights.json, shifts[0].colour: is not known here"),
        ('{"shifts": [' + shift % ', "person": "bo"' + "]}", "nights.json, shifts[0].person: must be the user name"),
    ):  # fmt: skip
        rota.write_text(content, encoding="utf-8")
        done = commands.run("shadow", "--rota", rota)
        assert done.returncode == 2
        assert said in " ".join(done.stderr.replace("│", " ").split())


def test_queue_for_people_names_no_child(filled: Commands, files: Path) -> None:
    printed = filled.done("queue")
    surnames = {row["surname"] for row in csv_rows(files / "children.csv")}
    assert "open" in printed
    assert not [surname for surname in surnames if len(surname) > 4 and surname in printed]


def test_a_rehearsed_sweep_fires_nothing_and_a_sweep_fires_once(filled: Commands) -> None:
    rehearsed = filled.json("sweep", "--dry-run")["fired"]
    assert rehearsed
    fired = filled.json("sweep")["fired"]
    assert {(each["interview_id"], each["step"]) for each in fired} == {
        (each["interview_id"], each["step"]) for each in rehearsed
    }
    assert all({"interview_id", "step", "recipients"} <= each.keys() for each in fired)
    assert filled.json("sweep")["fired"] == []


def test_a_sweep_of_the_future_is_refused(filled: Commands) -> None:
    ended = filled.run("sweep", "--as-of", "2100-01-01T00:00:00Z")
    assert ended.returncode == 1
    assert "--dry-run" in one_line(ended)


def test_verify_finds_everything_accounted_for(filled: Commands) -> None:
    found = filled.json("verify")
    wanted = {"notices_in", "accounted", "quarantined", "unexplained", "balanced", "audit_intact", "findings"}
    assert wanted <= found.keys()
    assert found["balanced"] is True
    assert found["audit_intact"] is True
    assert found["unexplained"] == 0


def test_plan_proposes_for_what_is_open(filled: Commands) -> None:
    made = filled.json("plan")
    assert made["with_worker"] + made["without_worker"] + made["left_out"] > 0


def test_planning_afresh_plans_the_same_interviews(filled: Commands) -> None:
    around, afresh = filled.json("plan"), filled.json("plan", "--afresh", "--seconds", "0")
    assert afresh["moved"] == 0
    assert (
        afresh["with_worker"] + afresh["without_worker"] == around["with_worker"] + around["without_worker"]
    )


def test_capacity_is_set_against_the_recorded_past(filled: Commands) -> None:
    made = filled.json("plan", "capacity", "--weeks", "2")
    assert made["weeks"] == 2
    assert len(made["forecast"]["days"]) == 7
    assert made["staffs"][0]["name"] == "The staff as it is"
    assert "returns a week are to be expected" in filled.run("plan", "capacity", "--weeks", "2").stdout
    refused = filled.run("plan", "capacity", "--days", "W01")
    assert refused.returncode == 1
    assert "an equals sign" in refused.stderr


def test_patterns_are_raised_once(filled: Commands) -> None:
    filled.json("patterns")
    assert filled.json("patterns")["new"] == []


def test_two_commands_at_once_on_one_home(filled: Commands, files: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(filled.run_alone, "ingest", "police", files / "police-notices.csv", "--json")
        second = pool.submit(filled.run_alone, "queue", "--json")
        assert json.loads(first.result().stdout)[0]["accepted"] == 0
        assert json.loads(second.result().stdout)["rows"]


@pytest.mark.parametrize("form", ["html", "csv", "xlsx"])
def test_the_monthly_report_is_the_same_for_the_same_time(
    filled: Commands, tmp_path: Path, form: str
) -> None:
    made = []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.{form}"
        filled.done(
            "report",
            "monthly",
            "--month",
            "2026-11",
            "--format",
            form,
            "--as-of",
            "2026-11-20T12:00:00Z",
            "-o",
            file,
        )
        made.append(file.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 500


def test_an_account_is_opened_listed_and_disabled(filled: Commands) -> None:
    made = filled.json("users", "add", "ada", "--name", "Ada Quill", "--role", "coordinator")
    assert len(made["password"]) > 12
    assert [each["active"] for each in filled.json("users", "list") if each["username"] == "ada"] == [True]
    assert filled.json("users", "disable", "ada")["active"] is False
    ended = filled.run("users", "disable", "nobody")
    assert ended.returncode == 1
    assert "nobody" in one_line(ended)


def test_a_key_is_shown_once_and_can_be_revoked(filled: Commands) -> None:
    made = filled.json("keys", "add", "gmp", "--scope", "police-notices")
    assert made["key"]
    assert made["key"] not in filled.done("keys", "list", "--json")
    assert filled.json("keys", "revoke", "gmp")[0]["revoked_at"]
    assert filled.run("keys", "revoke", "gmp").returncode == 1


def test_the_database_fits_the_release(filled: Commands) -> None:
    assert filled.json("db", "check")["drift"] == []
    assert filled.json("db", "upgrade")["after"] == filled.json("db", "check")["newest"]


def test_a_backup_is_private_and_restores_into_an_empty_database_only(
    filled: Commands, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    saved = tmp_path / "saved.dump"
    filled.done("db", "backup", saved)
    assert saved.stat().st_mode & 0o077 == 0
    assert filled.run("db", "backup", saved).returncode == 1
    assert "not empty" in one_line(filled.run("db", "restore", saved))
    other = Commands(home=tmp_path_factory.mktemp("restored"), extra=THEN)
    try:
        with open_embedded(other.home, system_folder=server_folder(), options=FAST):
            other.done("db", "restore", saved)
            assert other.json("verify") == filled.json("verify")
            assert other.json("queue")["rows"] == filled.json("queue")["rows"]
            assert other.json("db", "check")["drift"] == []
            other.done("db", "backup", tmp_path / "again.dump")
    finally:
        discard_embedded(other.home, system_folder=server_folder())


def test_a_file_that_is_no_backup_is_refused(filled: Commands, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.dump"
    wrong.write_text("nothing of ours")
    assert "db backup" in one_line(filled.run("db", "restore", wrong))


def test_a_demonstration_is_refused_beside_data_that_is_not_its_own(filled: Commands) -> None:
    ended = filled.run("demo", "seed", "--children", "60")
    assert ended.returncode == 1
    assert "Refused" in one_line(ended)
