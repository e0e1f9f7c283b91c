"""The cover where the PIN is forgotten: the company vouches for the person, or nobody does; a real server is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from crmdesk.core.errors import CrmError
from crmdesk.store import settings
from crmdesk.store.settings import Device, Server
from crmdesk.sync.enrolment import enrol
from crmdesk.system import secrets
from crmdesk.system.clock import SystemClock
from crmdesk.system.paths import Profile
from crmdesk.ui import cover as covering
from crmdesk.ui.cover import Cover
from crmdesk.ui.pages.cover_page import CoverWindow, Form
from crmdesk.usecases import pin
from crmdesk.usecases.workspace import Workspace, create_workspace
from sync_server import enrolment, signing_in
from tests.support.desks import OpenDesk, alone, customer, employed, sync
from tests.support.server import HOUR_MS, RunningServer, running_company

PIN, NEW_PIN, PASSWORD, NEW_PASSWORD = "246810", "864202", "correct horse battery", "another horse altogether"


class Clock(SystemClock):
    ahead_ms = 0

    def monotonic_ms(self) -> int:
        return super().monotonic_ms() + self.ahead_ms

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        running.give_password("Ann", PASSWORD)
        yield running


@pytest.fixture
def ann(qapp, server: RunningServer, tmp_path: Path) -> Iterator[OpenDesk]:
    """Ann's desk: a PIN is set."""
    yield from opened(employed(server, "Ann", tmp_path / "ann"))


def opened(workspace: Workspace) -> Iterator[OpenDesk]:
    workspace.clock = workspace.replica.clock = Clock()
    pin.choose(workspace.replica, "", PIN)
    desk = OpenDesk(workspace)
    desk.syncing.sync_now = lambda: syncs.append(workspace)  # type: ignore[method-assign]  # counted, not run
    yield desk
    desk.close()


syncs: list[Workspace] = []


@pytest.fixture
def cover(ann: OpenDesk) -> Iterator[Cover]:
    yield from put_on(ann)


def put_on(desk: OpenDesk) -> Iterator[Cover]:
    syncs.clear()
    made = Cover(desk.context, desk.syncing, desk.context)
    made.put()
    yield made
    made.stop()


def over(cover: Cover) -> CoverWindow:
    assert cover.window is not None
    return cover.window


def give(form: Form, *texts: str) -> None:
    """Typed and sent off by the keyboard alone."""
    assert form.isVisible()
    for line, text in zip(form.lines, texts, strict=True):
        line.setText(text)
    QTest.keyClick(form.lines[-1], Qt.Key.Key_Return)


def words(window: CoverWindow) -> str:
    return " ".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def all_but_one_spent(workspace: Workspace) -> None:
    """Nine tries were wrong; how they are counted is tested in tests/usecases/test_pin.py."""
    with workspace.replica.database.write() as connection:
        known = settings.read(connection, "pin", pin.Pin)
        settings.write(connection, {"pin": msgspec.structs.replace(known, tries=pin.TRIES - 1)})


def opens(workspace: Workspace, typed: str) -> bool:
    try:
        pin.check(workspace.replica, typed)
    except CrmError:
        return False
    return True


def test_t02_the_password_is_looked_at_by_the_company_and_the_pin_chosen_anew(
    ann: OpenDesk, cover: Cover
) -> None:
    over(cover).knock.others[0].click()
    give(over(cover).password, "wrong")
    assert over(cover).password.said.isVisible()
    assert not over(cover).is_proved
    give(over(cover).password, PASSWORD)
    assert cover.is_on
    assert not ann.window.isVisible()
    give(over(cover).new_pin, NEW_PIN, NEW_PIN + "1")
    assert cover.is_on
    give(over(cover).new_pin, NEW_PIN, NEW_PIN)
    assert ann.window.isVisible()
    assert opens(ann.workspace, NEW_PIN)
    assert not opens(ann.workspace, PIN)


def test_t02_ten_wrong_pins_leave_the_companys_word_alone(ann: OpenDesk, cover: Cover) -> None:
    all_but_one_spent(ann.workspace)
    give(over(cover).knock, "000000")
    assert over(cover).form is over(cover).password
    QTest.keyClick(over(cover), Qt.Key.Key_Escape)
    give(over(cover).knock, PIN)
    assert over(cover).form is over(cover).password
    give(over(cover).password, PASSWORD)
    over(cover).new_pin.others[0].click()
    assert ann.window.isVisible()
    assert opens(ann.workspace, PIN)


def test_t02_a_sync_alone_gives_no_tries_back(ann: OpenDesk, cover: Cover) -> None:
    """Whoever holds the laptop can let it sync; that says nothing of who it is."""
    all_but_one_spent(ann.workspace)
    give(over(cover).knock, "000000")
    sync(ann.workspace)
    over(cover).show_knock()
    give(over(cover).knock, PIN)
    assert cover.is_on


