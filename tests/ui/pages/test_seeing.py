"""What another person sees, in a second window: the same rows, nothing to write, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import CrmError
from crmdesk.core.roles import Role
from crmdesk.sync import commands
from crmdesk.sync import seeing as looking
from crmdesk.sync.enrolment import connect
from crmdesk.system import shelters
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.seeing import Seeing
from crmdesk.usecases import attachments, copies, refusals, seeing
from crmdesk.usecases.export import export
from crmdesk.usecases.workspace import Workspace
from sync_server import accounts
from tests.support.desks import customer, sync, visit, write

CANARY = "canary-5f1c"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, for this test alone."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def root(server, hire) -> Workspace:
    server.add_user("Root", "administrator")
    found: Workspace = hire("Root")
    return found


def rows(workspace: Workspace) -> list[Any]:
    """All that is held of records, byte for byte."""
    return workspace.reader.all(
        "SELECT entity, id, part, bucket, state FROM record ORDER BY entity, id, part"
    )


def look_at(open_desk: Any, root: Workspace, user: str) -> Seeing:
    desk = open_desk(root)
    found = Seeing(desk.context, user, desk.window)
    found.begin()
    QApplication.processEvents()
    return found


def names_in(found: Seeing) -> set[str]:
    return {name for (name,) in found.context.reader.all("SELECT f_name FROM p_customer")}


def window_of(found: Seeing) -> MainWindow:
    assert found.desk is not None
    return found.desk.window


def test_the_rows_are_those_of_that_persons_own_laptop(server, hire, root, open_desk) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    for person, name in ((ann, "宏远机械"), (cai, "西区客户")):
        visit(person, customer(person, name), "谈价格")
        sync(person)
    sync(ann)
    found = look_at(open_desk, root, server.people["Ann"].user)
    assert found.desk is not None
    assert rows(found.context.workspace) == rows(ann)
    shown = [name for (name,) in found.context.reader.all("SELECT f_name FROM p_customer")]
    assert shown == ["宏远机械"]
    assert found.desk.window.page_keys() == open_desk(ann).window.page_keys()
    assert found.context.directory.me.name == "Ann"
    found.close()


def test_every_page_says_so_and_offers_nothing_that_writes(server, hire, root, open_desk) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械", grade="B")
    sync(ann)
    found = look_at(open_desk, root, server.people["Ann"].user)
    window: Any = window_of(found)
    for page in window.page_keys():
        window.go(page)
        said = window.menuWidget().accessibleName()
        assert said.startswith("您看到的是 Ann 所见的内容 · ")
        assert said.endswith(" · 只读 · 有记录")
    window.go("customer", home.id)
    view = window.page.view
    view._offer_moves()
    actions = (
        view._share,
        view._add_contact,
        view._change,
        view._delete,
        view._hand_over,
        view._release,
        view._claim,
    )
    assert not any(action.isVisible() for action in actions)
    assert view.head.visit.isHidden()
    view.show_tab("details")
    assert not any(cell.editor.isEnabled() for cell in view.form._cells.values())
    assert "他人视角" in view.form.cell("grade").toolTip()
    with pytest.raises(CrmError) as refused:
        write(found.context.workspace, home, {"grade": "A"})
    assert refused.value.code == "seeing_as"
    assert found.context.reader.value("SELECT count(*) FROM outbox") == 0
    found.close()


def test_whatever_it_asks_of_the_server_is_refused_and_changes_nothing(server, hire, root) -> None:
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    sync(ann)
    look = looking.fetch(root, server.people["Ann"].user)
    before = server.digest()
    replica = look.workspace.replica
    with closing(connect(replica)) as http:
        for ask in (
            lambda: commands.release(replica, http, [home.id]),
            lambda: http.confirm_permissions("0" * 64),
            lambda: http.set_password(None, "a long password"),
            lambda: http.lost(()),
        ):
            with pytest.raises(CrmError) as refused:
                ask()
            assert refused.value.code == "seeing_as"
        assert http.permissions().permissions.name == "Ann"
    assert server.digest() == before
    look.destroy()


def test_after_closing_nothing_of_it_is_on_disk(server, hire, root, open_desk, temporary: Path) -> None:
    ann = hire("Ann")
    customer(ann, CANARY, remark=CANARY)
    sync(ann)
    found = look_at(open_desk, root, server.people["Ann"].user)
    folder = found.context.workspace.profile.folder
    assert folder.parent == temporary
    assert found.context.reader.value("SELECT f_name FROM p_customer") == CANARY
    window_of(found).go("customers")
    kept = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert sum(map(len, kept)) > 10_000
    assert not any(CANARY.encode() in content or b"Ann" in content for content in kept)
    window_of(found).close()
    QApplication.processEvents()
    assert not folder.exists()
    assert list(temporary.iterdir()) == []


def test_what_a_crash_left_goes_at_the_next_start_and_what_lives_stays(temporary: Path) -> None:
    code = (
        "import os, tempfile; tempfile.tempdir = os.environ['HERE']\n"
        "from crmdesk.system import shelters\n"
        "made = shelters.build(); (made.folder / 'crmdesk.db').write_bytes(b'x' * 9000); os._exit(9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HERE": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert done.returncode == 9
    (left,) = temporary.iterdir()
    mine = shelters.build()
    assert shelters.sweep() == 1
    assert not left.exists()
    assert mine.folder.exists()
    mine.destroy()
    assert list(temporary.iterdir()) == []


def test_one_that_comes_to_grief_leaves_nothing(server, hire, root, open_desk, temporary: Path) -> None:
    hire("Ann")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    desk = open_desk(root)
    found = Seeing(desk.context, server.people["Ann"].user, desk.window)
    found.begin()
    assert found.desk is None
    assert "找不到" in desk.notice()
    assert list(temporary.iterdir()) == []


def test_nobody_but_an_administrator_can_look(server, hire, temporary: Path) -> None:
    mei = hire("Mei")
    with pytest.raises(CrmError) as refused:
        looking.fetch(mei, server.people["Ann"].user)
    assert refused.value.code == "forbidden"
    assert list(temporary.iterdir()) == []


def test_one_who_works_alone_has_nobody_to_look_as(workspace) -> None:
    with pytest.raises(CrmError) as refused:
        seeing.prepare(workspace, "0" * 32)
    assert refused.value.code == "not_enrolled"


def test_the_administrators_own_laptop_goes_on_as_before(server, hire, root) -> None:
    """The session that lends itself is one: its tokens turn over for both, and its own work is its own."""
    ann = hire("Ann")
    customer(ann, "宏远机械")
    sync(ann)
    look = looking.fetch(root, server.people["Ann"].user)
    with closing(connect(look.workspace.replica)) as http:
        http.token()
        assert http.permissions().permissions.name == "Ann"
    look.destroy()
    mine = customer(root, "管理员的客户")
    sync(root)
    assert root.reader.value("SELECT count(*) FROM outbox") == 0
    assert root.reader.record(*mine) is not None


def test_f5_fetches_what_has_come_since_and_says_from_when_it_is(
    server, hire, root, open_desk, monkeypatch, qtbot
) -> None:
    ann = hire("Ann")
    customer(ann, "宏远机械")
    sync(ann)
    found = look_at(open_desk, root, server.people["Ann"].user)
    window: Any = window_of(found)
    window.go("customers")
    customer(ann, "西区客户")
    sync(ann)
    monkeypatch.setattr(found.context.workspace.replica.clock, "now_ms", lambda: 1_800_000_000_000)
    assert names_in(found) == {"宏远机械"}
    before = window.menuWidget().accessibleName()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F5)
    QApplication.processEvents()
    assert names_in(found) == {"宏远机械", "西区客户"}
    assert window.page_key == "customers"
    assert window.menuWidget().accessibleName() != before
    assert window_of(found) is window
    found.close()


def test_what_they_see_no_longer_is_gone_after_a_refresh_however_much(server, hire, root, open_desk) -> None:
    """A laptop would stop and ask before so much is taken; here nothing is anybody's work."""
    bo = hire("Bo")
    for number in range(60):
        customer(bo, f"客户{number}")
    sync(bo)
    found = look_at(open_desk, root, server.people["Ann"].user)
    assert len(names_in(found)) == 60
    server.withdraw("Bo", "Ann")
    found.refresh()
    assert names_in(found) == set()
    found.close()


