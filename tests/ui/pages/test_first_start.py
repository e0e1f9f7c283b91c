from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget

from crmdesk.core.errors import Language
from crmdesk.store import dialect
from crmdesk.sync.invitation import Invitation, write_invitation
from crmdesk.system import secrets
from crmdesk.system.paths import Profile
from crmdesk.ui import language, opening
from crmdesk.ui.entrance import Entrance
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.runner import Runner
from crmdesk.usecases.workspace import Workspace
from sync_server.signing import signer_of
from sync_server.storage import people

PASSPHRASE = "correct horse battery"


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path / "profile")


class Door:
    """An entrance and what came through it. This machine has no keychain."""

    def __init__(self, profile: Profile) -> None:
        self.opened: list[Workspace] = []
        self.entrance = Entrance(profile, Runner.inline())
        self.entrance.opened.connect(self.opened.append)
        self.entrance.resize(1200, 720)
        self.entrance.show()
        self.first = self.entrance.first_start
        self.entrance.begin()

    def close(self) -> None:
        for workspace in self.opened:
            workspace.close()


@pytest.fixture
def knock(qapp, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Door]]:
    monkeypatch.delenv(secrets.PASSPHRASE_VARIABLE, raising=False)
    doors: list[Door] = []

    def knock() -> Door:
        doors.append(Door(profile))
        return doors[-1]

    yield knock
    for door in doors:
        door.close()


def fill_passphrase(fields, first: str, again: str) -> None:
    fields.first.setText(first)
    fields.again.setText(again)


def test_a_new_profile_is_offered_three_ways_in(knock) -> None:
    first = knock().first
    assert [offer.isVisible() for offer in (first.sample, first.alone, first.join)] == [True] * 3
    assert first.window().focusWidget() is first.sample


def test_working_alone_needs_a_name_and_a_passphrase_where_there_is_no_keychain(knock, profile) -> None:
    door = knock()
    door.first.alone.click()
    assert door.first.alone_passphrase.isVisible()
    door.first.name.setText("林晓")
    fill_passphrase(door.first.alone_passphrase, PASSPHRASE, PASSPHRASE)
    door.first.begin.click()
    (workspace,) = door.opened
    assert workspace.identity().user_name == "林晓"
    assert secrets.needs_passphrase(profile)
    assert b"SQLite format" not in profile.database.read_bytes()[:100]


@pytest.mark.parametrize(
    ("first", "again", "said"),
    [("short", "short", "至少要 8 个字符。"), (PASSPHRASE, "another one", "两次输入的不一样。")],
)
def test_a_passphrase_that_will_not_do_is_told_why(knock, first, again, said) -> None:
    door = knock()
    door.first.alone.click()
    door.first.name.setText("林晓")
    fill_passphrase(door.first.alone_passphrase, first, again)
    door.first.begin.click()
    assert door.opened == []
    assert door.first.alone_passphrase.said.text() == said


def test_a_locked_profile_asks_again_after_a_wrong_passphrase_and_opens_with_the_right_one(
    knock, profile
) -> None:
    opening.work_alone(profile, "林晓", PASSPHRASE).close()
    door = knock()
    assert door.entrance.unlock.isVisible()
    for typed in ("wrong one", PASSPHRASE):
        assert door.opened == []
        door.entrance.unlock.passphrase.setText(typed)
        QTest.keyClick(door.entrance.unlock.passphrase, Qt.Key.Key_Return)
        if typed != PASSPHRASE:
            assert door.entrance.unlock.said.text().startswith("本机密码不正确")
            assert door.entrance.focusWidget() is door.entrance.unlock.passphrase
    assert len(door.opened) == 1


def test_a_passphrase_in_the_environment_opens_without_asking(knock, profile, monkeypatch) -> None:
    opening.work_alone(profile, "林晓", PASSPHRASE).close()
    monkeypatch.setenv(secrets.PASSPHRASE_VARIABLE, PASSPHRASE)
    assert len(knock().opened) == 1


def facts(door: Door) -> tuple[str, str]:
    trouble = door.entrance.trouble
    assert trouble.isVisible()
    words = [shown.text() for shown in trouble.facts.findChildren(QLabel)]
    return trouble.headline.title.text(), " ".join(words)


