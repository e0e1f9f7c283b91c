"""The certain pairs merged together: what would come of it, then how far it is, and the way back as a whole."""

from contextlib import closing
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.ui import formats
from crmdesk.ui.context import Context
from crmdesk.ui.pages.console_desk import AskDialog
from crmdesk.ui.pages.way_back import WayBack
from crmdesk.ui.steps import Steps
from crmdesk.ui.widgets.marks import Progress
from crmdesk.usecases import duplicates
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.merging_many import Foretold, Left, MergingMany, foretell
from crmdesk.usecases.workspace import Workspace

_SAMPLES: Final = 5


class CertainMerges(QObject):
    """Looks, asks, has it done and offers it back. `done()`: the pairs are others now."""

    done = Signal()

    def __init__(self, context: Context, over: QWidget) -> None:
        super().__init__(over)
        self._context, self._over = context, over
        self.dialog: AskDialog | None = None
        self.steps: Steps | None = None
        self.found: Foretold | None = None
        self.way_back = WayBack(context, self)
        self.way_back.taken.connect(self.done)

    def ask(self) -> None:
        """Look for the certain pairs, then ask."""
        if self.dialog is None and self.steps is None:
            self._context.read(_foretold, self._came, self._context.report, key="certain merges")

    def _came(self, found: Foretold) -> None:
        self.found = found
        if self.dialog is not None:
            return
        title = (
            self.tr("Merge %n certain pair(s)?", "", len(found.ready))
            if found.ready
            else self.tr("No pair can be merged without a look")
        )
        self.dialog = dialog = AskDialog(title, self.tr("Merge"), self._over)
        dialog.setMinimumWidth(560)
        for sentence in self._samples(found):
            dialog.add_sentence(sentence, "")
        if found.ready:
            dialog.add_sentence(
                self.tr("Nothing is lost: whoever goes can be taken apart again, or all of it taken back.")
            )
        for why, count in found.left.items():
            dialog.add_sentence(self._left(why, count))
        self.progress = Progress()
        self.progress.hide()
        dialog.body.addWidget(self.progress)
        dialog.button.setEnabled(bool(found.ready))
        dialog.given.connect(self._begin)
        dialog.rejected.connect(self._cancelled)
        dialog.open()

    def _samples(self, found: Foretold) -> list[str]:
        spoken, fields = self._context.language, self._context.registry["customer"].by_name
        said = []
        for one in found.ready[:_SAMPLES]:
            line = formats.filled(self.tr("“%1” into “%2”"), one.loser.name, one.winner.name)
            labels = [fields[f].label.text(spoken) for f in one.takes]
            if labels:
                takes = formats.filled(
                    self.tr("takes %1"), ("、" if spoken == "zh_CN" else ", ").join(labels)
                )
                line = f"{line} · {takes}"
            said.append(line)
        more = len(found.ready) - _SAMPLES
        if more > 0:
            said.append(self.tr("… and %n more", "", more))
        return said

    def _left(self, why: Left, count: int) -> str:
        match why:
            case "chain":
                return self.tr("%n left for you: one of the two is in another pair.", "", count)
            case "apart":
                return self.tr("%n left for you: the two have different owners.", "", count)
            case "differing":
                return self.tr("%n left for you: they say different things in a field.", "", count)
            case "forbidden":
                return self.tr("%n stay as they are: you may only read them.", "", count)

    def _begin(self) -> None:
        if self.dialog is None or self.found is None:
            return
        self.progress.show()
        self.steps = Steps(self._context, self)
        self.steps.moved.connect(self._moved)
        self.steps.ended.connect(self._ended)
        self.steps.failed.connect(self._failed)
        self.steps.start(partial(_merging, self.found))

    def _moved(self, share: float) -> None:
        if self.dialog is not None:
            self.progress.show_step(self.tr("Merging…"), round(share * 100), 100)

    def _cancelled(self) -> None:
        """Before it began nothing happens; else it ends after the step that is under way."""
        self.dialog = None
        if self.steps is not None:
            self.steps.stop()

    def _ended(self, merging: MergingMany) -> None:
        self.steps = None
        if self.dialog is not None:
            self.dialog.accept()
            self.dialog = None
        said = self.tr("%n pair(s) merged", "", merging.event.changed)
        self.way_back.offer(said, merging.event.id)
        self.done.emit()

    def _failed(self, error: Exception) -> None:
        self.steps = None
        if self.dialog is not None:
            self.dialog.show_error(error)
        else:
            self._context.report(error)


def _foretold(workspace: Workspace) -> Foretold:
    with closing(workspace.another_reader()) as reader:
        registry, names = read_registry(reader), read_directory(reader)
        return foretell(reader, registry, names, workspace.clock.now_ms(), duplicates.pairs(reader))


def _merging(found: Foretold, workspace: Workspace) -> MergingMany:
    return MergingMany(workspace.replica, [(one.winner.id, one.loser.id) for one in found.ready])
