"""The desktop's pages over a real encrypted store of sample customers, for tests and for pictures."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.core.dates import day_of
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import RecordView
from crmdesk.store import dialect
from crmdesk.system.paths import Profile
from crmdesk.ui.bus import Bus
from crmdesk.ui.context import Context
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.page import Page, PageSpec, Shell
from crmdesk.ui.pages.command_box import CommandBox
from crmdesk.ui.pages.customer_pages import CustomerPages
from crmdesk.ui.pages.customers import CustomersPage
from crmdesk.ui.pages.visit_capture import VisitSheet
from crmdesk.ui.runner import Runner
from crmdesk.ui.tables.customer_delegate import CustomerRow
from crmdesk.usecases import records
from crmdesk.usecases.sample import generate
from crmdesk.usecases.sample_loading import load
from crmdesk.usecases.workspace import Workspace, create_workspace, open_workspace

KEY = bytes(range(32))
NOON = 1_795_320_000_000  # 22 November 2026, 12:00 in Shanghai


@dataclass
class SteadyClock:
    """A clock that stands at noon and moves a millisecond at each look, so that edits keep their order."""

    ms: int = NOON
    seed: int = 0

    def now_ms(self) -> int:
        self.ms += 1
        return self.ms

    def monotonic_ms(self) -> int:
        return self.ms

    def random(self, size: int) -> bytes:
        self.seed += 1
        return self.seed.to_bytes(8, "big").rjust(size, b"\x5a")[-size:]


def build_store(folder: Path, customers: int) -> Profile:
    """A profile with sample customers, closed and ready to be copied."""
    profile = Profile(folder)
    workspace = create_workspace(profile, KEY, user_name="林晓", clock=SteadyClock())
    me = workspace.identity().user
    load(workspace.replica, generate(seed=7, customers=customers, authors=(me,), today=day_of(NOON)))
    workspace.close()
    return profile


def copy_store(source: Profile, folder: Path) -> Profile:
    """A profile of its own for one test, told that it is the original: a copy would take a new actor first."""
    shutil.copytree(source.folder, folder)
    profile = Profile(folder)
    connection = dialect.connect(profile.database, KEY, "sqlcipher")
    connection.execute(
        "UPDATE setting SET value = json_set(value, '$.place', ?) WHERE name = 'identity'", (profile.place(),)
    )
    connection.close()
    return profile


class PlainPage(Page):
    """Stands in for a page of another room."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.subject: object = None

    def show_subject(self, subject: object) -> None:
        self.subject = subject


@dataclass
class Desk:
    """An open window and everything a test may want to reach."""

    window: MainWindow
    context: Context
    pages: CustomerPages
    sheet: VisitSheet
    box: CommandBox
    extra: list[object] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return self.context.workspace

    @property
    def customers(self) -> CustomersPage:
        page = self.window._page("customers")
        assert isinstance(page, CustomersPage)
        return page

    def row(self, number: int) -> CustomerRow:
        """A row of the list."""
        row = self.customers.table.window_model.row(number)
        assert isinstance(row, CustomerRow)
        return row

    def view(self, entity: str, record_id: str) -> RecordView:
        """A record as the database has it."""
        found = records.find_view(self.context.reader, self.context.registry, RecordKey(entity, record_id))
        assert found is not None
        return found

    def ids(self, table: str, where: str = "1", *bind: object) -> list[str]:
        return [row[0] for row in self.context.reader.all(f"SELECT id FROM {table} WHERE {where}", bind)]

    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def close(self) -> None:
        self.window.close()
        self.pages.close()
        self.context.runner.shutdown()
        self.workspace.close()


def open_desk(
    profile: Profile, *, runner: Runner | None = None, width: int = 1366, height: int = 768
) -> Desk:
    """The window with the customers, the visit sheet and the command box, as a person sees it."""
    workspace = open_workspace(profile, KEY, SteadyClock(NOON + 3_600_000, 1 << 32))
    bus = Bus()
    context = Context(workspace, runner or Runner.inline(), bus)
    pages = CustomerPages(context)
    specs = [
        PageSpec("today", "今日", "house", PlainPage),
        *pages.specs(),
        PageSpec("inbox", "收件箱", "inbox", PlainPage),
        PageSpec("settings", "设置", "settings", PlainPage, "foot"),
    ]
    window = MainWindow(specs, context.runner, bus)
    sheet = VisitSheet(window, context)
    box = CommandBox(window, context)
    window.visit_requested.connect(sheet.open_here)
    window.command_requested.connect(box.open)
    pages.visit.connect(sheet.open_for)
    window.resize(width, height)
    window.show()
    window.activateWindow()
    window.go("customers")
    QApplication.processEvents()
    return Desk(window, context, pages, sheet, box)


def write(widget: QWidget, text: str) -> None:
    """Type a text of any script, as an input method hands it over."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)
