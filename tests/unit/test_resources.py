"""Templates and the rest are found from wherever the program is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from missing_coord.resources import deploy_folder, static_folder, templates_folder


def test_folders_are_found_from_another_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert templates_folder().is_dir()
    assert deploy_folder().is_dir()
    assert static_folder().is_absolute()
