"""The question a paused sync asks: keep everything, or let it go."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from crmdesk.store.settings import Pause
from crmdesk.ui import formats
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, label


class PauseCard(Card):
    """Stands on the sync page while a server that would hide much of what is here waits for an answer.

    `kept()` and `let_go()` are the two answers.
    """

    kept = Signal()
    let_go = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Sync is paused"))
        self.title = label(self.tr("Sync is paused: is this meant?"), "card")
        self.sentence = label("", "second")
        self.sentence.setWordWrap(True)
        self.keep = buttons.primary(self.tr("Keep everything"), "check", self.kept.emit)
        self.accept = buttons.danger(self.tr("Let it go"), "trash-2", self.let_go.emit)
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.addWidget(self.keep)
        row.addWidget(self.accept)
        row.addStretch(1)
        self.body.addWidget(self.title)
        self.body.addWidget(self.sentence)
        self.body.addLayout(row)
        self.hide()

    def show_pause(self, pause: Pause | None, *, is_running: bool) -> None:
        """Ask, or go away where nothing is asked."""
        self.setVisible(pause is not None)
        self.keep.setEnabled(not is_running)
        self.accept.setEnabled(not is_running)
        if pause is not None:
            text = self.tr(
                "The server wants to remove %1 of the %2 records here and gives no reason. Nothing was removed, and "
                "an encrypted copy was kept. “Keep everything” restores them for your colleagues too."
            )
            count, total = formats.number(pause.count), formats.number(pause.total)
            self.sentence.setText(text.replace("%1", count).replace("%2", total))
