"""T-44: what might be HTML is handed to Qt in one place, which makes it plain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLAIN = ROOT / "crmdesk" / "ui" / "widgets" / "plain.py"
LABEL = ROOT / "crmdesk" / "ui" / "widgets" / "fields.py"
_MADE_ELSEWHERE = {
    "QLabel": (LABEL, PLAIN),
    "setToolTip": (PLAIN,),
    "setInformativeText": (PLAIN,),
    "showText": (),
    "setWhatsThis": (),
    "setStatusTip": (),
    "setHtml": (),
    "insertHtml": (),
    "appendHtml": (),
    "setMarkdown": (),
    "QTextEdit": (),
    "QTextBrowser": (),
    "QTextDocument": (),
    "QErrorMessage": (),
    "QProgressDialog": (PLAIN,),
    "QInputDialog": (),
    "QWhatsThis": (),
    "QStaticText": (),
    "QWebEngineView": (),
}
"""What reads HTML by itself, and the rooms that know how to keep it from that."""
_ASKS = re.compile(r"QMessageBox\.(?:about|critical|information|question|warning)\b")


def readers_of_html(source: str) -> Iterator[str]:
    """What in a module hands Qt a text that might be read as HTML."""
    for node in ast.walk(ast.parse(source)):
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "attr", getattr(called, "id", ""))
        if name in _MADE_ELSEWHERE:
            yield name
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            if getattr(base, "id", "") in _MADE_ELSEWHERE:
                yield f"{node.name}({base.id})"  # type: ignore[attr-defined]  # it was just seen
    yield from _ASKS.findall(source)


def test_t44_every_text_that_qt_might_read_as_html_goes_through_one_place() -> None:
    found = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in (ROOT / "crmdesk").rglob("*.py")
        for name in readers_of_html(file.read_text(encoding="utf-8"))
        if file not in _MADE_ELSEWHERE.get(name, ())
    }
    assert not found, "say it with widgets.fields.label, plain.set_tip or plain.say"


def test_t44_a_tooltip_of_a_model_is_made_plain_where_it_is_given() -> None:
    for file in (ROOT / "crmdesk" / "ui").rglob("*.py"):
        source = file.read_text(encoding="utf-8")
        if "ToolTipRole" in source:
            assert "plain.tip_text(" in source, file


@pytest.mark.parametrize(
    "planted",
    [
        "from PySide6.QtWidgets import QLabel\nQLabel(name)",
        "button.setToolTip(name)",
        "class Name(QLabel):\n    pass",
        "QMessageBox.warning(None, 'x', name)",
    ],
)
def test_t44_what_is_planted_is_found(planted: str) -> None:
    assert list(readers_of_html(planted))
