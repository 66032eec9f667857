"""The project's own Python files, parsed once for every habit test."""

from __future__ import annotations

import ast
import gc
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("missing_coord", "consumers", "schedulers")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One Python file: where it is, its lines and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path as people write it."""
        return self.path.relative_to(ROOT).as_posix()

    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Return every function and method of the file."""
        return [
            node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

    def public_definitions(self) -> list[Definition]:
        """Return the functions, classes and methods that others may use."""
        return _public(self.tree.body)


def _public(body: list[ast.stmt]) -> list[Definition]:
    found: list[Definition] = []
    for node in body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        found.append(node)
        if isinstance(node, ast.ClassDef):
            found.extend(_public(node.body))
    return found


@cache
def product_files() -> tuple[SourceFile, ...]:
    """Return the files of the product itself."""
    return tuple(source for top in PRODUCT for source in _files(ROOT / top))


@cache
def all_files() -> tuple[SourceFile, ...]:
    """Return the files of the product and of its tests."""
    return (*product_files(), *_files(ROOT / "tests"))


def _files(top: Path) -> list[SourceFile]:
    """Read files; a million nodes that stay are kept from the garbage collector, here and in all later tests."""
    gc.disable()
    try:
        paths = sorted(path for path in top.rglob("*.py") if "__pycache__" not in path.parts)
        return [_read(path) for path in paths]
    finally:
        gc.freeze()
        gc.enable()


def _read(path: Path) -> SourceFile:
    text = path.read_text(encoding="utf-8")
    return SourceFile(path=path, text=text, tree=ast.parse(text, filename=str(path)))
