"""What may stand between a start and the work: a passphrase, or a database that can't be opened."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import language
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, FieldGrid, centred, label
from crmdesk.ui.widgets.headline import Headline
from crmdesk.ui.widgets.marks import Busy


class Unlock(QWidget):
    """Asks for the passphrase. `entered(text)`; answer with `show_error` to ask again."""

    entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        card = Card()
        card.setFixedWidth(400)
        self.headline = Headline()
        self.headline.show_state(
            "lock",
            "blue",
            self.tr("Your data is locked"),
            self.tr("Your passphrase opens it on this laptop."),
        )
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName(self.tr("Passphrase"))
        self.passphrase.setPlaceholderText(self.tr("Passphrase"))
        self.passphrase.returnPressed.connect(self._enter)
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.button = buttons.primary(self.tr("Open"), "key-round", self._enter)
        self._busy = Busy()
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self._busy)
        row.addStretch(1)
        for widget in (self.headline, self.passphrase, self.said):
            card.body.addWidget(widget)
        card.body.addLayout(row)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(centred(card))
        column.addStretch(3)

    def show_error(self, error: CrmError) -> None:
        """It did not open, in words; the field is ready for another try."""
        self._set_busy(is_busy=False)
        self.said.setText(str(error.sentence(language.current())))
        # A centred card takes its size hint, which does not know how many lines the words wrap to.
        self.said.setMinimumHeight(self.said.heightForWidth(self.passphrase.width()))
        self.said.show()
        self.passphrase.selectAll()
        self.passphrase.setFocus()

    def _enter(self) -> None:
        if self.passphrase.text():
            self.said.hide()
            self._set_busy(is_busy=True)
            self.entered.emit(self.passphrase.text())

    def _set_busy(self, *, is_busy: bool) -> None:
        self.passphrase.setEnabled(not is_busy)
        self.button.setEnabled(not is_busy)
        if is_busy:
            self._busy.start()
        else:
            self._busy.stop()


class Trouble(QWidget):
    """A database that can't be opened: what happened, what is safe, what to do. `again()` and `quit_asked()`."""

    again = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Path()
        card = Card()
        card.setFixedWidth(560)
        self.headline = Headline()
        self.facts = FieldGrid(1)
        self.retry = buttons.primary(self.tr("Try again"), "refresh-cw", self._again)
        row = QHBoxLayout()
        row.addWidget(self.retry)
        row.addWidget(buttons.secondary(self.tr("Open the folder"), "folder", self._open_folder))
        row.addStretch(1)
        row.addWidget(buttons.quiet(self.tr("Quit"), "log-out", self._quit))
        card.body.setSpacing(14)
        card.body.addWidget(self.headline)
        card.body.addWidget(self.facts)
        card.body.addLayout(row)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(centred(card))
        column.addStretch(3)

    def show_error(self, error: CrmError, path: Path) -> None:
        """Tell about `path`."""
        self._folder = path.parent
        sentence = error.sentence(language.current())
        self.headline.show_state("triangle-alert", "amber", sentence.happened, sentence.safe)
        self.facts.set_fields(
            [
                (self.tr("What to do"), sentence.next),
                (self.tr("File"), str(path)),
                (self.tr("Code"), error.code),
            ]
        )
        self.retry.setFocus()

    def _again(self) -> None:
        self.again.emit()

    def _quit(self) -> None:
        self.quit_asked.emit()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))
