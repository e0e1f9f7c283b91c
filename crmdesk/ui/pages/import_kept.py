"""A mapping that is kept for the next file of its source: what is read as what, and forgetting it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.mapping import targets
from crmdesk.core.registry import Registry
from crmdesk.store.imports import Run
from crmdesk.ui.context import Context
from crmdesk.ui.widgets import buttons
from crmdesk.ui.widgets.fields import heading, label, upright
from crmdesk.usecases.import_mappings import Kept

_MOST_SHOWN = 200


def kept_title(kept: Kept, last: Run | None) -> str:
    """What a mapping is called: the file that was read like this last, else its tables by name."""
    if last is not None:
        return last.name
    return "、".join(sheet.name for sheet in kept.plan.sheets if sheet.is_wanted) or kept.id


class KeptPane(QWidget):
    """Columns and what they are read as. `forget(id)`: the person wants it guessed anew next time."""

    forget = Signal(str)
    back = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._kept: Kept | None = None
        self.name = heading()
        self.said = label(self.tr("A file with the same headings is read like this; it can be changed there."), "second")  # fmt: skip
        self.said.setWordWrap(True)
        self._inside = QWidget()
        self._inside.setObjectName("page")
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(0, 6, 12, 6)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 2)
        self.forget_button = buttons.secondary(self.tr("Forget it"), "trash-2", self._forget)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(10)
        column.addWidget(self.name)
        column.addWidget(self.said)
        column.addWidget(upright(self._inside), 1)
        row = QHBoxLayout()
        self.back_button = buttons.secondary(self.tr("Back to the columns"), "arrow-left", self.back.emit)
        row.addWidget(self.back_button)
        row.addWidget(self.forget_button)
        row.addStretch(1)
        column.addLayout(row)

    @property
    def shown(self) -> str:
        """The id of the one in view, "" for none."""
        return self._kept.id if self._kept is not None else ""

    def show_kept(
        self, kept: Kept, last: Run | None, registry: Registry, *, may_go_back: bool = False
    ) -> None:
        """Show one, with the run that was read like this last; `may_go_back`: the columns of a file wait behind it."""
        self._kept = kept
        self.back_button.setVisible(may_go_back)
        self.name.setText(kept_title(kept, last))
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        spoken, line = self._context.language, 0
        for sheet in kept.plan.sheets:
            known = dict(targets(registry, sheet.entity)) if sheet.entity else {}
            for column in [c for c in sheet.columns if c.target][:_MOST_SHOWN]:
                said = known[column.target].text(spoken) if column.target in known else column.field
                self._grid.addWidget(label(column.heading or self.tr("(no heading)"), "strong"), line, 0)
                self._grid.addWidget(label(said), line, 1)
                line += 1
        self._grid.setRowStretch(line, 1)

    def _forget(self) -> None:
        if self._kept is not None:
            self.forget.emit(self._kept.id)
