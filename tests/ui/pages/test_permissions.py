"""My permissions on screen: read in words, confirmed with one button, asked for until then; who has, for administrators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel

from crmdesk.ui.widgets.pills import Pill
from sync_server import accounts
from tests.support.desks import sync


def words(page: Any) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in page._body.findChildren(QLabel) if label.isVisibleTo(page._body)]


def test_the_list_is_read_confirmed_and_asked_for_no_longer(server, hire, open_desk) -> None:
    ann = hire("Ann")
    desk = open_desk(ann)
    today = desk.go("today")
    assert today.reminder.isHidden()
    desk.context.permits.ask_now_and_then()
    assert not today.reminder.isHidden()
    today._go_permissions()
    page = desk.window.page
    said = words(page)
    assert "销售专员" in said
    assert "Bo · 可修改" in said
    assert page.confirm.isVisible()
    assert not page.tabs.isVisible()
    page.confirm.click()
    assert page.confirm.isHidden()
    assert page.state.text().startswith("您已于")
    assert today.reminder.isHidden()
    with server.database.write() as connection:
        accounts.change_team(connection, "Ann", "West", server.clock())
    sync(ann)
    page.ask()
    assert "确认后" in page.state.text() or "变化" in page.state.text()
    assert page.confirm.isVisible()
    assert not today.reminder.isHidden()


def test_what_changed_while_it_was_read_is_not_confirmed_but_shown_anew(server, hire, open_desk) -> None:
    ann = hire("Ann")
    page = open_desk(ann).go("permissions")
    assert "Bo · 可修改" in words(page)
    with server.database.write() as connection:
        accounts.change_team(connection, "Ann", "West", server.clock())
    page.confirm.click()
    assert "Bo · 可修改" not in words(page)
    assert page.confirm.isVisible()
    assert page.confirm.isEnabled()
    assert page._shown.state == "never"


def test_an_administrator_sees_who_has_confirmed_and_reminds_the_others(
    server, hire, open_desk, tmp_path: Path
) -> None:
    server.add_user("Root", "administrator")
    first = open_desk(hire("Ann")).go("permissions")
    first.confirm.click()
    desk = open_desk(hire("Root"))
    page = desk.go("permissions")
    assert page.tabs.isVisible()
    page.tabs.select("all")
    page._choose("all")
    everybody = page.everybody
    assert everybody.count.text() == "5 人中 1 人已确认"
    assert len(everybody.list.ids()) == 5
    next(pill for pill in everybody.filter.findChildren(Pill) if pill.key == "open").click()
    assert len(everybody.list.ids()) == 4
    everybody.remind.click()
    assert "Cai" in QGuiApplication.clipboard().text()
    assert "Ann" not in QGuiApplication.clipboard().text()
    for name in ("x.csv", "x.html"):
        everybody.save_to(tmp_path / name)
        assert "Ann" in (tmp_path / name).read_text(encoding="utf-8")


def test_who_works_alone_is_told_so(workspace, open_desk) -> None:
    page = open_desk(workspace).go("permissions")
    assert "单独" in page._nothing._sentence.text() or "全部" in page._nothing._sentence.text()
