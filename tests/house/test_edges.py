"""Broad `except` stands at the named edges only, and nothing keeps global state."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = [p for room in ("crmdesk", "sync_server") for p in (ROOT / room).rglob("*.py")]
EDGES = {
    "crmdesk/__main__.py",  # the last line of defence of the desktop
    "crmdesk/ui/runner.py",  # a job's failure becomes a result
    "crmdesk/ui/application.py",  # the excepthook
    "crmdesk/cli/edge.py",  # the command line's last line of defence
    "sync_server/errors.py",  # the server's handler
}


def is_broad(handler: ast.ExceptHandler) -> bool:
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        n is None or (isinstance(n, ast.Name) and n.id in ("Exception", "BaseException")) for n in names
    )


@cache
def found() -> dict[str, set[str]]:
    """Where there is a broad `except`, a process of another module, a global variable: all is read once."""
    where: dict[str, set[str]] = {"broad": set(), "-m": set(), "global": set()}
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = str(path.relative_to(ROOT))
            if isinstance(node, ast.ExceptHandler) and is_broad(node):
                where["broad"].add(name)
            elif isinstance(node, ast.Constant) and node.value == "-m":
                where["-m"].add(name)
            elif isinstance(node, ast.Global):
                where["global"].add(name)
    return where


def test_broad_except_stands_at_the_edges_only() -> None:
    assert found()["broad"] <= EDGES


def test_no_process_looks_for_modules_in_the_current_folder() -> None:
    starting = found()["-m"]
    assert starting == {"crmdesk/system/confined.py"}, "its `arguments` say where modules may lie"


def test_nothing_is_global() -> None:
    assert found()["global"] == set()
