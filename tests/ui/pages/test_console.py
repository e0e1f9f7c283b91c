"""The administration, by an administrator at a real window over a real server."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLineEdit,
    QWidget,
)
from sqlalchemy import func, select

from crmdesk.store import settings
from crmdesk.store.settings import Server
from crmdesk.sync.invitation import read_invitation
from crmdesk.ui import language
from crmdesk.ui.pages.connect_form import join_company
from crmdesk.ui.pages.console import Administration
from crmdesk.ui.runner import Runner
from crmdesk.ui.widgets.entry_list import Entry
from crmdesk.usecases.workspace import Workspace
from sync_server.storage import people
from sync_server.tables import enrol_code
from tests.support.administration import account, choose, pick, rows, settle, undo
from tests.support.desks import OpenDesk, alone, customer, sync
from tests.support.laptop import Laptop
from tests.support.server import RunningServer

Hire = Callable[[str], Workspace]
Open = Callable[[Workspace], OpenDesk]


@pytest.fixture
def root(server: RunningServer, hire: Hire, open_desk: Open) -> OpenDesk:
    """An administrator's window."""
    server.add_user("Root", "administrator")
    return open_desk(hire("Root"))


@pytest.fixture
def page(root: OpenDesk) -> Administration:
    """The page, as it opens."""
    found = root.go("console")
    assert isinstance(found, Administration)
    return found


def offline(desk: OpenDesk) -> None:
    """The server is out of reach from now on."""
    with desk.workspace.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        assert known is not None
        gone = msgspec.structs.replace(known, url="http://127.0.0.1:9")
        settings.write(connection, {"server": gone})


# -- who sees it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role"), [("Ann", None), ("Mei", None), ("Eve", "auditor"), ("Dan", "director")]
)
def test_nobody_else_has_the_page(
    server: RunningServer, hire: Hire, open_desk: Open, name: str, role: str | None
) -> None:
    if role:
        server.add_user(name, role, team="North")
    assert "console" not in open_desk(hire(name)).window.page_keys()


# -- people ------------------------------------------------------------------------------------------------


def test_everybody_is_listed_with_role_team_laptops_and_when_they_were_up_to_date(
    hire: Hire, page: Administration, server: RunningServer
) -> None:
    hire("Ann")
    page.desk.fetch()
    ann, cai = rows(page.people)["Ann"], rows(page.people)["Cai"]
    assert (ann.role, ann.team, ann.laptops, ann.state) == ("销售专员", "East", "1", "在职")
    assert ann.seen != cai.seen == "从未"
    assert cai.state == "尚无电脑"
    page.search("west")
    assert set(rows(page.people)) == {"Cai"}
    page.search("nobody")
    assert page.people.empty.isVisibleTo(page)


