"""Days, months and times on the command line that cannot be meant: refused as wrong use, and the option is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from missing_coord.cli.app import app


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("report monthly --month 1999-12", "--month"),
        ("report monthly --month 2026-10 --as-of 9999-12-31T23:59:59.999999", "--as-of"),
        ("report monthly --month 2026-10 --as-of 0001-01-01T00:00:00+14:00", "--as-of"),
        ("report weekly --week 2026-W54", "--week"),
        ("report span --from 0001-01-01 --to 2026-01-01", "--from"),
        ("report span --from 2026-01-01 --to 9999-12-31", "--to"),
        ("report span --from 2026-02-01 --to 2026-01-01", "--to"),
        ("report freeze --month October", "--month"),
        ("export annex-a --as-of 9999-12-31", "--as-of"),
        ("export foi --from 2026-04-31 --to 2026-05-01", "--from"),
        ("export safeguarding --from 2026-05-01 --to 2026-04-01", "--to"),
        ("export yearly --year 99999", "--year"),
        ("export ssda903-missing --year -1", "--year"),
        ("queue --as-of 0001-01-01", "--as-of"),
        ("sweep --dry-run --as-of 9999-12-31", "--as-of"),
    ],
)
def test_a_day_that_cannot_be_meant_is_wrong_use_and_names_its_option(
    tmp_path: Path, command: str, named: str
) -> None:
    ended = CliRunner(env={"MISSING_COORD_HOME": str(tmp_path)}).invoke(app, command.split())
    assert list(tmp_path.iterdir()) == []
    assert ended.exit_code == 2, ended.output
    assert named in ended.output.splitlines()[-1]
