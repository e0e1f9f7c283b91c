"""Notices what another process wrote to the same profile: the command line, or a second window."""

from PySide6.QtCore import QObject, QTimer, Signal

from crmdesk.ui.context import Context
from crmdesk.ui.syncing import Syncing

_EVERY_MS = 1500


class Watch(QObject):
    """Compares the database's version now and then; a change that no page here caused reloads every page.

    `gone()`: the database is no longer there, because another process carried out an order to wipe it.
    """

    gone = Signal()

    def __init__(self, context: Context, syncing: Syncing) -> None:
        super().__init__(context)
        self._context, self._syncing = context, syncing
        self._version = context.reader.version()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        context.bus.touched.connect(self._note)
        syncing.changed.connect(self._note)

    @property
    def is_on(self) -> bool:
        """Whether it looks: the database was there at the last look, and the workspace is not closing."""
        return self._timer.isActive()

    def stop(self) -> None:
        """The workspace is closing."""
        self._timer.stop()

    def look(self) -> None:
        """Compare now."""
        if not self._context.workspace.profile.database.exists():
            self._timer.stop()
            self.gone.emit()
            return
        if self._syncing.is_running or self._context.runner.pending:
            return  # what is under way here says itself what it touched
        if self._context.reader.version() != self._version:
            from crmdesk.store.replica import Touched

            self._context.bus.touched.emit(Touched(is_everything=True))

    def _note(self, _change: object = None) -> None:
        self._version = self._context.reader.version()
