"""The same change to all that are selected: chosen, foretold, done, taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.store import bulk
from crmdesk.ui.notices import Notice
from tests.support.customer_desk import Desk

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(desk: Desk) -> Any:
    desk.customers.table.setFocus()
    return desk.customers


def ask(desk: Desk, page: Any) -> Any:
    """Choose everything and ask to change it."""
    QTest.keyClick(page.table, Qt.Key.Key_A, CONTROL)
    QApplication.processEvents()
    assert page.bar.edit.isVisible()
    page.bar.edit.click()
    assert page.changes.dialog is not None
    return page.changes.dialog


def choose(page: Any, dialog: Any, field: str, value: str) -> None:
    line = dialog.lines[-1]
    line.choose(field)
    box = line.editor.input() if hasattr(line.editor, "input") else line.editor
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())
    page.changes.foretell()


def stages(desk: Desk) -> set[str]:
    return {
        row[0] for row in desk.context.reader.all("SELECT DISTINCT f_stage FROM p_customer WHERE life <> 1")
    }


def test_all_that_are_selected_are_changed_and_one_undo_gives_each_its_own_back(
    desk: Desk, page: Any
) -> None:
    notices: list[Notice] = []
    desk.context.bus.notice.connect(notices.append)
    before = desk.context.reader.all("SELECT id, f_stage FROM p_customer ORDER BY id")
    won = sum(stage == "won" for _, stage in before)
    dialog = ask(desk, page)
    choose(page, dialog, "stage", "won")
    assert f"将修改 {len(before) - won} 个" in dialog.preview.text()
    assert f"{won} 个已经如此" in dialog.preview.text()
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert stages(desk) == {"won"}
    assert page.changes.dialog is None
    assert notices[-1].undo
    assert notices[-1].action is not None
    notices[-1].action()
    assert desk.context.reader.all("SELECT id, f_stage FROM p_customer ORDER BY id") == before
    assert [event.state for event in bulk.events(desk.context.reader)] == ["undone"]


def test_one_that_left_after_it_was_foretold_is_not_counted_as_changed(desk: Desk, page: Any) -> None:
    notices: list[Notice] = []
    desk.context.bus.notice.connect(notices.append)
    choose(page, ask(desk, page), "stage", "won")
    page.changes.foretold = replace(page.changes.foretold, able=(page.changes.foretold.able[0], "0" * 32))
    page.changes._begin()
    (event,) = bulk.events(desk.context.reader)
    assert (event.position, event.changed) == (2, 1)
    assert "1" in notices[-1].text
    assert "2" not in notices[-1].text


def test_two_fields_and_a_tag_go_in_one_event(desk: Desk, page: Any) -> None:
    tag = next(iter(desk.context.directory.tags))
    dialog = ask(desk, page)
    choose(page, dialog, "grade", "D")
    dialog.add_line()
    choose(page, dialog, "+tag", tag)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    (event,) = bulk.events(desk.context.reader)
    assert event.wanted == {"grade": "D", f"tag:{tag}": True}
    assert (
        desk.context.reader.value("SELECT count(*) FROM p_customer WHERE f_grade <> 'D' AND life <> 1") == 0
    )


def test_nothing_is_offered_before_something_is_chosen_and_escape_changes_nothing(
    desk: Desk, page: Any
) -> None:
    before = stages(desk)
    dialog = ask(desk, page)
    assert not dialog.button.isEnabled()
    choose(page, dialog, "stage", "won")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert stages(desk) == before
    assert bulk.events(desk.context.reader) == []


def test_a_value_that_cant_be_read_is_said_and_nothing_is_changed(desk: Desk, page: Any) -> None:
    dialog = ask(desk, page)
    dialog.lines[0].choose("employees")
    dialog.lines[0].editor.input().setText("很多")
    page.changes.foretell()
    assert "员工人数" in dialog.error
    assert not dialog.button.isEnabled()
