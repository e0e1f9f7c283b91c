"""Files and functions stay small enough to be read; the marks may only be tightened."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [p for room in ("crmdesk", "sync_server") for p in (ROOT / room).rglob("*.py")]
LONGEST_FILE = 600
LONGEST_FUNCTION = 100


@cache
def module(path: Path) -> tuple[str | None, list[tuple[str, int]]]:
    """What a module says about itself, and its functions with their lengths: read once for all that is asked here."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return ast.get_docstring(tree), [
        (f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def functions(path: Path) -> list[tuple[str, int]]:
    return module(path)[1]


def test_no_file_holds_two_subjects() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in PRODUCT if (n := len(p.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen_or_two() -> None:
    assert [(name, n) for p in PRODUCT for name, n in functions(p) if n > LONGEST_FUNCTION] == []


def test_most_functions_are_short() -> None:
    lengths = sorted(n for p in PRODUCT for _, n in functions(p))
    assert lengths[len(lengths) // 2] <= 12
    assert lengths[len(lengths) * 95 // 100] <= 45


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(p.relative_to(ROOT)) for p in PRODUCT if not module(p)[0]]
    assert silent == []
