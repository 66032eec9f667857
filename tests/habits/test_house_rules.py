"""The walls between the layers stand, settings are documented, lock files name no host, templates compile."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import jinja2
import pytest

from missing_coord.settings import READERS, Settings, variable_names
from missing_coord.storage.migrations.tables_sql import PATH, tables_sql
from tests.habits.source_files import ROOT

TEXT_ENDINGS = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".in",
    ".lock",
    ".html",
    ".txt",
    ".cfg",
    ".sh",
    ".css",
    ".js",
}
LOCKED = ("requirements", "requirements-dev", "requirements-bench", "requirements-image")
PLACES = ("missing_coord", "consumers", "schedulers", "templates", "deploy", "docs", "tests", ".ci")
DOWNLOAD_ADDRESS = re.compile(
    r"https?://[^ \"'<>)]+/(simple|packages/[0-9a-f]{2}|maven2|-)(/|\"|$)", re.MULTILINE
)
INDEX_OPTION = re.compile(r"^\s*-?-?(extra-)?(index-url|find-links|trusted-host)[ =]", re.MULTILINE)


def _tracked_text() -> list[Path]:
    tops = [path for path in ROOT.iterdir() if path.is_file()]
    below = [path for place in PLACES for path in (ROOT / place).rglob("*") if path.is_file()]
    named = {"Makefile", "run", "prepare", "Dockerfile"}
    return [
        path
        for path in (*tops, *below)
        if (path.suffix in TEXT_ENDINGS or path.name in named) and "/vendor/" not in path.as_posix()
    ]


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    documented = re.findall(
        r"^\| `(MISSING_COORD_\w+)` \|", (ROOT / "docs/settings.md").read_text(), re.MULTILINE
    )
    assert sorted(documented) == sorted(variable_names())


def test_every_setting_has_a_reader() -> None:
    assert set(READERS) == {setting.name for setting in fields(Settings)}


def test_settings_are_read_in_one_module_only() -> None:
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "missing_coord").rglob("*.py")
        if path.name != "settings.py"
        and re.search(r"environ[^\n]*MISSING_COORD_", path.read_text(encoding="utf-8"))
    ]
    assert readers == []


@pytest.mark.parametrize("lock", [f"{name}.lock" for name in LOCKED])
def test_lock_file_pins_every_package_with_hashes_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert [
        entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry
    ] == []
    assert "://" not in text
    assert INDEX_OPTION.search(text) is None


def test_every_wanted_package_is_locked() -> None:
    for name in LOCKED:
        locked = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
        wanted = re.findall(
            r"^[a-z][a-z0-9-]*", (ROOT / f"{name}.in").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert [package for package in wanted if not re.search(rf"^{package}==", locked, re.MULTILINE)] == []


def test_the_first_migration_holds_the_tables_of_the_metadata() -> None:
    assert PATH.read_text(encoding="utf-8") == tables_sql(), "the tables changed: run `make tables`"


def test_no_file_holds_an_address_from_which_packages_are_fetched() -> None:
    naming = [
        path.relative_to(ROOT).as_posix()
        for path in _tracked_text()
        if DOWNLOAD_ADDRESS.search(text := path.read_text(encoding="utf-8", errors="replace"))
        or (path.suffix != ".py" and INDEX_OPTION.search(text))
    ]
    assert naming == []


@pytest.mark.parametrize(
    "line", ["https://host.example/" + "simple/", '"https://host.example/a/' + '-/a.tgz"']
)
def test_a_download_address_would_be_found(line: str) -> None:
    assert DOWNLOAD_ADDRESS.search(line)


def test_every_template_compiles() -> None:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    broken = []
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file() and path.suffix in {".html", ".txt", ".md", ".j2", ".svg"}:
            try:
                environment.parse(path.read_text(encoding="utf-8"), filename=str(path))
            except jinja2.TemplateSyntaxError as error:
                broken.append(f"{path.relative_to(ROOT)}:{error.lineno} {error.message}")
    assert broken == []
