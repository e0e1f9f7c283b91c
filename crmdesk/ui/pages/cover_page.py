"""What covers the window while nobody is there: nothing of the data, and the way back in."""

from typing import Literal, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMainWindow, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import language
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, centred, label
from crmdesk.ui.widgets.headline import Headline
from crmdesk.ui.widgets.marks import Busy

Way: TypeAlias = Literal["passphrase", "pin", "open"]
"""What uncovers: the profile's passphrase, a PIN, or nothing but a click."""
_WIDTH = 400


class CoverWindow(QMainWindow):
    """Stands where the window was. `entered(text)`, `sync_wished()`; `closed()` if the person ends the program."""

    entered = Signal(str)
    sync_wished = Signal()
    closed = Signal()

    def __init__(self, way: Way) -> None:
        super().__init__()
        self._way = way
        self.setWindowTitle("crmdesk")
        self.setMinimumSize(480, 320)
        self.headline = Headline()
        self.headline.show_state("lock", "blue", self.tr("Covered"), self._told())
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        name = self.tr("PIN") if way == "pin" else self.tr("Passphrase")
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(name)
        self.line.returnPressed.connect(self._enter)
        self.line.setVisible(way != "open")
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.button = buttons.primary(self.tr("Unlock"), "lock", self._enter)
        self.connect_button = buttons.secondary(self.tr("Connect to your company"), "refresh-cw", self._wish)
        self.connect_button.hide()
        self._busy = Busy()
        self._lay_out()

    def show_error(self, error: CrmError) -> None:
        """It stays covered; why, in words."""
        self.set_busy(is_busy=False)
        self.said.setText(str(error.sentence(language.current())))
        self.said.setMinimumHeight(self.said.heightForWidth(_WIDTH - 48))
        self.said.show()
        self.connect_button.setVisible(error.code == "pin_spent" or self.connect_button.isVisible())
        self.line.clear()
        self.line.setFocus()

    def show_renewed(self) -> None:
        """The company was reached: the PIN may be tried again."""
        self.set_busy(is_busy=False)
        self.said.hide()
        self.connect_button.hide()
        self.line.setFocus()

    def set_busy(self, *, is_busy: bool) -> None:
        for widget in (self.line, self.button, self.connect_button):
            widget.setEnabled(not is_busy)
        if is_busy:
            self._busy.start()
        else:
            self._busy.stop()

    def take_keyboard(self) -> None:
        """Be the window that is typed into."""
        self.raise_()
        self.activateWindow()
        (self.line if self._way != "open" else self.button).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()

    def _told(self) -> str:
        if self._way == "passphrase":
            return self.tr("Enter your passphrase to go on where you were.")
        if self._way == "pin":
            return self.tr("Enter your PIN to go on where you were.")
        return self.tr("Everything is where you left it.")

    def _lay_out(self) -> None:
        card = Card()
        card.setFixedWidth(_WIDTH)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self.connect_button)
        row.addWidget(self._busy)
        row.addStretch(1)
        for widget in (self.headline, self.line, self.said):
            card.body.addWidget(widget)
        card.body.addLayout(row)
        body = QWidget()
        body.setObjectName("canvas")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.addStretch(2)
        column.addLayout(centred(card))
        column.addStretch(3)
        self.setCentralWidget(body)

    def _enter(self) -> None:
        if self._way == "open" or self.line.text():
            self.said.hide()
            self.set_busy(is_busy=True)
            self.entered.emit(self.line.text())

    def _wish(self) -> None:
        self.said.hide()
        self.set_busy(is_busy=True)
        self.sync_wished.emit()
