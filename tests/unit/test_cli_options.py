"""Times on the command line: read in London time, and refused with the option's name when they cannot be meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer
from typer.testing import CliRunner

from missing_coord.cli.app import app
from missing_coord.cli.output import instant_option


@pytest.mark.parametrize(
    "text", ["0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "noon", "31/02/2026", ""]
)
def test_a_time_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        instant_option(text)


def test_a_time_without_an_offset_is_londons() -> None:
    assert instant_option("2026-07-01 12:00") == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert instant_option("01/07/2026 12:00") == datetime(2026, 7, 1, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "command", [("queue",), ("sweep", "--dry-run"), ("report", "monthly", "--month", "2026-10")]
)
def test_the_option_is_named_before_anything_is_opened(command: tuple[str, ...]) -> None:
    ended = CliRunner().invoke(app, [*command, "--as-of", "0001-01-01"])
    assert ended.exit_code == 2
    assert "--as-of" in ended.output
    assert "2000" in ended.output
