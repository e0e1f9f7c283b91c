"""How the list looks is the person's own: columns, widths, orders; and what it shows leaves as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from python_calamine import CalamineWorkbook

from crmdesk.store.window import sortable
from crmdesk.system import preferences
from crmdesk.usecases import customers
from crmdesk.usecases.list_export import Listed, export_list
from tests.support.customer_desk import Desk

WANTED = ["name", "employees", "annual_revenue", "grade", "updated_at"]


def shown(desk: Desk) -> list[str]:
    table = desk.customers.table
    header = table.horizontalHeader()
    places = [header.logicalIndex(place) for place in range(header.count())]
    return [table.columns[n].key for n in places if not table.isColumnHidden(n)]


def test_columns_are_chosen_moved_and_kept_for_next_time(desk) -> None:
    desk.customers.tools._choose(WANTED)
    assert shown(desk) == WANTED
    values = desk.view("customer", desk.row(0).id).values
    assert desk.row(0).cells["employees"] == str(values["employees"])
    assert desk.row(0).cells["annual_revenue"].startswith("¥")
    header = desk.customers.table.horizontalHeader()
    header.moveSection(3, 1)  # as a hand drags it
    assert shown(desk) == ["name", "grade", "employees", "annual_revenue", "updated_at"]
    kept = preferences.load(desk.workspace.profile.preferences)
    assert list(kept.customers_columns) == shown(desk)
    desk.customers.table.setColumnWidth(1, 333)
    assert desk.customers.table.columnWidth(1) == 333
    assert preferences.load(desk.workspace.profile.preferences).customers_widths == {"grade": 333}
    desk.customers.tools.popup.reset.emit()
    assert shown(desk)[:2] == ["name", "stage"]
    assert preferences.load(desk.workspace.profile.preferences).customers_columns == ()


def test_the_popup_ticks_and_moves_by_keys(desk) -> None:
    tools = desk.customers.tools
    tools.open_columns()
    popup = tools.popup
    keys = popup.keys()
    QTest.keyClick(popup.edit, Qt.Key.Key_Down)
    popup.list.setCurrentRow(1)
    QTest.keyClick(popup.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert popup.keys() == [keys[0], keys[2], keys[1], *keys[3:]]
    popup.edit.setText("员工")
    QTest.keyClick(popup.edit, Qt.Key.Key_Return)
    assert "employees" in tools.columns.keys
    popup.close()


def test_a_heading_orders_the_list_and_turns_the_order_round(desk) -> None:
    desk.customers.tools._choose(WANTED)
    table = desk.customers.table
    header = table.horizontalHeader()

    def click(number: int) -> list[int]:
        at = QPoint(header.sectionViewportPosition(number) + 20, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        found = [desk.row(n).cells["employees"] for n in range(desk.customers.count)]
        return [int(text) for text in found if text]

    rising = click(1)
    assert rising == sorted(rising)
    assert table.window_model.headerData(1, Qt.Orientation.Horizontal) == "员工人数 ↑"
    assert click(1) == rising[::-1]
    assert preferences.load(desk.workspace.profile.preferences).customers_sort == "-employees"
    assert all(desk.customers.tools.columns.sort_of(one.name) for one in sortable(desk.context.registry))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_shown_is_written_and_nothing_in_it_runs(
    desk, monkeypatch, tmp_path: Path, qtbot, form
) -> None:
    customers.add(desk.workspace.replica, {"name": '=HYPERLINK("http://x.example")', "employees": 7})
    desk.customers.tools._choose(["name", "employees", "annual_revenue", "tags", "last_visit"])
    desk.customers.reload()
    desk.customers.table.ordered.emit("name")
    path = tmp_path / f"out.{form}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    desk.customers.export(form)
    qtbot.waitUntil(path.exists)
    rows = read(path)
    assert len(rows) == desk.customers.count + 1
    assert rows[0][:3] == ["客户", "员工人数", "年营业额"]
    names = [row[0] for row in rows[1:]]
    hostile = next(name for name in names if "HYPERLINK" in name)
    assert hostile.startswith("'=" if form == "csv" else "=")  # a text in Excel, and no formula
    if form == "xlsx":
        assert b"<f>" not in path.read_bytes()
    assert names[:5] == [desk.row(n).name for n in range(5)] or form == "csv"
    assert not list(tmp_path.glob("*.part"))


def read(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def test_of_a_choice_of_rows_these_alone_are_written_and_a_stop_leaves_no_file(desk, tmp_path: Path) -> None:
    chosen = frozenset(desk.row(n).id for n in (1, 5, 9))
    listed = Listed(
        desk.customers._wanted,
        (("name", "Customer"),),
        desk.context.registry,
        "en",
        desk.context.today(),
        chosen,
    )
    reader = desk.workspace.another_reader()
    path = tmp_path / "some.csv"
    assert export_list(reader, listed, path, "csv") == 3
    assert len(read(path)) == 4
    path.unlink()
    assert export_list(reader, listed, path, "csv", is_stopped=lambda: True) is None
    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == []
    reader.close()


def test_the_list_is_counted_by_a_choice_or_by_owner_and_a_group_narrows_it(desk) -> None:
    tools = desk.customers.tools
    for by, sql in (
        ("grade", "SELECT f_grade, count(*) FROM p_customer WHERE life <> 1 GROUP BY 1"),
        ("owner", "SELECT 'me', count(*) FROM p_customer WHERE life <> 1"),
    ):
        tools._group(by)
        counts = dict(desk.context.reader.all(sql))
        assert tools.groups.isVisible()
        told = {pill.text().rsplit(" ", 1)[1] for pill in tools.groups.pills}
        assert told == {str(count) for count in counts.values()}
    tools._group("grade")
    pill = next(one for one in tools.groups.pills if one.key == "A")
    before = [one.text() for one in tools.groups.pills]
    pill.click()
    wanted = desk.context.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1 AND f_grade = 'A'")
    assert desk.customers.count == wanted
    assert [one.text() for one in tools.groups.pills] == before  # the others are still told
    next(one for one in tools.groups.pills if one.key == "A").click()
    assert desk.customers.count == 300
    assert preferences.load(desk.workspace.profile.preferences).customers_group == "grade"
    tools._group("")
    assert not tools.groups.isVisible()


def test_all_of_a_list_is_chosen_without_reading_its_rows(desk) -> None:
    table = desk.customers.table
    table.selectAll()
    held = table.window_model.pages_held
    ids = table.chosen_ids()
    assert len(ids) == 300
    assert ids[:5] == [desk.row(n).id for n in range(5)]
    assert table.window_model.pages_held == held
