"""A second window that shows a customer as it was at the end of an earlier day; nothing in it can be changed."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from crmdesk.core.dates import parse_date
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.ui import formats
from crmdesk.ui.bus import Bus
from crmdesk.ui.context import Context
from crmdesk.ui.pages.customer import CustomerView
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label, set_tone
from crmdesk.ui.widgets.marks import EmptyState
from crmdesk.usecases.looking_back import days_of_change, look_back
from crmdesk.usecases.seeing import Look
from crmdesk.usecases.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Found:
    """What a worker found: the days of change, the latest first, and the look; None where the customer was not there yet."""

    days: list[date]
    day: date
    look: Look | None


class LookingBack(QWidget):
    """Shows one day after another. It destroys itself, and what it looked at, when it or the window below it is closed."""

    def __init__(self, context: Context, customer: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("page")
        self.setWindowTitle(formats.filled(self.tr("crmdesk: %1 as it was"), name))
        self._main, self._customer = context, customer
        self._days: list[date] = []
        self._look: Look | None = None
        self._is_looking = self._is_closed = False
        self.day = context.today() - timedelta(days=1)
        self.view: CustomerView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._bar())
        self.empty = EmptyState("history", self.tr("This customer was not noted here yet on that day."))
        self.empty.hide()
        self._column.addWidget(self.empty, 1)
        if parent is not None:
            self.resize(parent.size())
            parent.installEventFilter(self)
        self.show_day(None)

    def show_day(self, day: date | None) -> None:
        """Show the customer at the end of a day; None: of the last day before today on which something was written."""
        if self._is_looking:
            return
        self._is_looking = True
        work = partial(_look, self._customer, day, self._main.today())
        self._main.read(work, self._came, self._failed, key="looking back")

    def earlier(self) -> None:
        """The next earlier day on which something was written."""
        if found := next((day for day in self._days if day < self.day), None):
            self.show_day(found)

    def later(self) -> None:
        """The next later day on which something was written."""
        if found := next((day for day in reversed(self._days) if day > self.day), None):
            self.show_day(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif alt and event.key() == Qt.Key.Key_Left:
            self.earlier()
        elif alt and event.key() == Qt.Key.Key_Right:
            self.later()
        elif self.view is None or not self.view.press(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self._is_closed = True
        self._let_go()
        if not self._is_looking:  # else once there is something to let go of
            self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close and watched is self.parent():
            self.close()
        return False

    def _bar(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("footer")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(18, 10, 18, 10)
        row.setSpacing(10)
        self.before = buttons.icon_button("chevron-left", self.tr("Earlier change (Alt+Left)"), self.earlier)
        self.after = buttons.icon_button("chevron-right", self.tr("Later change (Alt+Right)"), self.later)
        self.typed = QLineEdit()
        self.typed.setFixedWidth(130)
        self.typed.setAccessibleName(self.tr("Day"))
        self.typed.setPlaceholderText("2026-10-31")
        self.typed.returnPressed.connect(self._typed_day)
        self.said = label("", "second")
        row.addWidget(self.before)
        row.addWidget(self.typed)
        row.addWidget(self.after)
        row.addWidget(self.said, 1)
        if self._main.workspace.server() is not None:
            row.addWidget(buttons.quiet(self.tr("Fetch the whole history"), "download", self._fetch))
        row.addWidget(buttons.secondary(self.tr("Close"), clicked=self.close))
        return bar

    def _typed_day(self) -> None:
        today = self._main.today()
        day = parse_date(self.typed.text(), today)
        if day is None:
            self._say(self.tr("A day is written like 2026-10-31 or 10-31."), "bad")
            return
        if day > today:  # whoever types 10-31 in November means the one that was
            day = day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
        self.show_day(min(day, today))

    def _came(self, found: _Found) -> None:
        self._is_looking = False
        if self._is_closed:
            self._look = found.look
            self._let_go()
            self.deleteLater()
            return
        self._let_go()
        self._days, self.day, self._look = found.days, found.day, found.look
        self.typed.setText(found.day.isoformat())
        self.before.setEnabled(any(day < found.day for day in found.days))
        self.after.setEnabled(any(day > found.day for day in found.days))
        self._say(
            self.tr(
                "As it was at the end of this day, from the history on this laptop. Nothing here can be changed."
            )
        )
        self.empty.setVisible(found.look is None)
        if found.look is None:
            return
        self._context = Context(
            found.look.workspace, self._main.runner, Bus(self), self._main.preferences, self
        )
        self.view = CustomerView(self._context, self, wide=True)
        self.view.tabs.offer("files", is_offered=False)  # their contents are not in the records
        self._column.addWidget(self.view, 1)
        self.view.show_customer(self._customer)

    def _failed(self, error: Exception) -> None:
        self._is_looking = False
        self._main.report(error)
        self.close()

    def _say(self, text: str, tone: str = "second") -> None:
        self.said.setText(text)
        set_tone(self.said, tone)

    def _fetch(self) -> None:
        self._say(self.tr("Fetching the history…"))
        work = partial(_fetch_all, self._main.workspace, self._customer)
        self._main.runner.run(work, self._fetched, self._not_fetched, lane=Lane.NETWORK, owner=self)

    def _fetched(self, _count: int) -> None:
        self.show_day(self.day)

    def _not_fetched(self, error: Exception) -> None:
        self._main.report(error)
        self.show_day(self.day)

    def _let_go(self) -> None:
        """Take the view away and destroy what it read from; a page that still lives would read from what is gone."""
        if self.view is not None:
            view, self.view = self.view, None
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
            QCoreApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
            self._context.deleteLater()
        if self._look is not None:
            look, self._look = self._look, None
            self._main.runner.run(look.destroy, lane=Lane.WRITE)


def _look(customer: str, day: date | None, today: date, workspace: Workspace) -> _Found:
    with closing(workspace.another_reader()) as reader:
        days = days_of_change(reader, customer)
    if day is None:
        day = next((one for one in days if one < today), today - timedelta(days=1))
    try:
        return _Found(days, day, look_back(workspace, customer, day))
    except CrmError as error:
        if error.code != "not_found":
            raise
        return _Found(days, day, None)


def _fetch_all(workspace: Workspace, customer: str) -> int:
    """Bring the whole past of a customer and of all below it to this laptop."""
    from crmdesk.sync.commands import fetch_history
    from crmdesk.sync.enrolment import connect

    with closing(workspace.another_reader()) as reader:
        keys = reader.all(
            "SELECT entity, id FROM record WHERE root = ? AND coalesce(seq, 0) > 0", (customer,)
        )
    with closing(connect(workspace.replica)) as http:
        return sum(
            fetch_history(workspace.replica, http, RecordKey(entity, record)) for entity, record in keys
        )
