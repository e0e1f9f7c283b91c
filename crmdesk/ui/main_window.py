"""The window: rail at the left, top bar, and pages built on their first visit. It knows no page by name.

Pages come as a registry of PageSpec; `command_requested`, `sync_requested` and `visit_requested` are
answered by whoever wires the product together.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.ui import theme
from crmdesk.ui.bus import Bus
from crmdesk.ui.key_sheet import Key, KeySheet
from crmdesk.ui.notices import Notice, NoticeBar
from crmdesk.ui.page import Page, PageSpec
from crmdesk.ui.runner import Runner
from crmdesk.ui.top_bar import TopBar
from crmdesk.ui.widgets.rail import NavRail, RailEntry

_NARROW_WINDOW = 1100
_LOWEST = 460
"""What a screen of 1366x768 at 150 % has room for, below its task bar and the window's title."""


class MainWindow(QMainWindow):
    """The shell around the pages; what a Page calls `shell`.

    Signals: `command_requested` Ctrl+K, `visit_requested` F6, `sync_requested` F9 or the sync sign,
    `closing` before the window goes (stop timers, store drafts, shut the runner down).
    """

    command_requested = Signal()
    visit_requested = Signal()
    sync_requested = Signal()
    closing = Signal()

    def __init__(
        self, pages: Sequence[PageSpec], runner: Runner, bus: Bus, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runner, self._bus = runner, bus
        self._specs = {spec.key: spec for spec in pages}
        self._built: dict[str, Page] = {}
        self._trail: list[str] = []
        self.setWindowTitle("crmdesk")
        self.setMinimumSize(800, _LOWEST)
        self.rail = NavRail(_entries(pages, "rail"), _entries(pages, "foot"))
        self.bar = TopBar()
        self._stack = QStackedWidget()
        self.notices = NoticeBar(self._laid_out(), self._stack)
        self._key_list: list[Key] = []
        self._add_keys()
        self.rail.chosen.connect(self.go)
        self.rail.sync.clicked.connect(self.sync_requested)
        self.bar.search.searched.connect(self._search)
        self.bar.search.left_down.connect(self._leave_search)
        bus.touched.connect(self._touched)
        bus.notice.connect(self.post)

    @property
    def runner(self) -> Runner:
        return self._runner

    @property
    def bus(self) -> Bus:
        return self._bus

    @property
    def page(self) -> Page | None:
        """The page in view."""
        widget = self._stack.currentWidget()
        return widget if isinstance(widget, Page) else None

    @property
    def page_key(self) -> str:
        """The key of the page in view."""
        return self._trail[-1] if self._trail else ""

    def page_keys(self) -> list[str]:
        """The keys of all pages, in the order registered."""
        return list(self._specs)

    def go(self, key: str, subject: object = None) -> None:
        """Show a page, building it on its first visit. An unknown key raises KeyError: it is a mistake in code."""
        page = self.page
        if page is not None and not page.may_leave():
            self.rail.select(self._trail[-1])
            return
        target = self._page(key)
        if not self._trail or self._trail[-1] != key:
            self._trail = [*self._trail[-20:], key]
        self.rail.select(key)
        self._stack.setCurrentWidget(target)
        if subject is not None:
            target.show_subject(subject)
        self._show_header()
        target.setAccessibleName(target.title)
        target.entered()
        if not target.isAncestorOf(QApplication.focusWidget() or self):
            target.setFocus()

    def back(self) -> None:
        """Return to the page before this one."""
        if len(self._trail) > 1:
            self._trail.pop()
            self.go(self._trail[-1])

    def post(self, notice: Notice) -> None:
        self.notices.post(notice)

    def focus_search(self) -> None:
        """Put the keyboard into the search of the page in view, if it has one."""
        if self.bar.search.isVisible():
            self.bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.bar.search.selectAll()

    def set_search(self, text: str) -> None:
        """Search as if the person had typed `text`."""
        self.bar.search.setText(text)

    def set_badge(self, key: str, count: int, *, urgent: bool = False) -> None:
        self.rail.set_badge(key, count, urgent=urgent)

    def add_key(self, keys: str, meaning: str, action: Callable[[], object], group: str = "") -> None:
        """Bind a shortcut of the whole window and list it in the key sheet. `action`: a method of a QObject."""
        QShortcut(QKeySequence(keys), self).activated.connect(action)
        self._key_list.append(Key(keys, meaning, group or self.tr("Everywhere")))

    def list_key(self, keys: str, meaning: str, group: str) -> None:
        """List a key that a page handles itself in the key sheet."""
        self._key_list.append(Key(keys, meaning, group))

    def show_keys(self) -> None:
        """The sheet of all keys (F1)."""
        sheet = KeySheet(self._key_list, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text() in ("?", "？"):  # a shortcut would depend on where the keyboard has it
            self.show_keys()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fold()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def closeEvent(self, event: QCloseEvent) -> None:
        page = self.page
        if page is not None and not page.may_leave():
            event.ignore()
            return
        for built in self._built.values():
            built.closing()
        self.closing.emit()
        super().closeEvent(event)

    def _laid_out(self) -> QWidget:
        body = QWidget()
        body.setObjectName("surface")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.setCentralWidget(body)
        return body

    def _add_keys(self) -> None:
        self.add_key("Ctrl+K", self.tr("Find or do anything"), self._command)
        self.add_key("F6", self.tr("Log a visit"), self._visit)
        self.add_key("F9", self.tr("Sync now"), self._sync)
        self.add_key("Ctrl+N", self.tr("New"), self._create)
        self.add_key("Ctrl+F", self.tr("Search on this page"), self.focus_search)
        self.add_key("Ctrl+Z", self.tr("Undo"), self._undo)
        self.add_key("Alt+Up", self.tr("Back to the page before"), self.back)
        self.add_key("F1", self.tr("All keys; ? does it too, outside of texts"), self.show_keys)
        self.add_key("Ctrl+Q", self.tr("Close crmdesk"), self.close)
        if "settings" in self._specs:
            self.add_key("Ctrl+,", self.tr("Settings"), self._settings)
        group = self.tr("Go to")
        for entry in _entries(tuple(self._specs.values()), "rail"):
            if entry.number:
                self.add_key(f"Ctrl+{entry.number}", entry.title, self._way_to(entry.key), group)

    def _way_to(self, key: str) -> Callable[[], None]:
        return _Way(self, key).go

    def _page(self, key: str) -> Page:
        if key not in self._built:
            page = self._specs[key].build(self)
            page.title = page.title or self._specs[key].title
            page.header_changed.connect(self._show_header)
            self._built[key] = page
            self._stack.addWidget(page)
        return self._built[key]

    def _show_header(self) -> None:
        if self.page is not None:
            self.bar.show_page(self.page)

    def _fold(self) -> None:
        dense = theme.look().density is theme.Density.DENSE
        self.rail.set_narrow(narrow=dense or self.width() < _NARROW_WINDOW)

    def _touched(self, change: object) -> None:
        for page in self._built.values():
            page.touched(change)

    def _search(self, text: str) -> None:
        if self.page is not None:
            self.page.search(text)

    def _leave_search(self) -> None:
        if self.page is not None:
            self.page.leave_search()

    def _create(self) -> None:
        if self.page is not None:
            self.page.new_record()

    def _undo(self) -> None:
        if self.notices.offers_undo():
            self.notices.act()
        elif self.page is not None:
            self.page.undo()

    def _command(self) -> None:
        self.command_requested.emit()

    def _visit(self) -> None:
        self.visit_requested.emit()

    def _sync(self) -> None:
        self.sync_requested.emit()

    def _settings(self) -> None:
        self.go("settings")


class _Way(QObject):
    """The way to one page: a child of the window, where a lambda would keep the window alive."""

    def __init__(self, window: MainWindow, key: str) -> None:
        super().__init__(window)
        self._window, self._key = window, key

    def go(self) -> None:
        self._window.go(self._key)


def _entries(pages: Sequence[PageSpec], place: str) -> list[RailEntry]:
    chosen = [spec for spec in pages if spec.place == place]
    numbers = {spec.key: number for number, spec in enumerate(chosen, 1) if place == "rail" and number < 10}
    return [RailEntry(spec.key, spec.title, spec.icon, numbers.get(spec.key, 0)) for spec in chosen]
