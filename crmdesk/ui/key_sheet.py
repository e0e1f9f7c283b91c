"""The sheet of all keys, grouped; opened with F1."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from crmdesk.ui.widgets.buttons import KeyHint
from crmdesk.ui.widgets.fields import label

_MARGIN = 40


class Key(NamedTuple):
    """One shortcut, what it does and where."""

    keys: str
    meaning: str
    group: str


class KeySheet(QDialog):
    """Two columns of keys, never higher than the window below; Esc closes it."""

    def __init__(self, keys: Sequence[Key], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAccessibleName(self.tr("Keys"))
        listed = QWidget()
        listed.setObjectName("page")
        listed.setLayout(_grid(keys))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("Keys"))
        area.setWidget(listed)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(area)
        edge = 2 * (area.frameWidth() + 1)
        wanted = listed.sizeHint() + QSize(area.verticalScrollBar().sizeHint().width() + edge, edge)
        room = parent.size() - QSize(_MARGIN, _MARGIN)
        if wanted.width() > room.width():
            for meaning in listed.findChildren(QLabel):
                meaning.setWordWrap(True)
        self.resize(wanted.boundedTo(room))


def _grid(keys: Sequence[Key]) -> QGridLayout:
    """All groups on one grid, so that their keys stand in line."""
    grid = QGridLayout()
    grid.setContentsMargins(24, 18, 24, 18)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(6)
    grid.setColumnMinimumWidth(2, 20)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(4, 1)
    order = [key.group for key in keys]
    line = 0
    for group, members in groupby(
        sorted(keys, key=lambda key: order.index(key.group)), lambda key: key.group
    ):
        title = label(group, "card")
        title.setContentsMargins(0, 8 if line else 0, 0, 2)
        grid.addWidget(title, line, 0, 1, 5)
        line = _add_group(grid, line + 1, list(members))
    grid.setRowStretch(line, 1)
    return grid


def _add_group(grid: QGridLayout, line: int, keys: Sequence[Key]) -> int:
    """Adds the keys two on a line; returns the line after them."""
    for index, key in enumerate(keys):
        row, side = line + index // 2, index % 2
        grid.addWidget(KeyHint(key.keys), row, side * 3, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(label(key.meaning, "second"), row, side * 3 + 1)
    return line + (len(keys) + 1) // 2
