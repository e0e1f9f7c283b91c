"""The cover over the window: put by time or by key, lifted by whoever proves to be back, with everything in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget

from crmdesk.core.lease import MINUTE_MS, Kept, Lease
from crmdesk.store import settings
from crmdesk.system import secrets
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.ui.cover import Cover, idle_ms
from crmdesk.ui.pages.cover_page import CoverWindow
from crmdesk.ui.pages.settings import Settings
from crmdesk.usecases import pin
from crmdesk.usecases.workspace import create_workspace
from tests.support.desks import OpenDesk, alone, customer

PASSPHRASE = "correct horse battery"


class Clock(SystemClock):
    ahead_ms = 0

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ahead_ms


@pytest.fixture
def desk(qapp, tmp_path: Path) -> Iterator[OpenDesk]:
    workspace = alone(tmp_path / "alone")
    workspace.clock = Clock()
    customer(workspace, "宏远机械")
    opened = OpenDesk(workspace)
    yield opened
    opened.close()
    workspace.close()


@pytest.fixture
def cover(desk: OpenDesk) -> Iterator[Cover]:
    made = Cover(desk.context, desk.syncing, desk.context)
    yield made
    made.stop()


def visible() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


def over(cover: Cover) -> CoverWindow:
    assert cover.window is not None
    return cover.window


def page(desk: OpenDesk) -> Settings:
    found = desk.window.page
    assert isinstance(found, Settings)
    return found


def shown_texts() -> str:
    """Everything that is on show anywhere, titles of windows included."""
    found = [widget.windowTitle() for widget in visible()]
    for window in visible():
        found += [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
        found += [line.text() for line in window.findChildren(QLineEdit) if line.isVisible()]
    return " ".join(found)


def set_pin(desk: OpenDesk) -> None:
    pin.choose(desk.workspace.replica, "", "246810")


def idle(desk: OpenDesk, minutes: float) -> None:
    assert isinstance(desk.workspace.clock, Clock)
    desk.workspace.clock.ahead_ms += int(minutes * MINUTE_MS)


def test_t02_nothing_of_the_data_is_on_show_under_the_cover(desk: OpenDesk, cover: Cover) -> None:
    desk.window.go("customers")
    dialog = QDialog(desk.window)
    dialog.setWindowTitle("宏远机械")
    dialog.open()
    assert "宏远机械" in shown_texts()
    cover.put()
    assert visible() == [over(cover)]
    assert "宏远机械" not in shown_texts()
    assert over(cover).windowTitle() == "crmdesk"
    over(cover).knock.button.click()
    assert desk.window.isVisible()
    assert dialog.isVisible()


def test_t02_the_window_is_covered_after_the_time_without_input_and_not_before(
    desk: OpenDesk, cover: Cover
) -> None:
    idle(desk, 14.9)
    cover.look()
    assert not cover.is_on
    idle(desk, 0.2)
    cover.look()
    assert cover.is_on


def test_input_starts_the_time_anew(desk: OpenDesk, cover: Cover, qtbot) -> None:
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    cover._focus(desk.window.windowHandle())
    idle(desk, 14.9)
    QTest.keyClick(desk.window.windowHandle(), Qt.Key.Key_Shift)
    idle(desk, 14.9)
    cover.look()
    assert not cover.is_on


@pytest.mark.parametrize(
    ("company", "own", "minutes"), [(15, None, 15), (5, None, 5), (15, 1, 1), (5, 60, 5)]
)
def test_t02_a_person_may_only_shorten_what_the_company_allows(
    desk: OpenDesk, company: int, own: int | None, minutes: int
) -> None:
    lease = Lease("d", "u", 1, 1, 1, company * MINUTE_MS, "", "")
    with desk.workspace.replica.database.write() as connection:
        settings.write(connection, {"lease": Kept(lease, "", "", desk.workspace.clock.now_ms())})
    assert idle_ms(desk.workspace, own) == minutes * MINUTE_MS


def test_what_was_being_typed_is_still_there(desk: OpenDesk, cover: Cover) -> None:
    desk.window.go("settings")
    page(desk).phrases.setPlainText("half a sen")
    page(desk)._pause.stop()
    cover.put()
    over(cover).knock.button.click()
    assert desk.window.page_key == "settings"
    assert page(desk).phrases.toPlainText() == "half a sen"


def test_t02_a_pin_uncovers_and_a_wrong_one_does_not(desk: OpenDesk, cover: Cover) -> None:
    set_pin(desk)
    cover.put()
    over(cover).knock.lines[0].setText("000000")
    over(cover).knock.button.click()
    assert cover.is_on
    assert over(cover).knock.said.isVisible()
    assert over(cover).knock.lines[0].text() == ""
    over(cover).knock.lines[0].setText("246810")
    over(cover).knock.button.click()
    assert desk.window.isVisible()
    assert visible() == [desk.window]


def test_the_covered_window_is_called_as_the_command_that_covers_it(desk: OpenDesk, cover: Cover) -> None:
    set_pin(desk)
    cover.put()
    assert "窗口已锁定" in shown_texts()
    assert "输入 PIN，从刚才的地方继续。" in shown_texts()


def test_t02_the_passphrase_uncovers_where_there_is_one(qapp, tmp_path: Path) -> None:
    profile = Profile(tmp_path / "profile")
    workspace = create_workspace(profile, secrets.new_key(profile, PASSPHRASE), user_name="林晓")
    desk = OpenDesk(workspace)
    cover = Cover(desk.context, desk.syncing, desk.context)
    cover.put()
    for typed, is_on in (("wrong", True), (PASSPHRASE, False)):
        over(cover).knock.lines[0].setText(typed)
        over(cover).knock.button.click()
        assert cover.is_on is is_on
    cover.stop()
    desk.close()
    workspace.close()


def test_what_opens_while_covered_is_covered_too(desk: OpenDesk, cover: Cover) -> None:
    cover.put()
    late = QDialog(desk.window)
    late.show()
    cover.look()
    assert visible() == [over(cover)]
    over(cover).knock.button.click()
    assert late.isVisible()
