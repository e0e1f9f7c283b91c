"""A run or an undo under way behind the import page. No QObject is touched.

What a run waits for it waits for off the writer's lane, where everybody's saves pass: a file may lie on a share that went away.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.core.mapping import Plan
from crmdesk.store.imports import Run
from crmdesk.store.reading import Reader
from crmdesk.ui.gauge import Gauge
from crmdesk.usecases import importing
from crmdesk.usecases.foreign_files import Patience
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

    def wait(self) -> None:
        """Have at hand what the next step settles, however long that takes."""
        if isinstance(self.work, Importing):
            self.work.wait()

    def step(self, gauge: Gauge) -> Touched:
        """Do the next step; a run that the person wants no more of stops in it."""
        with ExitStack() as broken:
            broken.callback(self.close)
            touched = self.work.step()
            broken.pop_all()
        gauge.show((self.work.share, self.run.counts, self.run.seconds))
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
    with ExitStack() as broken:
        broken.callback(reader.close)
        made = Course(make(reader), reader)
        broken.pop_all()
    return made


def begin(workspace: Workspace, path: Path, plan: Plan, limit: int, patience: Patience) -> Course:
    def begun(reader: Reader) -> Importing:
        return importing.begin(workspace, reader, path, plan, limit=limit, patience=patience)

    return _with_reader(workspace, begun)


def go_on(workspace: Workspace, run: str, patience: Patience) -> Course:
    return _with_reader(workspace, lambda reader: importing.go_on(workspace, reader, run, patience=patience))


def undo(workspace: Workspace, run: str, _patience: Patience) -> Course:
    return _with_reader(workspace, lambda reader: Undoing(workspace.replica, reader, run))
