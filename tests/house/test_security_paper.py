"""docs/security.md and the tests say the same: each threat names tests that exist and carry its number, and none is left out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| (T-\d\d) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
CARRIED = re.compile(r"_t(\d\d)(?=_)")
ROWS = [(number, proof) for number, _, _, proof in ROW.findall(PAPER.read_text(encoding="utf-8"))]


@cache
def named_in(file: Path) -> frozenset[str]:
    """The test functions of a file, methods among them."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return frozenset(name for name in found if name.startswith("test_"))


def carried(name: str) -> set[str]:
    """The threats whose numbers a test carries: `test_t01_t48_...`."""
    return {f"T-{number}" for number in CARRIED.findall(name)}


def test_each_threat_stands_once_and_in_order() -> None:
    numbers = [number for number, _ in ROWS]
    assert numbers == sorted(set(numbers))


def test_each_threat_names_tests_that_exist_and_carry_its_number() -> None:
    wrong = []
    for number, proof in ROWS:
        named = TEST.findall(proof)
        if not named:
            wrong.append(f"{number}: no test")
        for file, name in named:
            path = ROOT / file
            if not path.exists() or name not in named_in(path) or number not in carried(name):
                wrong.append(f"{number}: {file}::{name}")
    assert wrong == []


def test_each_test_that_carries_a_threat_stands_in_the_paper() -> None:
    stands = {(number, name) for number, proof in ROWS for _, name in TEST.findall(proof)}
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if "frozen" not in path.parts]
    found = {(number, name) for path in files for name in named_in(path) for number in carried(name)}
    assert found <= stands, sorted(found - stands)
