"""What every part of the quality page shares: the page's desk, and how it is shown, told of keys and saved."""

from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from PySide6.QtWidgets import QFileDialog, QWidget

from crmdesk.core.quality import Report
from crmdesk.store.reading import Reader
from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.usecases import custom_fields, quality_tables
from crmdesk.usecases.quality import Asking
from crmdesk.usecases.quality_tables import Table
from crmdesk.usecases.workspace import Workspace

T = TypeVar("T")


class QualityDesk(Protocol):
    """The page as its parts see it."""

    @property
    def context(self) -> Context: ...

    @property
    def report(self) -> Report | None:
        """What was measured last in this window."""
        ...

    def go(self, key: str, subject: object = None) -> None:
        """Show another page."""
        ...

    def remeasure(self) -> None:
        """Measure again."""
        ...


class QualityPart(QWidget):
    """One tab. Override what it needs; all of it is called on the GUI thread."""

    def __init__(self, desk: QualityDesk) -> None:
        super().__init__()
        self.desk = desk
        self.context = desk.context
        self._saving = ""

    @property
    def may_sign(self) -> bool:
        """Whether this person changes the company's settings, and so signs off and sets goals."""
        is_alone = self.context.workspace.server() is None
        return self.context.seeing is None and custom_fields.may_configure(
            self.context.directory, is_alone=is_alone
        )

    def asking(self) -> Asking:
        """What measuring needs to know."""
        return Asking(self.context.bearings(), self.context.workspace.clock.now_ms())

    def entered(self) -> None:
        """It came into view."""

    def measured(self, report: Report) -> None:
        """The page measured anew."""

    def key(self, text: str) -> bool:
        """A key with a letter was pressed; True where it was taken."""
        return False

    def left(self) -> bool:
        """Escape; True where it was taken."""
        return False

    def read(self, work: Callable[[Reader], T], done: Callable[[T], None], key: str) -> None:
        """Read off the GUI thread, with a reader of its own; `done` should be a method of the part."""
        self.context.read(partial(read_apart, work), done, self.context.report, key=key)

    def ask_file(self, name: str, tables: Sequence[Table]) -> None:
        """Save tables as a CSV where the person says."""
        if not self.context.may_save():
            return
        name = f"{name}-{self.context.today().isoformat()}.csv"
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save as"), str(Path.home() / name), "CSV (*.csv)"
        )
        if chosen:
            self.save_to(Path(chosen), tables)

    def save_to(self, file: Path, tables: Sequence[Table]) -> None:
        """Write tables as a CSV."""
        self._saving = file.name
        self.read(partial(quality_tables.save, file=file, tables=tables), self._saved, "save")

    def _saved(self, _done: None) -> None:
        self.context.say(formats.filled(self.tr("Saved to %1"), self._saving))


def read_apart(work: Callable[[Reader], T], workspace: Workspace) -> T:
    """Run `work` with a reader of its own; for the reader's lane."""
    with closing(workspace.another_reader()) as reader:
        return work(reader)
