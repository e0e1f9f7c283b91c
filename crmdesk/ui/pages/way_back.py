"""The way back from a bulk event: offered once it is done, taken in steps, and what of it stays is said."""

from contextlib import closing
from functools import partial

from PySide6.QtCore import QObject, Signal

from crmdesk.store import bulk
from crmdesk.store.bulk import Event
from crmdesk.store.imports import Run
from crmdesk.ui.context import Context
from crmdesk.ui.notices import Notice
from crmdesk.ui.steps import Steps
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.workspace import Workspace

_SECONDS = 12


class WayBack(QObject):
    """Offers a bulk event's undo in a notice. `taken()`: it was taken, and what stayed was said."""

    taken = Signal()

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def offer(self, said: str, event: str) -> None:
        """Say what was done, with the way back."""
        back = partial(self.take, event)
        self._context.bus.notice.emit(
            Notice(said, action_label=self.tr("Undo"), action=back, undo=True, seconds=_SECONDS)
        )

    def take(self, event: str) -> None:
        """Undo the whole event; what was changed since stays."""
        steps = Steps(self._context, self)
        steps.ended.connect(self._ended)
        steps.failed.connect(self._context.report)
        steps.start(partial(_undoing, event))

    def _ended(self, undoing: Undoing) -> None:
        self.say(undoing.run)
        self.taken.emit()

    def say(self, deed: Run | Event) -> None:
        """Say that a deed was taken back, and what of it was not: changed since, or with somebody else by now."""
        said = [self.tr("Taken back")]
        if changed := deed.stayed - deed.away:
            said.append(self.tr("%n changed since stay as they are", "", changed))
        if deed.away:
            said.append(self.tr("%n record(s) handed over since stay with others", "", deed.away))
        self._context.say(" · ".join(said), "warn" if deed.away else "done")


def _undoing(event: str, workspace: Workspace) -> Undoing:
    with closing(workspace.another_reader()) as reader:
        return Undoing(workspace.replica, reader, event, bulk)
