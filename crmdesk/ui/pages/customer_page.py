"""One customer over the whole width, and the way to the next one of the list it was opened from."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.context import Context
from crmdesk.ui.page import Page, Shell
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.widgets import buttons


class CustomerPage(Page):
    """One customer over the whole width. `neighbour(id, by)` names the next one of the list it was opened from."""

    visit = Signal(str)

    def __init__(self, shell: Shell, context: Context, neighbour: Callable[[str, int], str | None]) -> None:
        super().__init__(shell)
        self._context, self._neighbour = context, neighbour
        self.view = CustomerView(context, self, wide=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.view.visit.connect(self.visit)
        self.view.decide.connect(self._decide)
        self.view.audit.connect(partial(self.shell.go, "audit"))
        self.view.deleted.connect(self._deleted)

    @property
    def current_customer(self) -> str | None:
        """The customer that F6 logs a visit to."""
        return self.view.customer

    def actions_in_bar(self) -> Sequence[QWidget]:
        back = buttons.secondary(self.tr("Back to the list"), "arrow-left", self.shell.back)
        before = buttons.icon_button("chevron-left", self.tr("Previous customer"), self._previous)
        after = buttons.icon_button("chevron-right", self.tr("Next customer"), self._next)
        return before, after, back

    def show_subject(self, subject: object) -> None:
        self.view.show_customer(subject if isinstance(subject, str) else None)

    def entered(self) -> None:
        self.view.story.setFocus()

    def may_leave(self) -> bool:
        self.view.leave()
        return True

    def touched(self, change: object) -> None:
        self.view.touched(change)  # type: ignore[arg-type]

    def undo(self) -> None:
        self._context.undo_last()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() == Qt.Key.Key_Left:
            self._previous()
        elif alt and event.key() == Qt.Key.Key_Right:
            self._next()
        elif event.key() == Qt.Key.Key_Escape:
            self.shell.back()
        elif not self.view.press(event):
            super().keyPressEvent(event)

    def _previous(self) -> None:
        self._step(-1)

    def _next(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        if self.view.customer and (other := self._neighbour(self.view.customer, by)):
            self.view.show_customer(other)

    def _decide(self) -> None:
        self.shell.go("inbox", self.view.customer)

    def _deleted(self) -> None:
        self.shell.back()
