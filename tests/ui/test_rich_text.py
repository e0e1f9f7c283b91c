"""T-44: names that are HTML. They show as what they are; nothing they name is opened or asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMenu, QToolTip, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.system.paths import Profile
from crmdesk.ui.application import Surprises
from crmdesk.ui.gallery import render_pages
from crmdesk.ui.notices import Notice
from crmdesk.ui.widgets import plain
from crmdesk.usecases import attachments
from crmdesk.usecases.workspace import Workspace, create_workspace
from tests.support.desks import KEY, OpenDesk, customer, employed, task, visit, write
from tests.support.file_watch import watched
from tests.support.photos import screen
from tests.support.server import running_server

linux = pytest.mark.skipif(sys.platform != "linux", reason="files are watched with inotify")


@pytest.fixture
def bait(tmp_path: Path) -> Path:
    """A picture that nobody has a reason to open."""
    (tmp_path / "bait").mkdir()
    file = tmp_path / "bait" / "x.png"
    file.write_bytes(screen(8, 8))
    return file


def hostile(bait: Path) -> str:
    return f'<img src="{bait.as_uri()}"><a href="file:///etc/passwd">&amp;<b>宏远'


def shares(_bait: Path) -> str:
    return '<img src="\\\\\\\\host\\\\x"><h1>'


@contextmanager
def nothing_opened(bait: Path) -> Iterator[None]:
    with watched(bait.parent) as opened:
        yield
        for _ in range(3):
            QApplication.processEvents()
        assert opened() == 0, "Qt opened the picture that a name names"


@pytest.fixture
def workspace(tmp_path: Path, bait: Path) -> Iterator[Workspace]:
    """Somebody whose customers, people, notes, tags and files are all called something hostile."""
    bad = hostile(bait)
    made = create_workspace(Profile(tmp_path / "profile"), KEY, user_name=bad)
    group, tag = RecordKey("tag_group", made.replica.new_id()), RecordKey("tag", made.replica.new_id())
    write(made, group, {"name": bad})
    write(made, tag, {"name": bad, "hue": "red", "group": group.id})
    home = customer(
        made, bad, name_en=bad, city=bad, address=bad, remark=bad, industry=bad, phone=bad, website=bad,
        **{f"tag:{tag.id}": True},
    )  # fmt: skip
    person = RecordKey("contact", made.replica.new_id())
    write(
        made,
        person,
        {"customer": home.id, "name": bad, "position": bad, f"phone:{'a' * 32}": bad, "remark": bad},
    )
    task(made, home, bad, date.today() - timedelta(days=3))  # noqa: DTZ011 -- any day that is over
    visit(made, home, bad)
    picked = attachments.pick(made.replica, f"{bad}.png", screen(20, 20))
    attachments.attach(made.replica, home.id, [picked], caption=bad)
    yield made
    made.close()


def tips(window: QWidget) -> Iterator[str]:
    """Every tooltip below a window: of widgets, actions, and cells."""
    for widget in (window, *window.findChildren(QWidget)):
        yield widget.toolTip()
        yield widget.whatsThis()
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model = widget.model()
            for row in range(min(model.rowCount(QModelIndex()), 50)):
                for cell in (model.index(row, column) for column in range(12)):
                    said = model.data(cell, Qt.ItemDataRole.ToolTipRole) if cell.isValid() else None
                    yield said if isinstance(said, str) else ""
    for action in window.findChildren(QAction):
        yield action.toolTip()


def rich_labels(window: QWidget) -> list[str]:
    return [
        one.text()
        for one in window.findChildren(QLabel)
        if one.textFormat() is not Qt.TextFormat.PlainText and GuiQt.mightBeRichText(one.text())
    ]


def show_tips(window: QWidget) -> set[str]:
    """Show every tooltip that there is, as hovering would; returns what the hostile ones say."""
    seen = set()
    for said in set(tips(window)):
        if GuiQt.mightBeRichText(said):
            QToolTip.showText(QPoint(5, 5), said, window)
            QApplication.processEvents()
            seen.add(said)
    QToolTip.hideText()
    return seen


@linux
def test_t44_the_watch_notices_a_name_that_is_read_as_rich_text(qapp: QApplication, bait: Path) -> None:
    """Else the tests below would say nothing."""
    with watched(bait.parent) as opened:
        bare = QLabel(hostile(bait))
        bare.show()
        QApplication.processEvents()
        assert opened() > 0
        QToolTip.showText(QPoint(5, 5), hostile(bait), bare)
        QApplication.processEvents()
        assert opened() > 0
        QToolTip.hideText()
        bare.close()


@linux
def test_t44_no_page_or_state_of_the_window_opens_what_a_name_names(
    qapp: QApplication, workspace: Workspace, bait: Path, tmp_path: Path
) -> None:
    with nothing_opened(bait):
        render_pages(workspace, tmp_path / "pictures", ["en"], ["light"], (1366, 768))


@linux
def test_t44_neither_does_any_label_or_tooltip(qapp: QApplication, workspace: Workspace, bait: Path) -> None:
    desk = OpenDesk(workspace)
    home = workspace.reader.value("SELECT id FROM p_customer")
    with nothing_opened(bait):
        for key in desk.window.page_keys():
            desk.go(key, home if key == "customer" else None)
            desk.window.grab()
            assert rich_labels(desk.window) == [], key
            for said in show_tips(desk.window):
                assert "<img" not in said, key
                assert "<a href" not in said, key
    desk.close()


@linux
@pytest.mark.parametrize("name", [hostile, shares])
def test_t44_nor_do_tooltips_messages_and_notices(
    qapp: QApplication, workspace: Workspace, bait: Path, name: Callable[[Path], str]
) -> None:
    desk = OpenDesk(workspace)
    bad = name(bait)
    with nothing_opened(bait):
        plain.set_tip(desk.window, bad)
        assert plain.tip_text(bad) in show_tips(desk.window)
        dialog = plain.progress(bad, bad, desk.window)
        dialog.show()
        dialog.grab()
        assert rich_labels(dialog) == []
        dialog.close()
        desk.window.post(Notice(bad, action_label=bad, action=lambda: None))
        desk.window.grab()
        surprises = Surprises(desk.window)
        surprises._tell(CrmError("invalid_value", field=bad))
        box = surprises._dialog
        assert box is not None
        box.grab()
        assert rich_labels(box) == []
        assert bad in box.text()
        box.close()
    desk.close()


def test_t44_a_harmless_tooltip_stays_as_it_is(qapp: QApplication) -> None:
    assert plain.tip_text("宏远 & 子 <3") == "宏远 & 子 <3"


def test_an_ampersand_in_a_name_is_one_in_a_menu(qapp: QApplication) -> None:
    menu = QMenu()
    assert menu.addAction(plain.menu_text("R&D")).text() == "R&&D"


@linux
def test_t44_the_administration_shows_names_of_people_and_teams_as_they_are(
    qapp: QApplication, tmp_path: Path, bait: Path
) -> None:
    bad = '<img src="file:b/x.png">'
    with running_server(tmp_path) as server:
        server.add_team(f"{bad} 1")
        server.add_user("Root", "administrator")
        server.add_user(bad, team=f"{bad} 1")
        made = employed(server, "Root", tmp_path / "root")
        desk = OpenDesk(made)
        for key in desk.window.page_keys():
            desk.go(key)
            desk.window.grab()
            assert rich_labels(desk.window) == [], key
            assert not [said for said in show_tips(desk.window) if "<img" in said], key
        desk.close()
