"""One editor for each type of field: shows a value, keeps what was typed, gives the value back.

Made from a field's declaration alone; which record it belongs to is not known here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from crmdesk.core.dates import parse_date
from crmdesk.core.doubts import doubt
from crmdesk.core.errors import CrmError, Language
from crmdesk.core.format import format_value, parse_value
from crmdesk.core.registry import Field, Type
from crmdesk.core.values import Value
from crmdesk.ui import formats

Today: TypeAlias = Callable[[], date]
NEW_ELEMENT = "+"
"""What stands for the id of an element that was only just typed, as in `phone:+0`."""


class Editor(QWidget):
    """A field's editor: one line of text, unless a subclass knows better.

    `typed` is what a draft keeps, `values` what a save writes. Text that was not touched gives the value back as
    it came.
    """

    changed = Signal()

    def __init__(self, field: Field, spoken: Language, today: Today) -> None:
        super().__init__()
        self.field, self.spoken, self.today = field, spoken, today
        self._value: Value = None
        self._as_shown: Any = ""
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        self._build()

    @property
    def name(self) -> str:
        """The field's label in the person's language."""
        return self.field.label.text(self.spoken)

    def input(self) -> QWidget:
        """The control that takes the keyboard."""
        return self._line

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Show this field of a record."""
        self._value = values.get(self.field.name)
        self.set_typed(self._text_of(self._value))
        self._as_shown = self.typed()

    def values(self) -> dict[str, Value]:
        """What stands there, by key. Raises `invalid_value`."""
        same = self.typed() == self._as_shown
        return {self.field.name: self._value if same else self._read()}

    def typed(self) -> Any:
        """What stands there, as text."""
        return self._line.text()

    def set_typed(self, typed: Any) -> None:
        """Put back what was typed."""
        self._line.setText(str(typed))
        self._line.setCursorPosition(0)

    def understood(self) -> str:
        """What the program makes of a half-typed date, blank if there is nothing to add."""
        if self.field.type is not Type.DATE or self.typed() == self._as_shown:
            return ""
        day = parse_date(str(self.typed()), self.today())
        return formats.weekday_date(day) if day else ""

    def doubted(self) -> str:
        """Why what was typed is hardly right, blank where it looks well or cannot be read yet."""
        if self.typed() == self._as_shown:
            return ""
        try:
            given = self.values().values()
        except CrmError:
            return ""
        found = next((why for value in given if (why := doubt(self.field, value))), None)
        return found.text(self.spoken) if found else ""

    def mark(self, *, invalid: bool) -> None:
        """Frame the editor as wrong, or not."""
        control = self.input()
        control.setProperty("invalid", "true" if invalid else "")
        control.style().unpolish(control)
        control.style().polish(control)

    def _build(self) -> None:
        self._line = QLineEdit()
        self._line.setAccessibleName(self.name)
        self._line.textEdited.connect(self.changed)
        if self.field.type is Type.DATE:
            self._line.setPlaceholderText(self.tr("+7, zs3, 11-30…"))
        self.column.addWidget(self._line)

    def _text_of(self, value: Value) -> str:
        if value is None:
            return ""
        plain = self.field.type in (Type.DATE, Type.TEXT, Type.LONG_TEXT, Type.EMAIL, Type.INTEGER)
        return str(value) if plain else format_value(self.field, value, self.spoken)

    def _read(self) -> Value:
        return parse_value(self.field, str(self.typed()), today=self.today())


class TextEditor(Editor):
    """Several lines of text."""

    def _build(self) -> None:
        self._edit = QPlainTextEdit()
        self._edit.setAccessibleName(self.name)
        self._edit.setTabChangesFocus(True)
        self._edit.setFixedHeight(84)
        self._edit.textChanged.connect(self.changed)
        self.column.addWidget(self._edit)

    def input(self) -> QPlainTextEdit:
        return self._edit

    def typed(self) -> str:
        return self._edit.toPlainText()

    def set_typed(self, typed: Any) -> None:
        before = self._edit.blockSignals(True)
        self._edit.setPlainText(str(typed))
        self._edit.blockSignals(before)