def test_t02_whoever_walks_away_from_the_companys_word_leaves_nothing_open(
    ann: OpenDesk, cover: Cover
) -> None:
    over(cover).show_forgotten()
    give(over(cover).password, PASSWORD)
    assert over(cover).is_proved
    clock = ann.workspace.clock
    assert isinstance(clock, Clock)
    clock.ahead_ms += covering.PROVED_MS - 1_000
    cover.look()
    assert over(cover).is_proved
    clock.ahead_ms += 1_000
    cover.look()
    assert over(cover).form is over(cover).knock
    over(cover).pin_chosen.emit(NEW_PIN)
    over(cover).kept.emit()
    assert cover.is_on
    assert opens(ann.workspace, PIN)


def test_t02_guesses_of_the_password_are_counted_by_the_server(ann: OpenDesk, cover: Cover) -> None:
    over(cover).show_forgotten()
    said = set()
    for number in range(12):
        give(over(cover).password, f"guess {number}")
        said.add(over(cover).password.said.text())
    assert len(said) == 2, "wrong, then too many"
    give(over(cover).password, PASSWORD)
    assert not over(cover).is_proved


def test_t02_a_revoked_laptop_is_not_opened_and_syncs_to_hear_its_order(
    server: RunningServer, ann: OpenDesk, cover: Cover
) -> None:
    with ann.workspace.replica.database.read() as connection:
        device = settings.read(connection, "device", Device)
    with server.database.write() as connection:
        enrolment.revoke(connection, device.id, server.clock())
    over(cover).show_forgotten()
    give(over(cover).password, PASSWORD)
    assert not over(cover).is_proved
    assert syncs == [ann.workspace]


def test_a_code_opens_for_who_has_no_password_and_gives_one(
    server: RunningServer, ann: OpenDesk, cover: Cover
) -> None:
    with server.database.write() as connection:
        code = signing_in.reset(connection, server.people["Ann"].user, server.clock(), HOUR_MS)
    over(cover).show_forgotten()
    give(over(cover).password, PASSWORD)
    assert not over(cover).is_proved, "the password was taken away"
    over(cover).password.others[0].click()
    give(over(cover).code, code, NEW_PASSWORD)
    give(over(cover).new_pin, NEW_PIN, NEW_PIN)
    assert ann.window.isVisible()
    assert opens(ann.workspace, NEW_PIN)


def test_offline_it_says_that_nothing_is_lost_and_what_opens(ann: OpenDesk, cover: Cover) -> None:
    with ann.workspace.replica.database.write() as connection:
        server = settings.read(connection, "server", Server)
        assert server is not None
        settings.write(
            connection, {"server": Server("http://127.0.0.1:9", server.server_id, "c", server.key)}
        )
    over(cover).show_forgotten()
    give(over(cover).password, PASSWORD)
    assert str(CrmError("vouch_offline").sentence("zh_CN")) == over(cover).password.said.text()
    assert "您录入的内容都在本机" in words(over(cover))
    assert not over(cover).is_proved
    QTest.keyClick(over(cover), Qt.Key.Key_Escape)
    give(over(cover).knock, PIN)
    assert ann.window.isVisible()


def test_who_works_alone_is_told_that_nobody_can_vouch(qapp, tmp_path: Path) -> None:
    workspace = alone(tmp_path / "alone")
    for desk in opened(workspace):
        for cover in put_on(desk):
            over(cover).knock.others[0].click()
            QApplication.processEvents()
            assert "crmdesk pin set" in words(over(cover))
            over(cover).nobody.button.click()
            give(over(cover).knock, PIN)
            assert desk.window.isVisible()


def test_a_forgotten_passphrase_does_not_keep_the_company_from_uncovering(
    qapp, server: RunningServer, tmp_path: Path
) -> None:
    profile = Profile(tmp_path / "profile")
    workspace = create_workspace(profile, secrets.new_key(profile, "correct"))
    enrol(workspace.replica, server.address, server.code(server.people["Ann"].user), "laptop")
    home = customer(workspace, "宏远机械")
    desk = OpenDesk(workspace)
    desk.syncing.sync_now = lambda: None  # type: ignore[method-assign]
    for cover in put_on(desk):
        over(cover).knock.others[0].click()
        give(over(cover).password, PASSWORD)
        assert "下次启动仍需要本机密码" in words(over(cover))
        over(cover).after.button.click()
        assert desk.window.isVisible()
        assert not pin.is_set(workspace.reader)
    assert workspace.reader.value("SELECT count(*) FROM outbox") == 1, home
    desk.close()
