"""A role that is started again after a crash loads what it needs, and no more: seconds count while nobody works."""

from __future__ import annotations

import subprocess
import sys

from missing_coord.storage.migrate import _config
from missing_coord.storage.revisions import Layout, fault_of, fingerprint, newest_revision

NOT_FOR_ROLES = (
    "alembic", "fastapi", "jinja2", "networkx", "notifications_python_client", "openpyxl", "opentelemetry.sdk",
    "requests", "weasyprint", "xlsxwriter",
)  # fmt: skip
_PROGRAM = """
import sys
import missing_coord.cli.serve, missing_coord.cli.probe, missing_coord.cli.consuming
print(*[name for name in sys.argv[1:] if name in sys.modules])
"""


def test_roles_do_not_load_what_only_pages_files_and_reports_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *NOT_FOR_ROLES], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_the_newest_schema_is_the_only_head_of_the_migrations() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(_config()).get_heads() == [newest_revision()]


def test_a_database_suits_when_its_layout_is_ours_or_the_next_release_s() -> None:
    newest = newest_revision()
    ours = {newest: fingerprint(newest)}
    assert fault_of(Layout(revision=newest, made_by=ours)) is None
    assert fault_of(Layout(revision="9999", made_by={**ours, "9999": "abc"})) is None
    assert "run `missing-coord db upgrade`" in (fault_of(Layout(revision="0000")) or "")
    assert "run `missing-coord db upgrade`" in (fault_of(Layout()) or "")


def test_tables_of_the_same_number_made_by_other_statements_do_not_suit() -> None:
    newest = newest_revision()
    for other in (Layout(revision=newest), Layout(revision=newest, made_by={newest: "another"})):
        assert "another build" in (fault_of(other) or "")
    assert "another build" in (fault_of(Layout(revision="9999", made_by={newest: "another"})) or "")
