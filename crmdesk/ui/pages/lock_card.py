"""When the window is covered, and the PIN that uncovers it."""

from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import IDLE_MINUTES
from crmdesk.ui import cover, formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.password_dialog import PasswordDialog
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, label
from crmdesk.ui.widgets.pills import PillGroup
from crmdesk.usecases import pin
from crmdesk.usecases.workspace import Workspace

_MINUTES = (1, 2, 5, 10, 15, 30, 60)


class LockCard(Card):
    """A card of the settings: a person may shorten what the company allows, never lengthen it."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.body.addWidget(label(self.tr("Lock"), "card"))
        self.setAccessibleName(self.tr("Lock"))
        why = label(
            self.tr(
                "Lock the window when nobody is here, so that nobody reads over your shoulder. Ctrl+L does it at once."
            ),
            "second",
        )
        why.setWordWrap(True)
        self.body.addWidget(why)
        self.body.addWidget(label(self.tr("After minutes without input"), "faint"))
        most = cover.company_minutes(context.workspace) or IDLE_MINUTES
        offered = sorted({minutes for minutes in _MINUTES if minutes < most} | {most})
        self.minutes = PillGroup(
            self.tr("After minutes without input"),
            [(str(minutes), formats.filled(self.tr("%1 min"), str(minutes))) for minutes in offered],
        )
        self.minutes.select(str(min(most, context.preferences.idle_minutes or most)))
        self.minutes.chosen.connect(self._choose)
        line = QHBoxLayout()
        line.addWidget(self.minutes)
        line.addStretch(1)
        self.body.addLayout(line)
        self.said = label("", "second")
        self.said.setWordWrap(True)
        self.body.addWidget(self.said)
        self.choose = buttons.secondary("", "key-round", self.ask)
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addStretch(1)
        self.body.addLayout(row)
        self.reload()

    def reload(self) -> None:
        """Say what uncovers the window."""
        has_passphrase = cover.has_passphrase(self._context.workspace)
        has_pin = pin.is_set(self._context.reader)
        self.choose.setVisible(not has_passphrase)
        self.choose.setText(self.tr("Change the PIN…") if has_pin else self.tr("Set a PIN…"))
        if has_passphrase:
            self.said.setText(self.tr("Your passphrase opens the window again."))
        elif has_pin:
            self.said.setText(self.tr("A PIN opens the window again."))
        else:
            self.said.setText(self.tr("Without a PIN anybody at this laptop can unlock the window."))

    def ask(self) -> None:
        """Ask for the PIN."""
        names = [self.tr("New PIN")]
        if pin.is_set(self._context.reader):
            names.insert(0, self.tr("Present PIN"))
        sentence = self.tr(
            "At least 6 digits or letters. After 10 wrong tries only your company can open the window."
        )
        self.dialog = PasswordDialog(sentence, self.tr("Set"), names, self)
        self.dialog.given.connect(self._try)
        self.dialog.ask()

    def _choose(self, minutes: str) -> None:
        self._context.prefer(idle_minutes=int(minutes))

    def _try(self, given: list[str]) -> None:
        self._context.runner.run(
            partial(_set, self._context.workspace, given), self._set, self._failed,
            lane=Lane.WRITE, owner=self,
        )  # fmt: skip

    def _set(self, _nothing: object) -> None:
        self.dialog.accept()
        self._context.say(self.tr("Your PIN is set"))
        self.reload()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CrmError):
            self.dialog.show_error(error)
            return
        self.dialog.reject()
        self._context.report(error)


def _set(workspace: Workspace, given: list[str]) -> None:
    pin.choose(workspace.replica, given[0] if len(given) > 1 else "", given[-1])
