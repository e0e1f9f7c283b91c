"""The same change to all the customers that are selected: what, what would come of it, then how far it is, and the way back."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value
from crmdesk.core.registry import Field, Type
from crmdesk.core.values import Value
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.console_desk import AskDialog
from crmdesk.ui.pages.way_back import WayBack
from crmdesk.ui.steps import Steps
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.editors import CalmComboBox, Editor, editor, is_editable
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import Progress
from crmdesk.usecases.bulk import Changing, Foretold, foretell
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.workspace import Workspace

_PAUSE_MS: Final = 250
_PUT, _TAKE = "+tag", "-tag"


class _Line(QWidget):
    """One thing to set: a field and its value, or a tag to put on or take off. `changed()`, `removed(self)`."""

    changed = Signal()
    removed = Signal(object)

    def __init__(self, context: Context, fields: Sequence[Field], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._fields = context, {field.name: field for field in fields}
        self.editor: Editor | CalmComboBox | None = None
        self.what = CalmComboBox()
        self.what.setAccessibleName(self.tr("What to change"))
        self.what.addItem(self.tr("Choose a field…"), "")
        self.what.addItem(self.tr("Put a tag on"), _PUT)
        self.what.addItem(self.tr("Take a tag off"), _TAKE)
        for field in fields:
            self.what.addItem(field.label.text(context.language), field.name)
        self.what.setFixedWidth(180)
        self.what.activated.connect(self._chosen)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.what)
        self._room = QVBoxLayout()
        self._row.addLayout(self._room, 1)
        self._row.addWidget(buttons.icon_button("x", self.tr("Leave this out"), self._remove))

    @property
    def key(self) -> str:
        return str(self.what.currentData() or "")

    def wanted(self) -> dict[str, Value]:
        """What to set, by field. Raises `invalid_value`."""
        if isinstance(self.editor, CalmComboBox):
            tag = str(self.editor.currentData() or "")
            return {f"tag:{tag}": self.key == _PUT} if tag else {}
        return self.editor.values() if self.editor is not None else {}

    def choose(self, key: str) -> None:
        """Set this field, or a tag."""
        self.what.setCurrentIndex(self.what.findData(key))
        self._chosen()

    def _chosen(self) -> None:
        if self.editor is not None:
            self._room.removeWidget(self.editor)
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None
        if self.key in (_PUT, _TAKE):
            self.editor = tags = CalmComboBox()
            tags.setAccessibleName(self.what.currentText())
            tags.addItem(formats.DASH, "")
            for tag in self._context.directory.tags.values():
                if not tag.retired or self.key == _TAKE:
                    tags.addItem(tag.name, tag.id)
            tags.activated.connect(self._changed)
        elif self.key:
            self.editor = made = editor(self._fields[self.key], self._context.language, self._context.today)
            made.show_values({})
            made.changed.connect(self._changed)
        if self.editor is not None:
            self._room.addWidget(self.editor)
        self.changed.emit()

    def _changed(self) -> None:
        self.changed.emit()

    def _remove(self) -> None:
        self.removed.emit(self)


class BulkEditDialog(AskDialog):
    """Asks what to change; what would come of it is told as it is chosen. `edited()` after each choice."""

    edited = Signal()

    def __init__(self, context: Context, count: int, home: QWidget) -> None:
        super().__init__("", "", home)
        self._context = context
        self.set_title(self.tr("Change %n customer(s)", "", count))
        self.setMinimumWidth(560)
        declared = context.registry["customer"].fields
        self._fields = [
            field
            for field in declared
            if is_editable(field) and not (field.repeated or field.withheld or field.succeeded_by)
            and field.type is not Type.LONG_TEXT
        ]  # fmt: skip
        self.lines: list[_Line] = []
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        self.body.addLayout(self._column)
        self._more = buttons.quiet(self.tr("Another field"), "plus", self.add_line)
        row = QHBoxLayout()
        row.addWidget(self._more)
        row.addStretch(1)
        self.body.addLayout(row)
        self.preview = label("", "second")
        self.preview.setWordWrap(True)
        self.body.addWidget(self.preview)
        self.progress = Progress()
        self.progress.hide()
        self.body.addWidget(self.progress)
        self.add_line()
        self.show_foretold(None)

    def add_line(self) -> None:
        """Room for one more thing to change."""
        line = _Line(self._context, self._fields)
        line.changed.connect(self.edited)
        line.removed.connect(self._removed)
        self._column.addWidget(line)
        self.lines.append(line)
        line.what.setFocus()

    def wanted(self) -> dict[str, Value]:
        """Everything to set, by field. Raises `invalid_value`."""
        found: dict[str, Value] = {}
        for line in self.lines:
            found |= line.wanted()
        return found

    def show_foretold(self, found: Foretold | None) -> None:
        """What would come of it; None: nothing is chosen yet."""
        count = len(found.able) if found is not None else 0
        self.button.setText(self.tr("Change %n customer(s)", "", count) if count else self.tr("Change"))
        self.button.setEnabled(bool(count))
        self.preview.setText("\n".join(self._told(found)) if found is not None else "")
        self.adjustSize()

    def show_progress(self, share: float) -> None:
        """How far it is; nothing can be chosen meanwhile."""
        for widget in (*self.lines, self._more, self.button):
            widget.setEnabled(False)
        self.progress.show()
        self.progress.show_step(self.tr("Changing…"), round(share * 100), 100)

    def _told(self, found: Foretold) -> list[str]:
        said = [self.tr("%n will change.", "", len(found.able))]
        if found.same:
            said.append(self.tr("%n are so already.", "", found.same))
        if found.refused:
            said.append(self.tr("%n stay as they are: you may only read them.", "", len(found.refused)))
        names, spoken = self._context.directory, self._context.language
        for name, values in found.samples[:3]:
            before = [
                format_value(self._context.registry.find("customer", field), value, spoken, names.name_of)
                for field, value in values.items()
                if not field.startswith("tag:")
            ]
            if before:
                said.append(formats.filled(self.tr("%1: %2 until now"), name, " · ".join(before)))
        return said

    def _removed(self, line: _Line) -> None:
        if len(self.lines) == 1:
            line.choose("")
            return
        self.lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()
        self.edited.emit()


class BulkEdits(QObject):
    """Asks, foretells, has it done and offers it back. `done()`: the list may forget what was selected."""

    done = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._over = context, over
        self._customers: tuple[str, ...] = ()
        self.foretold: Foretold | None = None
        self._is_given = False
        self.dialog: BulkEditDialog | None = None
        self.steps: Steps | None = None
        self.way_back = WayBack(context, self)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.foretell)

    def edit(self, customers: Sequence[str]) -> None:
        """Ask what to change of these."""
        self._customers, self.foretold, self._is_given = tuple(customers), None, False
        self.dialog = dialog = BulkEditDialog(self._context, len(customers), self._over)
        dialog.edited.connect(self._pause.start)
        dialog.given.connect(self._given)
        dialog.rejected.connect(self._cancelled)
        dialog.open()

    def foretell(self) -> None:
        """Say what would come of what is chosen now."""
        self._pause.stop()
        if self.dialog is None:
            return
        wanted = self._wanted(self.dialog)
        if not wanted:
            self.foretold, self._is_given = None, False
            self.dialog.set_busy(is_busy=False)
            self.dialog.show_foretold(None)
            return
        work = partial(_foretold, self._customers, wanted)
        self._context.read(work, self._came, self._refused, key="bulk")

    def _wanted(self, dialog: BulkEditDialog) -> dict[str, Value]:
        try:
            return dialog.wanted()
        except CrmError as error:
            dialog.show_error(error)
            return {}

    def _came(self, found: Foretold) -> None:
        self.foretold = found
        if self.dialog is not None:
            self.dialog.show_foretold(found)
            if self._is_given:
                self._begin()

    def _given(self) -> None:
        """Foretell once more: what is done is what was told of what is chosen now."""
        self._is_given = True
        self.foretell()

    def _begin(self) -> None:
        self._is_given = False
        if self.dialog is None:
            return
        if self.foretold is None or not self.foretold.able:
            self.dialog.set_busy(is_busy=False)
            return
        wanted = self._wanted(self.dialog)
        self.steps = Steps(self._context, self)
        self.steps.moved.connect(self.dialog.show_progress)
        self.steps.ended.connect(self._ended)
        self.steps.failed.connect(self._refused)
        self.steps.start(partial(_changing, self.foretold.able, wanted))

    def _cancelled(self) -> None:
        """Esc or Cancel: before it began nothing happens; else it ends after the step that is under way."""
        self.dialog = None
        if self.steps is not None:
            self.steps.stop()

    def _ended(self, changing: Changing) -> None:
        self.steps = None
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog = None
        said = self.tr("%n changed", "", changing.event.changed)
        self.way_back.offer(said, changing.event.id)
        self.done.emit()

    def _refused(self, error: Exception) -> None:
        self.steps, self._is_given = None, False
        if self.dialog is not None and isinstance(error, CrmError):
            self.dialog.show_error(error)
        else:
            self._context.report(error)


def _foretold(customers: Sequence[str], wanted: Mapping[str, Value], workspace: Workspace) -> Foretold:
    with closing(workspace.another_reader()) as reader:
        registry, names = read_registry(reader), read_directory(reader)
        return foretell(reader, registry, names, workspace.clock.now_ms(), customers, wanted)


def _changing(customers: Sequence[str], wanted: Mapping[str, Value], workspace: Workspace) -> Changing:
    return Changing(workspace.replica, customers, wanted)
