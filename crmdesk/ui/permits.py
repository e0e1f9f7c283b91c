"""What the server says this person may, asked now and then, so that pages can ask for a confirmation."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from crmdesk.core.permissions import Own
from crmdesk.ui.runner import Lane, Runner
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.permissions import Standings

_EVERY_MS: Final = 10 * 60 * 1000
"""So long what the server said is good enough for a reminder."""


class Permits(QObject):
    """One for a window. `found` is what the server said last, None before that; `changed()` when it said something else."""

    changed = Signal()

    def __init__(self, workspace: Workspace, runner: Runner, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace, self._runner = workspace, runner
        self._asked_ms: int | None = None
        self.found: Own | None = None

    def ask_now_and_then(self) -> None:
        """The server was just heard: ask, unless that was done a moment ago."""
        now = self._workspace.clock.monotonic_ms()
        if self._workspace.server() is None or (
            self._asked_ms is not None and now - self._asked_ms < _EVERY_MS
        ):
            return
        self._asked_ms = now
        self._runner.run(
            partial(fetch, self._workspace), self.take_in, self._not_now, lane=Lane.NETWORK, owner=self
        )

    def forget(self) -> None:
        """Rights may have changed: ask again at the next occasion."""
        self._asked_ms = None

    def take_in(self, found: Own) -> None:
        """The server said this."""
        if found != self.found:
            self.found = found
            self.changed.emit()

    def _not_now(self, _error: Exception) -> None:
        """A reminder that can wait: the next sync asks again."""
        self._asked_ms = None


def fetch(workspace: Workspace) -> Own:
    """Ask the server; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return http.permissions()


def confirm(digest: str, workspace: Workspace) -> Own:
    """Confirm a list; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return http.confirm_permissions(digest)


def fetch_states(workspace: Workspace) -> Standings:
    """Who has confirmed; for the network's lane."""
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return http.permission_states()
