"""A second window that shows what another person sees: fetched with their eyes, read only, and gone when it closes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.errors import CrmError
from crmdesk.ui import formats
from crmdesk.ui.bus import Bus
from crmdesk.ui.catalogue import Doors
from crmdesk.ui.context import Context
from crmdesk.ui.desk import Desk
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.runner import Lane
from crmdesk.ui.syncing import Syncing
from crmdesk.ui.widgets import plain
from crmdesk.usecases.seeing import Look
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched
    from crmdesk.sync.engine import Progress

_LOOK_MS = 200


class Seeing(QObject):
    """One look with another person's eyes. `opened()` when its window shows, `ended()` when nothing is left of it."""

    opened = Signal()
    ended = Signal()

    def __init__(self, context: Context, user: str, over: QWidget) -> None:
        super().__init__(context)
        self._main, self._user = context, user
        self._gauge = Gauge()
        self._look: Look | None = None
        self._seen_ms = 0
        self._is_refreshing = False
        self.desk: Desk | None = None
        name = context.directory.person_name(user)
        text = formats.filled(self.tr("Fetching what %1 sees…"), name)
        self.progress = plain.progress(text, self.tr("Stop"), over)
        self.progress.setWindowModality(Qt.WindowModality.WindowModal)
        self.progress.setMinimumDuration(0)
        self.progress.canceled.connect(self._stop)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._tell)

    def begin(self) -> None:
        """Fetch it; the window opens once it is all here."""
        self.progress.show()
        self._timer.start()
        self._main.runner.run(
            partial(_fetch, self._main.workspace, self._user, self._gauge),
            self._came,
            self._failed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def close(self) -> None:
        """Take the window away and destroy what was fetched. Not from within one of its own controls."""
        self._timer.stop()
        self._gauge.stop = True
        self.progress.close()
        if self.desk is not None:
            window = self.desk.window
            self.syncing.stop()
            self.desk.close()
            self.desk = None
            # Now, not later: a page that still lives would read from what is destroyed.
            QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
        if self._look is not None:
            look, self._look = self._look, None
            done = self._main.runner.run(look.destroy, lane=Lane.WRITE)
            if done.future is not None:
                done.future.result()
            self.ended.emit()
        self.deleteLater()

    def refresh(self) -> None:
        """Fetch what has changed since; the window stays as it is meanwhile."""
        if self._look is None or self.desk is None or self._is_refreshing:
            return
        self._is_refreshing = True
        self.desk.show_seeing_busy(is_busy=True)
        self._main.runner.run(
            partial(_refresh, self._look, self._gauge),
            self._refreshed,
            self._not_refreshed,
            lane=Lane.NETWORK,
            owner=self,
        )

    def _came(self, found: tuple[Look, int]) -> None:
        look, self._seen_ms = found
        self._timer.stop()
        self.progress.reset()
        self._look = look
        self.context = Context(look.workspace, self._main.runner, Bus(self), self._main.preferences, self)
        self.syncing = Syncing(look.workspace, self._main.runner, self.context.bus, self)
        desk = self._open("today")
        if (over := self.progress.parentWidget()) is not None:
            desk.window.resize(over.size())
        desk.window.show()
        self.opened.emit()

    def _open(self, page: str) -> Desk:
        """The window, with the pages of that person's role as it is now."""
        assert self._look is not None
        doors = Doors(self._nothing, self._nothing, self._no_visit, refresh=self.refresh)
        desk = self.desk = Desk(self.context, self.syncing, doors)
        desk.show_seeing_banner(self._look.name, self._seen_ms, desk.window.close)
        desk.window.setWindowTitle(formats.filled(self.tr("crmdesk: what %1 sees"), self._look.name))
        desk.window.closing.connect(self._closed)
        desk.window.go(page if page in desk.window.page_keys() else "today")
        return desk

    def _refreshed(self, found: tuple[Touched, int]) -> None:
        touched, self._seen_ms = found
        self._is_refreshing = False
        old = self.desk
        if old is None or self._look is None:
            return
        self.context.bus.touched.emit(touched)
        if not old.is_of_another_role():
            old.show_seeing_banner(self._look.name, self._seen_ms, old.window.close)
            return
        new = self._open(old.window.page_key)
        new.window.setGeometry(old.window.geometry())
        new.window.show()
        QTimer.singleShot(0, old, old.close)  # the key that was pressed belongs to the old window

    def _not_refreshed(self, error: Exception) -> None:
        """What is on show stays, and says from when it is."""
        self._is_refreshing = False
        if self.desk is not None:
            self.desk.show_seeing_busy(is_busy=False)
            self.context.report(error)

    def _closed(self) -> None:
        QTimer.singleShot(0, self, self.close)  # the window is still closing

    def _failed(self, error: Exception) -> None:
        self._timer.stop()
        self.progress.reset()
        if not self._gauge.stop:
            self._main.report(error)
        self.deleteLater()

    def _stop(self) -> None:
        self._gauge.stop = True

    def _tell(self) -> None:
        reading: Progress | None = self._gauge.reading
        if reading is not None and reading.share is not None:
            self.progress.setMaximum(100)
            self.progress.setValue(min(99, round(100 * reading.share)))

    def _nothing(self) -> None:
        """Another language or the sample data: in one's own window."""
        self.context.tell(CrmError("seeing_as"))

    def _no_visit(self, _customer: str) -> None:
        self._nothing()


def _fetch(lender: Workspace, user: str, gauge: Gauge) -> tuple[Look, int]:
    from crmdesk.sync.seeing import fetch

    look = fetch(lender, user, gauge.show, gauge.is_stopped)
    return look, look.seen_ms()


def _refresh(look: Look, gauge: Gauge) -> tuple[Touched, int]:
    from crmdesk.sync.seeing import refresh

    touched = refresh(look, gauge.show, gauge.is_stopped)
    return touched, look.seen_ms()
