"""A timeline: icon, kind, author, moment and the text below, painted by a delegate so that thousands cost nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, MEDIUM, SMALL, font
from crmdesk.ui.widgets import painting

_LEFT, _RIGHT, _HEAD = 50, 26, 22
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event, every text ready to show. `hue` colours the dot."""

    id: str
    icon: str
    hue: str
    kind: str
    author: str
    moment: str
    text: str


class TimelineModel(QAbstractListModel):
    """The entries, newest first. The row object is under `EntryRole`."""

    EntryRole = Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[TimelineEntry, ...] = ()

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == self.EntryRole:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{entry.kind}, {entry.author}, {entry.moment}. {entry.text}"
        return None


class TimelineDelegate(QStyledItemDelegate):
    """Paints an entry; text is wrapped to at most `lines` lines, and to all of them where `full` says so."""

    def __init__(self, parent: QWidget | None = None, lines: int = 4) -> None:
        super().__init__(parent)
        self._lines = lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(TimelineModel.EntryRole)
        view = option.widget
        width = (
            (view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width())
            - _LEFT
            - _RIGHT
        )
        body = text_layout.height(entry.text, font(BODY), max(60, width), lines=self._lines)
        return QSize(120, _HEAD + body + 20)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: TimelineEntry = index.data(TimelineModel.EntryRole)
        colours = theme.tokens()
        rect: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected and option.state & QStyle.StateFlag.State_HasFocus:
            painting.rounded(painter, rect.adjusted(6, -2, -8, -6), 7, colours.hover)
        line = colours.border
        if index.row() + 1 < index.model().rowCount():
            painter.fillRect(QRect(rect.left() + 27, rect.top() + 12, 1, rect.height()), QColor(line))
        self._paint_dot(painter, rect, entry)
        body = rect.adjusted(_LEFT, 0, -_RIGHT, 0)
        head = QRect(body.left(), body.top(), body.width(), _HEAD)
        moment = text_layout.width(entry.moment, font(SMALL))
        kind = text_layout.width(entry.kind, font(BODY, MEDIUM))
        text_layout.draw(painter, head, entry.kind, font(BODY, MEDIUM), colours.text)
        author = head.adjusted(kind + 8, 0, -moment - 8, 0)
        text_layout.draw(painter, author, entry.author, font(SMALL), colours.text_3)
        date = QRect(head.right() - moment - 1, head.top(), moment + 2, _HEAD)
        text_layout.draw(painter, date, entry.moment, font(SMALL), colours.text_3)
        words = body.adjusted(0, _HEAD + 1, 0, 0)
        text_layout.draw(
            painter, words, entry.text, font(BODY), colours.text_2, lines=self._lines, line_height=20
        )
        painter.restore()

    def _paint_dot(self, painter: QPainter, rect: QRect, entry: TimelineEntry) -> None:
        hue = theme.tokens().hue(entry.hue)
        circle = QRect(rect.left() + 15, rect.top(), 25, 25)
        painting.rounded(painter, circle, 12.5, hue.bg)
        icons.paint(painter, circle.adjusted(6, 6, -6, -6), entry.icon, hue.fg)


class Timeline(QListView):
    """The list itself; `opened(id)` on Enter or double click."""

    opened = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None, lines: int = 4) -> None:
        super().__init__(parent)
        self.entries = TimelineModel(self)
        self.setModel(self.entries)
        self.setItemDelegate(TimelineDelegate(self, lines))
        self.setAccessibleName(name)
        self.setViewportMargins(0, 10, 0, 0)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.activated.connect(self._activated)

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show these, newest first."""
        self.entries.set_entries(entries)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.viewport().update()

    def _activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(TimelineModel.EntryRole).id)
