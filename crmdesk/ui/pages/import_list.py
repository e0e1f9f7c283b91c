"""What was imported so far and how sources are read, at the left of the import page: the list highlights what the page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from crmdesk.core.dates import moment_of
from crmdesk.store.imports import Run
from crmdesk.ui import formats
from crmdesk.ui.pages.import_kept import kept_title
from crmdesk.ui.widgets.entry_list import Entry, EntryList, Heading
from crmdesk.usecases.import_mappings import Kept, last_read

KEPT: Final = "kept:"
"""Begins the id of an entry that is a kept mapping; the others are runs."""
_STATES: Final = {"done": ("circle-check", "green"), "undone": ("undo-2", "slate")}


class ImportList(QFrame):
    """Runs, then kept mappings. `wanted(id)`: a person wants to see one; the page says by `follow` what it shows."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("listpane")
        self.setFixedWidth(264)
        self._shown = ""
        self.entries = EntryList(self.tr("Imports so far"))
        self.entries.current.connect(self._moved)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.entries)

    def show_all(self, runs: Sequence[Run], kept: Sequence[Kept]) -> None:
        """List these; what is highlighted stays."""
        entries: list[Heading | Entry] = [Heading(self.tr("Imports so far"))] if runs else []
        for each in runs:
            icon, hue = _STATES.get(each.state, ("circle-alert", "amber"))
            detail = f"{_when(each)} · {self._state(each)}"
            entries.append(Entry(each.id, each.name, detail, formats.number(each.counts.create + each.counts.update), icon=icon, hue=hue))  # fmt: skip
        if kept:
            entries.append(Heading(self.tr("How sources are read")))
        last = last_read(runs)
        for one in kept:
            run = last.get(one.id)  # sources whose tables have the same names are told apart by file and time
            columns = self.tr(
                "%n column(s)", "", sum(bool(c.target) for s in one.plan.sheets for c in s.columns)
            )
            detail = f"{_when(run)} · {columns}" if run is not None else columns
            entries.append(
                Entry(KEPT + one.id, kept_title(one, run), detail, icon="list-checks", hue="slate")
            )
        self.entries.set_entries(entries, current=self._shown)
        self.setVisible(bool(entries))

    def follow(self, shown: str) -> None:
        """Highlight what the page shows, by its id; "": nothing of the list."""
        self._shown = shown
        if not shown or not self.entries.select_id(shown):
            self.entries.select_none()

    def _state(self, run: Run) -> str:
        return {
            "done": self.tr("imported"), "undone": self.tr("taken back"), "undoing": self.tr("half taken back"),
        }.get(run.state, self.tr("not finished"))  # fmt: skip

    def _moved(self, entry: str) -> None:
        if entry and entry != self._shown:
            self.wanted.emit(entry)
            QTimer.singleShot(0, self, self._again)  # once the press that asked is over

    def _again(self) -> None:
        self.follow(self._shown)  # what could not be shown is not highlighted either


def _when(run: Run) -> str:
    return moment_of(run.started_ms).strftime("%m-%d %H:%M")
