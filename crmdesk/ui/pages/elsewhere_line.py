"""A line of the new customer: a customer like this is with a colleague already, or in the pool. Asked of the company, if it is there."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.values import Value
from crmdesk.ui.context import Context
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets.fields import label
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.answers import Elsewhere

PAUSE_MS: Final = 1500
"""Nobody types for so long before the company is asked: each question counts against a day's."""
_SOUGHT_BY: Final = ("name", "credit_code", "phone", "city")


class ElsewhereLine(QWidget):
    """Hidden while there is nothing to say. `look` as the person types, `forget` with a new form."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._typed: dict[str, Value] = {}
        self._asked: dict[str, Value] = {}
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._said = label("", "warn")
        self._said.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 4, 18, 4)
        column.addWidget(self._said)
        self.hide()

    @property
    def text(self) -> str:
        """What is said."""
        return self._said.text()

    def look(self, typed: Mapping[str, Value]) -> None:
        """This is typed so far."""
        self._typed = {name: typed[name] for name in _SOUGHT_BY if name in typed}
        if self._typed == self._asked:
            self._pause.stop()
            return
        if self._context.workspace.server() is not None:
            self._pause.start()

    def forget(self) -> None:
        """Another customer is typed now."""
        self._pause.stop()
        self._typed, self._asked = {}, {}
        self.hide()

    def _ask(self) -> None:
        self._asked = self._typed
        self._context.runner.run(
            partial(_asked, self._typed, self._context.workspace),
            partial(self._came, self._typed),
            self._nothing,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _came(self, typed: dict[str, Value], found: "Elsewhere | None") -> None:
        if typed != self._typed:
            return
        if found is None:
            self.hide()
            return
        is_sure = found.certainty == "certain"
        if found.in_pool:
            said = (
                self.tr("This customer is in the pool.")
                if is_sure
                else self.tr("Perhaps in the pool already.")
            )
        elif found.user is None:
            said = self.tr("A colleague has this customer already; ask your administrator.")
        else:
            said = (
                self.tr("%1 has this customer already; ask them.")
                if is_sure
                else self.tr("%1 may have this customer already; ask them.")
            ).replace("%1", self._context.directory.person_name(found.user))
        self._said.setText(said)
        self.show()

    def _nothing(self, _error: Exception) -> None:
        """Nobody is kept from typing by what could not be asked."""


def _asked(typed: Mapping[str, Value], workspace: Workspace) -> "Elsewhere | None":
    from crmdesk.sync import elsewhere

    asked = elsewhere.question(typed)
    return elsewhere.ask(workspace.replica, asked) if asked else None
