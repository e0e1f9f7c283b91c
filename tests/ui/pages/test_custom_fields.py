"""Fields of the company on the forms that reps fill in: there at once, asked for, doubted, by industry; nothing typed is lost."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Field, Label, Type
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.pages.form_cell import CellGrid
from crmdesk.usecases import custom_fields, records
from tests.support.customer_desk import Desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier


def add(desk: Desk, entity: str = "customer", kind: str = "text", **values: Any) -> str:
    """Add a field as another window or a sync would; returns its name in records."""
    said = {"type": kind, "label_zh": "车间", **values}
    made: list[str] = []

    def work(replica: Any) -> Any:
        done = custom_fields.add(replica, desk.context.reader, entity, said)
        made.append(f"x_{done.value}")
        return done

    desk.context.write(work)
    return made[0]


def retire(desk: Desk, name: str) -> None:
    desk.context.write(partial(custom_fields.retire, field=name.removeprefix("x_")))


@pytest.fixture
def view(desk: Desk) -> CustomerView:
    desk.customers.table.select_row(1)
    view = desk.customers.view
    view.show_tab("details")
    return view


def test_an_open_form_has_the_field_at_once_and_keeps_what_was_being_typed(
    desk: Desk, view: CustomerView
) -> None:
    assert view.customer is not None
    line: Any = view.form.cell("city").editor.input()
    line.setFocus()
    line.selectAll()
    write(line, "昆山")
    name = add(desk, help_zh="门口的牌子上有")
    assert view.form.cell("city").editor.typed() == "昆山"
    assert desk.focus() is view.form.cell("city").editor.input()
    cell = view.form.cell(name)
    assert not cell.isHidden()
    assert cell.remark.text() == "门口的牌子上有"
    write(cell.editor.input(), "三号")
    QTest.keyClick(cell.editor.input(), Qt.Key.Key_Return, CONTROL)
    saved = desk.view("customer", view.customer).values
    assert (saved["city"], saved[name]) == ("昆山", "三号")
    retire(desk, name)
    assert view.form.cell(name).isHidden()
    assert desk.view("customer", view.customer).values[name] == "三号"


def test_what_was_typed_into_a_field_that_is_retired_meanwhile_stays_on_the_form(
    desk: Desk, view: CustomerView
) -> None:
    name = add(desk)
    write(view.form.cell(name).editor.input(), "三号")
    retire(desk, name)
    assert not view.form.cell(name).isHidden()
    assert view.form.cell(name).editor.typed() == "三号"


def test_a_value_beyond_what_is_asked_is_told_beside_the_field_and_saved(
    desk: Desk, view: CustomerView
) -> None:
    assert view.customer is not None
    name = add(desk, "customer", "integer", most=10)
    cell = view.form.cell(name)
    write(cell.editor.input(), "12")
    view.form._say_doubts()
    assert cell.remark.text() == "大于规定的最大值 10"
    QTest.keyClick(cell.editor.input(), Qt.Key.Key_Return, CONTROL)
    assert desk.view("customer", view.customer).values[name] == 12


def test_a_new_record_is_asked_for_the_field_and_an_older_one_is_saved_without(
    desk: Desk, view: CustomerView
) -> None:
    name = add(
        desk,
        "customer",
        "choice",
        required=True,
        **{"option:a": "甲\tA\tblue\t1", "option:b": "乙\tB\tred\t2\t-"},
    )
    assert view.customer is not None
    city: Any = view.form.cell("city").editor.input()
    city.selectAll()
    write(city, "昆山")
    QTest.keyClick(city, Qt.Key.Key_Return, CONTROL)
    assert desk.view("customer", view.customer).values["city"] == "昆山"
    before = len(desk.ids("p_customer"))
    desk.customers.new_record()
    form = desk.customers.new.form
    write(form.cell("name").editor.input(), "新来的客户")
    QTest.keyClick(desk.focus(), Qt.Key.Key_Return, CONTROL)
    cell = form.cell(name)
    assert cell.remark.text() == "请填写「车间」。"
    assert len(desk.ids("p_customer")) == before
    box: Any = cell.editor.input()
    assert [box.itemData(at) for at in range(box.count())] == ["", "a"]  # the other is retired
    box.setCurrentIndex(1)
    box.activated.emit(1)
    form.save()
    assert len(desk.ids("p_customer")) == before + 1


def test_a_field_for_an_industry_comes_with_it_and_for_what_hangs_below(
    desk: Desk, view: CustomerView
) -> None:
    assert view.customer is not None
    name, at_visits = add(desk, industries="B 34"), add(desk, "visit", "integer", industries="34")
    key = RecordKey("customer", view.customer)
    shown = records.open_form(desk.context.reader, desk.context.registry, key)
    desk.context.write(partial(records.change, key=key, wanted={"industry_code": "I"}, shown=shown))
    assert view.form.cell(name).isHidden()
    code = view.form.cell("industry_code").editor
    code.set_typed("3411")
    code.changed.emit()
    assert not view.form.cell(name).isHidden()
    desk.sheet.open_for(view.customer)
    assert desk.sheet.more.isHidden()  # the industry is typed and not saved
    desk.sheet.leave()
    view.form.save()
    desk.sheet.open_for(view.customer)
    assert not desk.sheet.more.isHidden()
    write(desk.sheet.more.cell(at_visits).editor.input(), "7")
    desk.sheet.leave()
    desk.sheet.open_for(view.customer)
    assert desk.sheet.more.cell(at_visits).editor.typed() == "7"  # from the draft
    write(desk.sheet.summary, "看了七台设备")
    QTest.keyClick(desk.sheet.summary, Qt.Key.Key_Return, CONTROL)
    visit = desk.ids("p_visit", "f_summary = ?", "看了七台设备")[0]
    assert desk.view("visit", visit).values[at_visits] == 7


def test_a_name_in_chinese_beside_one_in_english_leaves_their_fields_level(qtbot) -> None:
    grid = CellGrid("en", lambda: date(2026, 11, 20))
    qtbot.addWidget(grid)
    grid.set_fields(
        [Field("x_a", Type.TEXT, Label("楼层", "Floor")), Field("x_b", Type.TEXT, Label("车间", "车间"))]
    )
    grid.resize(500, 200)
    grid.show()
    one, other = (cell.editor.mapTo(grid, QPoint(0, 0)).y() for cell in grid.cells.values())
    assert one == other
