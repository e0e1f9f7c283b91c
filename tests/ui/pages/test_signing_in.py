"""Passwords on screen: joining by name, signing in again, and being asked once more for what is dangerous."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLineEdit

from sync_server import enrolment, signing_in
from sync_server.storage import devices
from tests.support.desks import alone, customer, sync
from tests.support.server import HOUR_MS

RIGHT, NEW = "correct horse battery", "another horse altogether"


def give(dialog, *passwords: str) -> None:
    for line, password in zip(dialog.lines, passwords, strict=True):
        line.setText(password)
    dialog.button.click()


def test_name_and_password_join_and_the_words_are_shown_until_they_are_approved(
    server, open_desk, qtbot, tmp_path: Path
) -> None:
    server.give_password("Ann", RIGHT)
    desk = open_desk(alone(tmp_path / "mine"))
    form = desk.go("sync").form
    form.way.click()
    assert form.name.isVisible()
    assert not form.code.isVisible()
    assert form.password.echoMode() == QLineEdit.EchoMode.Password
    form.address.setText(server.address)
    form.name.setText("Ann")
    form.password.setText("incorrect horse")
    form.button.click()
    qtbot.waitUntil(form.said.isVisible)
    assert form.said.text().startswith("姓名或登录密码不正确。")
    form.password.setText(RIGHT)
    form.button.click()
    qtbot.waitUntil(form.words.isVisible)
    with server.database.write() as connection:
        (device,) = devices.devices(connection)
        enrolment.approve(connection, device.id, server.clock())
    desk.syncing.sync_now()
    qtbot.waitUntil(lambda: desk.syncing.report is not None and desk.syncing.report.problem is None)


def test_the_way_back_to_the_code_is_there(workspace, open_desk) -> None:
    form = open_desk(workspace).go("sync").form
    texts = []
    for _ in range(2):
        texts.append(form.way.text())
        form.way.click()
    assert texts == ["改用姓名和登录密码", "改用入网码"]
    assert form.code.isVisible()
    assert not form.password.isVisible()


def test_a_session_that_has_ended_offers_to_sign_in_again_and_sends_what_waited(
    server, hire, open_desk, qtbot
) -> None:
    ann = hire("Ann")
    sync(ann)
    server.give_password("Ann", RIGHT)
    customer(ann, "宏远机械")
    server.clock.ahead_ms = 200 * 24 * HOUR_MS
    desk = open_desk(ann)
    page = desk.go("sync")
    desk.syncing.sync_now()
    qtbot.waitUntil(page.sign_in.isVisible)
    page.sign_in.by_password.click()
    give(page.sign_in.dialog, "incorrect horse")
    qtbot.waitUntil(page.sign_in.dialog.said.isVisible)
    give(page.sign_in.dialog, RIGHT)
    qtbot.waitUntil(lambda: desk.syncing.problem is None and desk.syncing.report is not None)
    assert not page.sign_in.isVisible()
    assert page.headline.title.text() == "全部已同步"


def test_an_administrators_code_and_a_new_password_let_in_as_well(server, hire, open_desk, qtbot) -> None:
    ann = hire("Ann")
    sync(ann)
    with server.database.write() as connection:
        code = signing_in.reset(connection, "Ann", server.clock(), 365 * 24 * HOUR_MS)
    server.clock.ahead_ms = 200 * 24 * HOUR_MS
    desk = open_desk(ann)
    page = desk.go("sync")
    desk.syncing.sync_now()
    qtbot.waitUntil(page.sign_in.isVisible)
    page.sign_in.by_code.click()
    give(page.sign_in.dialog, code, NEW)
    qtbot.waitUntil(lambda: desk.syncing.problem is None)


def test_a_password_is_chosen_in_the_settings_and_changed_with_the_old_one(
    server, hire, open_desk, qtbot
) -> None:
    ann = hire("Ann")
    sync(ann)
    desk = open_desk(ann)
    card = desk.go("settings").password
    assert card.isVisible()
    card.choose.click()
    give(card.dialog, "", "football")
    qtbot.waitUntil(card.dialog.said.isVisible)
    assert card.dialog.said.text().startswith("这个登录密码太容易被猜到。")
    give(card.dialog, "", RIGHT)
    qtbot.waitUntil(lambda: desk.notice() == "登录密码已设置")
    card.choose.click()
    give(card.dialog, "", NEW)
    qtbot.waitUntil(card.dialog.said.isVisible)
    assert card.dialog.said.text().startswith("姓名或登录密码不正确。")
    give(card.dialog, RIGHT, NEW)
    qtbot.waitUntil(lambda: not card.findChildren(type(card.dialog)))


def test_working_alone_there_is_no_password_to_choose(workspace, open_desk) -> None:
    assert not open_desk(workspace).go("settings").password.isVisible()


def test_a_dangerous_act_asks_for_the_password_in_place_and_is_then_done(
    server, hire, open_desk, qtbot
) -> None:
    server.add_user("Ada", "administrator")
    ada = hire("Ada")
    sync(ada)
    server.give_password("Ada", RIGHT)
    desk = open_desk(ada)
    page = desk.go("company")
    bo = server.people["Bo"].user
    page.list.select_id(f"person:{bo}")
    action = next(action for action in page._role.menu().actions() if action.data() == "manager")
    action.trigger()
    qtbot.waitUntil(lambda: getattr(page, "password", None) is not None and page.password.isVisible())
    give(page.password, "incorrect horse")
    qtbot.waitUntil(page.password.said.isVisible)
    assert page.password.said.text().startswith("姓名或登录密码不正确。")
    give(page.password, RIGHT)
    qtbot.waitUntil(lambda: desk.notice() == "Bo 的角色已变更")
    with server.database.read() as connection:
        role = connection.exec_driver_sql("SELECT role FROM account WHERE name = 'Bo'").scalar()
    assert role == "manager"
