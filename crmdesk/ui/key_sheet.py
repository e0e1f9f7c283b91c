"""The sheet of all keys, grouped; opened with F1."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.fields import label


class Key(NamedTuple):
    """One shortcut, what it does and where."""

    keys: str
    meaning: str
    group: str


class KeySheet(QDialog):
    """Two columns of keys; Esc closes it."""

    def __init__(self, keys: Sequence[Key], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAccessibleName(self.tr("Keys"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        ordered = sorted(keys, key=lambda key: [other.group for other in keys].index(key.group))
        for group, members in groupby(ordered, key=lambda key: key.group):
            column.addSpacing(6)
            column.addWidget(label(group, "card"))
            column.addLayout(_grid(list(members)))
        column.addStretch(1)


def _grid(keys: Sequence[Key]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(6)
    for index, key in enumerate(keys):
        line, side = divmod(index, 2)
        grid.addWidget(KeyHint(key.keys), line, side * 3, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(label(key.meaning, "second"), line, side * 3 + 1)
    grid.setColumnMinimumWidth(2, 30)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(4, 1)
    return grid
