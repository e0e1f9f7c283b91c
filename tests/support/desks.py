"""A person's desktop at a test's hands: a real profile on disk, real widgets, and a server if the test brings one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import Language
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.replica import Write
from crmdesk.sync.engine import Engine, Report
from crmdesk.sync.enrolment import connect, enrol
from crmdesk.system.paths import Profile
from crmdesk.ui.bus import Bus
from crmdesk.ui.catalogue import Doors
from crmdesk.ui.context import Context
from crmdesk.ui.desk import Desk
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.page import Page
from crmdesk.ui.runner import Runner
from crmdesk.ui.syncing import Syncing
from crmdesk.usecases import visits
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace, create_workspace
from tests.support.server import RunningServer

KEY = bytes(range(32))


def alone(folder: Path, name: str = "林晓") -> Workspace:
    """A profile of somebody who works alone."""
    return create_workspace(Profile(folder), KEY, user_name=name)


def employed(server: RunningServer, name: str, folder: Path) -> Workspace:
    """A profile that belongs to one of the company's people, synced once."""
    workspace = create_workspace(Profile(folder), KEY)
    enrol(workspace.replica, server.address, server.code(server.people[name].user), "laptop")
    sync(workspace)
    return workspace


def sync(workspace: Workspace) -> Report:
    """One sync that must go through."""
    http = connect(workspace.replica)
    report = Engine(workspace.replica, http).sync()
    http.close()
    assert report.problem is None, report.problem
    return report


def write(workspace: Workspace, key: RecordKey, values: Mapping[str, Value]) -> RecordKey:
    workspace.replica.commit([Write(key, values)])
    return key


def customer(workspace: Workspace, name: str, **values: Value) -> RecordKey:
    return write(workspace, RecordKey("customer", workspace.replica.new_id()), {"name": name, **values})


def task(workspace: Workspace, of: RecordKey, title: str, due: date) -> RecordKey:
    key = RecordKey("task", workspace.replica.new_id())
    return write(workspace, key, {"customer": of.id, "title": title, "due_on": due.isoformat()})


def visit(workspace: Workspace, of: RecordKey, summary: str) -> RecordKey:
    return RecordKey("visit", visits.log(workspace.replica, VisitNote(of.id, summary)).value)


def in_days(workspace: Workspace, days: int) -> date:
    return workspace.today() + timedelta(days=days)


@dataclass
class OpenDesk:
    """A window over a workspace; every piece of work is done when the call that asked for it returns, or `is_threaded`."""

    workspace: Workspace
    language: Language = "zh_CN"
    spoken: list[str] = field(default_factory=list)
    is_threaded: bool = False

    def __post_init__(self) -> None:
        self.runner = Runner.threaded() if self.is_threaded else Runner.inline()
        self.context = Context(self.workspace, self.runner, Bus())
        self.syncing = Syncing(self.workspace, self.runner, self.context.bus)
        doors = Doors(
            lambda: self.spoken.append("again"), lambda: self.spoken.append("sample"), self._log_visit
        )
        self.desk = Desk(self.context, self.syncing, doors)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        QApplication.processEvents()

    @property
    def window(self) -> MainWindow:
        return self.desk.window

    def go(self, key: str, subject: object = None) -> Page:
        self.window.go(key, subject)
        QApplication.processEvents()
        page = self.window.page
        assert page is not None
        return page

    def press(self, key: Qt.Key | str) -> None:
        """A key of the keyboard, to whatever has the focus."""
        target = QApplication.focusWidget() or self.window
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key)
        QApplication.processEvents()

    def _log_visit(self, customer: str) -> None:
        self.desk.log_visit(customer)

    def notice(self) -> str:
        shown = self.window.notices.showing
        return shown.text if shown else ""

    def close(self) -> None:
        self.syncing.stop()
        if self.is_threaded:
            self.window.close()
            self.runner.shutdown()
        self.workspace.close()
