"""A cell of the list is edited in place: what is typed is saved as one edit, or stays until somebody says otherwise."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.ui.notices import Notice
from crmdesk.usecases import history, records
from crmdesk.usecases.outcome import Outcome
from tests.support.customer_desk import Desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def notices(desk) -> list[Notice]:
    """Everything that was said, in its order."""
    found: list[Notice] = []
    desk.context.bus.notice.connect(found.append)
    return found


def begin(desk: Desk, row: int, key: str) -> str:
    """Choose a cell and press F2; returns the customer's id."""
    table = desk.customers.table
    table.select_row(row)
    table.choose_cell(key)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_F2)
    return str(table.current_id)


def show(desk: Desk, *keys: str) -> None:
    desk.customers.tools.columns.choose(["name", *keys])
    desk.customers.tools.columns_changed.emit()


def typed(desk: Desk, text: str) -> None:
    line = desk.focus()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    write(line, text)


def value(desk: Desk, customer: str, field: str) -> object:
    return desk.view("customer", customer).values.get(field)


def elsewhere(desk: Desk, customer: str, **values: Value) -> None:
    """Somebody else's save arrives, and the page hears of it."""
    key = RecordKey("customer", customer)
    replica = desk.workspace.replica
    done = records.change(replica, key, values, records.open_form(desk.context.reader, replica.registry, key))
    desk.context.bus.touched.emit(done.touched)


def test_f2_edits_the_chosen_cell_and_enter_saves_one_edit_that_ctrl_z_takes_back(desk, notices) -> None:
    show(desk, "city", "phone")
    customer = begin(desk, 3, "city")
    before = value(desk, customer, "city")
    assert desk.customers.cell.is_open
    typed(desk, "扬州")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert value(desk, customer, "city") == "扬州"
    assert desk.row(desk.customers.table.window_model.position(customer)).cells["city"] == "扬州"
    assert desk.focus() is desk.customers.table
    assert "已保存" in notices[-1].text
    QTest.keyClick(desk.focus(), Qt.Key.Key_Z, CONTROL)
    assert value(desk, customer, "city") == before


def test_tab_saves_and_goes_to_the_next_cell_that_can_be_edited_with_the_editor_of_its_field(desk) -> None:
    customer = begin(desk, 3, "stage")
    box = desk.focus()
    assert isinstance(box, QComboBox)
    wanted = next(i for i in range(box.count()) if box.itemData(i) not in ("", box.currentData()))
    box.setCurrentIndex(wanted)
    box.activated.emit(wanted)
    stage = box.itemData(wanted)
    QTest.keyClick(box, Qt.Key.Key_Tab)
    assert value(desk, customer, "stage") == stage
    assert desk.customers.cell.key == "tags"
    typed(desk, "重点跟进")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Tab)
    named = {tag.id for tag in desk.context.directory.tags.values() if tag.name == "重点跟进"}
    assert value(desk, customer, f"tag:{named.pop()}") is True
    assert desk.customers.cell.key == "next_follow_up", "the owner and the last visit are nobody's to write"
    typed(desk, "2026-12-24")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Backtab)
    assert str(value(desk, customer, "next_follow_up_on")) == "2026-12-24"
    assert desk.customers.cell.key == "tags"
    QTest.keyClick(desk.focus(), Qt.Key.Key_Escape)
    for field in ("next_follow_up_on", "tag", "stage"):
        before = history.last_transaction(desk.context.reader, desk.context.directory.me.id)
        QTest.keyClick(desk.focus(), Qt.Key.Key_Z, CONTROL)
        assert history.last_transaction(desk.context.reader, desk.context.directory.me.id) != before, field
    assert value(desk, customer, "stage") != stage, "three times back, from the end"


def test_behind_the_last_cell_of_a_row_comes_the_first_of_the_next(desk) -> None:
    show(desk, "city")
    begin(desk, 3, "city")
    below = desk.row(4).id
    QTest.keyClick(desk.focus(), Qt.Key.Key_Tab)
    assert (desk.customers.cell.customer, desk.customers.cell.key) == (below, "name")


def test_esc_leaves_the_value_and_forgets_what_was_typed(desk) -> None:
    show(desk, "city")
    customer = begin(desk, 3, "city")
    before = value(desk, customer, "city")
    typed(desk, "错的")
    desk.customers.cell.leave()
    QTest.keyClick(desk.focus(), Qt.Key.Key_Escape)
    assert value(desk, customer, "city") == before
    assert desk.context.reader.value("SELECT count(*) FROM draft") == 0
    assert desk.customers.isVisible()


