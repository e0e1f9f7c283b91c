"""Sync in the background: when it runs, what it says while it runs, how it ended. It never blocks the window.

When is decided by `sync.schedule`, what by `sync.engine`; here are only the timer, the network's return and
the lane the work goes to.
"""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from crmdesk.core.errors import CrmError
from crmdesk.sync import schedule
from crmdesk.ui.bus import Bus
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.listening import Listening
from crmdesk.ui.notices import Notice
from crmdesk.ui.runner import Lane, Runner
from crmdesk.usecases import attachments
from crmdesk.usecases.workspace import Workspace

if (
    TYPE_CHECKING
):  # the engine loads SQLAlchemy and the HTTP client, and the first paint must not wait for them
    from crmdesk.store.replica import Touched
    from crmdesk.sync.brake import Deletions
    from crmdesk.sync.engine import Engine, Progress, Report
    from crmdesk.sync.http import Http

_LOOK_MS = 120
_RELOAD_LOOKS = 12
"""While a first sync is coming in, pages reload once in this many looks at its gauge."""


class Wish(NamedTuple):
    """What a person asked of the next sync beyond what every sync does (see `Engine.sync`)."""

    compare: bool = False
    deletions: Deletions = "ask"


class _Line:
    """The open connection to the server; used by one sync at a time, in the worker."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._http: Http | None = None
        self._engine: Engine | None = None
        self._in_use = threading.Lock()

    def sync(self, gauge: Gauge, wish: Wish) -> Report:
        """One sync, from connecting to the report."""
        from crmdesk.sync.engine import Engine
        from crmdesk.sync.enrolment import connect

        with self._in_use:
            if self._engine is None:
                self._http = connect(self._workspace.replica)
                self._engine = Engine(self._workspace.replica, self._http)
            report = self._engine.sync(
                gauge.show, gauge.is_stopped, compare=wish.compare, deletions=wish.deletions
            )
        if report.left:  # with the records, the copies of their files that other programs were given
            attachments.empty_opened(self._workspace.profile.opened)
        return report

    def close(self) -> None:
        """Hang up, after the sync under way."""
        with self._in_use:
            if self._http is not None:
                self._http.close()


class Syncing(QObject):
    """Runs one sync at a time. `changed()` fires when anything a person may see of it moved.

    `progress` is set while it runs, `problem` is what ended the last one, `report` what the last one did.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, runner: Runner, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._runner, self._bus = workspace, runner, bus
        self._line = _Line(workspace)
        self._gauge: Gauge | None = None
        self._wish = Wish()
        self._looks = 0
        self._is_telling = False
        self._has_news = False
        self._schedule = schedule.started(workspace.clock.monotonic_ms())
        self._listening = Listening(workspace, runner, self)
        self._listening.news.connect(self._hear)
        self._listening.turned.connect(self._turned)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._run)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._read_gauge)
        self.progress: Progress | None = None
        self.problem: CrmError | None = None
        self.report: Report | None = None
        bus.touched.connect(self._touched)

    @property
    def is_running(self) -> bool:
        return self._gauge is not None

    @property
    def is_online(self) -> bool:
        """Whether the last sync reached the server."""
        return self.problem is None or self.problem.code not in ("offline", "server_busy", "not_crmdesk")

    @property
    def is_live(self) -> bool:
        """Whether what others change is heard at once."""
        return self._listening.is_open and self.problem is None

    def start(self) -> None:
        """Begin to sync by the schedule and to listen; call it after the first paint."""
        self._hear_network()
        self._listening.start()
        if self._workspace.server() is not None:
            self._arm()

    def compare_now(self) -> None:
        """A person wants everything here held against the server, record by record."""
        self._wish = self._wish._replace(compare=True)
        self.sync_now()

    def keep_deleted(self) -> None:
        """A person declines what a paused sync would hide: it is restored, here and for everybody."""
        self._wish = self._wish._replace(deletions="keep")
        self.sync_now()

    def accept_deletions(self) -> None:
        """A person agrees to what a paused sync would hide."""
        self._wish = self._wish._replace(deletions="accept")
        self.sync_now()

    def sync_now(self) -> None:
        """A person asked."""
        if self._workspace.server() is None:
            self.problem = CrmError("not_enrolled")
            self.changed.emit()
            return
        self._schedule = schedule.asked(self._workspace.clock.monotonic_ms())
        self._arm()

    def say_connected(self) -> None:
        """A company was joined just now: what stood in the way before is over."""
        self.problem = None
        self._line.close()
        self._line = _Line(self._workspace)
        self._listening.again()

    def cancel(self) -> None:
        """End the sync under way after its present step; nothing is lost by it."""
        if self._gauge is not None:
            self._gauge.stop = True

    def stop(self) -> None:
        """No more syncs; the window is closing."""
        self._timer.stop()
        self._look.stop()
        self.cancel()
        self._listening.stop()
        self._runner.run(self._line.close, lane=Lane.NETWORK)

    @Slot()
    def network_returned(self) -> None:
        """The network is back, or the laptop woke up: try at once if the last try failed."""
        if self._schedule.failures:
            self._listening.again()
            self._schedule = schedule.reconnected(self._schedule, self._workspace.clock.monotonic_ms())
            self._arm()

    @Slot()
    def _hear(self) -> None:
        """The live channel says that there is something; what comes during a sync may be too late for it."""
        self._has_news = self.is_running
        self._schedule = schedule.heard(self._schedule, *self._now())
        self._arm()

    @Slot()
    def _turned(self) -> None:
        if not self._listening.is_open:
            self._schedule = schedule.deaf(self._schedule, *self._now())
            self._arm()
        self.changed.emit()

    def _now(self) -> tuple[int, float]:
        """The time, and a number by which everybody's plans differ."""
        return self._workspace.clock.monotonic_ms(), random.random()  # noqa: S311 -- spreads load

    def _arm(self) -> None:
        wait = self._schedule.wait_ms(self._workspace.clock.monotonic_ms())
        if wait is not None and not self.is_running:
            self._timer.start(wait)

    @Slot()
    def _run(self) -> None:
        if self.is_running or self._workspace.server() is None:
            return
        wish, self._wish = self._wish, Wish()
        self._gauge = Gauge()
        self._looks = 0
        self._look.start()
        self._runner.run(
            partial(self._line.sync, self._gauge, wish),
            self._ended,
            self._broke,
            lane=Lane.NETWORK,
            owner=self,
        )
        self.changed.emit()

    @Slot()
    def _read_gauge(self) -> None:
        if self._gauge is None or self._gauge.reading == self.progress:
            return
        self.progress = self._gauge.reading
        self.changed.emit()
        self._looks += 1
        phase = self.progress.phase if self.progress is not None else ""
        if self._looks % _RELOAD_LOOKS == 1 and phase in ("pull", "index"):
            self._reload()

    def _reload(self) -> None:
        """What has come so far is usable: show it while the rest is on its way."""
        from crmdesk.store.replica import Touched

        self._tell(Touched(is_everything=True))

    def _tell(self, change: Touched) -> None:
        """What came from the server is no reason to sync again."""
        self._is_telling = True
        self._bus.touched.emit(change)
        self._is_telling = False

    def _ended(self, report: Report) -> None:
        self._settle(report.problem)
        self.report = report
        if report.touched.is_everything or report.touched.keys:
            self._tell(report.touched)
        if report.late:
            said = self.tr("%n change(s) reached whoever has the customer now", "", report.late)
            self._bus.notice.emit(Notice(said, seconds=15))
        if report.unsent[0]:
            self._touched(report.touched)  # written while the sync was under way
        if report.problem is None and report.contents.goes_on:
            self._schedule = schedule.asked(self._workspace.clock.monotonic_ms())  # its time was over: go on
            self._arm()
        self.changed.emit()

    def _broke(self, error: Exception) -> None:
        self._settle(error if isinstance(error, CrmError) else CrmError("server_error", reference="-"))
        if not isinstance(error, CrmError):
            self._runner.unhandled.emit(error)
        self.changed.emit()

    def _settle(self, problem: CrmError | None) -> None:
        self._look.stop()
        self._gauge = self.progress = None
        now, chance = self._now()
        if problem is None:
            if self.problem is not None:
                self._listening.again()
            is_live = self._listening.is_open
            self._schedule = schedule.succeeded(self._schedule, now, chance, is_live=is_live)
            if self._has_news:
                self._schedule = schedule.heard(self._schedule, now, chance)
        else:
            asked = problem.about.get("retry_after")
            self._schedule = schedule.failed(
                self._schedule, now, problem.code, chance, asked if isinstance(asked, int) else None
            )
        self.problem, self._has_news = problem, False
        self._arm()

    def _touched(self, change: Touched) -> None:
        if not self._is_telling and not self.is_running and self._workspace.server() is not None:
            self._schedule = schedule.written(self._schedule, self._workspace.clock.monotonic_ms())
            self._arm()

    def _hear_network(self) -> None:
        from PySide6.QtNetwork import QNetworkInformation

        if QNetworkInformation.loadDefaultBackend():
            QNetworkInformation.instance().reachabilityChanged.connect(self._reachability)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._activated)

    @Slot(object)
    def _reachability(self, state: object) -> None:
        if getattr(state, "name", "") == "Online":
            self.network_returned()

    @Slot(Qt.ApplicationState)
    def _activated(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.network_returned()


def age(now_ms: int, then_ms: int) -> timedelta:
    """How long ago an instant was."""
    return timedelta(milliseconds=max(0, now_ms - then_ms))