def test_a_database_from_a_newer_version_is_told_with_what_to_do(knock, profile, monkeypatch) -> None:
    workspace = opening.work_alone(profile, "林晓", PASSPHRASE)
    with workspace.replica.database.write() as connection:
        dialect.mark(connection, dialect.SCHEMA + 1)
    workspace.close()
    monkeypatch.setenv(secrets.PASSPHRASE_VARIABLE, PASSPHRASE)
    title, words = facts(knock())
    assert title == "本机数据库由更新版本的 crmdesk 写成。"
    assert "schema_newer" in words
    assert "安装新版本" in words


def test_a_damaged_key_file_is_told_with_its_path(knock, profile) -> None:
    opening.work_alone(profile, "林晓", PASSPHRASE).close()
    (profile.folder / "key.json").write_text("{")
    title, words = facts(knock())
    assert title.startswith("本机数据库已损坏")
    assert "database_corrupt" in words


def test_a_foreign_database_is_told_and_left_alone(knock, profile, monkeypatch) -> None:
    workspace = opening.work_alone(profile, "林晓", PASSPHRASE)
    with workspace.replica.database.write() as connection:
        connection.exec_driver_sql("PRAGMA application_id = 7")
    workspace.close()
    before = profile.database.read_bytes()
    monkeypatch.setenv(secrets.PASSPHRASE_VARIABLE, PASSPHRASE)
    title, words = facts(knock())
    assert title.endswith("不是 crmdesk 的数据库。")
    assert "database_foreign" in words
    assert profile.database.read_bytes() == before


def test_sample_data_is_made_in_a_place_of_its_own(knock, profile, monkeypatch) -> None:
    monkeypatch.setattr(opening, "SAMPLE_CUSTOMERS", 12)
    door = knock()
    door.first.sample.click()
    (workspace,) = door.opened
    assert workspace.profile == profile.sample
    assert workspace.reader.value("SELECT count(*) FROM p_customer") == 12
    assert not profile.exists()


def test_cancelled_sample_data_leaves_nothing_behind(profile) -> None:
    gauge = Gauge(stop=True)
    assert opening.sample(profile, "zh_CN", gauge) is None
    assert not profile.sample.exists()


def join(door: Door, address: str, code: str) -> None:
    door.first.join.click()
    fill_passphrase(door.first.join_passphrase, PASSPHRASE, PASSPHRASE)
    door.first.form.address.setText(address)
    door.first.form.code.setText(code)
    door.first.form.button.click()


def test_a_company_s_code_leads_to_a_workspace_of_that_person(knock, server) -> None:
    door = knock()
    join(door, server.address, server.code(server.people["Ann"].user))
    (workspace,) = door.opened
    assert workspace.identity().user_name == "Ann"
    assert workspace.server().company == "Test company"


