"""What stands in the way of a laptop that stayed away from its company, and what is left of one that was wiped."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.dates import day_of
from crmdesk.core.errors import CrmError
from crmdesk.system.clock import SystemClock
from crmdesk.system.wiping import Wiped
from crmdesk.ui import formats, language
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, FieldGrid, centred, label
from crmdesk.ui.widgets.headline import Headline
from crmdesk.ui.widgets.marks import Busy

_WIDTH = 560


class Locked(QWidget):
    """Says why nothing can be read or written, and what opens it. `sync_wished()` and `quit_asked()`."""

    sync_wished = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = Headline()
        self.facts = FieldGrid(1)
        self.said = label("", "bad")
        self.said.setWordWrap(True)
        self.said.hide()
        self.connect_button = buttons.primary(self.tr("Connect and unlock"), "refresh-cw", self._wish)
        self._busy = Busy()
        row = QHBoxLayout()
        row.addWidget(self.connect_button)
        row.addWidget(self._busy)
        row.addStretch(1)
        row.addWidget(buttons.quiet(self.tr("Quit"), "log-out", self._quit))
        _card(self, (self.headline, self.facts, self.said), row)

    def show_lock(self, error: CrmError) -> None:
        """Why it is locked."""
        sentence = error.sentence(language.current())
        self.headline.show_state("lock", "amber", sentence.happened, sentence.safe)
        self.facts.set_fields([(self.tr("What to do"), sentence.next), (self.tr("Code"), error.code)])
        self.said.hide()
        self.connect_button.setFocus()

    def show_trying(self) -> None:
        """The company is being asked."""
        self.said.hide()
        self.connect_button.setEnabled(False)
        self._busy.start()

    def show_failure(self, error: CrmError) -> None:
        """The company could not be asked, or said no."""
        self.rest()
        self.said.setText(error.sentence(language.current()).happened)
        self.said.setMinimumHeight(self.said.heightForWidth(_WIDTH - 48))
        self.said.show()
        self.connect_button.setFocus()

    def rest(self) -> None:
        """Nobody is being asked."""
        self.connect_button.setEnabled(True)
        self._busy.stop()

    def _wish(self) -> None:
        self.sync_wished.emit()

    def _quit(self) -> None:
        self.quit_asked.emit()


class Gone(QWidget):
    """Says that this laptop's data was destroyed, and whether the company has what was unsent.

    `hand_in_wished()`, and `again()` to set the laptop up anew.
    """

    hand_in_wished = Signal()
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = Headline()
        self.facts = FieldGrid(1)
        self.start = buttons.primary(self.tr("Set up anew"), "arrow-right", self._again)
        self.hand_in = buttons.secondary(self.tr("Hand in now"), "upload", self._wish)
        self._busy = Busy()
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addWidget(self.hand_in)
        row.addWidget(self._busy)
        row.addStretch(1)
        _card(self, (self.headline, self.facts), row)

    def show_note(self, error: CrmError, note: Wiped, waiting: int) -> None:
        """What happened, and how many sealed files the company does not have yet."""
        sentence = error.sentence(language.current())
        self.headline.show_state("shield", "slate", sentence.happened, sentence.next)
        kept = self.tr("%n sealed file(s) wait to be handed in", "", waiting) if waiting else sentence.safe
        self.facts.set_fields(
            [
                (self.tr("Company"), note.company),
                (self.tr("When"), formats.instant(note.at_ms, day_of(SystemClock().now_ms()))),
                (self.tr("Unsent work"), kept),
                (self.tr("Code"), error.code),
            ]
        )
        self.hand_in.setVisible(bool(waiting))
        self.hand_in.setEnabled(True)
        self._busy.stop()
        self.start.setFocus()

    def show_trying(self) -> None:
        """The company is being reached."""
        self.hand_in.setEnabled(False)
        self._busy.start()

    def _again(self) -> None:
        self.again.emit()

    def _wish(self) -> None:
        self.hand_in_wished.emit()


def _card(page: QWidget, widgets: tuple[QWidget, ...], row: QHBoxLayout) -> None:
    card = Card()
    card.setFixedWidth(_WIDTH)
    card.body.setSpacing(14)
    for widget in widgets:
        card.body.addWidget(widget)
    card.body.addLayout(row)
    column = QVBoxLayout(page)
    column.addStretch(2)
    column.addLayout(centred(card))
    column.addStretch(3)
