"""A field on a form: its label, its editor, and what is said below it."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import told_apart
from crmdesk.core.registry import Field, Type
from crmdesk.core.resolve import FieldView
from crmdesk.core.values import Value
from crmdesk.ui.widgets import buttons, plain
from crmdesk.ui.widgets.editors import Editor, Today, editor
from crmdesk.ui.widgets.fields import label, set_tone
from crmdesk.usecases.directory import Directory

_NAME_LINE: Final = 18
"""What a line of Chinese takes at a label's size: a name in English takes as much, or fields side by side are not level."""


class FormCell(QWidget):
    """A field on a form: its label above, its editor, and a remark below. `edited(name)` while it is typed into."""

    edited = Signal(str)

    def __init__(self, made: Editor, parent: QWidget) -> None:
        super().__init__(parent)
        self.editor = made
        self.is_conflict = False
        self.is_refused = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        is_asked = made.field.required or made.field.asked
        name = label(f"{made.name} *" if is_asked else made.name, "faint")
        name.setWordWrap(True)  # a company's own label may be of any length
        name.setMinimumHeight(_NAME_LINE)
        column.addWidget(name)
        column.addWidget(made)
        self.remark: QLabel = label("", "second")
        self.remark.setWordWrap(True)
        column.addWidget(self.remark)
        self.decide: QPushButton = buttons.quiet(self.tr("Decide in the inbox"), "split")
        self.decide.setAccessibleName(f"{self.decide.text()}: {made.name}")
        self.decide.hide()
        made.changed.connect(self._changed)
        column.addWidget(self.decide, 0, Qt.AlignmentFlag.AlignLeft)
        self.say("")

    def hold(self, why: str) -> None:
        """Show the value without letting it be edited, and say why; blank: let it be edited."""
        self.editor.setEnabled(not why)
        plain.set_tip(self, why)
        self.editor.input().setAccessibleDescription(why)

    def say(self, text: str, tone: str = "second", *, decide: bool = False) -> None:
        """A remark below the editor; blank takes it away, and what the company says of the field stands there again."""
        self.is_conflict, self.is_refused = decide, False
        said = self.editor.field.help
        if not text and said is not None:
            text, tone = said.text(self.editor.spoken), "faint"
        self.remark.setText(text)
        set_tone(self.remark, tone)
        self.remark.setVisible(bool(text))
        self.decide.setVisible(decide)

    def refuse(self, text: str) -> None:
        """Say what is wrong, in red, framed."""
        self.say(text, "bad")
        self.is_refused = True
        self.editor.mark(invalid=True)

    def wanted(self, *, is_new: bool) -> Mapping[str, Value]:
        """What stands there, by key. Raises `invalid_value`, and `required` where a new record lacks what the company asks for."""
        given = self.editor.values()
        is_asked = is_new and self.editor.field.asked and not self.isHidden()
        if is_asked and self.editor.isEnabled() and all(value in (None, "") for value in given.values()):
            raise CrmError("required", field=self.editor.name)
        return given

    def has_keyboard(self) -> bool:
        """Whether the person is typing here."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def _changed(self) -> None:
        self.edited.emit(self.editor.field.name)


def both_sides(field: Field, view: FieldView, names: Directory, spoken: Language) -> str:
    """The values of a field that stand beside each other, each with who gave it."""
    said = told_apart(field, [one.value for one in view.candidates], spoken, names.name_of)
    sides = zip(view.candidates, said, strict=True)
    return " / ".join(f"{text} ({names.person_name(one.edit.by)})" for one, text in sides)


class CellGrid(QWidget):
    """Fields in two columns, those of long texts across both. `edited(key)` while one is typed into, its remarks up to date."""

    edited = Signal(str)

    def __init__(self, spoken: Language, today: Today) -> None:
        super().__init__()
        self._spoken, self._today = spoken, today
        self.cells: dict[str, FormCell] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)

    def set_fields(self, fields: Sequence[Field]) -> bool:
        """Have blank editors for these; False where they were there already, as they were left."""
        if list(fields) == [cell.editor.field for cell in self.cells.values()]:
            return False
        for cell in self.cells.values():
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self.cells = {}
        line, side = 0, 0
        for field in fields:
            cell = self.cells[field.name] = FormCell(editor(field, self._spoken, self._today), self)
            cell.edited.connect(self._edited)
            is_wide = field.type is Type.LONG_TEXT
            if is_wide and side:
                line, side = line + 1, 0
            self._grid.addWidget(cell, line, side, 1, 2 if is_wide else 1, Qt.AlignmentFlag.AlignTop)
            line, side = (line + 1, 0) if is_wide or side else (line, 1)
        return True

    def _edited(self, name: str) -> None:
        cell = self.cells[name]
        cell.editor.mark(invalid=False)
        doubted = cell.editor.doubted()
        cell.say(doubted or cell.editor.understood(), "warn" if doubted else "second")
        self.edited.emit(name)
