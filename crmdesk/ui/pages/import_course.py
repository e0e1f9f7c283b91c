"""A run or an undo under way behind the import page: done in steps of the writer's lane. No QObject is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.core.errors import CrmError
from crmdesk.core.mapping import Plan
from crmdesk.store.imports import Run
from crmdesk.store.reading import Reader
from crmdesk.ui.gauge import Gauge
from crmdesk.usecases import importing
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.importing import Importing
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Touched


@dataclass(slots=True)
class Course:
    """A run or an undo under way, with the reader that is its own."""

    work: Importing | Undoing
    reader: Reader

    @property
    def run(self) -> Run:
        return self.work.run

    @property
    def done(self) -> bool:
        return self.work.done

    def step(self, gauge: Gauge) -> Touched:
        """Do the next step, and stop where the person wants no more of it."""
        try:
            touched = self.work.step()
        except CrmError:
            self.close()
            raise
        gauge.show((self.work.share, self.run.counts, self.run.seconds))
        if gauge.is_stopped() and not self.done and isinstance(self.work, Importing):
            self.work.stop()
        if gauge.is_stopped() or self.done:
            self.close()
        return touched

    def close(self) -> None:
        """End what reads."""
        if isinstance(self.work, Importing):
            self.work.close()
        self.reader.close()


def _with_reader(workspace: Workspace, make: Callable[[Reader], Importing | Undoing]) -> Course:
    reader = workspace.another_reader()
    try:
        return Course(make(reader), reader)
    except CrmError:
        reader.close()
        raise


def begin(workspace: Workspace, path: Path, plan: Plan, limit: int) -> Course:
    return _with_reader(workspace, lambda reader: importing.begin(workspace, reader, path, plan, limit=limit))


def go_on(workspace: Workspace, run: str) -> Course:
    return _with_reader(workspace, lambda reader: importing.go_on(workspace, reader, run))


def undo(workspace: Workspace, run: str) -> Course:
    return _with_reader(workspace, lambda reader: Undoing(workspace.replica, reader, run))
