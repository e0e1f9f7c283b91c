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
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import CrmError
from crmdesk.sync import commands
from crmdesk.sync.enrolment import connect
from crmdesk.system import shelters
from crmdesk.ui import seeing as seeing_ui
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.seeing import Seeing
from crmdesk.usecases import seeing
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
        assert window.menuWidget().accessibleName() == "您看到的是 Ann 所见的内容 · 只读 · 有记录"
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
    look = seeing_ui.fetch(root, server.people["Ann"].user, Gauge())
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
        seeing_ui.fetch(mei, server.people["Ann"].user, Gauge())
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
    look = seeing_ui.fetch(root, server.people["Ann"].user, Gauge())
    with closing(connect(look.workspace.replica)) as http:
        http.token()
        assert http.permissions().permissions.name == "Ann"
    look.destroy()
    mine = customer(root, "管理员的客户")
    sync(root)
    assert root.reader.value("SELECT count(*) FROM outbox") == 0
    assert root.reader.record(*mine) is not None