def test_another_role_and_team_and_both_taken_back(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    page.people.table.select_id(server.people["Cai"].user)
    choose(page.people.role, "区域经理")
    assert account(server, "Cai").role == "manager"
    assert rows(page.people)["Cai"].role == "区域经理"
    undo(root)
    assert account(server, "Cai").role == "rep"
    choose(page.people.team, "North")
    assert account(server, "Cai").team == server.people["Mei"].team
    undo(root)
    assert account(server, "Cai").team == server.people["Cai"].team


def test_somebody_joins_and_gets_a_code_shown_once(page: Administration, server: RunningServer) -> None:
    page.new_record()
    asked = page.people.newcomer
    asked.name.setText("Ann")
    asked.button.click()
    settle()
    assert "Ann" in asked.error
    asked.name.setText("新人")
    pick(asked.team, account(server, "Cai").team)
    asked.button.click()
    settle()
    made = account(server, "新人")
    assert (made.role, made.team) == ("rep", server.people["Cai"].team)
    shown = page.people.shown
    shown.copy.click()
    assert QGuiApplication.clipboard().text() == shown.code.text()
    laptop = Laptop(server, made.user)
    assert laptop.enrol(shown.code.text()).status_code == 200
    assert page.people.table.current_id == made.user


def test_a_code_for_a_laptop_and_one_for_a_password(page: Administration, server: RunningServer) -> None:
    server.give_password("Ann", "曾经用过的密码")
    page.people.table.select_id(server.people["Ann"].user)
    page.people.code.click()
    assert page.people.shown.code.text().count("-") == 4
    page.people.shown.accept()
    page.people.reset.click()
    page.people.dialog.button.click()
    settle()
    asked = {"name": "Ann", "code": page.people.shown.code.text(), "new": "新的密码也很长很长"}
    laptop = Laptop(server, server.people["Ann"].user)
    assert laptop.http.post("/v1/password/reset", json=asked).status_code == 200


def test_an_invitation_is_saved_for_a_person_and_lets_their_laptop_in(
    root: OpenDesk,
    page: Administration,
    server: RunningServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "ann.crmdesk"
    chosen = iter([("", ""), (str(tmp_path / "none" / "x"), ""), (str(file), "")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: next(chosen))
    page.people.table.select_id(server.people["Ann"].user)
    page.people.invite.click()
    asked = page.people.inviting
    asked.button.click()
    assert asked.isVisible()
    asked.button.click()
    settle()
    assert asked.error
    with server.database.read() as connection:
        assert (
            connection.scalar(
                select(func.count()).select_from(enrol_code).where(enrol_code.c.device.is_(None))
            )
            == 0
        )
    pick(asked.hours, "24")
    asked.button.click()
    settle()
    assert "ann.crmdesk" in root.notice()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = read_invitation(file)
    assert abs(told.expires_at - server.clock().ms - 24 * 3_600_000) < 60_000
    assert (told.url, told.pins) == (server.address, ())
    found = alone(tmp_path / "new")
    joined = join_company(told.url, told.code, found, told)
    assert joined.user_name == "Ann"
    found.close()


def test_nobody_changes_themselves(page: Administration, server: RunningServer) -> None:
    page.people.table.select_id(server.people["Root"].user)
    assert not page.people._doing.isVisibleTo(page)
    assert page.people.sentence.isVisibleTo(page)


# -- drills ------------------------------------------------------------------------------------------------


def test_a_leaver_is_foretold_and_then_leaves(
    root: OpenDesk, hire: Hire, page: Administration, server: RunningServer
) -> None:
    ann = hire("Ann")
    for name in ("宏远机械", "启邦建材"):
        customer(ann, name)
    sync(ann)
    page.people.table.select_id(server.people["Ann"].user)
    page.people.leaves.click()
    drill = page.people.drill
    assert drill.numbers._values[0].text() == "2"
    assert "Ann · 可修改 → 看不到" in drill.readers.text()
    pick(drill.heir, server.people["Cai"].user)
    assert "Cai · 看不到 → 可修改" in drill.readers.text()
    assert "Cai" in drill.after.text()
    assert not account(server, "Ann").is_disabled
    drill.button.click()
    settle()
    assert account(server, "Ann").is_disabled
    assert root.notice() == "Ann 已离职"
    with server.database.read() as connection:
        assert server.people["Ann"].book in people.books(connection, server.people["Cai"].user)
    assert rows(page.people)["Ann"].state == "已离职"


def test_the_preview_is_shown_whole_where_there_is_room(page: Administration, server: RunningServer) -> None:
    page.people.table.select_id(server.people["Ann"].user)
    page.people.transfer.click()
    settle()
    drill = page.people.drill
    assert drill.laptops.text()
    assert drill._area.verticalScrollBar().maximum() == 0
    assert drill.height() < page.window().height()
    drill.reject()


def test_a_promotion_with_the_customers_left_behind(page: Administration, server: RunningServer) -> None:
    page.people.table.select_id(server.people["Ann"].user)
    page.people.promote.click()
    drill = page.people.drill
    pick(drill.role, "manager")
    pick(drill.team, server.people["Mei"].team or "")
    pick(drill.heir, server.people["Bo"].user)
    assert "Cai · 看不到 → 可修改" in drill.sees.text()
    drill.button.click()
    settle()
    ann = account(server, "Ann")
    assert (ann.role, ann.team) == ("manager", server.people["Mei"].team)
    assert ann.book != server.people["Ann"].book


def test_what_the_server_refuses_is_said_in_the_drill(page: Administration, server: RunningServer) -> None:
    page.people.table.select_id(server.people["Ann"].user)
    page.people.transfer.click()
    drill = page.people.drill
    with server.database.write() as connection:
        made = people.find_account(connection, "Cai")
        people.disable(connection, made.user, 1)
    pick(drill.heir, made.user)
    assert drill.error
    assert not drill.button.isEnabled()
    drill.reject()


# -- teams -------------------------------------------------------------------------------------------------


def teams(server: RunningServer) -> dict[str, tuple[str | None, bool]]:
    with server.database.read() as connection:
        names, found = people.team_names(connection), people.load_org(connection, 0).teams
    return {name: (names.get(found[t].parent or ""), found[t].shares_books) for t, name in names.items()}


def test_teams_are_a_tree_to_rename_move_and_add_to(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    page.show_tab("teams")
    part = page.teams
    shown = [entry.title.strip() for entry in part.list.entries.items if isinstance(entry, Entry)]
    assert shown == ["North", "East", "West"]
    part.list.select_id(account(server, "Cai").team)
    root.press(Qt.Key.Key_F2)
    part.dialog.name.setText("East")
    part.dialog.button.click()
    settle()
    assert "East" in part.dialog.error
    part.dialog.name.setText("远西")
    part.dialog.button.click()
    settle()
    assert teams(server)["远西"] == ("North", False)
    undo(root)
    assert "West" in teams(server)
    choose(part.move_to, "East")
    assert teams(server)["West"] == ("East", False)
    undo(root)
    part.shares.click()
    assert teams(server)["West"] == ("North", True)
    undo(root)
    assert teams(server)["West"] == ("North", False)
    page.new_record()
    part.newcomer.name.setText("South")
    part.newcomer.button.click()
    settle()
    assert teams(server)["South"] == (None, False)
    assert part.team is not None
    assert part.team.name == "South"


def test_a_team_is_never_offered_below_itself(page: Administration, server: RunningServer) -> None:
    page.show_tab("teams")
    page.teams.list.select_id(server.people["Mei"].team or "")
    menu = page.teams.move_to.menu()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["没有上级"]


def test_without_the_server_it_says_what_is_old_and_what_needs_it(
    root: OpenDesk, page: Administration
) -> None:
    offline(root)
    page.desk.devices = page.desk.grants = None
    page.desk.fetch()
    assert page.offline.isVisibleTo(page)
    assert "Cai" in rows(page.people)
    page.show_tab("devices")
    assert page.devices.empty.isVisibleTo(page)
    page.show_tab("grants")
    assert page.grants.empty.isVisibleTo(page)
    page.show_tab("people")
    page.people.table.select_row(0)
    choose(page.people.role, "审计员")
    assert root.notice()


def test_a_dangerous_act_takes_the_password_in_place(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    server.give_password("Root", "管理员的密码")
    page.people.table.select_id(server.people["Cai"].user)
    choose(page.people.role, "区域经理")
    asked = page.desk.password
    assert asked is not None
    asked.lines[0].setText("不对的密码呀")
    asked.button.click()
    settle()
    assert asked.said.isVisibleTo(asked)
    asked.lines[0].setText("管理员的密码")
    asked.button.click()
    settle()
    assert account(server, "Cai").role == "manager"


def test_the_tabs_go_by_digits(root: OpenDesk, page: Administration) -> None:
    root.press("3")
    assert page.tabs.key == "roles"
    root.press("1")
    assert page.tabs.key == "people"


# -- how it is worked with ---------------------------------------------------------------------------------


def test_a_dialog_that_was_closed_meanwhile_is_not_told(
    root: OpenDesk, page: Administration, server: RunningServer, qtbot: Any
) -> None:
    """The answer comes from another thread, after Esc: it must find nobody, and what was ordered is done all the same."""
    threaded = Runner.threaded(root.context)
    root.context.runner = threaded
    page.people.table.select_id(server.people["Ann"].user)
    with qtbot.waitSignal(threaded.idle):
        page.people.leaves.click()
        page.people.drill.reject()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    page.show_tab("teams")
    page.new_record()
    page.teams.newcomer.name.setText("South")
    page.teams.newcomer.button.click()
    page.teams.newcomer.reject()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: "South" in teams(server))
    qtbot.waitUntil(lambda: root.notice() == "已新增团队 South")
    root.context.runner = root.runner
    threaded.shutdown()


def test_a_password_that_somebody_would_rather_not_give_changes_nothing(
    page: Administration, server: RunningServer
) -> None:
    server.give_password("Root", "管理员的密码")
    page.people.table.select_id(server.people["Cai"].user)
    page.people.leaves.click()
    page.people.drill.button.click()
    assert page.desk.password is not None
    page.desk.password.reject()
    assert page.people.drill.error
    assert page.people.drill.button.isEnabled()
    assert not account(server, "Cai").is_disabled


def test_a_team_is_made_and_moved_by_keyboard_alone(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    root.press("2")
    root.press(Qt.Key.Key_Down)
    root.press(Qt.Key.Key_Insert)
    root.press("Far east")
    root.press(Qt.Key.Key_Return)
    settle()
    assert teams(server)["Far east"] == ("East", False)
    assert page.teams.team is not None
    assert page.teams.team.name == "Far east"
    root.window.activateWindow()  # what the system does once a dialog is gone
    settle()
    assert QApplication.focusWidget() is page.teams.list
    root.press(Qt.Key.Key_M)
    menu = page.teams.move_to.menu()
    assert menu.isVisible()
    QTest.keyClick(menu, Qt.Key.Key_Up)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle()
    assert teams(server)["Far east"] == (None, False)


def test_everything_has_a_name_for_a_screen_reader(root: OpenDesk, page: Administration) -> None:
    for key in ("people", "teams", "roles", "devices", "grants"):
        page.show_tab(key)
        settle()
        assert nameless(root.window) == [], key


def nameless(widget: QWidget) -> list[str]:
    worked_with = (QAbstractButton, QLineEdit, QAbstractItemView)
    found = [w for kind in worked_with for w in widget.findChildren(kind) if w.isVisible()]
    shown = [w for w in found if not w.objectName().startswith("qt_")]
    return [type(w).__name__ for w in shown if not (w.accessibleName() or getattr(w, "text", str)())]


def test_it_speaks_english(root: OpenDesk, page: Administration, qapp: QApplication) -> None:
    language.switch(qapp, "en")
    root.window.close()
    said = OpenDesk(root.workspace, "en")
    opened = said.go("console")
    assert isinstance(opened, Administration)
    assert opened.title == "Administration"
    assert rows(opened.people)["Cai"].role == "Rep"
    texts = [w.text() for w in opened.findChildren(QAbstractButton)]
    assert [text for text in texts if any("\u4e00" <= char <= "\u9fff" for char in text)] == []
