"""Several customers at once: selected by keyboard, foretold, done in one command, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.store.replica import Touched
from crmdesk.usecases.workspace import Workspace
from sync_server.storage import sharing
from tests.support.desks import OpenDesk, customer, sync
from tests.support.server import RunningServer

Hold = Qt.KeyboardModifier


def with_customers(workspace: Workspace, *names: str) -> list[str]:
    found = [customer(workspace, name).id for name in names]
    sync(workspace)
    return found


def opened(desk: OpenDesk) -> Any:
    page: Any = desk.go("customers")
    page.table.setFocus()
    page.table.select_row(0)
    return page


def key(page: Any, which: Qt.Key, hold: Qt.KeyboardModifier = Hold.NoModifier) -> None:
    QTest.keyClick(page.table, which, hold)
    QApplication.processEvents()


def guests(server: RunningServer) -> list[tuple[str, str, bool]]:
    with server.database.read() as connection:
        return sorted((one.customer, one.user, one.can_write) for one in sharing.lasting(connection))


def choose_person(dialog: Any, name: str) -> None:
    dialog._search(name)
    QApplication.processEvents()


@pytest.fixture
def ann(hire: Any) -> Workspace:
    found: Workspace = hire("Ann")
    return found


def test_several_are_selected_by_keyboard_and_one_again(ann, open_desk) -> None:
    with_customers(ann, "甲", "乙", "丙")
    page = opened(open_desk(ann))
    assert not page.bar.isVisibleTo(page)
    key(page, Qt.Key.Key_Down, Hold.ShiftModifier)
    assert page.bar.count.text() == "已选 2 个"
    key(page, Qt.Key.Key_A, Hold.ControlModifier)
    assert page.bar.count.text() == "已选 3 个"
    page.reload()
    QApplication.processEvents()
    assert page.table.chosen_count == 3
    key(page, Qt.Key.Key_Escape)
    assert not page.bar.isVisibleTo(page)
    assert page.table.chosen_count == 1


def test_several_are_shared_in_one_command_and_taken_back(server, ann, hire, open_desk) -> None:
    ids = with_customers(ann, "甲", "乙", "丙")
    cai = server.people["Cai"].user
    desk = open_desk(ann)
    page = opened(desk)
    key(page, Qt.Key.Key_A, Hold.ControlModifier)
    QTest.keyClick(page.bar.deeds["share"], Qt.Key.Key_Space)
    dialog = page.several.dialog
    choose_person(dialog, "Cai")
    assert dialog.preview.text() == "将共享 3 个。"
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert desk.notice() == "已把 3 个共享给 Cai"
    assert guests(server) == sorted((one, cai, False) for one in ids)
    assert page.table.chosen_count == 1
    desk.window.notices.act()
    assert guests(server) == []


def test_what_was_shared_before_gets_its_terms_back(server, ann, open_desk) -> None:
    first, second = with_customers(ann, "甲", "乙")
    cai = server.people["Cai"].user
    desk = open_desk(ann)
    page = opened(desk)
    page.several.share([first])
    choose_person(page.several.dialog, "Cai")
    page.several.dialog.right.select("write")
    page.several.dialog._take()
    sync(ann)
    desk.context.bus.touched.emit(Touched(is_everything=True))
    desk.window.notices._next()
    page.several.share([first, second])
    choose_person(page.several.dialog, "Cai")
    assert "其中 1 个" in page.several.dialog.preview.text()
    page.several.dialog._take()
    assert guests(server) == sorted([(first, cai, False), (second, cai, False)])
    desk.window.notices.act()
    assert guests(server) == [(first, cai, True)]


def test_what_would_be_refused_is_said_before_and_left_out(server, ann, hire, open_desk) -> None:
    mine = with_customers(ann, "甲", "乙")
    (other,) = with_customers(hire("Bo"), "别人的")
    sync(ann)
    page = opened(open_desk(ann))
    page.several.share([*mine, other])
    dialog = page.several.dialog
    choose_person(dialog, "Cai")
    assert dialog.preview.text() == "将共享 2 个。\n1 个保持不变，因为不由您负责：别人的"
    dialog._take()
    assert {one[0] for one in guests(server)} == set(mine)
    page.several.share([other])
    choose_person(page.several.dialog, "Cai")
    assert not page.several.dialog._choose.isEnabled()
    page.several.dialog._take()
    assert {one[0] for one in guests(server)} == set(mine)


def test_a_manager_hands_several_over_and_gives_them_to_the_pool(server, ann, hire, open_desk) -> None:
    ids = with_customers(ann, "甲", "乙")
    bo = with_customers(hire("Bo"), "丙")
    mei = hire("Mei")
    desk = open_desk(mei)
    page = opened(desk)
    page.several.hand_over([*ids, *bo])
    dialog = page.several.dialog
    assert {one.name for one in dialog._people} >= {"Ann", "Bo", "Cai"}
    choose_person(dialog, "Bo")
    assert dialog.preview.text() == "将移交 2 个。\n1 个保持不变，因为它们已归这位同事：丙"
    dialog._take()
    sync(mei)
    assert desk.notice() == "已把 2 个移交给 Bo"
    desk.context.bus.touched.emit(Touched(is_everything=True))
    desk.window.notices._next()
    page.several.release([*ids, *bo])
    page.several.dialog.button.click()
    assert desk.notice() == "3 个已放入公海"
    sync(mei)
    desk.context.bus.touched.emit(Touched(is_everything=True))
    page.several.release(ids)
    assert not page.several.dialog.button.isEnabled()


@pytest.mark.parametrize(("name", "role"), [("Eve", "auditor"), ("Dora", "director")])
def test_who_only_reads_is_offered_nothing(server, hire, open_desk, ann, name, role) -> None:
    with_customers(ann, "甲", "乙")
    server.add_user(name, role, team="North")
    page = opened(open_desk(hire(name)))
    key(page, Qt.Key.Key_A, Hold.ControlModifier)
    assert page.table.chosen_count == 2
    assert not page.bar.isVisibleTo(page)
