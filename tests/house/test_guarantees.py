"""What docs/guarantees.md promises is tested: every promise names its tests, and each test carries the number."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "docs" / "guarantees.md"
ROW = re.compile(r"^\| ([RI]\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PROMISES = [(number, proof) for number, _, proof in ROW.findall(PAPER.read_text(encoding="utf-8"))]
WANTED = [f"R{n}" for n in range(1, 41)] + [f"I{n}" for n in range(1, 19)]
LATER = {"R35"}
"""Promises whose part of the product is yet to come; the paper says so in words."""


@cache
def found_in(file: str) -> dict[str, str]:
    """The test functions and classes of a file, with what they say about themselves."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {
        node.name: f"{node.name} {ast.get_docstring(node) or ''}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name.lower().startswith("test")
    }


def test_every_promise_stands_in_the_paper_once() -> None:
    assert [number for number, _ in PROMISES] == WANTED


@pytest.mark.parametrize(("number", "proof"), PROMISES, ids=[number for number, _ in PROMISES])
def test_each_promise_names_tests_that_exist_and_carry_its_number(number: str, proof: str) -> None:
    named = TEST.findall(proof)
    assert bool(named) != (number in LATER)
    missing = [f"{file}::{name}" for file, name in named if name not in found_in(file)]
    assert missing == []
    carried = re.compile(rf"(?<![a-z0-9]){number}(?![a-z0-9])", re.IGNORECASE)
    silent = [name for file, name in named if not carried.search(found_in(file)[name])]
    assert silent == []
