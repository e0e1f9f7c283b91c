"""Joining a company: its address, the one-use code, and what comes of it in words."""

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import language
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label, set_tone
from crmdesk.ui.widgets.marks import Busy

if TYPE_CHECKING:
    from crmdesk.sync.enrolment import Joined
    from crmdesk.usecases.workspace import Workspace


def device_name() -> str:
    """What this laptop calls itself to an administrator."""
    return platform.node() or "crmdesk"


def join_company(address: str, code: str, workspace: "Workspace") -> "Joined":
    """Enrol an open workspace; for the network's lane."""
    from crmdesk.sync.enrolment import enrol

    return enrol(workspace.replica, address, code, device_name())


class ConnectForm(QWidget):
    """Asks for address and code, and below them `more`. `submitted(address, code)`; answer with a `show_` method.

    `foot` is the row of buttons, for one more at its end.
    """

    submitted = Signal(str, str)

    def __init__(self, more: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://crm.example.com")
        self.address.setAccessibleName(self.tr("Server address"))
        self.code = QLineEdit()
        self.code.setPlaceholderText("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
        self.code.setAccessibleName(self.tr("Code"))
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.words = label("", "title")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setWordWrap(True)
        self.words.hide()
        self._busy = Busy()
        self.button = buttons.primary(self.tr("Connect"), "link", self._submit)
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self._submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for name, field in ((self.tr("Server address"), self.address), (self.tr("Code"), self.code)):
            column.addWidget(label(name, "faint"))
            column.addWidget(field)
        if more is not None:
            column.addWidget(more)
        column.addWidget(self.said)
        column.addWidget(self.words)
        self.foot = QHBoxLayout()
        self.foot.setContentsMargins(0, 6, 0, 0)
        self.foot.addWidget(self.button)
        self.foot.addWidget(self._busy)
        self.foot.addStretch(1)
        column.addLayout(self.foot)

    def show_busy(self) -> None:
        """The server is being asked."""
        self._free(is_free=False)
        self.said.hide()
        self._busy.start()

    def show_error(self, error: CrmError) -> None:
        """It did not work, in words; everything can be tried again."""
        self._free(is_free=True)
        self._say(str(error.sentence(language.current())), "bad")
        self.code.setFocus()

    def show_pending(self, words: str) -> None:
        """An administrator must approve this laptop, and compares these words."""
        self._busy.stop()
        self._say(
            self.tr(
                "This laptop waits for approval. Tell your administrator these words; it goes on by itself."
            ),
            "second",
        )
        self.words.setText(words)
        self.words.setAccessibleName(self.tr("Words to compare: %1").replace("%1", words))
        self.words.show()
        self.button.hide()

    def _say(self, text: str, tone: str) -> None:
        self.said.setText(text)
        set_tone(self.said, tone)
        self.said.show()

    def _free(self, *, is_free: bool) -> None:
        for field in (self.address, self.code, self.button):
            field.setEnabled(is_free)
        if is_free:
            self._busy.stop()

    def _submit(self) -> None:
        address, code = self.address.text().strip(), self.code.text().strip()
        if not address:
            self.address.setFocus()
        elif not code:
            self.code.setFocus()
        else:
            self.submitted.emit(address if "://" in address else f"https://{address}", code)
