"""Roles, laptops and what is lent, by an administrator at a real window over a real server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
)

from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.ui import theme
from crmdesk.ui.pages.console import Administration
from crmdesk.ui.pages.console_roles import _children
from crmdesk.usecases import sharing
from crmdesk.usecases.workspace import Workspace
from sync_server.storage import devices, people
from sync_server.storage import sharing as shares
from sync_server.storage.devices import DeviceState
from tests.support.administration import settle, undo
from tests.support.desks import OpenDesk, customer, sync
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


# -- roles -------------------------------------------------------------------------------------------------


def item(page: Administration, entity: str, field: str = "") -> Any:
    for top in page.roles._tops():
        if top.data(0, Qt.ItemDataRole.UserRole) == entity:
            if not field:
                return top
            return next(one for one in _children(top) if one.data(0, Qt.ItemDataRole.UserRole) == field)
    raise AssertionError(entity)


def withheld(server: RunningServer, name: str) -> set[str]:
    with server.database.read() as connection:
        return set(next(r.withheld for r in people.custom_roles(connection).values() if r.name == name))


def test_a_role_is_copied_ticked_saved_and_taken_back(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    page.show_tab("roles")
    part = page.roles
    part.list.select_id("rep")
    assert not part.save.isVisibleTo(page)
    page.new_record()
    part.dialog.name.setText("内勤")
    part.dialog.button.click()
    settle()
    made = part.list.current_id
    assert part.name.text() == "内勤"
    with server.database.write() as connection:
        from sync_server import accounts

        accounts.change_role(connection, "Ann", made, server.clock())
    sync(root.workspace)
    root.context.bus.touched.emit(_everything())
    off = Qt.CheckState.Unchecked
    item(page, "customer", "grade").setCheckState(0, off)
    item(page, "visit").setCheckState(0, off)
    assert item(page, "customer", "grade").text(1) == "不可填写"
    assert "1" in part.affected.text()
    part.save.click()
    settle()
    assert withheld(server, "内勤") == {"customer.grade", "visit.*"}
    assert "Ann" in root.notice()
    assert not part.is_changed
    undo(root)
    assert withheld(server, "内勤") == set()


def _everything() -> Any:
    from crmdesk.store.replica import Touched

    return Touched(is_everything=True)


def test_a_tick_that_nobody_can_change_is_drawn_as_one(page: Administration) -> None:
    page.show_tab("roles")
    part = page.roles

    def colour(tick: bool) -> str:
        """Of the box before the first field, ticked as the role has it."""
        place = part.matrix.visualItemRect(item(page, "customer", "name"))
        image = part.matrix.viewport().grab().toImage()
        assert (item(page, "customer", "name").checkState(0) == Qt.CheckState.Checked) is tick
        return image.pixelColor(place.left() + 5, place.center().y() - 5).name()

    part.list.select_id("rep")
    fixed = colour(tick=True)
    page.new_record()
    part.dialog.name.setText("内勤")
    part.dialog.button.click()
    settle()
    assert colour(tick=True) == theme.tokens().primary != fixed


def test_what_is_ticked_and_not_saved_stays_and_can_be_put_back(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    page.show_tab("roles")
    page.roles.list.select_id("rep")
    page.new_record()
    page.roles.dialog.name.setText("内勤")
    page.roles.dialog.button.click()
    settle()
    item(page, "task", "title").setCheckState(0, Qt.CheckState.Unchecked)
    root.context.bus.touched.emit(_everything())
    assert [page.roles.is_changed] == [True]
    page.roles.back.click()
    assert not page.roles.is_changed
    assert item(page, "task", "title").checkState(0) == Qt.CheckState.Checked


def hidden(server: RunningServer, name: str) -> set[str]:
    with server.database.read() as connection:
        return set(next(r.hidden for r in people.custom_roles(connection).values() if r.name == name))


def test_the_people_behind_a_customer_are_hidden_by_a_tick_and_shown_again(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    root.press("3")
    part = page.roles
    tick = part.reads["contact"]
    part.list.select_id("rep")
    assert tick.isChecked()
    assert not tick.isEnabled()
    page.new_record()
    part.dialog.name.setText("内勤")
    part.dialog.button.click()
    settle()
    root.window.activateWindow()  # what the system does once a dialog is gone
    settle()
    for _ in range(4):
        if QApplication.focusWidget() is not tick:
            root.press(Qt.Key.Key_Tab)
    root.press(Qt.Key.Key_Space)
    assert part.hides.text()
    part.save.click()
    settle()
    assert hidden(server, "内勤") == {"contact"}
    assert not part.is_changed
    undo(root)
    assert hidden(server, "内勤") == set()
    assert tick.isChecked()
    tick.click()
    part.save.click()
    settle()
    item(page, "customer", "grade").setCheckState(0, Qt.CheckState.Unchecked)
    part.save.click()
    settle()
    assert hidden(server, "内勤") == {"contact"}
    part.ask_name()
    part.dialog.name.setText("外勤")
    part.dialog.button.click()
    settle()
    assert hidden(server, "外勤") == {"contact"}
    assert part.name.text() == "外勤"
    page.new_record()
    part.dialog.name.setText("外勤二")
    part.dialog.button.click()
    settle()
    assert hidden(server, "外勤二") == {"contact"}
    assert not tick.isChecked()
    tick.click()
    part.save.click()
    settle()
    assert hidden(server, "外勤二") == set()


def test_the_matrix_is_searched(page: Administration) -> None:
    page.show_tab("roles")
    page.search("等级")
    seen = {t.data(0, Qt.ItemDataRole.UserRole) for t in page.roles._tops() if not t.isHidden()}
    assert seen == {"customer"}
    assert not item(page, "customer", "grade").isHidden()
    assert item(page, "customer", "city").isHidden()


# -- laptops -----------------------------------------------------------------------------------------------


def test_a_waiting_laptop_is_let_in_once_its_words_were_compared(
    root: OpenDesk, page: Administration, server: RunningServer
) -> None:
    laptop = Laptop(server, server.people["Ann"].user)
    laptop.enrol(server.code("Ann", hold=True))
    page.desk.fetch()
    page.show_tab("devices")
    part = page.devices
    part.table.select_row(0)
    assert part.words.text() == laptop.welcome["words"]
    part.approve.click()
    assert not part.dialog.button.isEnabled()
    part.compared.click()
    part.dialog.button.click()
    settle()
    assert state(server, laptop) == DeviceState.ACTIVE
    part.table.select_id(laptop.welcome["device"])
    part.ask_name()
    part.naming.name.setText("车间的电脑")
    part.naming.button.click()
    settle()
    assert part.name.text() == "车间的电脑"
    undo(root)
    assert part.name.text() == "laptop"
    part.revoke.click()
    told = " ".join(one.text() for one in part.dialog.findChildren(QLabel))
    assert "清除自身" in told
    assert "45" in told
    assert "未发送" in told
    part.dialog.button.click()
    settle()
    assert state(server, laptop) == DeviceState.REVOKED
    assert fields(part)["清除指令"].count(":") == 1
    assert fields(part)["已清除"] == "尚未"
    with server.database.write() as connection:
        gone = devices.find_device(connection, laptop.welcome["device"])
        assert gone is not None
        devices.note_wiped(connection, gone.id, server.clock())
        devices.change_state(connection, gone, DeviceState.WIPED)
    page.desk.fetch()
    assert fields(part)["已清除"].count(":") == 1


def fields(part: Any) -> dict[str, str]:
    """What the fields beside the list say, by name."""
    return dict(zip(part.fields._names, (value.text() for value in part.fields._values), strict=True))


def state(server: RunningServer, laptop: Laptop) -> DeviceState:
    with server.database.read() as connection:
        found = devices.find_device(connection, laptop.welcome["device"])
    assert found is not None
    return found.state


# -- what is lent ------------------------------------------------------------------------------------------


def test_shares_and_deputies_of_the_company_are_listed_ended_and_lent_again(
    root: OpenDesk, hire: Hire, page: Administration, server: RunningServer
) -> None:
    ann = hire("Ann")
    key = customer(ann, "宏远机械")
    sync(ann)
    cai, until = server.people["Cai"].user, sharing.end_of(ann.today())
    with closing(connect(ann.replica)) as http:
        commands.share(ann.replica, http, [key.id], cai, can_write=True, until=until)
        commands.delegate(ann.replica, http, server.people["Ann"].user, cai, starts=until, ends=until + 1)
    page.desk.fetch()
    root.press("6")
    part = page.grants
    assert part.total == 2
    listed = [row for at in range(part.model.rowCount()) if (row := part.model.row(at))]
    assert [(row.who, row.of, row.is_share) for row in listed] == [
        ("Cai", "Ann", False),
        ("Cai", "Ann", True),
    ]
    assert listed[1].may == "可修改"
    assert "宏远" not in listed[1].what
    page.search("ann")
    assert part.model.rowCount() == 2
    page.search("mei")
    assert part.empty.isVisibleTo(page)
    page.search("")
    part.table.setFocus()
    root.press(Qt.Key.Key_Down)
    root.press(Qt.Key.Key_Delete)
    settle()
    assert lent(server) == ([], [cai])
    undo(root)
    assert lent(server) == ([cai], [cai])
    part.table.select_row(0)
    part.end.click()
    settle()
    assert lent(server) == ([cai], [])


def lent(server: RunningServer) -> tuple[list[str], list[str]]:
    """Who sees a customer by a share, and who stands in for somebody."""
    with server.database.read() as connection:
        lasting, standing_in = shares.lasting(connection), shares.delegations(connection)
    return [one.user for one in lasting], [one.deputy for one in standing_in]