def test_after_a_new_role_a_refresh_shows_the_pages_of_it(server, hire, root, open_desk) -> None:
    hire("Ann")
    found = look_at(open_desk, root, server.people["Ann"].user)
    old = window_of(found)
    assert "review" not in old.page_keys()
    with server.database.write() as connection:
        accounts.change_role(connection, "Ann", Role.MANAGER, server.clock())
    found.refresh()
    assert "review" in window_of(found).page_keys()
    QApplication.processEvents()
    assert window_of(found).isVisible()
    found.close()


def test_who_was_shut_out_meanwhile_is_told_and_the_picture_stays(server, hire, root, open_desk) -> None:
    ann = hire("Ann")
    customer(ann, "宏远机械")
    sync(ann)
    found = look_at(open_desk, root, server.people["Ann"].user)
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    found.refresh()
    assert names_in(found) == {"宏远机械"}
    shown = window_of(found).notices.showing
    assert shown is not None
    assert "找不到" in shown.text
    found.close()


def test_one_that_is_closed_while_it_refreshes_goes_when_that_ends(
    server, hire, root, temporary: Path
) -> None:
    look = looking.fetch(root, server.people["Ann"].user)
    with look.used():
        look.destroy()
        assert look.shelter.folder.exists()
        assert look.workspace.reader.value("SELECT count(*) FROM record") > 0
    assert list(temporary.iterdir()) == []
    with pytest.raises(CrmError), look.used():
        pass
    look.destroy()


def test_nothing_of_it_is_saved_or_handed_to_another_program(server, hire, root, open_desk, tmp_path) -> None:
    """A file leaves the window without a word in the audit, and one in the clear would outlive a crash."""
    ann = hire("Ann")
    home = customer(ann, "宏远机械")
    attachments.attach(ann.replica, home.id, [attachments.pick(ann.replica, "notes.txt", "谈价格".encode())])
    sync(ann)
    found = look_at(open_desk, root, server.people["Ann"].user)
    workspace, registry = found.context.workspace, found.context.registry
    (attached,) = attachments.of_customer(workspace, workspace.reader, home.id)
    target = tmp_path / "out"
    for save in (
        lambda: export(workspace.reader, registry, target, "en"),
        lambda: refusals.export(workspace.reader, registry, target / "refused.json", "en"),
        lambda: copies.back_up(workspace, target),
        lambda: attachments.save(workspace, attached, target),
    ):
        with pytest.raises(CrmError) as refused:
            save()
        assert refused.value.code == "seeing_copy"
    assert not target.exists()
    window: Any = window_of(found)
    window.go("sync")
    window.page._export()
    assert "不能另存" in window.notices.showing.text
    found.close()
