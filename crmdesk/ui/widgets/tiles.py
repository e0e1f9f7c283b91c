"""A strip of tiles: a picture or an icon, a name and a line below it, painted by a delegate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPainterPath
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import MEDIUM, SMALL, TINY, font
from crmdesk.ui.widgets import painting, plain
from crmdesk.ui.widgets.item_model import ITEM_ROLE, Index, ItemModel

_WIDTH: Final = 114
_PICTURE: Final = 78
_HEIGHT: Final = _PICTURE + 44
_GAP: Final = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile, every text ready to show. `tone` colours the line below the name: faint, warn or bad."""

    id: str
    name: str
    detail: str
    icon: str
    image: QImage | None = None
    tone: str = "faint"
    mark: str = ""


class TileModel(ItemModel[Tile]):
    """The tiles in order; a name too long for its tile is read in a tip."""

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if role != Qt.ItemDataRole.ToolTipRole:
            return super().data(index, role)
        tile: Tile | None = super().data(index, ITEM_ROLE)
        return plain.tip_text(tile.name) if tile is not None else None


def _sentence(tile: Tile) -> str:
    return f"{tile.name}, {tile.detail}"


class TileDelegate(QStyledItemDelegate):
    """Paints a tile."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tile: Tile = index.data(ITEM_ROLE)
        colours = theme.tokens()
        rect: QRect = option.rect
        painter.save()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painting.rounded(painter, rect, 8, colours.hover)
        frame = QRect(rect.left() + 4, rect.top() + 4, _WIDTH - 8, _PICTURE)
        self._paint_picture(painter, frame, tile)
        name = QRect(rect.left() + 6, frame.bottom() + 3, _WIDTH - 12, 18)
        text_layout.draw(painter, name, tile.name, font(SMALL, MEDIUM), colours.text)
        detail = name.translated(0, 17)
        colour = {"warn": colours.warn, "bad": colours.bad}.get(tile.tone, colours.text_3)
        text_layout.draw(painter, detail, tile.detail, font(TINY), colour)
        if is_chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painting.focus_ring(painter, rect, 8)
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRect, tile: Tile) -> None:
        colours = theme.tokens()
        painting.rounded(painter, frame, 6, colours.active_soft, colours.border)
        if tile.image is None:
            box = QRect(0, 0, 26, 26)
            box.moveCenter(frame.center())
            icons.paint(painter, box, tile.icon, colours.text_3)
        else:
            self._paint_image(painter, frame, tile.image)
        if tile.mark:
            badge = QRect(frame.right() - 23, frame.top() + 4, 20, 20)
            painting.rounded(painter, badge, 10, colours.raised, colours.border)
            icons.paint(painter, badge.adjusted(4, 4, -4, -4), tile.mark, colours.text_2)

    def _paint_image(self, painter: QPainter, frame: QRect, image: QImage) -> None:
        """The middle of the picture, filling the frame."""
        shape = QPainterPath()
        shape.addRoundedRect(frame, 6, 6)
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = image.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        place = QRect(frame.topLeft(), size)
        place.moveCenter(frame.center())
        painter.drawImage(place, image)
        painter.restore()


class Tiles(QListView):
    """The strip. `opened(id)` on Enter or double click, `removed(id)` on Delete, `current(id)` as one is chosen."""

    opened = Signal(str)
    removed = Signal(str)
    current = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tiles = TileModel(_sentence, self)
        self.setModel(self.tiles)
        self.setItemDelegate(TileDelegate(self))
        self.setAccessibleName(name)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSpacing(_GAP // 2)
        self.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
        self.setAcceptDrops(False)  # whoever holds the strip takes what is dropped
        self.viewport().setAcceptDrops(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.activated.connect(self._activated)
        self.selectionModel().currentChanged.connect(self._moved)

    @property
    def current_id(self) -> str:
        """The chosen tile, or ""."""
        tile = self.currentIndex().data(ITEM_ROLE)
        return tile.id if tile is not None else ""

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these; the chosen one stays chosen if it is still there."""
        chosen = self.current_id
        self.tiles.set_items(tiles)
        row = next((n for n, tile in enumerate(tiles) if tile.id == chosen), -1)
        if row >= 0:
            self.setCurrentIndex(self.tiles.index(row))
        else:
            self.current.emit("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.current_id:
            self.removed.emit(self.current_id)
        else:
            super().keyPressEvent(event)

    def _activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(ITEM_ROLE).id)

    def _moved(self, _index: QModelIndex) -> None:
        self.current.emit(self.current_id)
