"""The live channel in the background: hears that something changed at the server and says so.

When to listen is decided by `sync.schedule`, what is heard by `sync.live`; here are only the timer and the lane.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from crmdesk.core.errors import CrmError
from crmdesk.sync import schedule
from crmdesk.sync.schedule import Channel
from crmdesk.ui.runner import Lane, Runner
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:  # as in `syncing`: the first paint must not wait for what listening loads
    from crmdesk.sync.live import Heard, Listener

SWITCH = "CRMDESK_LIVE"
"""Set to `off`, the environment variable leaves it at asking in intervals."""


class Listening(QObject):
    """Listens while it may. `news()` says to ask the server now; `turned()` that the channel opened or closed."""

    news = Signal()
    turned = Signal()

    def __init__(self, workspace: Workspace, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace, self._runner = workspace, runner
        self._channel = Channel(0)
        self._listener: Listener | None = None
        self._is_started = self._is_waiting = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._listen)

    @property
    def is_open(self) -> bool:
        """Whether what others change is heard at once."""
        return self._channel.is_open

    def start(self) -> None:
        """Begin to listen, if this laptop has a server and nobody switched it off."""
        if os.environ.get(SWITCH, "").lower() != "off":
            self._is_started = True
            self.again()

    @Slot()
    def again(self) -> None:
        """The network came back, or a company was joined: do not wait for the next try."""
        if self._is_started and not self._channel.is_open:
            self._channel = Channel(self._now())
            self._arm()

    def stop(self) -> None:
        """The window is closing."""
        self._is_started = False
        self._timer.stop()
        if self._listener is not None:
            self._listener.hang_up()
            self._runner.run(self._listener.close, lane=Lane.LIVE, is_needed=True)

    def _arm(self) -> None:
        if not self._is_waiting and self._workspace.server() is not None:
            self._timer.start(self._channel.wait_ms(self._now()))

    @Slot()
    def _listen(self) -> None:
        if self._is_waiting or not self._is_started:
            return
        if self._listener is None:
            from crmdesk.sync.live import Listener

            self._listener = Listener(self._workspace.replica)
        self._is_waiting = True
        self._runner.run(self._listener.hear, self._heard, self._broke, lane=Lane.LIVE, owner=self)

    def _heard(self, heard: Heard) -> None:
        self._is_waiting = False
        if heard.news == "over":
            self._close(heard.is_alive, heard.code)
            return
        if heard.is_alive and not self._channel.is_open:
            self._channel = schedule.opened(self._channel)
            self.turned.emit()
        if heard.news != "alive":
            self.news.emit()
        self._listen()

    def _broke(self, error: Exception) -> None:
        self._is_waiting = False
        self._close(False, error.code if isinstance(error, CrmError) else "server_error")
        if not isinstance(error, CrmError):
            self._runner.unhandled.emit(error)

    def _close(self, was_alive: bool, code: str | None) -> None:
        was_open, chance = self._channel.is_open, random.random()  # noqa: S311 -- spreads load
        self._channel = schedule.closed(self._channel, self._now(), chance, was_alive=was_alive, code=code)
        if not self._is_started:
            return  # the window is closing, and nobody may plan a sync any longer
        if was_open:
            self.turned.emit()
        self._arm()

    def _now(self) -> int:
        return self._workspace.clock.monotonic_ms()
