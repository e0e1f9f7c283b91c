"""The password: chosen here, for signing in on another laptop and for what is dangerous."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout

from crmdesk.core.errors import CrmError
from crmdesk.ui.context import Context
from crmdesk.ui.pages.password_dialog import PasswordDialog
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import Card, label

if TYPE_CHECKING:
    from crmdesk.usecases.workspace import Workspace


class PasswordCard(Card):
    """A card of the settings. Hidden while somebody works alone."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.body.addWidget(label(self.tr("Password"), "card"))
        self.setAccessibleName(self.tr("Password"))
        why = label(
            self.tr(
                "With it you sign in on a new laptop, and confirm what is dangerous. Your other laptops have to "
                "sign in again after a change."
            ),
            "second",
        )
        why.setWordWrap(True)
        self.body.addWidget(why)
        self.choose = buttons.secondary(self.tr("Choose a password…"), "key-round", self.ask)
        line = QHBoxLayout()
        line.addWidget(self.choose)
        line.addStretch(1)
        self.body.addLayout(line)

    def reload(self) -> None:
        """Show it where there is a company."""
        self.setVisible(self._context.workspace.server() is not None)

    def ask(self) -> None:
        """Ask for the old password and the new one."""
        names = (self.tr("Old password (empty if you have none)"), self.tr("New password"))
        sentence = self.tr("At least 8 characters; not a common password, and no name.")
        self.dialog = PasswordDialog(sentence, self.tr("Choose"), names, self)
        self.dialog.given.connect(self._try)
        self.dialog.ask()

    def _try(self, given: list[str]) -> None:
        self._context.runner.run(
            partial(_choose, given, self._context.workspace), self._chosen, self._failed,
            lane=Lane.NETWORK, owner=self,
        )  # fmt: skip

    def _chosen(self, _nothing: object) -> None:
        self.dialog.accept()
        self._context.say(self.tr("Your password is set"))

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CrmError):
            self.dialog.show_error(error)
            return
        self.dialog.reject()
        self._context.report(error)


def _choose(given: list[str], workspace: "Workspace") -> None:
    from crmdesk.sync import signing_in

    old, new = given
    signing_in.choose_password(workspace.replica, old or None, new)
