"""Handing an import's customers over, on its page: who the file names, how far it is, and what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.errors import CrmError, describe
from crmdesk.store.imports import Run
from crmdesk.store.reading import Reader
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.import_outcome import OutcomePane
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.usecases import import_owners
from crmdesk.usecases.import_owners import HandingOver, Wished
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.sync.http import Http

_MOST_NAMED = 4
"""People who are named on the page; pointing at the line tells all."""
_LONGEST = 24
"""Characters of a name beside others."""


class Handing(QObject):
    """Says whose the customers of a run are to be, and has the server move them, a batch at a time.

    `is_under_way(bool)`: it begins or ends. It goes on behind other pages, and another time where it was stopped.
    """

    is_under_way = Signal(bool)

    def __init__(self, context: Context, outcome: OutcomePane, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._outcome = context, outcome
        self._run: Run | None = None
        self._course: _Course | None = None
        self._is_stopped = False
        self.button = buttons.secondary(self.tr("Hand over"), "users", self.start)
        self.button.hide()
        outcome.owners_line.addWidget(self.button)

    def show_nothing(self) -> None:
        """Say nothing of owners."""
        self._run = None
        self._outcome.show_owners("")
        self.button.hide()

    def show_rehearsed(self, owners: Mapping[str, int]) -> None:
        """Say whose the customers are going to be."""
        self.show_nothing()
        if self._context.workspace.server() is not None:
            self._say(import_owners.foretold(owners, self._context.directory))

    def show_run(self, run: Run) -> None:
        """Say what a run's file wishes, and offer to do it where this person may."""
        self._run = run
        found = import_owners.wished(self._context.reader, run, self._context.directory)
        context = self._context
        is_told = run.state != "undone" and context.workspace.server() is not None
        self._say(found if is_told else [])
        may = (
            context.workspace.server() is not None
            and context.seeing is None
            and import_owners.may_lead(context.directory)
        )
        is_in = run.state in ("done", "stopped")
        waits = any(one.person is not None and one.waiting + len(one.refused) for one in found)
        self.button.setVisible(may and is_in and waits)

    def _say(self, found: list[Wished]) -> None:
        said, whole = self._words(found), self._words(found, is_whole=True)
        self._outcome.show_owners(said, whole if whole != said else "")

    def _words(self, found: list[Wished], *, is_whole: bool = False) -> str:
        """Who is to have how many, of very many the first unless `is_whole`, and what stands in the way."""
        if not found:
            return ""
        spoken, number = self._context.language, formats.number
        said = []
        if named := [(one.person.name, one.waiting) for one in found if one.person and one.waiting]:
            said.append(
                formats.filled(self.tr("To be handed over to %1"), self._listed(named, is_whole=is_whole))
            )
        if done := sum(one.done for one in found):
            said.append(formats.filled(self.tr("%1 handed over"), number(done)))
        if nobody := [(one.name, one.waiting) for one in found if one.person is None]:
            missing = self.tr("nobody who can take customers is called %1")
            said.append(formats.filled(missing, self._listed(nobody, is_whole=is_whole)))
        why = Counter(code for one in found for _, code in one.refused)
        for code, count in why.most_common():
            reason = describe(code, spoken).happened
            said.append(formats.filled(self.tr("%1 refused: %2"), number(count), reason))
        return ("；" if spoken == "zh_CN" else "; ").join(said)

    def _listed(self, names: Sequence[tuple[str, int]], *, is_whole: bool) -> str:
        joint = "、" if self._context.language == "zh_CN" else ", "
        shown = names if is_whole else names[:_MOST_NAMED]
        longest = max(map(len, (name for name, _ in names))) if is_whole else _LONGEST
        told = [
            f"{name if len(name) <= longest else name[:longest] + '…'} {formats.number(count)}"
            for name, count in shown
        ]
        more = formats.filled(self.tr(" and %1 others"), formats.number(len(names) - len(shown)))
        return joint.join(told) + (more if len(names) > len(shown) else "")

    # -- handing over ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or go on with, what the file wishes."""
        if self._run is None or self._course is not None:
            return
        self._is_stopped = False
        self.button.hide()
        self.is_under_way.emit(True)
        self._outcome.show_progress(self.tr("Handing over…"), 0.0)
        self._context.runner.run(
            partial(_begin, self._context.workspace, self._run), self._step, self._failed, lane=Lane.NETWORK, owner=self
        )  # fmt: skip

    def stop(self) -> None:
        """End it after the batch that is under way."""
        self._is_stopped = True

    def _step(self, course: _Course) -> None:
        self._course = course
        self._context.runner.run(course.step, self._stepped, self._failed, lane=Lane.NETWORK, owner=self)

    def _stepped(self, share: float) -> None:
        course = self._course
        if course is None:
            return
        self._outcome.show_progress(self.tr("Handing over…"), share)
        if course.work.done or self._is_stopped:
            self._end()
        else:
            QTimer.singleShot(0, self, partial(self._step, course))

    def _failed(self, error: Exception) -> None:
        self._end()
        self._context.report(error)

    def _end(self) -> None:
        course, self._course = self._course, None
        if course is not None:
            self._context.runner.run(course.close, lane=Lane.NETWORK)
        self._outcome.show_progress("", 0.0)
        self.is_under_way.emit(False)


# -- work, off the GUI thread: it touches no QObject ----------------------------------------------------------


@dataclass(slots=True)
class _Course:
    """A hand-over with the line and the reader that are its own."""

    work: HandingOver
    reader: Reader
    http: Http

    def step(self) -> float:
        """Have the next batch moved; returns how far it is."""
        self.work.step()
        return self.work.share

    def close(self) -> None:
        """End the line and the reader."""
        self.http.close()
        self.reader.close()


def _begin(workspace: Workspace, run: Run) -> _Course:
    from crmdesk.sync.commands import change_owner
    from crmdesk.sync.enrolment import connect

    reader = workspace.another_reader()
    http: Http | None = None
    try:
        http = line = connect(workspace.replica)
        work = HandingOver(
            workspace.replica, reader, run,
            lambda order, customers, to: change_owner(workspace.replica, line, customers, to, order=order),
        )  # fmt: skip
    except CrmError:
        if http is not None:
            http.close()
        reader.close()
        raise
    return _Course(work, reader, line)