def test_a_wrong_code_leaves_no_profile_and_the_right_one_then_works(knock, server, profile) -> None:
    door = knock()
    join(door, server.address, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    assert door.first.form.said.text().startswith("入网码不正确")
    assert not profile.exists()
    join(door, server.address, server.code(server.people["Ann"].user))
    assert len(door.opened) == 1


def invitation(server, folder: Path, **change: object) -> Path:
    """What an administrator gives Ann."""
    path = folder / "ann.crmdesk"
    key = signer_of(server.settings).public.hex()
    with server.database.read() as connection:
        server_id = people.load_company(connection).server_id
    code = server.code(server.people["Ann"].user)
    told = Invitation(server.address, server_id, key, (), code, server.clock().ms + 3_600_000)
    write_invitation(path, msgspec.structs.replace(told, **change))
    return path


def drop(target: QWidget, path: Path) -> None:
    """Drag a file over a widget and let it go there."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    at, keys, mouse = QPoint(5, 5), Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, mouse, keys)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(target, QDropEvent(at, Qt.DropAction.CopyAction, mime, mouse, keys))


def test_an_invitation_dropped_on_the_first_page_joins_with_one_key(knock, server, tmp_path) -> None:
    door = knock()
    drop(door.first, invitation(server, tmp_path))
    form = door.first.form
    assert form.code.text().count("-") == 4
    assert "有效" in form.told.text()
    fill_passphrase(door.first.join_passphrase, PASSPHRASE, PASSPHRASE)
    QTest.keyClick(form.button, Qt.Key.Key_Space)
    (workspace,) = door.opened
    assert workspace.identity().user_name == "Ann"


def test_an_invitation_is_chosen_by_keyboard_and_proves_the_server(
    knock, server, tmp_path, profile, monkeypatch
) -> None:
    door = knock()
    door.first.show_join()
    form = door.first.form
    other = invitation(server, tmp_path, server_key="0" * 64, expires_at=1)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))
    QTest.keyClick(form.file, Qt.Key.Key_Space)
    assert "新的邀请" in form.told.text()
    fill_passphrase(door.first.join_passphrase, PASSPHRASE, PASSPHRASE)
    form.button.click()
    assert form.said.isVisibleTo(form)
    assert not profile.exists()
    assert door.opened == []
    QTest.keyClick(form.address, Qt.Key.Key_End)
    QTest.keyClicks(form.address, "/")
    assert form.invitation is None
    assert not form.told.isVisibleTo(form)


@pytest.mark.parametrize("way", ["button", "code", "address", "copied file"])
def test_an_invitation_is_pasted_as_easily_as_a_code(knock, server, tmp_path, way) -> None:
    """Out of a mail, with the words around it, into either line or by the button that says so."""
    file = invitation(server, tmp_path)
    mime = QMimeData()
    mime.setText(f"你好，邀请如下：\n{file.read_text()}\n请尽快加入。")
    if way == "copied file":
        mime.setUrls([QUrl.fromLocalFile(str(file))])
    QApplication.clipboard().setMimeData(mime)
    door = knock()
    door.first.show_join()
    form = door.first.form
    assert "粘贴" in form.paste.text()
    assert any("粘贴" in shown.text() for shown in door.first.findChildren(QLabel) if shown.isVisible())
    if way in ("button", "copied file"):
        QTest.keyClick(form.paste, Qt.Key.Key_Space)
    else:
        QTest.keySequence(getattr(form, way), QKeySequence.StandardKey.Paste)
    assert form.address.text() == server.address
    assert form.code.text().count("-") == 4
    assert form.invitation is not None
    assert "有效" in form.told.text()


def test_a_clipboard_without_an_invitation_is_said_and_costs_nothing_typed(knock) -> None:
    QApplication.clipboard().setText("{what is this?")
    door = knock()
    door.first.show_join()
    form = door.first.form
    form.code.setText("AAAAA-AAAAA")
    form.paste.click()
    assert "邀请" in form.said.text()
    assert form.code.text() == "AAAAA-AAAAA"


def test_what_is_no_invitation_is_said(knock, tmp_path) -> None:
    door = knock()
    door.first.show_join()
    (tmp_path / "x").write_bytes(b"{}")
    drop(door.first.form, tmp_path / "x")
    assert "邀请文件" in door.first.form.said.text()


def test_an_address_where_nobody_answers_is_told_before_anything_is_made(knock, profile) -> None:
    door = knock()
    join(door, "http://127.0.0.1:9", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    assert door.first.form.said.text().startswith("连不上服务器。")
    assert not profile.exists()


@pytest.mark.parametrize("spoken", ["zh_CN", "en"])
def test_joining_is_whole_on_a_small_screen_at_one_and_a_half(knock, qapp, spoken: Language) -> None:
    language.switch(qapp, spoken)
    door = knock()
    door.entrance.resize(911, 512)
    door.first.show_join()
    for _ in range(4):
        QApplication.processEvents()
    shown = [one for one in door.first.findChildren(QWidget) if one.isVisible()]
    lines = [one for one in shown if isinstance(one, QLineEdit)]
    assert len(lines) == 4
    assert [line.accessibleName() for line in lines if line.height() < line.sizeHint().height()] == []
    told = [one for one in shown if isinstance(one, QLabel) and one.wordWrap()]
    assert len(told) >= 2
    assert [one.text() for one in told if one.height() < one.heightForWidth(one.width())] == []
