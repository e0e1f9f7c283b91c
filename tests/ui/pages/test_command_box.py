"""Ctrl+K: a few letters find anything, Enter goes there."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.core.text import normalise
from crmdesk.ui.pages.command_box import Command
from crmdesk.ui.tables.customer_delegate import CustomerRow
from crmdesk.usecases import recents
from crmdesk.usecases.narrowing import of_owner, of_tag
from crmdesk.usecases.workspace import readings
from tests.support.customer_desk import Desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier


def ask(desk: Desk, qtbot, text: str) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_K, CONTROL)
    if text.isascii():
        QTest.keyClicks(desk.focus(), text)
    else:
        write(desk.focus(), text)
    qtbot.waitUntil(lambda: bool(desk.box.list.found) and not desk.box.field._pause.isActive())


def chinese(desk: Desk) -> CustomerRow:
    rows = (desk.row(n) for n in range(40))
    return next(row for row in rows if not row.name.isascii())


def initials_of(name: str, count: int) -> str:
    return "".join(readings().usual[letter][0] for letter in normalise(name)[:count])


def test_six_keys_open_a_customer_by_its_initials(desk, qtbot) -> None:
    wanted = chinese(desk)
    letters = initials_of(wanted.name, 4)
    ask(desk, qtbot, letters)
    found = [hit.name for hit in desk.box.list.found if hit.subject.__class__.__name__ == "Hit"]
    assert wanted.name in found
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert not desk.box.isVisible()
    assert desk.window.page.current_customer is not None
    assert initials_of(desk.window.page.view.head.name.text(), 4) == letters


def test_letters_an_input_method_still_holds_are_searched(desk, qtbot) -> None:
    wanted = chinese(desk)
    QTest.keyClick(desk.window, Qt.Key.Key_K, CONTROL)
    typed = "'".join(initials_of(wanted.name, 4))
    QApplication.sendEvent(desk.focus(), QInputMethodEvent(typed, []))
    qtbot.waitUntil(lambda: bool(desk.box.list.found) and not desk.box.field._pause.isActive())
    assert wanted.name in [hit.name for hit in desk.box.list.found]


def test_down_and_enter_choose_the_second(desk, qtbot) -> None:
    ask(desk, qtbot, "有限公司")
    second = desk.box.list.found[1]
    QTest.keyClick(desk.focus(), Qt.Key.Key_Down)
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert desk.window.page.current_customer == second.subject.customer


def test_a_contact_leads_to_its_customer(desk, qtbot) -> None:
    person, customer = desk.context.reader.one("SELECT f_name, root FROM p_contact LIMIT 1")
    ask(desk, qtbot, person)
    hit = next(h for h in desk.box.list.found if h.name == person and h.subject.customer == customer)
    desk.box.list.chosen.emit(hit.subject)
    assert desk.window.page.current_customer == customer


def test_a_tag_shows_its_customers(desk, qtbot) -> None:
    tag = next(t for t in desk.context.directory.tags.values() if t.hue != "grey")
    ask(desk, qtbot, tag.name)
    hit = next(h for h in desk.box.list.found if h.icon == "tag" and h.name == tag.name)
    desk.box.list.chosen.emit(hit.subject)
    assert desk.window.page is desk.customers
    assert desk.customers._wanted.where == of_tag(tag.id).where
    assert 0 < desk.customers.count < 300


def test_a_person_shows_their_customers(desk, qtbot) -> None:
    ask(desk, qtbot, "lx")
    hit = next(h for h in desk.box.list.found if h.name == "林晓")
    desk.box.list.chosen.emit(hit.subject)
    assert desk.customers._wanted.where == of_owner(desk.workspace.identity().user).where
    assert desk.customers.count == 300


def test_a_greater_sign_lists_commands_and_enter_runs_one(desk, qtbot) -> None:
    desk.box.commands = [
        Command("设置", desk.window._settings, keys="Ctrl+,"),
        Command("今日", desk.window.back),
    ]
    ask(desk, qtbot, ">she")
    assert [hit.name for hit in desk.box.list.found] == ["设置"]
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert desk.window._trail[-1] == "settings"


def test_the_customers_opened_last_wait_when_nothing_is_typed(desk, qtbot) -> None:
    wanted = desk.row(15)
    ask(desk, qtbot, wanted.name)
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    desk.window.go("today")
    QTest.keyClick(desk.window, Qt.Key.Key_K, CONTROL)
    assert [hit.name for hit in desk.box.list.found] == [wanted.name]
    assert [hit.id for hit in recents.listed(desk.context.reader)] == [wanted.id]


def test_what_is_not_there_can_be_made_with_the_name_typed(desk, qtbot) -> None:
    ask(desk, qtbot, "从未有过的公司")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert desk.customers.new.isVisible()
    assert desk.customers.new.form.cell("name").editor.typed() == "从未有过的公司"


def test_escape_puts_the_box_away_and_gives_the_keyboard_back(desk, qtbot) -> None:
    desk.customers.table.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_K, CONTROL)
    QTest.keyClick(desk.focus(), Qt.Key.Key_Escape)
    assert not desk.box.isVisible()
    assert desk.focus() is desk.customers.table


def test_the_box_says_that_search_is_still_being_prepared(desk, qtbot) -> None:
    with desk.context.workspace.replica.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO unindexed SELECT n, updated_at FROM p_customer LIMIT 30")
    ask(desk, qtbot, "zz")
    assert " %" in desk.box._hint.text()
    desk.context.workspace.replica.index_all()
    desk.box._search("zz")
    assert " %" not in desk.box._hint.text()
