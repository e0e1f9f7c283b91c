"""The referee: a separate program that counts lost values, and can count one."""

from __future__ import annotations

import ast
import importlib.util
import json
from pathlib import Path
from typing import Any

REFEREE = Path(__file__).resolve().parents[2] / "packaging" / "demo" / "referee.py"


def load() -> Any:
    spec = importlib.util.spec_from_file_location("referee", REFEREE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def typed(who: str, values: dict[str, Any], screen: dict[str, list[Any]] | None = None) -> str:
    return json.dumps({"event": "typed", "who": who, "record": "r", "values": values, "screen": screen or {}})


def shows(who: str, shown: dict[str, list[Any]], inbox: dict[str, list[Any]] | None = None) -> str:
    return json.dumps({"event": "screen", "who": who, "record": "r", "shown": shown, "inbox": inbox or {}})


def lost(*lines: str) -> int:
    return len(load().losses(lines, manager="m"))


def test_a_visible_value_is_safe() -> None:
    assert lost(typed("a", {"f": "1"}), shows("a", {"f": ["1"]}), shows("m", {"f": ["1"]})) == 0


def test_a_value_that_vanished_is_lost() -> None:
    assert lost(typed("a", {"f": "1"}), shows("a", {"f": ["2"]}), shows("m", {"f": ["2"]})) == 1


def test_a_record_that_vanished_from_the_managers_screen_is_lost() -> None:
    assert lost(typed("a", {"f": "1"}), shows("a", {"f": ["1"]})) == 1


def test_a_value_replaced_by_somebody_who_saw_it_is_safe() -> None:
    lines = (typed("a", {"f": "1"}), typed("b", {"f": "2"}, {"f": ["1"]}))
    assert lost(*lines, shows("a", {"f": ["2"]}), shows("b", {"f": ["2"]}), shows("m", {"f": ["2"]})) == 0


def test_a_value_replaced_by_somebody_who_had_not_seen_it_is_lost() -> None:
    lines = (typed("a", {"f": "1"}), typed("b", {"f": "2"}, {"f": []}))
    assert lost(*lines, shows("a", {"f": ["2"]}), shows("b", {"f": ["2"]}), shows("m", {"f": ["2"]})) == 1


def test_a_value_waiting_in_an_inbox_is_safe() -> None:
    inbox = {"f": ["1", "2"]}
    lines = (typed("a", {"f": "1"}), typed("b", {"f": "2"}))
    assert lost(*lines, *(shows(who, {"f": ["2"]}, inbox) for who in "abm")) == 0


def test_it_imports_nothing_of_the_product() -> None:
    tree = ast.parse(REFEREE.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
    }
    assert imported <= {"__future__", "json", "sys", "collections", "pathlib", "typing"}
