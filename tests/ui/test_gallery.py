from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.ui.gallery import render_pages
from crmdesk.usecases.workspace import Workspace
from tests.support.desks import OpenDesk, alone, customer, in_days, task, visit

_WORKED_WITH = (
    QAccessible.Role.Button, QAccessible.Role.PushButton, QAccessible.Role.EditableText, QAccessible.Role.List,
    QAccessible.Role.Table, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton, QAccessible.Role.ComboBox,
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = alone(tmp_path / "alone")
    home = customer(made, "宏远机械", stage="quote")
    task(made, home, "送样品", in_days(made, 0))
    visit(made, home, "谈妥价格")
    return made


def colours(picture: QImage) -> int:
    step = range(0, min(picture.width(), picture.height()), 7)
    return len({picture.pixel(x, y) for x in step for y in step})


def test_every_page_is_drawn_with_something_on_it(qapp, workspace, tmp_path: Path) -> None:
    made = render_pages(workspace, tmp_path / "pictures", ["en"], ["light"], (1000, 640), 1.5)
    names = {path.name for path in made}
    assert {"today-en-light-1.5x.png", "inbox-en-light-1.5x.png", "first-start-en-light-1.5x.png"} <= names
    states = {"new-customer", "filter", "visit", "command-box", "keys", "unlock-refused"}
    assert {f"{state}-en-light-1.5x.png" for state in states} <= names
    for path in made:
        picture = QImage(str(path))
        assert picture.width() == 1500, path.name
        assert colours(picture) > 4, path.name


def nameless(widget: QWidget) -> list[str]:
    """Everything a person can work with that a screen reader could not name."""
    found = []
    waiting = [QAccessible.queryAccessibleInterface(widget)]
    while waiting:
        here = waiting.pop()
        if not here.isValid() or here.state().invisible:
            continue
        if here.role() in _WORKED_WITH and not here.text(QAccessible.Text.Name):
            found.append(f"{type(here.object()).__name__} {here.object().objectName()}")
        if here.role() not in (QAccessible.Role.List, QAccessible.Role.Table):
            waiting += [here.child(number) for number in range(here.childCount())]
    return found


def test_everything_on_every_page_has_a_name_for_a_screen_reader(qapp, workspace) -> None:
    desk = OpenDesk(workspace)
    for key in desk.window.page_keys():
        desk.go(key)
        QApplication.processEvents()
        assert nameless(desk.window) == [], key
    desk.close()
