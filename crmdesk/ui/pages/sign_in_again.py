"""Signing in again where a session has ended: with the password, or with an administrator's code and a new one."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui.context import Context
from crmdesk.ui.pages.connect_form import device_name
from crmdesk.ui.pages.password_dialog import PasswordDialog
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons

if TYPE_CHECKING:
    from crmdesk.usecases.workspace import Workspace


class SignInAgain(QWidget):
    """Two buttons below the problem, each with its dialog. `signed_in()` is called once the server let this laptop in."""

    def __init__(self, context: Context, signed_in: Callable[[], None]) -> None:
        super().__init__()
        self._context, self._signed_in = context, signed_in
        self.by_password = buttons.primary(self.tr("Sign in…"), "key-round", self._ask_password)
        self.by_code = buttons.quiet(self.tr("I have a code"), "ticket", self._ask_code)
        row = QHBoxLayout(self)
        row.setContentsMargins(52, 4, 0, 0)
        row.addWidget(self.by_password)
        row.addWidget(self.by_code)
        row.addStretch(1)
        self.hide()

    def _ask_password(self) -> None:
        sentence = self.tr("Give your password. What you typed meanwhile is safe and is sent then.")
        self._ask(sentence, (self.tr("Password"),))

    def _ask_code(self) -> None:
        sentence = self.tr("Give your administrator's code, and a new password.")
        self._ask(sentence, (self.tr("Code"), self.tr("New password")))

    def _ask(self, sentence: str, names: tuple[str, ...]) -> None:
        self.dialog = PasswordDialog(sentence, self.tr("Sign in"), names, self)
        self.dialog.given.connect(self._try)
        self.dialog.ask()

    def _try(self, given: list[str]) -> None:
        self._context.runner.run(
            partial(_sign_in, given, self._context.workspace),
            self._came,
            self._failed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _came(self, _device: object) -> None:
        self.dialog.accept()
        self._signed_in()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, CrmError):
            self.dialog.show_error(error)
            return
        self.dialog.reject()
        self._context.report(error)


def _sign_in(given: list[str], workspace: "Workspace") -> object:
    from crmdesk.sync import signing_in

    if len(given) == 1:
        return signing_in.sign_in(workspace.replica, given[0], device_name())
    code, new = given
    return signing_in.reset_password(workspace.replica, code, new, device_name())
