"""What was done to many records at once, the latest first: imports and changes. U takes one back whole."""

from contextlib import closing
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from crmdesk.core import aliases
from crmdesk.core.format import format_value
from crmdesk.store import bulk, imports
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.way_back import WayBack
from crmdesk.ui.steps import Steps
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.entry_list import Entry, EntryList
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState, Progress
from crmdesk.usecases.deeds import DAYS, Deed, deeds
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.workspace import Workspace

_BOOKS = {"import": imports, "change": bulk}


class DeedList(Page):
    """The list, and below it what the one in front did and the way back."""

    def __init__(self, shell: Shell, context: Context) -> None:
        super().__init__(shell)
        self.title = self.tr("Done in bulk")
        self._context = context
        self._deeds: dict[str, Deed] = {}
        self.steps: Steps | None = None
        self.list = EntryList(self.tr("Done in bulk"))
        self.list.current.connect(self._show)
        self.empty = EmptyState(
            "undo-2",
            self.tr(
                "Imports and changes of many customers stand here for %n day(s), to be taken back whole.",
                "",
                DAYS,
            ),
        )
        self._about = label("", "second")
        self._about.setWordWrap(True)
        self.progress = Progress()
        self.progress.hide()
        self.back = buttons.secondary(self.tr("Take back"), "undo-2", self.take_back)
        foot = QFrame()
        foot.setObjectName("footer")
        row = QHBoxLayout(foot)
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(8)
        row.addWidget(self._about, 1)
        row.addWidget(self.progress, 1)
        row.addWidget(self.back)
        row.addWidget(KeyHint("U"))
        self._foot = foot
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)
        column.addWidget(foot)

    def entered(self) -> None:
        self.reload()
        self.list.setFocus()

    def touched(self, change: object) -> None:
        if self.steps is None and self.isVisible():
            self.reload()

    def reload(self) -> None:
        """Read the list again; the one in front stays there."""
        context, front = self._context, self.list.current_id
        found = deeds(context.reader, context.workspace.clock.now_ms())
        self._deeds = {deed.id: deed for deed in found}
        self.list.set_entries([self._entry(deed) for deed in found])
        if front:
            self.list.select_id(front)
        for widget in (self.list, self._foot):
            widget.setVisible(bool(found))
        self.empty.setVisible(not found)
        self._show(self.list.current_id)

    def take_back(self) -> None:
        """Undo the one in front, whole; what was changed since stays and is said."""
        deed = self._deeds.get(self.list.current_id)
        if deed is None or not deed.is_open or self.steps is not None:
            return
        self.steps = Steps(self._context, self)
        self.steps.moved.connect(self._moved)
        self.steps.ended.connect(self._ended)
        self.steps.failed.connect(self._failed)
        self._about.hide()
        self.progress.show()
        self.back.setEnabled(False)
        self.steps.start(partial(_undoing, deed))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_U and not event.modifiers():
            self.take_back()
        elif event.key() == Qt.Key.Key_Escape:
            self.shell.back()
        else:
            super().keyPressEvent(event)

    def _moved(self, share: float) -> None:
        self.progress.show_step(self.tr("Taking back…"), round(share * 100), 100)

    def _ended(self, undoing: Undoing) -> None:
        self._stand_still()
        WayBack(self._context, self).say(undoing.run)

    def _failed(self, error: Exception) -> None:
        self._stand_still()
        self._context.report(error)

    def _stand_still(self) -> None:
        self.steps = None
        self.progress.hide()
        self._about.show()
        self.reload()

    def _show(self, deed_id: str) -> None:
        deed = self._deeds.get(deed_id)
        self.back.setEnabled(deed is not None and deed.is_open and self.steps is None)
        said = ""
        if deed is not None and deed.kept:
            said = self.tr("%n that were changed or handed over since stayed as they are.", "", deed.kept)
        elif deed is not None and deed.is_open:
            said = self.tr("What anybody has changed since stays as it is.")
        self._about.setText(said)

    def _entry(self, deed: Deed) -> Entry:
        when = formats.instant(deed.at_ms, self._context.today())
        number = self.tr("%n record(s)", "", deed.number)
        state = (
            self.tr("taken back") if not deed.is_open else "" if deed.is_whole else self.tr("stopped halfway")
        )
        icon, hue = ("upload", "blue") if deed.kind == "import" else ("pencil", "violet")
        return Entry(deed.id, self._title(deed), f"{when} · {number}", state, icon=icon, hue=hue)

    def _title(self, deed: Deed) -> str:
        if deed.kind == "import":
            return formats.filled(self.tr("Import of %1"), deed.name)
        if aliases.INTO in deed.wanted:
            return self.tr("Certain duplicates merged")
        names, spoken = self._context.directory, self._context.language
        said = []
        for field, value in deed.wanted.items():
            base, _, element = field.partition(":")
            declared = self._context.registry.find("customer", field)
            name = declared.label.text(spoken) if declared else base
            if element:
                said.append(f"{name} {'+' if value else '−'}{names.name_of('tag', element) or ''}")
            else:
                said.append(f"{name} → {format_value(declared, value, spoken, names.name_of)}")
        return " · ".join(said)


def _undoing(deed: Deed, workspace: Workspace) -> Undoing:
    with closing(workspace.another_reader()) as reader:
        return Undoing(workspace.replica, reader, deed.id, _BOOKS[deed.kind])
