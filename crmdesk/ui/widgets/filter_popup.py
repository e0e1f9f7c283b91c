"""A small window with a search line and things to tick, in named groups: how a list is narrowed by tag or owner."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from crmdesk.ui import theme
from crmdesk.ui.fonts import TINY, font

_KEY = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class Tick:
    """Something to tick. `key` names it to whoever asked; entries of one `group` stand together."""

    key: str
    label: str
    group: str
    is_on: bool = False


class FilterPopup(QFrame):
    """`ticked(key, on)` at each change; Esc or a click elsewhere closes it."""

    ticked = Signal(str, bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self._edit = QLineEdit()
        self._edit.setPlaceholderText(name)
        self._edit.setAccessibleName(name)
        self._edit.textChanged.connect(self._narrow)
        self._list = QListWidget()
        self._list.setAccessibleName(name)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemChanged.connect(self._changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self._edit)
        column.addWidget(self._list, 1)
        self.setFixedSize(264, 380)

    def show_ticks(self, ticks: Sequence[Tick], at: QPoint) -> None:
        """Open below a button, right edges at `at`."""
        self._list.blockSignals(True)
        self._list.clear()
        group = ""
        for tick in ticks:
            if tick.group != group:
                group = tick.group
                self._list.addItem(_heading(group))
            self._list.addItem(_entry(tick))
        self._list.blockSignals(False)
        self._edit.clear()
        self.move(at - QPoint(self.width(), 0))
        self.show()
        self._edit.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._edit.hasFocus():
            self._list.setFocus()
            self._list.setCurrentRow(self._first())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self._list.currentItem() if self._list.hasFocus() else self._list.item(self._first())
            if item is not None:
                _toggle(item)
        else:
            super().keyPressEvent(event)

    def _first(self) -> int:
        rows = range(self._list.count())
        return next(
            (r for r in rows if not self._list.item(r).isHidden() and self._list.item(r).data(_KEY)), -1
        )

    def _narrow(self, text: str) -> None:
        wanted = text.strip().casefold()
        for row in range(self._list.count()):
            item = self._list.item(row)
            is_heading = not item.data(_KEY)
            item.setHidden(bool(wanted) and (is_heading or wanted not in item.text().casefold()))

    def _changed(self, item: QListWidgetItem) -> None:
        self.ticked.emit(item.data(_KEY), item.checkState() == Qt.CheckState.Checked)


def _heading(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setFont(font(TINY))
    item.setForeground(theme.palette(theme.tokens()).placeholderText())
    item.setSizeHint(QSize(0, 26))
    return item


def _entry(tick: Tick) -> QListWidgetItem:
    item = QListWidgetItem(tick.label)
    item.setData(_KEY, tick.key)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if tick.is_on else Qt.CheckState.Unchecked)
    item.setSizeHint(QSize(0, 28))
    return item


def _toggle(item: QListWidgetItem) -> None:
    is_on = item.checkState() == Qt.CheckState.Checked
    item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)
