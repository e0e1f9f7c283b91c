"""Importing on screen: from a dropped file to an import that was taken back, over a real store and a real child."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from crmdesk.ui.pages.import_course import Course
from crmdesk.ui.widgets.tabs import Tab
from crmdesk.usecases import import_mappings, import_papers, importing
from tests.support import workspace as desks
from tests.support.desks import OpenDesk, sync
from tests.support.foreign_tables import customers, planted, write_csv
from tests.support.importing import taken_in


def opened(open_desk: Any, workspace: Any, path: Path) -> tuple[Any, Any]:
    desk = open_desk(workspace)
    QTest.keyClick(desk.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    page = desk.window.page
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    page.dropEvent(
        QDropEvent(QPointF(1, 1), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    return desk, page


def titles(page: Any) -> list[str]:
    return [entry.title for entry in page.runs.entries.items if hasattr(entry, "title")]


def test_a_file_is_dropped_rehearsed_imported_and_taken_back(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    rows, _ = planted(300, gaps=0.1, errors=0.1, duplicates=0.05)
    desk, page = opened(open_desk, workspace, write_csv(tmp_path / "旧系统.csv", rows))
    qtbot.waitUntil(page.columns.isVisible)
    assert [box.currentText() for box in page.columns.boxes()][:3] == ["名称", "客户编号", "统一社会信用代码"]
    page.columns.next_button.click()
    qtbot.waitUntil(page.all_button.isVisible, timeout=20_000)
    assert workspace.reader.value("SELECT count(*) FROM record") == 0
    assert "有错误的行 10.0 %" in page.outcome.rates.text()
    page.outcome.figures["reject"].click()
    assert {page.outcome.model.row(n).verdict for n in range(page.outcome.model.rowCount())} == {"reject"}
    assert page.outcome.model.row(0).reason
    page.all_button.click()
    qtbot.waitUntil(page.undo_button.isVisible, timeout=20_000)
    count = workspace.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1")
    assert count > 200
    assert desk.notice() == ""  # nothing lies on the buttons at the foot
    assert titles(page) == ["旧系统.csv", "旧系统.csv"]  # the run, and how its source is read
    page.save(page._run, tmp_path / "kept.xlsx", import_papers.write_kept_out)
    qtbot.waitUntil((tmp_path / "kept.xlsx").exists)
    page.undo_button.click()
    qtbot.waitUntil(lambda: page._run.state == "undone", timeout=20_000)
    qtbot.waitUntil(lambda: "已撤销导入" in desk.notice())
    assert workspace.reader.value("SELECT count(*) FROM p_customer WHERE life <> 1") == 0


def test_what_is_left_out_and_kept_out_is_told_and_taken_in_at_a_press(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    rows = [["1", "宏远", "打不通", "2012"], ["2", "恒瑞", "13900000002", "2015"]]
    path = write_csv(tmp_path / "a.csv", rows, ("序号", "客户全称", "电话", "成立年份"))
    _, page = opened(open_desk, workspace, path)
    qtbot.waitUntil(page.columns.isVisible)
    assert page.columns.left_out.text() == "不导入的列：成立年份"
    page.columns.rest_button.click()
    assert not page.columns.left_out.isVisible()
    page.columns.next_button.click()
    qtbot.waitUntil(page.take_button.isVisible, timeout=20_000)
    page.take_button.click()
    qtbot.waitUntil(lambda: page.all_button.isVisible() and not page.take_button.isVisible(), timeout=20_000)
    page.all_button.click()
    qtbot.waitUntil(page.undo_button.isVisible, timeout=20_000)
    remarks = dict(workspace.reader.all("SELECT f_name, f_remark FROM p_customer"))
    assert remarks == {"宏远": "成立年份：2012\n电话：打不通", "恒瑞": "成立年份：2015"}


def test_each_reason_lists_its_first_rows_and_says_how_many_there_are(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    bad = [[f"公司{n}", "打不通"] for n in range(3)]
    rows = [["宏远", "13900000001"]] * 1203 + bad
    run = taken_in(workspace, write_csv(tmp_path / "a.csv", rows, ("客户名称", "电话")))
    page: Any = open_desk(workspace).go("import")
    page._show_run(run)
    outcome = page.outcome
    assert (outcome.model.rowCount(), outcome.cut.text()) == (
        1003, "此处列出 1,003 行，共 1,205 行；「未导入的行」工作簿中有全部。",
    )  # fmt: skip
    outcome.figures["reject"].click()
    assert [outcome.model.row(n).name for n in range(outcome.model.rowCount())] == ["公司0", "公司1", "公司2"]
    assert not outcome.cut.isVisible()
    outcome.show_only("duplicate")
    assert (outcome.model.rowCount(), outcome.cut.isVisible()) == (1000, True)


def test_a_run_lists_what_it_did_not_take_in_by_that_name_or_says_that_every_row_came_in(
    open_desk, workspace, tmp_path: Path
) -> None:
    headings = ("客户名称", "电话")
    some = taken_in(workspace, write_csv(tmp_path / "a.csv", [["宏远", ""], ["恒瑞", "打不通"]], headings))
    every = taken_in(workspace, write_csv(tmp_path / "b.csv", [["天信", ""]], headings))
    page: Any = open_desk(workspace).go("import")
    outcome = page.outcome

    def first_tab() -> str:
        return str(next(tab.accessibleName() for tab in outcome.tabs.findChildren(Tab) if tab.key == "all"))

    page._show_run(some)
    assert (first_tab(), outcome.table.isVisible(), outcome.nothing.isHidden()) == (
        "全部未导入的行 1", True, True,
    )  # fmt: skip
    page._show_run(every)
    assert (outcome.nothing.text(), outcome.table.isHidden(), outcome.tabs.isHidden()) == (
        "每一行都已导入。", True, True,
    )  # fmt: skip
    outcome.show_lines([])  # a rehearsal has them all
    assert (first_tab(), outcome.table.isVisible(), outcome.nothing.isHidden()) == ("全部 0", True, True)


def test_while_a_file_keeps_an_import_waiting_everybody_saves_and_the_window_closes(
    qtbot, workspace, tmp_path: Path
) -> None:
    desk = OpenDesk(workspace, is_threaded=True)
    page: Any = desk.go("import")
    page.open_file(write_csv(tmp_path / "a.csv", list(customers(12_000))))
    qtbot.waitUntil(page.columns.isVisible, timeout=20_000)
    page._import(-1)
    qtbot.waitUntil(
        lambda: isinstance(page._course, Course) and page._course.run.position > 0, timeout=20_000
    )
    os.kill(page._course.work._reading._child.pid, signal.SIGSTOP)
    saved: list[object] = []
    key = RecordKey("customer", workspace.replica.new_id())
    desk.runner.run(
        lambda: workspace.replica.commit([Write(key, {"name": "手工录入"})]), saved.append, owner=desk.window
    )
    qtbot.waitUntil(lambda: bool(saved), timeout=10_000)
    assert isinstance(page._course, Course)
    started = time.monotonic()
    desk.close()
    assert time.monotonic() - started < 10


def test_in_a_narrow_window_a_row_still_says_whose_it_is(qtbot, open_desk, workspace, tmp_path: Path) -> None:
    rows, _ = planted(100, gaps=0.1, errors=0.1, duplicates=0.05)
    desk, page = opened(open_desk, workspace, write_csv(tmp_path / "a.csv", rows))
    qtbot.waitUntil(page.columns.isVisible)
    page.columns.next_button.click()
    qtbot.waitUntil(page.all_button.isVisible, timeout=20_000)
    page.all_button.click()
    qtbot.waitUntil(page.undo_button.isVisible, timeout=20_000)
    desk.window.resize(911, 512)
    qtbot.waitUntil(lambda: desk.window.width() <= 911)
    name = [column.key for column in page.outcome.table.columns].index("name")
    assert page.outcome.table.columnWidth(name) >= 150


def test_a_column_is_named_by_hand_and_what_is_missing_is_said(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "a.csv", [["宏远", "x"], ["恒瑞", "y"]], ("大名儿", "打法"))
    _, page = opened(open_desk, workspace, path)
    qtbot.waitUntil(page.columns.isVisible)
    page.columns.next_button.click()
    assert "名称" in page.columns.problem.text()
    page.columns.kind.setCurrentIndex(page.columns.kind.findData("customer"))
    page.columns.kind.activated.emit(page.columns.kind.currentIndex())
    box = page.columns.boxes()[0]
    box.setCurrentIndex(box.findData("customer.name"))
    box.activated.emit(box.currentIndex())
    page.columns.next_button.click()
    qtbot.waitUntil(page.sample_button.isVisible, timeout=20_000)
    page.sample_button.click()
    qtbot.waitUntil(page.undo_button.isVisible, timeout=20_000)
    assert {row[0] for row in workspace.reader.all("SELECT f_name FROM p_customer")} == {"宏远", "恒瑞"}


def test_a_file_that_is_no_table_is_told_and_changes_nothing(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04torn")
    desk, page = opened(open_desk, workspace, tmp_path / "a.xlsx")
    qtbot.waitUntil(lambda: "a.xlsx" in desk.notice())
    assert page.start.isVisible()


def test_a_notice_leaves_the_buttons_below_the_columns_free(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    headings = tuple(f"列{n}" for n in range(30))
    desk, page = opened(open_desk, workspace, write_csv(tmp_path / "a.csv", [["x"] * 30], headings))
    qtbot.waitUntil(page.columns.isVisible)
    desk.window.resize(911, 512)
    (tmp_path / "noise.jpg").write_bytes(bytes(range(256)) * 9)
    page.open_file(tmp_path / "noise.jpg")
    qtbot.waitUntil(lambda: "noise.jpg" in desk.notice())
    bar, button = desk.window.notices, page.columns.next_button
    qtbot.waitUntil(
        lambda: bar.geometry().bottom() < button.mapTo(bar.parentWidget(), QPoint()).y() and bar.isVisible()
    )


def test_look_alikes_are_told_looked_at_and_the_run_is_signed_and_read_again_alike(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    desks.customer(workspace, "宏远机械设备", phone="0571-88886666", city="杭州")
    rows = [["杭州宏远机械设备有限公司", "0571-88886666", "杭州"], ["天信化工", "", "成都"]]
    path = write_csv(tmp_path / "a.csv", rows, ("客户名称", "电话", "城市"))
    desk, page = opened(open_desk, workspace, path)
    qtbot.waitUntil(page.columns.isVisible)
    assert page.columns.anew_button.isHidden()
    page.columns.next_button.click()
    qtbot.waitUntil(page.all_button.isVisible, timeout=20_000)
    assert "1 行像是已有的客户" in page.outcome.alike.text()
    assert page.outcome.alike_button.isHidden()  # nothing is here yet to be looked at
    page.outcome.show_only("alike")
    assert "宏远机械设备" in page.outcome.model.row(0).reason
    page.all_button.click()
    qtbot.waitUntil(page.outcome.alike_button.isVisible, timeout=20_000)
    assert page.outcome.figures["create"].isVisible()
    page.afterwards.sign_button.click()
    qtbot.waitUntil(lambda: "林晓" in page.outcome.signed.text(), timeout=20_000)
    assert "差异 0 处" in page.outcome.signed.text()
    page.outcome.alike_button.click()
    queue = desk.window.page
    qtbot.waitUntil(lambda: queue.count == 1, timeout=20_000)
    assert queue._every.text() == "a.csv"
    desk.window.go("import")
    page.open_file(path)
    qtbot.waitUntil(page.columns.anew_button.isVisible, timeout=20_000)
    page.columns.anew_button.click()
    qtbot.waitUntil(page.columns.anew_button.isHidden, timeout=20_000)


def test_the_list_highlights_what_the_page_shows_and_nothing_for_a_new_file(
    qtbot, open_desk, workspace, tmp_path: Path
) -> None:
    first = taken_in(workspace, write_csv(tmp_path / "a.csv", [["宏远"]], ("客户名称",)))
    desk, page = opened(open_desk, workspace, write_csv(tmp_path / "b.csv", [["恒瑞", "1"]], ("名称", "x")))
    qtbot.waitUntil(page.columns.isVisible)

    def highlighted() -> list[str]:
        chosen = [page.runs.entries.items[index.row()].id for index in page.runs.selectedIndexes()]
        assert chosen == [page.runs.current_id] * bool(page.runs.current_id)
        return chosen

    def press(entry: str) -> None:
        row = [getattr(item, "id", "") for item in page.runs.entries.items].index(entry)
        place = page.runs.visualRect(page.runs.entries.index(row)).center()
        QTest.mouseClick(page.runs.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QApplication.processEvents()

    assert highlighted() == []
    press(first.id)
    assert (page.outcome.name.text(), highlighted()) == ("a.csv", [first.id])
    page.back_button.click()
    assert (page.columns.isVisible(), highlighted()) == (True, [])
    press(page.runs.ids()[-1])  # how the source of a.csv is read
    assert (page.kept.name.text(), highlighted()) == ("a.csv", [page.runs.ids()[-1]])
    page.kept.back_button.click()
    (tmp_path / "torn.xlsx").write_bytes(b"PK\x03\x04torn")
    page.open_file(tmp_path / "torn.xlsx")
    qtbot.waitUntil(lambda: "torn.xlsx" in desk.notice())
    page.columns.next_button.click()  # goes on meaning the file that is shown
    qtbot.waitUntil(page.all_button.isVisible, timeout=20_000)
    assert (page.outcome.name.text(), highlighted()) == ("b.csv", [])
    page.all_button.click()
    qtbot.waitUntil(page.undo_button.isVisible, timeout=20_000)
    second = page._run.id
    assert (page.outcome.name.text(), highlighted()) == ("b.csv", [second])
    assert page.back_button.isHidden()
    press(first.id)
    assert (page.outcome.name.text(), highlighted()) == ("a.csv", [first.id])
    desk.go("customers")
    desk.go("import")
    assert (page.outcome.name.text(), highlighted()) == ("a.csv", [first.id])
    page._course = page._gauge  # something is under way
    press(second)
    assert (page.outcome.name.text(), highlighted()) == ("a.csv", [first.id])


def test_sources_whose_tables_are_called_the_same_are_told_apart_by_file_and_time(
    open_desk, workspace, tmp_path: Path
) -> None:
    for folder, headings in (("a", ("客户名称", "城市")), ("b", ("客户名称", "城市", "电话"))):
        (tmp_path / folder).mkdir()
        name = tmp_path / folder / ("台账.csv" if folder == "a" else "台账 改.csv")
        taken_in(workspace, write_csv(name, [["宏远" + folder, "杭州", "057188886666"]], headings))
    page: Any = open_desk(workspace).go("import")
    kept = [item for item in page.runs.entries.items if getattr(item, "id", "").startswith("kept:")]
    assert [one.title for one in kept] == ["台账 改.csv", "台账.csv"]
    assert [one.detail.split(" · ")[1] for one in kept] == ["3 列", "2 列"]
    assert all(len(one.detail.split(" · ")[0]) == len("11-28 15:06") for one in kept)


def test_how_a_source_is_read_is_listed_and_forgotten(qtbot, open_desk, workspace, tmp_path: Path) -> None:
    importing_look = write_csv(tmp_path / "客户表.csv", [["宏远", "杭州"]], ("客户名称", "城市"))
    with closing(workspace.another_reader()) as reader:
        import_mappings.remember(workspace.replica, importing.look(reader, importing_look, workspace)[1])
    desk = open_desk(workspace)
    desk.window.go("import")
    page = desk.window.page
    (kept,) = import_mappings.all_kept(workspace.reader)
    page.runs.select_id(f"kept:{kept.id}")
    qtbot.waitUntil(page.kept.isVisible)
    page.kept.forget_button.click()
    qtbot.waitUntil(lambda: "客户表" in desk.notice())
    assert import_mappings.all_kept(workspace.reader) == []
    assert page.start.isVisible()


def test_who_is_to_have_the_customers_is_told_whole_in_a_low_window(
    qtbot, server, hire, open_desk, tmp_path: Path
) -> None:
    names = [f"Maximiliana Featherstonehaugh-Cholmondeley {n}" for n in range(7)]
    for name in names:
        server.add_user(name)
    everybody = [*names, *(f"查无此人{n}" for n in range(5))]
    rows = [[f"宏远{n}号机械", everybody[n % len(everybody)]] for n in range(24)]
    desk, page = opened(open_desk, hire("Mei"), write_csv(tmp_path / "a.csv", rows, ("客户名称", "负责人")))
    desk.window.resize(911, 512)
    qtbot.waitUntil(page.columns.isVisible)
    page.columns.next_button.click()
    qtbot.waitUntil(page.all_button.isVisible, timeout=20_000)
    page.all_button.click()
    qtbot.waitUntil(page.handing.button.isVisible, timeout=20_000)
    outcome = page.outcome
    assert outcome.owners.text().count("Featherst") == 4
    assert "，另有 3 人；" in outcome.owners.text()
    assert outcome.owners.toolTip().count("Cholmondeley") == 7
    qtbot.waitUntil(lambda: outcome.owners.height() >= outcome.owners.heightForWidth(outcome.owners.width()))
    assert outcome.table.height() >= 120
    assert all(card.height() >= card.sizeHint().height() for card in outcome.figures.values())


def test_customers_are_handed_over_from_the_outcome_once_everything_is_synced(
    qtbot, server, hire, open_desk, tmp_path: Path
) -> None:
    mei = hire("Mei")
    rows = [["宏远机械", "Ann"], ["恒瑞仪表", "Cai"], ["天信化工", "张三"]]
    _, page = opened(open_desk, mei, write_csv(tmp_path / "a.csv", rows, ("客户名称", "负责人")))
    qtbot.waitUntil(page.columns.isVisible)
    page.columns.next_button.click()
    qtbot.waitUntil(page.all_button.isVisible, timeout=20_000)
    assert "张三 1" in page.outcome.owners.text()
    assert page.handing.button.isHidden()
    page.all_button.click()
    qtbot.waitUntil(page.handing.button.isVisible, timeout=20_000)
    assert "待移交给 Ann 1、Cai 1；" in page.outcome.owners.text()
    assert "没有可接收客户的 张三 1" in page.outcome.owners.text()
    page.handing.button.click()
    qtbot.waitUntil(lambda: "2 个已移交" in page.outcome.owners.text(), timeout=20_000)
    assert page.handing.button.isHidden()
    sync(mei)
    books = dict(mei.reader.all("SELECT f_name, bucket FROM p_customer"))
    assert books == {
        "宏远机械": server.people["Ann"].book, "恒瑞仪表": server.people["Cai"].book, "天信化工": server.people["Mei"].book,
    }  # fmt: skip
