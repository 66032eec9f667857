"""The vendored assets are the ones written down, carry no brand that councils may not use, and nothing is inline."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from missing_coord.resources import static_folder, templates_folder

VENDOR = static_folder() / "vendor"
ROW = re.compile(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", re.MULTILINE)
FORBIDDEN = ("gds transport", "crest", "crown", "govuk-logo", "@font-face", "url(")
GOVUK_COLOURS = ("#1d70b8", "#1a65a6", "#003078", "#00703c", "#0f7a52", "#ffdd00", "#fd0;", "#d4351c")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|hx-on", re.IGNORECASE)


def _recorded() -> dict[str, str]:
    return dict(ROW.findall((static_folder() / "VENDOR.md").read_text(encoding="utf-8")))


def _built() -> list[Path]:
    return sorted(path for path in VENDOR.iterdir() if path.is_file())


def test_every_vendored_file_has_the_sum_that_is_written_down() -> None:
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in _built()}
    assert sums == _recorded()


def test_every_vendored_file_names_a_licence_text_that_is_here() -> None:
    named = set(
        re.findall(r"licences/[\w-]+\.txt", (static_folder() / "VENDOR.md").read_text(encoding="utf-8"))
    )
    assert named == {f"licences/{path.name}" for path in (VENDOR / "licences").iterdir()}


@pytest.mark.parametrize("word", [*FORBIDDEN, *GOVUK_COLOURS])
def test_no_asset_carries_a_brand_that_councils_may_not_use(word: str) -> None:
    sheets = [path for path in static_folder().rglob("*") if path.suffix in {".css", ".svg"}]
    scripts = [
        path for path in _built() if path.suffix == ".js" and word in ("gds transport", "crest", "crown")
    ]
    found = [path.name for path in [*sheets, *scripts] if word in path.read_text(encoding="utf-8").lower()]
    assert found == []


def test_no_template_holds_anything_inline_that_the_content_policy_would_refuse() -> None:
    pages = [path for kind in ("pages", "partials") for path in (templates_folder() / kind).rglob("*.html")]
    pages.append(templates_folder() / "layout.html")
    assert len(pages) > 20
    assert [path.name for path in pages if INLINE.search(path.read_text(encoding="utf-8"))] == []


def test_the_stream_scripts_are_blocking_because_deferred_ones_sometimes_never_connect() -> None:
    layout = (templates_folder() / "layout.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script[^>]*(?:app\.js|htmx\.min\.js|hx-sse\.min\.js)[^>]*>", layout)
    assert len(scripts) == 3
    assert not any(word in script for script in scripts for word in ("defer", "async", "module"))
