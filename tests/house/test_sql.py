"""T-46: SQL is composed of our own fragments; what a person or another machine said is always bound."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SQL = re.compile(
    r"\b(SELECT|INSERT INTO|INSERT OR|UPDATE|DELETE FROM|WHERE|ORDER BY|CREATE|DROP|ALTER TABLE|GRANT|PRAGMA)\b"
)
CONSTANT = re.compile(r"(?:\w+\.)?_?[A-Z][A-Z0-9_]*")
CALLS = ("dialect.locking", "_marks", "_names", "table", "insert", "column", "self._where", "key.hex")
"""What returns fragments of ours: names of declared tables and columns, marks for values, a key in hexadecimal."""
FRAGMENTS = frozenset(
    ["column", "columns", "condition", "conditions", "conflict", "entity", "fitting", "free", "kind", "life", "limit", "marks", "mine", "name", "names", "one", "said", "schema", "size", "stale", "table", "target", "update", "walk", "wanted", "what", "where"]
)  # fmt: skip
"""Local names that hold fragments, wherever they are used in SQL; each use was read by somebody."""


def composed(tree: ast.AST) -> Iterator[str]:
    """What stands in SQL that is neither a constant, a fragment of ours, nor a call that makes one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            said = "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            if SQL.search(said):
                for part in node.values:
                    if isinstance(part, ast.FormattedValue) and not _is_ours(part.value):
                        yield ast.unparse(part.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            left = node.left
            is_sql = isinstance(left, ast.Constant) and isinstance(left.value, str) and SQL.search(left.value)
            if is_sql and not _is_ours(node.right):
                yield ast.unparse(node)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"
        ):
            on = node.func.value
            if isinstance(on, ast.Constant) and isinstance(on.value, str) and SQL.search(on.value):
                yield ast.unparse(node)


def _is_ours(value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.JoinedStr():
            return True
        case ast.Name(id=name) if CONSTANT.fullmatch(name) or name in FRAGMENTS:
            return True
        case ast.Attribute():
            return bool(CONSTANT.fullmatch(ast.unparse(value))) or ast.unparse(value) in _ATTRIBUTES
        case ast.IfExp(body=one, orelse=other):
            return _is_ours(one) and _is_ours(other)
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="lower")):
            return name in FRAGMENTS
        case ast.Call(func=function):
            return ast.unparse(function) in CALLS
        case ast.BinOp(left=left, right=right):
            return _is_ours(left) and _is_ours(right)
        case _:
            return False


_ATTRIBUTES = frozenset(("self._order", "self._columns", "declared.title"))
"""An order out of a list of ours, the columns of declared fields, and the declared name of one."""


def test_t46_no_statement_is_made_of_what_somebody_said() -> None:
    found = {
        f"{file.relative_to(ROOT)}: {piece}"
        for room in ("crmdesk", "sync_server")
        for file in (ROOT / room).rglob("*.py")
        for piece in composed(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert not found, "bind it, or name what of ours it is in this test"


@pytest.mark.parametrize(
    "planted",
    [
        "run(f\"SELECT id FROM p_customer WHERE f_name = '{text}'\")",
        'run(f"SELECT id FROM p_customer ORDER BY {filter.sort}")',
        'run("SELECT 1 FROM p_customer WHERE f_name = \'" + typed + "\'")',
        'run("SELECT 1 FROM p_customer WHERE f_name = %s" % typed)',
        'run("SELECT 1 FROM {}".format(typed))',
        'run(f"SELECT 1 FROM record WHERE id IN ({quote(ids)})")',
    ],
)
def test_t46_a_planted_statement_is_found(planted: str) -> None:
    assert list(composed(ast.parse(planted)))
