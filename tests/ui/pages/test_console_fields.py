"""The company's fields by an administrator at a real window: added, seen as a rep sees it, changed, ordered, retired, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from crmdesk.ui.pages.console import Administration
from crmdesk.ui.pages.console_fields import NEW, FieldsPart
from crmdesk.usecases import custom_fields, drafts
from crmdesk.usecases.directory import read_registry
from crmdesk.usecases.workspace import Workspace
from tests.support.administration import pick, settle, undo
from tests.support.desks import OpenDesk, customer, sync
from tests.support.server import RunningServer

Hire = Callable[[str], Workspace]
Open = Callable[[Workspace], OpenDesk]
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def root(workspace: Workspace, open_desk: Open) -> OpenDesk:
    """A window of somebody who works alone, and so looks after everything."""
    return open_desk(workspace)


@pytest.fixture
def part(root: OpenDesk) -> FieldsPart:
    page = Administration(root.window, root.context, root.syncing)
    root.context.bus.touched.connect(page.touched)
    page.resize(1200, 700)
    page.show()
    page.show_tab("fields")
    page.reload()
    return page.fields


def declare(root: OpenDesk, part: FieldsPart, *names: str, **values: Any) -> list[str]:
    """Fields that are there already."""
    workspace = root.workspace
    made = [
        custom_fields.add(
            workspace.replica, workspace.reader, "customer", {"type": "text", "label_zh": name, **values}
        ).value
        for name in names
    ]
    root.context._directory = root.context._registry = None
    part.reload()
    return made


def typed(part: FieldsPart, name: str, text: str) -> None:
    line = part.editor.lines[name]
    line.setFocus()
    line.selectAll()
    if text.isascii():
        QTest.keyClicks(line, text)
    else:
        line.setText(text)
        line.textEdited.emit(text)


def test_a_field_is_added_with_its_choices_and_a_rep_fills_it_in_after_a_sync(
    server: RunningServer, hire: Hire, open_desk: Open
) -> None:
    server.add_user("Root", "administrator")
    root, ann = open_desk(hire("Root")), hire("Ann")
    page: Any = root.go("console")
    page.show_tab("fields")
    part = page.fields
    assert part._stack.currentWidget() is part.empty
    page.new_record()
    pick(part.editor.kind, "choice")
    typed(part, "label_zh", "设备等级")
    typed(part, "label_en", "Machine grade")
    for at, (zh, en) in enumerate((("金牌", "Gold"), ("铁牌", "Iron"))):
        row = part.editor.choices._rows[at]
        row.zh.setText(zh)
        row.zh.textEdited.emit(zh)
        row.en.setText(en)
        row.en.textEdited.emit(en)
    part.editor.flags["required"].click()
    part._picture_again()
    (drawn,) = [cell for cell in part.picture.cells.values() if cell.editor.name == "设备等级"]
    box: Any = drawn.editor.input()
    assert [box.itemText(at) for at in range(box.count())][1:] == ["金牌", "铁牌"]
    QTest.keyClick(part.editor.lines["label_zh"], Qt.Key.Key_Return, CONTROL)
    settle()
    assert "其他电脑下次同步后可用" in root.notice()
    assert part.list.ids() == [part._in_view]
    choices = part.editor.choices
    choices._rows[1].zh.setFocus()
    QTest.keyClick(choices._rows[1].zh, Qt.Key.Key_Up, ALT)  # in a real window the arrow would leave the page
    assert [row.key for row in choices._rows] == ["iron", "gold", None]
    QTest.keyClick(choices._rows[0].zh, Qt.Key.Key_Down, ALT)
    QTest.keyClick(part.list, Qt.Key.Key_Down, ALT)
    assert root.window.page is page
    sync(root.workspace)
    sync(ann)
    name = f"x_{part._in_view}"
    declared = read_registry(ann.reader)["customer"].by_name[name]
    assert [option.key for option in declared.options] == ["gold", "iron"]
    customer(ann, "宏远机械", **{name: "gold"})
    undo(root)
    assert part.list.ids() == []
    sync(root.workspace)
    sync(ann)
    assert read_registry(ann.reader)["customer"].by_name[name].retired
    assert ann.reader.value("SELECT count(*) FROM outbox") == 0  # what was filled in meanwhile was taken


def test_a_change_is_saved_by_the_keyboard_and_what_is_wrong_is_told_where_it_is(
    root: OpenDesk, part: FieldsPart
) -> None:
    field, _ = declare(root, part, "车间", "楼层")
    part.list.select_id(field)
    typed(part, "label_zh", "楼层")
    QTest.keyClick(part.editor.lines["label_zh"], Qt.Key.Key_S, CONTROL)
    assert "已经存在" in part.state.text()
    assert part.editor.lines["label_zh"].property("invalid") == "true"
    typed(part, "label_zh", "车间号")
    typed(part, "pattern", "[A-Z")
    part._save()
    assert part.editor.lines["pattern"].property("invalid") == "true"
    typed(part, "pattern", r"[A-Z]\d+")
    part._save()
    settle()
    assert "已保存" in root.notice()
    declared = read_registry(root.workspace.reader)["customer"].by_name[f"x_{field}"]
    assert declared.limits is not None
    assert (declared.label.zh, declared.limits.pattern) == ("车间号", r"[A-Z]\d+")
    undo(root)
    assert read_registry(root.workspace.reader)["customer"].by_name[f"x_{field}"].label.zh == "车间"


def test_what_is_typed_is_kept_while_it_is_typed_and_what_is_thrown_away_comes_back(
    root: OpenDesk, part: FieldsPart
) -> None:
    (field,) = declare(root, part, "甲")
    for one in (NEW, field):
        if one == NEW:
            part.add()
        else:
            part.list.select_id(one)
        typed(part, "help_zh", "half a sentence")
        part._rest.timeout.emit()  # nothing more is typed for a moment
        settle()
        draft = drafts.find(root.workspace.reader, f"field:{one}")
        assert draft is not None
        assert draft["typed"]["help_zh"] == "half a sentence"
        QTest.keyClick(part.editor.lines["help_zh"], Qt.Key.Key_Escape)
        settle()
        assert "已丢弃" in root.notice()
        assert drafts.find(root.workspace.reader, f"field:{one}") is None
        assert part.editor.lines["help_zh"].text() == "" or part._in_view != one
        undo(root)
        settle()
        assert part._in_view == one
        assert part.editor.lines["help_zh"].text() == "half a sentence"
        assert part.save.isEnabled()
    typed(part, "label_zh", "乙")
    part._save()
    settle()
    assert not part._rest.isActive()
    assert drafts.find(root.workspace.reader, f"field:{field}") is None


def test_what_is_typed_and_not_saved_waits_while_another_field_is_looked_at(
    root: OpenDesk, part: FieldsPart
) -> None:
    first, second = declare(root, part, "甲", "乙")
    part.list.select_id(first)
    typed(part, "help_zh", "half a sentence")
    part.list.select_id(second)
    assert part.editor.lines["help_zh"].text() == ""
    part.list.select_id(first)
    assert part.editor.lines["help_zh"].text() == "half a sentence"
    assert part.save.isEnabled()
    QTest.keyClick(part.editor.lines["help_zh"], Qt.Key.Key_Escape)
    assert part.editor.lines["help_zh"].text() == ""
    part.add()
    typed(part, "label_zh", "new one")
    part.list.select_id(second)
    settle()
    assert NEW not in part.list.ids()
    part.add()
    assert part.editor.lines["label_zh"].text() == "new one"


def test_fields_are_ordered_and_retired_by_key_and_button_and_that_is_taken_back(
    root: OpenDesk, part: FieldsPart
) -> None:
    first, second, third = declare(root, part, "甲", "乙", "丙")
    part.list.select_id(third)
    QTest.keyClick(part.list, Qt.Key.Key_Up, ALT)
    assert part.list.ids() == [first, third, second]
    assert part.list.current_id == third
    undo(root)
    assert part.list.ids() == [first, second, third]
    part.retire.click()
    settle()
    assert part.total == 2
    assert part.said.text().startswith("已停用")
    assert "丙" not in [
        cell.editor.name for cell in part.picture.cells.values() if not cell.editor.field.retired
    ]
    part.retire.click()
    assert part.total == 3


def test_who_may_not_change_settings_only_looks(
    root: OpenDesk, part: FieldsPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(root, part, "车间")
    monkeypatch.setattr(FieldsPart, "may", False)
    part.reload()
    part._show(part.list.current_id)
    assert not part.new.isEnabled()
    assert part.save.isHidden() or not part.save.isVisibleTo(part)
    assert not part.editor.lines["label_zh"].isEnabled()
    part.add()
    assert NEW not in part.list.ids()
