"""Finds the templates, static files and deployment files, in the source tree or inside the wheel."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """Return the folder of the Jinja2 templates."""
    return _folder("templates")


def deploy_folder() -> Path:
    """Return the folder of topics, alerts and other deployment files."""
    return _folder("deploy")


def static_folder() -> Path:
    """Return the folder of style sheets, scripts and pictures."""
    return PACKAGE / "web" / "static"


def _folder(name: str) -> Path:
    """Prefer what the wheel carries inside the package, then the folder beside it in the source tree."""
    candidates = (PACKAGE / f"_{name}", PACKAGE.parent / name)
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name} is neither at {candidates[0]} nor at {candidates[1]}: install again")
