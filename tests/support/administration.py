"""The administration's page at a test's hands."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QApplication

from sync_server.storage import people
from tests.support.desks import OpenDesk
from tests.support.server import RunningServer


def account(server: RunningServer, name: str) -> Any:
    with server.database.read() as connection:
        return people.find_account(connection, name)


def settle() -> None:
    """Let the sync that follows an order run."""
    for _ in range(5):
        QApplication.processEvents()


def undo(desk: OpenDesk) -> None:
    settle()
    assert desk.window.notices.offers_undo()
    desk.window.notices.act()
    settle()


def choose(button: Any, text: str) -> None:
    """Take an entry of a button's menu."""
    menu = button.menu()
    menu.aboutToShow.emit()
    menu.triggered.emit(next(action for action in menu.actions() if action.text() == text))
    settle()


def pick(box: Any, key: str) -> None:
    """Choose in a box, as a person does."""
    box.setCurrentIndex(box.findData(key))
    box.activated.emit(box.currentIndex())


def rows(part: Any) -> dict[str, Any]:
    model = part.table.window_model
    found = [model.index(at, 0).data(0x0101) for at in range(model.rowCount())]
    return {row.name: row for row in found}
