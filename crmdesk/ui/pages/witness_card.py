"""What this laptop has witnessed of the server's audit: said on the sync page, loudly where it was contradicted."""

from datetime import date

from PySide6.QtCore import QCoreApplication, Qt

from crmdesk.core.roots import Signed
from crmdesk.store.settings import Testimony
from crmdesk.ui import formats
from crmdesk.ui.widgets.fields import Card, label, set_tone

translate = QCoreApplication.translate


def signed_at(signed: Signed | None, today: date) -> str:
    """When a root was signed, in words."""
    root = signed.root if signed else None
    return formats.instant(root.at, today) if root else ""


def witnessed(known: Testimony | None, today: date) -> str:
    """In a few words what this laptop vouches for; blank where that is nothing."""
    if known is None or known.held is None:
        return ""
    said = translate("Witness", "up to %1").replace("%1", signed_at(known.held, today))
    if known.contradiction is not None:
        return translate("Witness", "contradicted by the server")
    if known.restores:
        lost = signed_at(known.restores[-1].held, today)
        return f"{said} · " + translate("Witness", "the server was restored; it forgot %1").replace(
            "%1", lost
        )
    return said


class WitnessCard(Card):
    """Stands on the sync page as long as the server's audit contradicts what this laptop saw of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("The audit was contradicted"))
        self.title = label(self.tr("The server contradicts its own audit"), "card")
        set_tone(self.title, "bad")
        self.sentence = label("", "second")
        self.sentence.setWordWrap(True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(self.title)
        self.body.addWidget(self.sentence)
        self.hide()

    def show_testimony(self, known: Testimony | None, today: date) -> None:
        """Warn, or go away where nothing is wrong."""
        contradiction = known.contradiction if known else None
        self.setVisible(contradiction is not None)
        if contradiction is None:
            return
        text = self.tr(
            "This laptop saw what the company signed on %1, and the server no longer stands by it. Its record of who did "
            "what was changed, or it was put back from a backup and no laptop has proven that yet. Your work goes on and is "
            "safe here. Tell your administrator; the laptop has told the server as well."
        )
        self.sentence.setText(text.replace("%1", signed_at(contradiction.held, today) or "?"))
