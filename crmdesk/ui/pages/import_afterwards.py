"""What is done about an import once its rows are settled: look-alikes are counted and looked at, and somebody signs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.registry import Registry
from crmdesk.store import imports
from crmdesk.store.imports import Counts, Run
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.import_outcome import Line, OutcomePane, line_of_alike
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons
from crmdesk.usecases import custom_fields, import_alike, import_signing
from crmdesk.usecases.import_signing import Signed
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.core.mapping import Plan
    from crmdesk.store.replica import Replica


class Afterwards(QObject):
    """Says below the counts of a run who it looks like and who signed it. `noted(run)`: its look-alikes were counted."""

    noted = Signal(object)

    def __init__(self, context: Context, outcome: OutcomePane, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._outcome = context, outcome
        self._run: Run | None = None
        self._rehearsed: tuple[Path, Counts] | None = None
        self.sign_button = buttons.secondary(self.tr("Sign off"), "pencil", self.sign)

    def show_nothing(self) -> None:
        """Say nothing: something is under way."""
        self._run = self._rehearsed = None
        self._outcome.show_alike(0, None, self._context.language)
        self._outcome.show_signed("")

    def show_rehearsed(self, path: Path, plan: Plan, counts: Counts, lines: Sequence[Line]) -> None:
        """Tell of a rehearsal of a whole file."""
        self._run, self._rehearsed = None, (path, counts)
        self._outcome.show_alike(counts.alike, plan, self._context.language, lines)
        self._outcome.show_signed("")

    def show_run(self, run: Run) -> None:
        """Tell of a run; the look-alikes of one that just ended are counted behind the page."""
        self._run, self._rehearsed = run, None
        spoken, reader = self._context.language, self._context.reader
        kept_out = imports.alike(reader, run.id)
        lines = [line_of_alike(one, run.plan, number, spoken) for number, one in enumerate(kept_out)]
        is_in = run.plan.alike == "take" and run.state not in ("undone", "undoing")
        self._outcome.show_alike(
            run.counts.alike if is_in or lines else 0, run.plan, spoken, lines, are_here=is_in
        )
        self._show_signatures(run)
        if is_in and run.state == "done" and not run.looked:
            self._context.runner.run(
                partial(_count, self._context.workspace, run), partial(self._counted, run), self._context.report,
                lane=Lane.NETWORK, owner=self, key="alike",
            )  # fmt: skip

    def _counted(self, run: Run, rows: int) -> None:
        self._context.runner.run(
            partial(import_alike.note, self._context.workspace.replica, run, rows), self._noted, self._context.report,
            lane=Lane.WRITE, owner=self,
        )  # fmt: skip

    def _noted(self, run: Run) -> None:
        if self._run is not None and self._run.id == run.id:
            self.noted.emit(run)

    @property
    def run(self) -> Run | None:
        """The run that is told of."""
        return self._run

    # -- signing -----------------------------------------------------------------------------------------

    def may_sign(self) -> bool:
        """Whether this person may sign what is shown."""
        context = self._context
        is_alone = context.workspace.server() is None
        may = context.seeing is None and custom_fields.may_configure(context.directory, is_alone=is_alone)
        return may and (self._run is None or import_signing.may_be_signed(self._run))

    def sign(self) -> None:
        """Hold a run against what is here, and sign what that comes to; or sign a rehearsal."""
        if self._rehearsed is not None:
            path, counts = self._rehearsed
            self._write(partial(_sign_rehearsal, self._context.workspace, path, counts))
        elif self._run is not None:
            self.sign_button.setEnabled(False)
            self._context.runner.run(
                partial(_differences, self._context.workspace, self._context.registry, self._run),
                partial(self._weighed, self._run), self._failed, lane=Lane.NETWORK, owner=self, key="sign",
            )  # fmt: skip

    def _weighed(self, run: Run, wrong: int) -> None:
        self._write(partial(_sign, self._context.workspace, run, wrong))

    def _write(self, work: partial[Outcome[Signed]]) -> None:
        self.sign_button.setEnabled(False)
        self._context.write(work, self._signed, self._failed)

    def _signed(self, outcome: Outcome[Signed]) -> None:
        self.sign_button.setEnabled(True)
        if self._run is not None:  # said on the page: a notice would lie on its buttons
            self._show_signatures(self._run)
        elif self._rehearsed is not None:
            done = outcome.value
            said = self.tr("Signed off: %1, %2 differences")
            self._outcome.show_signed(formats.filled(said, done.subject, formats.number(done.differences)))

    def _failed(self, error: Exception) -> None:
        self.sign_button.setEnabled(True)
        self._context.report(error)

    def _show_signatures(self, run: Run) -> None:
        context = self._context
        joint = "；" if context.language == "zh_CN" else "; "
        said = [
            formats.filled(
                self.tr("Signed off by %1, %2: %3 differences"), context.directory.person_name(one.by),
                formats.instant(one.at_ms, context.today()), formats.number(one.wrong or 0),
            )
            for one in import_signing.signatures(context.reader, run)
        ]  # fmt: skip
        self._outcome.show_signed(joint.join(said))


# -- work, off the GUI thread: it touches no QObject ----------------------------------------------------------


def _count(workspace: Workspace, run: Run) -> int:
    reader = workspace.another_reader()
    try:
        return import_alike.rows_of(reader, run, import_alike.pairs_of(reader, run))
    finally:
        reader.close()


def _differences(workspace: Workspace, registry: Registry, run: Run) -> int:
    reader = workspace.another_reader()
    try:
        return import_signing.differences(reader, registry, run)
    finally:
        reader.close()


def _sign(workspace: Workspace, run: Run, wrong: int, replica: Replica) -> Outcome[Signed]:
    reader = workspace.another_reader()
    try:
        return import_signing.sign(replica, reader, run, wrong)
    finally:
        reader.close()


def _sign_rehearsal(workspace: Workspace, path: Path, counts: Counts, replica: Replica) -> Outcome[Signed]:
    reader = workspace.another_reader()
    try:
        return import_signing.sign_rehearsal(replica, reader, path, counts)
    finally:
        reader.close()
