"""The editor of a code: shows what it stands for, opens the picker, and offers what the program found out."""

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QSizePolicy, QToolButton

from crmdesk.core.values import Value
from crmdesk.ui import icons
from crmdesk.ui.widgets import plain
from crmdesk.ui.widgets.code_picker import CodePicker
from crmdesk.ui.widgets.editors import Editor
from crmdesk.usecases.codes import code_name, code_table

_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_F4)
_EMPTYING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class _Line(QLineEdit):
    """Shows a name that is chosen and not typed. `asked(text)` opens the picker with it, `emptied()` takes it away."""

    asked = Signal(str)
    emptied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        text = event.text().strip()
        if held:
            super().keyPressEvent(event)
        elif event.key() in _EMPTYING:
            self.emptied.emit()
        elif event.key() in _OPENING or (text and text.isprintable()):
            self.asked.emit(text if text.isprintable() else "")
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.asked.emit("")


class Offer(QPushButton):
    """A quiet button for a text of any length: it never asks for more room than there is."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""
        self.setProperty("kind", "quiet")
        self.setIcon(icons.icon("corner-down-left", "text_2", 6))
        self.setIconSize(QSize(22, 16))
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Offer this."""
        self.said = text
        plain.set_tip(self, text)
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint, words = super().sizeHint(), self.fontMetrics().horizontalAdvance
        return QSize(hint.width() + words(self.said) - words(self.text()) + 2, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        around = super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())
        room = max(40, self.width() - around)
        fitting = self.fontMetrics().elidedText(self.said, Qt.TextElideMode.ElideMiddle, room)
        self.setText(fitting if self.width() < self.sizeHint().width() else self.said)


class CodeEditor(Editor):
    """A code of the field's table, or nothing. A code that this program does not know stays as it is."""

    def input(self) -> QLineEdit:
        return self._line

    def typed(self) -> str:
        return self._code

    def set_typed(self, typed: Any) -> None:
        self._code = str(typed)
        table = str(self.field.table)
        name = (code_name(table, self._code) or self._code) if self._code else ""
        self._line.setText(name)
        self._line.setCursorPosition(0)
        plain.set_tip(self._line, name)
        self._clear.setVisible(bool(self._code))
        self.offer("")
        if self._code:
            found, now = code_table(table).find(self._code), code_table(table).current(self._code)
            if found is not None and now is not None and now.code != self._code:
                self._offer(now.code, self.tr("Abolished; now %1"))

    def offer(self, code: str) -> None:
        """Offer a code that was read from what stands elsewhere; blank: offer nothing. What is chosen is never replaced."""
        if code and not self._code:
            self._offer(code, self.tr("From the address: %1"))
        else:
            self._offered = ""
            self.offered.hide()

    def _offer(self, code: str, text: str) -> None:
        self._offered = code
        self.offered.say(text.replace("%1", code_name(str(self.field.table), code) or code))
        self.offered.setAccessibleName(f"{self.name}: {self.offered.said}")
        self.offered.show()

    def _build(self) -> None:
        self._code = self._offered = ""
        self._picker: CodePicker | None = None
        self._line = _Line()
        self._line.setAccessibleName(self.name)
        self._line.setPlaceholderText(self.tr("Choose…"))
        self._line.asked.connect(self._open)
        self._line.emptied.connect(self._empty)
        self._clear = QAction(icons.icon("x", "text_3"), self.tr("Take it away"), self._line)
        self._clear.triggered.connect(self._empty)
        self._line.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        for button in self._line.findChildren(QToolButton):
            button.setAccessibleName(self.tr("Take it away"))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.offered = Offer()
        self.offered.clicked.connect(self._take_offer)
        self.offered.hide()
        self.column.addWidget(self._line)
        self.column.addWidget(self.offered, 0, Qt.AlignmentFlag.AlignLeft)

    def _text_of(self, value: Value) -> str:
        return "" if value is None else str(value)

    def _read(self) -> Value:
        return self._code or None

    def _open(self, text: str) -> None:
        if self._picker is None:
            self._picker = CodePicker(str(self.field.table), self.name, self)
            self._picker.chosen.connect(self._choose)
        self._picker.open_at(self._line, self._code, text)

    def _choose(self, code: str) -> None:
        self._line.setFocus()
        if code != self._code:
            self.set_typed(code)
            self.changed.emit()

    def _empty(self) -> None:
        if self._code:
            self._choose("")

    def _take_offer(self) -> None:
        if self._offered:
            self._choose(self._offered)
