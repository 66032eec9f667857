"""Files and functions stay small, and what is public says in a sentence what it is."""

from __future__ import annotations

import ast

from tests.habits.source_files import SourceFile, all_files, product_files

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
BANNED_ENDINGS = ("Manager", "Helper", "Utils", "Base", "Impl")


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _is_test(source: SourceFile) -> bool:
    return source.name.startswith("tests/")


def test_no_file_is_longer_than_400_lines() -> None:
    long = {source.name: len(source.text.splitlines()) for source in all_files()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    long = {
        f"{source.name}:{function.name}": _lines(function)
        for source in all_files()
        for function in source.functions()
        if _lines(function) > LONGEST_FUNCTION and "/migrations/versions/" not in source.name
    }
    assert long == {}


def test_every_file_with_code_has_a_docstring() -> None:
    silent = [
        source.name for source in all_files() if source.tree.body and not ast.get_docstring(source.tree)
    ]
    assert silent == []


def test_everything_public_has_a_docstring() -> None:
    silent = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in product_files()
        if "/migrations/versions/" not in source.name
        for node in source.public_definitions()
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_class_is_called_manager_helper_or_the_like() -> None:
    vague = [
        f"{source.name}: {node.name}"
        for source in all_files()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and node.name.endswith(BANNED_ENDINGS)
    ]
    assert vague == []


def test_no_test_function_takes_a_mock() -> None:
    mocking = [source.name for source in all_files() if _is_test(source) and _imports_mock(source)]
    assert mocking == []


def _imports_mock(source: SourceFile) -> bool:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("unittest.mock"):
            return True
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "unittest"
            and any(a.name == "mock" for a in node.names)
        ):
            return True
        if isinstance(node, ast.Import) and any(
            alias.name.startswith("unittest.mock") for alias in node.names
        ):
            return True
    return False
