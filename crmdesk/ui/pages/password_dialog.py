"""Asking for passwords in place: to go on with what is dangerous, to sign in again, to choose a new one."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import language
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label, make_room
from crmdesk.ui.widgets.marks import Busy


class PasswordDialog(QDialog):
    """A sentence and a line for each of `names`. `given(passwords)` on Enter or the button; Esc closes it.

    It stays open until whoever asked closes it, so that a mistake can be mended: `show_error`.
    """

    given = Signal(list)

    def __init__(self, sentence: str, action: str, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(action)
        self.setAccessibleName(action)
        self.setMinimumWidth(400)
        told = label(sentence)
        told.setWordWrap(True)
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.button = buttons.primary(action, "check", self._give)
        self._busy = Busy()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(6)
        column.addWidget(told)
        self.lines: list[QLineEdit] = []
        for name in names:
            line = QLineEdit()
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAccessibleName(name)
            line.returnPressed.connect(self._give)
            column.addWidget(label(name, "faint"))
            column.addWidget(line)
            self.lines.append(line)
        column.addWidget(self.said)
        row = QHBoxLayout()
        row.setContentsMargins(0, 6, 0, 0)
        row.addWidget(self._busy)
        row.addStretch(1)
        row.addWidget(buttons.secondary(self.tr("Cancel"), clicked=self.reject))
        row.addWidget(self.button)
        column.addLayout(row)

    def ask(self) -> None:
        """Show it, empty, and take the keyboard."""
        for line in self.lines:
            line.clear()
        self.said.hide()
        self.open()
        self.lines[0].setFocus()

    def show_error(self, error: CrmError) -> None:
        """It was not right, in words; it can be typed again."""
        self._free(is_free=True)
        self.said.setText(str(error.sentence(language.current())))
        self.said.show()
        make_room(self)
        self.lines[0].selectAll()
        self.lines[0].setFocus()

    def _give(self) -> None:
        if not self.lines[-1].text():
            self.lines[-1].setFocus()
            return
        self._free(is_free=False)
        self.given.emit([line.text() for line in self.lines])

    def _free(self, *, is_free: bool) -> None:
        for widget in (*self.lines, self.button):
            widget.setEnabled(is_free)
        if is_free:
            self._busy.stop()
        else:
            self._busy.start()
