"""The data dictionary on screen."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication


def opened(open_desk: Any, workspace: Any) -> tuple[Any, Any]:
    desk = open_desk(workspace)
    return desk, desk.go("dictionary")


def titles(page: Any) -> list[str]:
    return [entry.title for entry in page.fields.entries.items if hasattr(entry, "title")]


def test_it_is_opened_from_the_settings_and_shows_every_field(open_desk, workspace) -> None:
    desk = open_desk(workspace)
    desk.go("settings")
    desk.window.go("dictionary")
    page = desk.window.page
    assert "等级" in titles(page)
    assert "联系人" in [entry.title for entry in page.kinds.entries.items]
    page.kinds.select_id("contact")
    QApplication.processEvents()
    assert "职务" in titles(page)
    assert "等级" not in titles(page)


def test_a_field_is_told_in_words(open_desk, workspace) -> None:
    _, page = opened(open_desk, workspace)
    page.fields.select_id("customer.grade")
    QApplication.processEvents()
    assert page.name.text() == "等级"
    said = {name: value.text() for name, value in zip(page.facts._names, page.facts._values, strict=True)}
    assert said["可填内容"] == "A 级、B 级、C 级、D 级"
    assert said["必填"] == "否"
    assert said["文件中的名称"] == "customer.grade"


def test_it_is_searched_by_either_name_and_says_when_nothing_is_found(open_desk, workspace) -> None:
    _, page = opened(open_desk, workspace)
    page.search("industry")
    assert "行业" in titles(page)
    page.search("没有这个")
    assert titles(page) == []
    assert page.name.text() == "没有这样的字段。"
    page.search("")
    assert len(titles(page)) > 100


def test_it_is_saved_for_a_spreadsheet(open_desk, workspace, tmp_path: Path) -> None:
    desk, page = opened(open_desk, workspace)
    page.save_to(tmp_path / "数据字典.csv")
    QApplication.processEvents()
    with (tmp_path / "数据字典.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:4] == ["记录类型", "字段", "中文名", "英文名"]
    assert ["客户", "customer.grade", "等级", "Grade"] in [one[:4] for one in rows]
    assert "数据字典.csv" in desk.notice()
    page.save_to(tmp_path / "no" / "such.csv")
    QApplication.processEvents()
    assert not (tmp_path / "no").exists()