def test_what_nobody_may_write_here_is_not_edited_and_says_why(desk, notices) -> None:
    cell = desk.customers.cell
    begin(desk, 3, "last_visit")
    assert not cell.is_open
    assert "由其他记录得出" in notices[-1].text
    registry = desk.context.registry
    fields = tuple(replace(f, withheld=f.name == "stage") for f in registry["customer"].fields)
    entities = {**registry.entities, "customer": replace(registry["customer"], fields=fields)}
    desk.context._registry = replace(registry, entities=entities)
    begin(desk, 3, "stage")
    assert not cell.is_open
    assert "阶段" in notices[-1].text


def test_what_cannot_be_read_or_left_out_stays_and_says_so(desk) -> None:
    customer = begin(desk, 3, "next_follow_up")
    typed(desk, "neverday")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    cell = desk.customers.cell
    assert cell.is_open
    assert cell.remark.isVisible()
    desk.customers.table.setFocus()
    assert cell.is_open, "going elsewhere does not lose it"
    assert desk.focus().text() == "neverday"
    QTest.keyClick(desk.focus(), Qt.Key.Key_Escape)
    begin(desk, desk.customers.table.window_model.position(customer), "name")
    typed(desk, " ")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert cell.is_open
    assert value(desk, customer, "name")


def test_a_doubtful_value_is_saved_and_the_doubt_is_told(desk, notices) -> None:
    show(desk, "phone")
    customer = begin(desk, 3, "phone")
    typed(desk, "12345678901234")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    assert value(desk, customer, "phone") == "12345678901234"
    assert "不像一个能拨通的号码" in notices[-1].text


def test_the_editor_stays_with_its_customer_when_a_sync_changes_moves_or_takes_its_row(desk) -> None:
    show(desk, "city", "code")
    customer = begin(desk, 3, "city")
    cell, table = desk.customers.cell, desk.customers.table
    elsewhere(desk, customer, city="泰州")
    assert desk.focus().text() == "泰州", "nobody has typed over it yet"
    typed(desk, "南通")
    elsewhere(desk, customer, city="常州", name="阿阿阿阿")
    assert desk.focus().text() == "南通"
    assert "城市" in cell.remark.text()
    desk.customers._sort_by("name")
    assert cell.is_open
    assert cell.customer == customer
    other = desk.row(0) if desk.row(0).id != customer else desk.row(1)
    desk.customers.search(other.name)
    assert table.window_model.position(customer) is None
    assert desk.focus().text() == "南通"
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    (both,) = desk.view("customer", customer).conflicts
    assert {one.value for one in both.candidates} == {"常州", "南通"}, (
        "what it had not shown is not overwritten"
    )


def test_what_was_typed_and_not_saved_is_there_again_in_the_cell_and_in_the_details(desk) -> None:
    show(desk, "city")
    customer = begin(desk, 3, "city")
    typed(desk, "南通")
    desk.customers.may_leave()
    desk.customers.cell._close()  # as when the program ends
    begin(desk, 3, "city")
    assert desk.focus().text() == "南通"
    desk.customers.cell._close()
    desk.customers.view.show_tab("details")
    form = desk.customers.view.form
    assert form.record_id == customer
    assert form.cell("city").editor.typed() == "南通"


def test_what_cannot_be_written_is_told_and_kept_as_a_draft(desk, notices, monkeypatch) -> None:
    from crmdesk.core.errors import CrmError

    show(desk, "city")
    customer = begin(desk, 3, "city")
    typed(desk, "南通")

    def full(*_: object, **__: object) -> Outcome[None]:
        raise CrmError("record_left")

    monkeypatch.setattr(records, "change_field", full)
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return)
    kept = desk.context.reader.value("SELECT value FROM draft WHERE name = ?", (f"customer:{customer}",))
    assert "南通" in kept
    assert notices[-1].kind == "bad"


def test_left_and_right_choose_the_cell_another_row_keeps_the_column_and_e_opens_the_details(desk) -> None:
    table = desk.customers.table
    table.select_row(2)
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Right)
    assert table.current_key == "stage"
    table.step(1)
    assert table.current_key == "stage"
    desk.customers.reload()
    assert table.current_key == "stage"
    QTest.keyClick(table, Qt.Key.Key_Left)
    assert table.current_key == "name"
    QTest.keyClick(table, Qt.Key.Key_E)
    assert desk.customers.view.tabs.key == "details", "which F2 no longer opens"
