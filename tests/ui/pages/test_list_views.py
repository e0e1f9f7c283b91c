"""Views stand in the list's header and in the command box; what is kept is said, and what is taken away comes back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from crmdesk.core.criteria import Condition, Op, all_of
from crmdesk.core.record import RecordKey
from crmdesk.ui.notices import Notice
from crmdesk.usecases import narrowing, views
from tests.support.customer_desk import Desk, write

WON = all_of("customer", Condition("stage", Op.IS, ("won",)))


def entries(desk: Desk) -> list[str]:
    desk.customers.views.menu.aboutToShow.emit()
    return [action.text() for action in desk.customers.views.menu.actions() if action.text()]


def choose(desk: Desk, part: str) -> None:
    desk.customers.views.menu.aboutToShow.emit()
    next(a for a in desk.customers.views.menu.actions() if part in a.text()).trigger()


@pytest.fixture
def notices(desk):
    found: list[Notice] = []
    desk.context.bus.notice.connect(found.append)
    return found


def test_what_is_shown_is_kept_under_a_name_opened_again_and_taken_away(desk, notices) -> None:
    desk.window.go("customers", narrowing.customers_where(Condition("stage", Op.IS, ("won",))))
    desk.customers.tools._choose(["name", "employees", "stage"])
    won = desk.customers.count
    desk.customers.views.ask_name()
    popup = desk.customers.views.popup
    assert popup.shared.isHidden()  # alone there is nobody to share with
    assert "本机" in popup.said.text()
    QTest.keyClick(popup.name, Qt.Key.Key_Return)
    assert popup.isVisible()  # without a name it says so, and stays
    write(popup.name, "成交 R&D")
    QTest.keyClick(popup.name, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert desk.customers.views.current is not None
    desk.customers.clear_filter()
    desk.customers.tools._reset()
    assert desk.customers.count == 300
    assert "成交 R&&D" in entries(desk)
    choose(desk, "成交 R")
    assert desk.customers.count == won
    assert [c.key for c in desk.customers.table.columns] == ["name", "employees", "stage"]
    assert desk.context.preferences.customers_columns == ()  # a view's columns are its own
    desk.customers.tools._choose(["name", "stage"])
    assert any("改为" in text for text in entries(desk))
    choose(desk, "改为")
    (kept,) = views.listed(desk.context.reader)
    assert kept.columns == ("name", "stage")
    choose(desk, "移除")
    assert views.listed(desk.context.reader) == []
    notices[-1].action()
    assert views.listed(desk.context.reader) == [kept]
    assert desk.customers.count == won


def test_a_view_is_found_in_the_command_box_by_its_letters(desk, qtbot) -> None:
    views.keep(desk.workspace.replica, "成交客户", WON)
    desk.box.open()
    desk.box.field.setText("cjkh")
    desk.box.field.queried.emit("cjkh")
    hit = next(hit for hit in desk.box.list.found if hit.icon == "star")
    desk.box.list.chosen.emit(hit.subject)
    assert {desk.row(n).stage for n in range(desk.customers.count)} == {"won"}
    assert desk.customers.views.button.text() == "成交客户"
    QTest.keyClick(desk.customers.table, Qt.Key.Key_Escape)
    assert desk.customers.views.current is None


def test_a_view_that_is_not_understood_leaves_the_list_as_it_is(desk, notices) -> None:
    newer = views.View("a" * 32, "x", "customer", '{"version": 9, "where": {}}')
    desk.customers.show_subject(newer)
    assert desk.customers.count == 300
    assert "更新版本" in notices[-1].text


def test_a_shared_view_is_said_to_be_the_companys(desk) -> None:
    done = views.keep(desk.workspace.replica, "公司视图", WON, is_shared=True)
    assert RecordKey("view", done.value.id) in done.touched.keys
    said = entries(desk)
    assert said.index("公司共享") < said.index("公司视图")


def test_what_the_entries_below_are_is_drawn_and_not_only_a_line(desk) -> None:
    views.keep(desk.workspace.replica, "公司视图", WON, is_shared=True)
    entries(desk)
    for menu, said in ((desk.customers.views.menu, "公司共享"), (desk.customers.tools.button.menu(), "行高")):
        heading = next(action for action in menu.actions() if action.text() == said)
        line = next(action for action in menu.actions() if action.isSeparator() and not action.text())
        assert menu.actionGeometry(heading).height() > 2 * menu.actionGeometry(line).height()
        assert not heading.isEnabled()
