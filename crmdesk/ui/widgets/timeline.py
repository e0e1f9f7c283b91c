"""A timeline: icon, kind, author, moment and the text below, painted by a delegate so that thousands cost nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QPainter
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
from crmdesk.ui.widgets.item_model import ITEM_ROLE, Index, ItemModel

_LEFT, _RIGHT, _HEAD = 50, 26, 22
_PICTURE, _GAP = 56, 8


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event, every text ready to show. `hue` colours the dot; `pictures` name small pictures to show below."""

    id: str
    icon: str
    hue: str
    kind: str
    author: str
    moment: str
    text: str
    pictures: tuple[str, ...] = ()


class TimelineModel(ItemModel[TimelineEntry]):
    """The entries, newest first, with the pictures that they name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_sentence, parent)
        self.images: dict[str, QImage] = {}

    def set_images(self, images: Mapping[str, QImage]) -> None:
        """Show these under their names; what is not among them yet keeps its place."""
        self.images.update(images)
        if self.items:
            self.dataChanged.emit(self.index(0), self.index(len(self.items) - 1))


def _sentence(entry: TimelineEntry) -> str:
    return f"{entry.kind}, {entry.author}, {entry.moment}. {entry.text}"


class TimelineDelegate(QStyledItemDelegate):
    """Paints an entry; text is wrapped to at most `lines` lines, and to all of them where `full` says so."""

    def __init__(self, parent: QWidget | None = None, lines: int = 4) -> None:
        super().__init__(parent)
        self._lines = lines

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        entry = index.data(ITEM_ROLE)
        view = option.widget
        width = (
            (view.viewport().width() if isinstance(view, QAbstractItemView) else option.rect.width())
            - _LEFT
            - _RIGHT
        )
        body = text_layout.height(entry.text, font(BODY), max(60, width), lines=self._lines)
        return QSize(120, _HEAD + body + 20 + (_PICTURE + _GAP if entry.pictures else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: TimelineEntry = index.data(ITEM_ROLE)
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
        if entry.pictures:
            self._paint_pictures(painter, body.adjusted(0, rect.height() - _PICTURE - 16, 0, 0), index)
        painter.restore()

    def _paint_pictures(self, painter: QPainter, room: QRect, index: Index) -> None:
        """As many as there is room for, each filling its square; one that is not read yet is a blank square."""
        entry: TimelineEntry = index.data(ITEM_ROLE)
        model = index.model()
        images = model.images if isinstance(model, TimelineModel) else {}
        colours = theme.tokens()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, name in enumerate(entry.pictures[: max(1, room.width() // (_PICTURE + _GAP))]):
            square = QRect(room.left() + number * (_PICTURE + _GAP), room.top(), _PICTURE, _PICTURE)
            image = images.get(name)
            if image is None or image.isNull():
                painting.rounded(painter, square, 6, colours.active)
                icons.paint(painter, square.adjusted(20, 20, -20, -20), "image", colours.text_3)
                continue
            edge = min(image.width(), image.height())
            middle = QRect((image.width() - edge) // 2, (image.height() - edge) // 2, edge, edge)
            painter.drawImage(square, image, middle)

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
        self.entries.set_items(entries)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.viewport().update()

    def _activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(ITEM_ROLE).id)
