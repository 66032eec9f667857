"""`serve --demo`: seeded once, served, stopped without a trace; an interrupted seeding is gone on with."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from missing_coord.storage.embedded.cluster import discard_embedded, open_embedded
from missing_coord.storage.embedded.places import recorded_cluster
from tests.builders.commands import Commands, end, page, processes_naming, serving, status
from tests.databases import FAST
from tests.memory import server_folder

SMALL = ("--children", "200", "--months", "0.5")
LONGER = ("--children", "120", "--months", "0.4")  # some seconds, so that a signal finds it at work


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Commands on a home that holds a small demonstration."""
    commands = Commands(home=tmp_path_factory.mktemp("demo"))
    with open_embedded(commands.home, system_folder=server_folder(), options=FAST):
        told = Commands(home=commands.home, extra=(("MISSING_COORD_DEMO", "1"),)).json("demo", "seed", *SMALL)
    assert told["seeded"] is True
    assert told["counts"]["survey answers"] > 0
    yield commands
    discard_embedded(commands.home, system_folder=server_folder())


def database_processes(home: Path) -> list[str]:
    cluster = recorded_cluster(home)
    assert cluster is not None
    return processes_naming(str(cluster.data))


def test_a_seeded_demonstration_adds_up_and_has_a_past(seeded: Commands) -> None:
    found = seeded.json("verify")
    assert found["balanced"] is True
    assert found["notices_in"] > 10
    assert found["unexplained"] == 0
    assert (seeded.home / "demo" / "children.csv").exists()
    assert "somebody_can_be_told" not in {each["rule"] for each in found["findings"]}
    states = {row["state"] for row in seeded.json("queue", "--as-of", "2100-01-01T00:00:00Z")["rows"]}
    assert states


def test_seeding_again_changes_nothing(seeded: Commands) -> None:
    before = seeded.json("verify")
    told = seeded.json("demo", "seed", *SMALL)
    assert told["seeded"] is False
    assert seeded.json("verify") == before


def test_serve_answers_beside_commands_and_stops_on_sigterm_leaving_no_process(seeded: Commands) -> None:
    with serving(seeded, "--demo") as (process, address):
        assert status(f"{address}/live") == 200
        assert "demo-coordinator" in page(f"{address}/sign-in")
        assert database_processes(seeded.home)
        assert seeded.json("verify")["balanced"] is True
        assert seeded.json("queue")["rows"] is not None
        assert process.poll() is None
        assert status(f"{address}/live") == 200
        end(process)
        assert process.returncode == 0
    assert database_processes(seeded.home) == []
    assert processes_naming(str(seeded.home)) == []


def test_without_demo_no_demonstration_sign_in_is_offered_and_ctrl_c_stops_it(seeded: Commands) -> None:
    with serving(seeded) as (process, address):
        assert "demo-coordinator" not in page(f"{address}/sign-in")
        end(process, sign=signal.SIGINT)
        assert process.returncode == 0


def test_a_port_in_use_is_named_with_what_to_do(seeded: Commands) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = Commands(home=seeded.home, extra=(("PORT", str(port)),)).run("serve", "--demo")
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "PORT=" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_interrupted_seeding_is_gone_on_with(tmp_path: Path) -> None:
    commands = Commands(home=tmp_path)
    try:
        process = commands.start("demo", "seed", *LONGER)
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Playing"):
                break
        time.sleep(0.3)
        end(process, sign=signal.SIGINT)
        process.stdout.close()
        assert process.returncode == 130
        with open_embedded(tmp_path, system_folder=server_folder(), options=FAST):
            assert commands.json("verify")["balanced"] is True
            assert commands.json("demo", "seed", *LONGER)["seeded"] is True
            assert commands.json("verify")["balanced"] is True
            assert commands.json("demo", "seed", *LONGER)["seeded"] is False
    finally:
        discard_embedded(tmp_path, system_folder=server_folder())
