"""The sheet of keys: every key that a page answers to is on it, and none of it is cut."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtCore import QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

import crmdesk
from crmdesk.core.errors import Language
from crmdesk.ui import language
from crmdesk.ui.key_sheet import Key, KeySheet
from tests.support.desks import OpenDesk

PAGES: Final = Path(crmdesk.__file__).parent / "ui" / "pages"
GROUPS: Final = {
    "customers": "Customers", "customer": "Customers", "customer_files": "Customers", "record_form": "Customers",
    "visit_capture": "Log a visit", "today": "Today", "inbox": "Inbox", "review": "Review", "audit": "Audit",
    "console": "Administration", "console_roles": "Administration", "console_teams": "Administration",
    "console_grants": "Administration", "console_devices": "Administration", "console_fields": "Administration",
    "customer_page": "Customers", "looking_back": "Customers", "criteria_pane": "Customers",
    "duplicates": "Duplicates", "deed_list": "Done in bulk",
}  # fmt: skip
"""Where a page's keys stand on the sheet."""
PLAIN: Final = {"Up", "Down", "Return", "Enter", "Escape", "Backspace"}
"""What these do in a list, a form or a dialog nobody has to be told."""
SPELT: Final = {"Delete": "Del", "Insert": "Ins", "Slash": "/"}


@pytest.fixture
def root(server, hire, open_desk, qapp) -> OpenDesk:
    server.add_user("Root", "administrator")
    language.switch(qapp, "en")
    desk: OpenDesk = open_desk(hire("Root"))
    return desk


def answered(page: str) -> set[str]:
    """The keys that a page's own methods look for."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PAGES / f"{page}.py").read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name in ("keyPressEvent", "press"):
            for part in ast.walk(node):
                if isinstance(part, ast.Attribute) and part.attr.startswith("Key_"):
                    found.add(part.attr.removeprefix("Key_"))
                if isinstance(part, ast.Compare):
                    said = [one.value for one in ast.walk(part) if isinstance(one, ast.Constant)]
                    found |= {
                        one.upper() for one in said if isinstance(one, str) and re.fullmatch("[a-z+]", one)
                    }
    return {SPELT.get(name, name) for name in found - PLAIN}


def names(key: Key, wanted: str) -> bool:
    """Whether a line of the sheet speaks of a key."""
    is_digit = wanted.isdigit() and re.search(r"\b1\b", key.keys) is not None
    return (
        is_digit
        or re.search(rf"(?<![A-Za-z0-9]){re.escape(wanted)}(?![A-Za-z0-9])", f"{key.keys} {key.meaning}")
        is not None
    )


@pytest.mark.parametrize("page", GROUPS)
def test_every_key_that_a_page_answers_to_is_listed(root: OpenDesk, hire, open_desk, page: str) -> None:
    reader = open_desk(hire("Mei")) if page == "review" else root
    listed = [key for key in reader.window._key_list if key.group == GROUPS[page]]
    assert [
        wanted for wanted in sorted(answered(page)) if not any(names(key, wanted) for key in listed)
    ] == []


def test_no_page_answers_to_keys_that_nobody_looked_for() -> None:
    """A new page with keys of its own has to be named above."""
    with_keys = {file.stem for file in PAGES.glob("*.py") if answered(file.stem)}
    assert with_keys - GROUPS.keys() == set()


def test_a_question_mark_opens_the_sheet_but_not_while_one_is_typed(root: OpenDesk) -> None:
    root.go("customers")
    search = root.window.bar.search
    search.setFocus()
    QTest.keyClicks(search, "?")
    assert search.text() == "?"
    assert root.window.findChildren(KeySheet) == []
    root.go("today")
    root.press("?")
    assert len(root.window.findChildren(KeySheet)) == 1


@pytest.mark.parametrize("spoken", ["zh_CN", "en"])
@pytest.mark.parametrize("size", [QSize(1366, 768), QSize(911, 512)])
def test_nothing_on_the_sheet_is_cut(root: OpenDesk, open_desk, qapp, spoken: Language, size: QSize) -> None:
    language.switch(qapp, spoken)
    window = open_desk(root.workspace).window
    window.resize(size)
    window.show_keys()
    for _ in range(3):
        QApplication.processEvents()
    (sheet,) = window.findChildren(KeySheet)
    (area,) = sheet.findChildren(QScrollArea)
    assert sheet.width() <= size.width()
    assert area.widget().width() <= area.viewport().width()
    texts = [one for one in sheet.findChildren(QLabel) if one.isVisible()]
    assert len(texts) > 40
    assert [one.text() for one in texts if is_cut(one)] == []


def is_cut(shown: QLabel) -> bool:
    if shown.wordWrap():
        return shown.height() < shown.heightForWidth(shown.width())
    return shown.width() < shown.fontMetrics().horizontalAdvance(shown.text())