class CalmComboBox(QComboBox):
    """A combo box that the wheel scrolls past: a form must not change while somebody reads it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ChoiceEditor(Editor):
    """One of the declared options, yes or no, or nothing. A value from a newer version stays selectable."""

    def _build(self) -> None:
        self._box = CalmComboBox()
        self._box.setAccessibleName(self.name)
        self._box.addItem(formats.DASH, "")
        for key, label in self._options():
            self._box.addItem(label, key)
        self._box.activated.connect(self._chosen)
        self.column.addWidget(self._box)

    def input(self) -> QComboBox:
        return self._box

    def typed(self) -> str:
        return str(self._box.currentData() or "")

    def set_typed(self, typed: Any) -> None:
        at = self._box.findData(str(typed))
        if at < 0:
            option = self.field.option(typed)
            self._box.addItem(option.label.text(self.spoken) if option else str(typed), str(typed))
            at = self._box.count() - 1
        self._box.setCurrentIndex(at)

    def _options(self) -> Sequence[tuple[str, str]]:
        if self.field.type is Type.BOOLEAN:
            return [(key, format_value(self.field, key == "yes", self.spoken)) for key in ("yes", "no")]
        offered = (option for option in self.field.options if not option.retired)
        return [(option.key, option.label.text(self.spoken)) for option in offered]

    def _text_of(self, value: Value) -> str:
        if self.field.type is Type.BOOLEAN:
            return "" if value is None else "yes" if value else "no"
        return "" if value is None else str(value)

    def _read(self) -> Value:
        if self.field.type is Type.BOOLEAN:
            return {"yes": True, "no": False}.get(self.typed())
        return self.typed() or None

    def _chosen(self) -> None:
        self.changed.emit()


class ReferenceEditor(ChoiceEditor):
    """One of the records beside this one, or none. What it names and is not among them stays as it is."""

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """The records to choose from, as (id, name); what is chosen stays chosen."""
        chosen = self.typed()
        self._box.clear()
        self._box.addItem(formats.DASH, "")
        for record, name in choices:
            self._box.addItem(name or formats.DASH, record)
        if chosen:
            self.set_typed(chosen)

    def _build(self) -> None:
        super()._build()
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def _options(self) -> Sequence[tuple[str, str]]:
        return ()


class ElementsEditor(Editor):
    """A set of values, each an element with a clock of its own: the phones of a person. One empty line waits."""

    def _build(self) -> None:
        self._lines: list[tuple[str, QLineEdit]] = []
        self._held: dict[str, Value] = {}
        self._shown: dict[str, str] = {}
        self._offer_line()

    def input(self) -> QLineEdit:
        return self._lines[0][1]

    def show_values(self, values: Mapping[str, Value]) -> None:
        prefix = f"{self.field.name}:"
        self._held = {k: v for k, v in sorted(values.items()) if k.startswith(prefix) and v is not None}
        self._shown = {key: self._text_of(value) for key, value in self._held.items()}
        self.set_typed(self._shown)

    def typed(self) -> dict[str, str]:
        return {key: line.text() for key, line in self._lines if line.text().strip() or key in self._shown}

    def set_typed(self, typed: Any) -> None:
        for _, line in self._lines:
            self.column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        for key, text in dict(typed).items():
            self._add_line(key, text)
        self._offer_line()

    def values(self) -> dict[str, Value]:
        return {
            key: self._held[key]
            if text == self._shown.get(key)
            else parse_value(self.field, text, today=self.today())
            for key, text in self.typed().items()
        }

    def _offer_line(self) -> None:
        if not self._lines or self._lines[-1][1].text().strip():
            taken = {key for key, _ in self._lines}
            number = next(
                n for n in range(len(taken) + 1) if f"{self.field.name}:{NEW_ELEMENT}{n}" not in taken
            )
            self._add_line(f"{self.field.name}:{NEW_ELEMENT}{number}", "")

    def _add_line(self, key: str, text: str) -> None:
        line = QLineEdit(text)
        line.setAccessibleName(self.name)
        line.textEdited.connect(self._typed)
        self.column.addWidget(line)
        if self._lines:
            QWidget.setTabOrder(self._lines[-1][1], line)
        self._lines.append((key, line))

    def _typed(self) -> None:
        self._offer_line()
        self.changed.emit()


def editor(field: Field, spoken: Language, today: Today) -> Editor:
    """The editor that fits a field's declaration."""
    if field.repeated:
        return ElementsEditor(field, spoken, today)
    if field.type is Type.LONG_TEXT:
        return TextEditor(field, spoken, today)
    if field.type in (Type.CHOICE, Type.BOOLEAN):
        return ChoiceEditor(field, spoken, today)
    if field.type is Type.REFERENCE:
        return ReferenceEditor(field, spoken, today)
    if field.type is Type.CODE:
        from crmdesk.ui.widgets.code_editor import CodeEditor  # which is an Editor itself

        return CodeEditor(field, spoken, today)
    return Editor(field, spoken, today)


def is_editable(field: Field) -> bool:
    """Whether a form may offer the field by itself: tags have a field of their own, references need records to choose from."""
    if field.server or field.type in (Type.REFERENCE, Type.SEEN, Type.INSTANT):
        return False
    return field.target is None
