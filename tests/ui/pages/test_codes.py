"""Choosing a region or an industry: by letters, down the tree, off what an address says; nothing is replaced unasked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.core.record import RecordKey
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.widgets.code_editor import CodeEditor
from crmdesk.ui.widgets.code_picker import CodePicker
from crmdesk.usecases import records
from tests.support.customer_desk import Desk, write

CONTROL = Qt.KeyboardModifier.ControlModifier
NANSHAN = "440305"


@pytest.fixture
def view(desk: Desk) -> CustomerView:
    desk.customers.table.select_row(1)
    view = desk.customers.view
    view.show_tab("details")
    return view


def editor(view: CustomerView, field: str = "region_code") -> CodeEditor:
    found = view.form.cell(field).editor
    assert isinstance(found, CodeEditor)
    return found


def emptied(view: CustomerView, field: str = "region_code") -> CodeEditor:
    made = editor(view, field)
    QTest.keyClick(made.input(), Qt.Key.Key_Delete)
    assert made.typed() == ""
    return made


def opened(made: CodeEditor, key: str = "") -> CodePicker:
    made.input().setFocus()
    if key:
        QTest.keyClicks(made.input(), key)
    else:
        QTest.keyClick(made.input(), Qt.Key.Key_Return)
    picker = made._picker
    assert picker is not None
    assert picker.isVisible()
    return picker


def shown(picker: CodePicker) -> list[str]:
    return [found.name for found in picker.list.found]


def stored(desk: Desk, view: CustomerView, field: str = "region_code") -> object:
    assert view.customer is not None
    return desk.view("customer", view.customer).values.get(field)


def write_elsewhere(desk: Desk, view: CustomerView, **wanted: str) -> None:
    assert view.customer is not None
    key = RecordKey("customer", view.customer)
    known = records.open_form(desk.context.reader, desk.context.registry, key)
    desk.context.write(lambda replica: records.change(replica, key, wanted, known))


def test_a_region_is_found_by_pinyin_of_itself_and_what_it_is_part_of(desk, view, qtbot) -> None:
    made = emptied(view)
    picker = opened(made, "s")
    assert picker.field.text() == "s"
    QTest.keyClicks(picker.field, "henzhen nansh")
    qtbot.waitUntil(lambda: shown(picker) == ["南山区"])
    assert picker.trail.text() == "广东省 › 深圳市 › 南山区"
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert not picker.isVisible()
    assert made.input().text() == "广东省深圳市南山区"
    QTest.keyClick(made.input(), Qt.Key.Key_S, CONTROL)
    assert stored(desk, view) == NANSHAN


def test_arrows_go_down_the_tree_and_up_again(desk, view) -> None:
    picker = opened(emptied(view))
    assert shown(picker)[0] == "北京市"
    for _ in range(shown(picker).index("广东省")):
        QTest.keyClick(picker.field, Qt.Key.Key_Down)
    QTest.keyClick(picker.field, Qt.Key.Key_Right)
    assert shown(picker)[0] == "广州市"
    QTest.keyClick(picker.field, Qt.Key.Key_Down)
    QTest.keyClick(picker.field, Qt.Key.Key_Right)
    assert "韶关市" in picker.trail.text()
    QTest.keyClick(picker.field, Qt.Key.Key_Left)
    assert picker.trail.text() == "广东省 › 韶关市"
    QTest.keyClick(picker.field, Qt.Key.Key_Left)
    assert picker.trail.text() == "广东省"


def test_escape_leaves_what_stood_there_and_a_second_look_begins_at_it(desk, view) -> None:
    made = editor(view)
    before = made.typed()
    picker = opened(made)
    current = picker.list.found[picker.list.currentIndex().row()]
    assert current.subject == before
    QTest.keyClick(picker.field, Qt.Key.Key_Escape)
    assert not picker.isVisible()
    assert made.typed() == before
    assert not view.form.is_dirty


def test_delete_takes_a_region_away_and_undo_brings_it_back(desk, view) -> None:
    before = stored(desk, view)
    made = emptied(view)
    QTest.keyClick(made.input(), Qt.Key.Key_S, CONTROL)
    assert stored(desk, view) is None
    desk.context.undo_last()
    assert stored(desk, view) == before


def test_an_abolished_code_stands_and_its_successor_is_offered(desk, view) -> None:
    write_elsewhere(desk, view, region_code="320684")
    made = editor(view)
    assert made.input().text() == "江苏省南通市海门市"
    assert "江苏省南通市海门区" in made.offered.said
    QTest.mouseClick(made.offered, Qt.MouseButton.LeftButton)
    assert made.typed() == "320614"
    assert made.offered.isHidden()
    assert view.form.is_dirty


def test_a_code_of_a_newer_table_stands_as_it_is(desk, view) -> None:
    write_elsewhere(desk, view, region_code="999901")
    assert editor(view).input().text() == "999901"
    assert editor(view).offered.isHidden()


def test_an_industry_is_found_by_its_code_and_by_its_initials(desk, view, qtbot) -> None:
    made = emptied(view, "industry_code")
    picker = opened(made, "1")
    QTest.keyClicks(picker.field, "31")
    qtbot.waitUntil(lambda: shown(picker)[:1] == ["谷物磨制"])
    picker.field.setText("gwmz")
    qtbot.waitUntil(lambda: shown(picker) == ["谷物磨制"])
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    assert made.input().text() == "131 谷物磨制"


def typed_address(view: CustomerView, text: str) -> None:
    line = view.form.cell("address").editor.input()
    line.clear()  # type: ignore[attr-defined]
    write(line, text)
    view.form._reading_pause.stop()
    view.form._offer_codes()


def test_an_address_offers_its_region_where_none_was_chosen(desk, view) -> None:
    made = emptied(view)
    typed_address(view, "广东深圳南山区科技园南路1号")
    assert made.typed() == "", "offered, not put in"
    assert "广东省深圳市南山区" in made.offered.said
    QTest.mouseClick(made.offered, Qt.MouseButton.LeftButton)
    assert made.typed() == NANSHAN
    typed_address(view, "北京市朝阳区建国路88号")
    assert made.typed() == NANSHAN
    assert made.offered.isHidden()


def test_a_long_offer_makes_no_form_wider(desk, view) -> None:
    desk.customers.new_record()
    form = desk.customers.new.form
    made = form.cell("region_code").editor
    write(form.cell("address").editor.input(), "新疆伊犁哈萨克自治州察布查尔锡伯自治县解放路1号")
    form._offer_codes()
    QApplication.processEvents()
    assert made.offered.said.endswith("新疆维吾尔自治区伊犁哈萨克自治州察布查尔锡伯自治县")
    assert "…" in made.offered.text()
    assert form._area.widget().width() <= form._area.viewport().width()


def test_an_address_of_a_district_is_told_apart_by_the_city(desk, view) -> None:
    made = emptied(view)
    city = view.form.cell("city").editor.input()
    city.clear()
    typed_address(view, "南山区科技园")
    assert made.offered.isHidden()
    write(city, "深圳")
    typed_address(view, "南山区科技园")
    assert "广东省深圳市南山区" in made.offered.said


def test_what_a_field_of_the_first_version_says_is_shown_and_nothing_is_offered_to_it(desk, view) -> None:
    assert view.form.cell("region").isHidden()
    write_elsewhere(desk, view, region="广东")
    assert not view.form.cell("region").isHidden()
    desk.customers.new_record()
    assert desk.customers.new.form.cell("region").isHidden()
    assert not desk.customers.new.form.cell("region_code").isHidden()


def test_the_history_names_a_code(desk, view) -> None:
    write_elsewhere(desk, view, region_code=NANSHAN)
    view.show_tab("history")
    said = [str(entry) for entry in view.past.changes.entries.items]
    assert any("广东省深圳市南山区" in entry for entry in said)
