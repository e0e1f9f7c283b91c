"""A window over an open workspace: pages, keys, badges, the banner of the sample data."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from crmdesk.ui.catalogue import Doors, page_specs
from crmdesk.ui.context import Context
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.signs import Signs
from crmdesk.ui.syncing import Syncing
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import label


class Desk(QObject):
    """One window and what belongs to it; a change of language makes a new one over the same workspace."""

    def __init__(self, context: Context, syncing: Syncing, doors: Doors) -> None:
        super().__init__(context)
        self._context, self._syncing, self._doors = context, syncing, doors
        self.window = MainWindow(page_specs(context, syncing, doors), context.runner, context.bus)
        self.signs = Signs(self.window, context, syncing)
        self.window.sync_requested.connect(self._sync)
        self.window.visit_requested.connect(self._visit)
        self._list_keys()

    def show_sample_banner(self, leave: Callable[[], object]) -> None:
        """Say over the whole window that this is sample data, with the way out of it."""
        strip = QFrame()
        strip.setObjectName("banner")
        row = QHBoxLayout(strip)
        row.setContentsMargins(18, 5, 12, 5)
        row.addWidget(label(self.tr("Sample data — nothing here is real."), "strong"))
        row.addStretch(1)
        row.addWidget(buttons.quiet(self.tr("Leave the sample data"), "arrow-left", leave))
        self.window.setMenuWidget(strip)

    def log_visit(self, customer: str) -> None:
        """Open the visit note for a customer, or for one still to be chosen if it is ""."""

    def close(self) -> None:
        """Take the window away without closing the workspace."""
        self.window.blockSignals(True)
        self.window.close()
        self.window.deleteLater()
        self.deleteLater()

    def _sync(self) -> None:
        if self._context.workspace.server() is None:
            self.window.go("sync")
        else:
            self._syncing.sync_now()

    def _visit(self) -> None:
        page: QWidget | None = self.window.page
        self._doors.visit(getattr(page, "current_customer", None) or "")

    def _list_keys(self) -> None:
        list_key = self.window.list_key
        today, inbox, review = self.tr("Today"), self.tr("Inbox"), self.tr("Review")
        list_key("Space", self.tr("Done"), today)
        list_key("+", self.tr("Postpone: +3, Wed, 11-30"), today)
        list_key("1", self.tr("Choose the first value, 2 the second…"), inbox)
        list_key("Return", self.tr("Keep the chosen value"), inbox)
        list_key("U", self.tr("Take the last decision back"), inbox)
        list_key("J", self.tr("Next"), review)
        list_key("K", self.tr("Previous"), review)
        list_key("R", self.tr("Remark; Enter saves it as reviewed"), review)
        list_key("F", self.tr("Flag"), review)
