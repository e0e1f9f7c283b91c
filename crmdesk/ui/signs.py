"""Keeps the rail true: badges at its entries, the sync sign with what is unsent and how old the data is."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from PySide6.QtCore import QObject, QTimer

from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.syncing import Syncing, age
from crmdesk.usecases import agenda, reviews, status
from crmdesk.usecases.status import Status
from crmdesk.usecases.workspace import Workspace

_MINUTE_MS = 60_000
_MUST_ACT = ("device_revoked", "upgrade_needed", "wrong_server", "server_key_changed", "wrong_person")


@dataclass(frozen=True, slots=True)
class Counts:
    """What the rail shows."""

    status: Status
    urgent: int
    reviews: int


def read_counts(today: date, book: str, is_reviewer: bool, workspace: Workspace) -> Counts:
    """Count with a reader of its own; for the reader's lane."""
    reader = workspace.another_reader()
    try:
        due = agenda.numbers(reader, today, week_start_ms=0, book=book)
        waiting = reviews.waiting(reader) if is_reviewer else 0
        return Counts(status.status(reader), due.overdue + due.due, waiting)
    finally:
        reader.close()


class Signs(QObject):
    """Belongs to one window."""

    def __init__(self, window: MainWindow, context: Context, syncing: Syncing) -> None:
        super().__init__(window)
        self._window, self._context, self._syncing = window, context, syncing
        self._status: Status | None = None
        self._timer = QTimer(self, interval=_MINUTE_MS)
        self._timer.timeout.connect(self._show_sync)
        self._timer.start()
        context.bus.touched.connect(self._touched)
        syncing.changed.connect(self._synced)
        self._show_person()
        self._show_last()

    def refresh(self) -> None:
        """Count again."""
        me = self._context.directory.me
        book = self._context.workspace.identity().book
        work = partial(read_counts, self._context.today(), book, me.role in reviews.REVIEWERS)
        self._context.read(work, self._show, key="counts")

    def _touched(self, _change: object) -> None:
        self.refresh()
        self._show_person()

    def _synced(self) -> None:
        if not self._syncing.is_running:
            self.refresh()
        self._show_sync()

    def _show_person(self) -> None:
        directory = self._context.directory
        team = directory.teams.get(directory.me.team or "", "")
        self._window.rail.person.set_person(directory.me.name, team)

    def _show(self, counts: Counts) -> None:
        self._status = counts.status
        self._window.set_badge("today", counts.urgent)
        waiting = counts.status.conflicts + counts.status.news
        self._window.set_badge("inbox", waiting, urgent=bool(counts.status.conflicts))
        self._window.set_badge("review", counts.reviews)
        self._show_sync()

    def _show_last(self) -> None:
        """What a window that opens says of the last sync, before anything is counted."""
        if self._context.workspace.server() is None:
            self._window.rail.sync.show_alone()
            return
        unsent, synced_at_ms = status.freshness(self._context.reader)
        self._window.rail.sync.show_state(unsent=unsent, age=self._age(synced_at_ms), online=True)

    def _age(self, then_ms: int | None) -> str:
        """How long ago an instant was, in words; nothing for one that never was."""
        if then_ms is None:
            return ""
        gone: timedelta = age(self._context.workspace.clock.now_ms(), then_ms)
        return formats.age(gone)

    def _show_sync(self) -> None:
        found = self._status
        if found is None:
            return
        sign = self._window.rail.sync
        if found.company is None:
            sign.show_alone()
            return
        sign.show_state(
            unsent=found.unsent,
            age=self._age(found.synced_at_ms),
            online=self._syncing.is_online,
            live=self._syncing.is_live,
            urgent=self._call(found),
        )

    def _call(self, found: Status) -> str:
        """What a person must do, if anything."""
        if found.closed is not None:
            return self.tr("Account closed")
        if found.pause is not None:
            return self.tr("Sync is paused")
        if found.is_read_only:
            return self.tr("Sync has stopped")
        if found.refused:
            return self.tr("%n change(s) refused", "", found.refused)
        problem = self._syncing.problem
        is_stopped = problem is not None and problem.code in _MUST_ACT
        return self.tr("Sync has stopped") if is_stopped else ""
