"""A short list of things found: avatar or icon, name, what it is recognised by, what kind of thing it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, MEDIUM, SMALL, font
from crmdesk.ui.widgets import painting
from crmdesk.ui.widgets.item_model import ITEM_ROLE, Index, ItemModel

ROW = 40


@dataclass(frozen=True, slots=True)
class Found:
    """One line. Without an `icon` an avatar of the name is drawn; `subject` is what choosing it gives back."""

    name: str
    detail: str
    kind: str
    subject: object
    icon: str = ""
    hue: str = "slate"


def _sentence(found: Found) -> str:
    return ", ".join(part for part in (found.name, found.detail, found.kind) if part)


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found: Found = index.data(ITEM_ROLE)
        colours = theme.tokens()
        rect: QRect = option.rect.adjusted(6, 1, -6, -1)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painting.rounded(painter, rect, 7, colours.active)
        square = QRect(rect.left() + 8, rect.center().y() - 12, 26, 26)
        if found.icon:
            painting.rounded(painter, square, 6, colours.hue(found.hue).bg)
            icons.paint(painter, square.adjusted(5, 5, -5, -5), found.icon, colours.hue(found.hue).fg)
        else:
            painting.avatar(painter, square, painting.initials(found.name)[:1], painting.hue_for(found.name))
        kind = text_layout.width(found.kind, font(SMALL))
        words = rect.adjusted(44, 0, -kind - 22, 0)
        text_layout.draw(painter, words, found.name, font(BODY, MEDIUM), colours.text)
        name = min(words.width(), text_layout.width(found.name, font(BODY, MEDIUM)))
        text_layout.draw(
            painter, words.adjusted(name + 10, 0, 0, 0), found.detail, font(SMALL), colours.text_3
        )
        right = QRect(rect.right() - kind - 10, rect.top(), kind + 2, rect.height())
        text_layout.draw(painter, right, found.kind, font(SMALL), colours.text_3)
        painter.restore()


class HitList(QListView):
    """Shows what was found; `chosen(subject)` on Enter or click. A field above it may lend it its arrow keys."""

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: ItemModel[Found] = ItemModel(_sentence, self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(name)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._clicked)

    @property
    def found(self) -> tuple[Found, ...]:
        """What is shown."""
        return self._model.items

    def show_found(self, found: Sequence[Found]) -> None:
        """Show these, the first one chosen."""
        self._model.set_items(found)
        if found:
            self.setCurrentIndex(self._model.index(0))

    def step(self, by: int) -> None:
        """Move the choice."""
        count = self._model.rowCount()
        if count:
            self.setCurrentIndex(self._model.index((self.currentIndex().row() + by) % count))

    def choose(self) -> None:
        """Choose the current line."""
        self._clicked(self.currentIndex())

    def _clicked(self, index: QModelIndex) -> None:
        found = index.data(ITEM_ROLE)
        if found is not None:
            self.chosen.emit(found.subject)
