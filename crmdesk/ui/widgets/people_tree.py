"""The people at a customer as a tree: who reports to whom, what part each has in a decision, and how to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import BODY, MEDIUM, SMALL, font
from crmdesk.ui.widgets import painting
from crmdesk.ui.widgets.item_model import ITEM_ROLE, Index, ItemModel

_ROW, _AVATAR, _INDENT, _LEFT, _RIGHT = 58, 32, 26, 14, 18
_DEEPEST = 6
"""Deeper levels are drawn no further to the right: their names must stay readable."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody, every text ready to show. `guides` is as in `core/chain.py`: one for each level down to their own."""

    id: str
    name: str
    about: str
    reach: str
    role: str
    hue: str
    guides: tuple[bool, ...]


def _sentence(row: PersonRow) -> str:
    return ", ".join(part for part in (row.name, row.about, row.role, row.reach) if part)


class PeopleDelegate(QStyledItemDelegate):
    """Paints a person with the lines that lead to their chief."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: PersonRow = index.data(ITEM_ROLE)
        colours = theme.tokens()
        rect: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected and option.state & QStyle.StateFlag.State_HasFocus:
            painting.rounded(painter, rect.adjusted(6, 1, -8, -1), 7, colours.hover)
        self._lines(painter, rect, row)
        left = rect.left() + _LEFT + min(len(row.guides), _DEEPEST) * _INDENT
        mark = QRect(left, rect.top() + (_ROW - _AVATAR) // 2, _AVATAR, _AVATAR)
        painting.avatar(
            painter, mark, painting.person_initials(row.name), painting.hue_for(row.name), circle=True
        )
        right = rect.right() - _RIGHT
        if row.role:
            wide = painting.pill_width(row.role)
            painting.pill(painter, right - wide, rect.top() + 19, row.role, row.hue)
            right -= wide + 8
        words = QRect(mark.right() + 11, rect.top() + 9, right - mark.right() - 11, 20)
        name = text_layout.width(row.name, font(BODY, MEDIUM))
        text_layout.draw(painter, words, row.name, font(BODY, MEDIUM), colours.text)
        text_layout.draw(painter, words.adjusted(name + 8, 0, 0, 0), row.about, font(SMALL), colours.text_3)
        reach = QRect(words.left(), words.bottom() + 1, rect.right() - _RIGHT - words.left(), 20)
        text_layout.draw(painter, reach, row.reach, font(SMALL), colours.text_2)
        painter.restore()

    def _lines(self, painter: QPainter, rect: QRect, row: PersonRow) -> None:
        """A line down from each chief above who has more people below, and an elbow to this one."""
        line, depth = QColor(theme.tokens().border_strong), len(row.guides)
        for level, goes_on in enumerate(row.guides[:_DEEPEST]):
            x = rect.left() + _LEFT + level * _INDENT + _AVATAR // 2
            is_own = level == depth - 1
            middle = rect.top() + _ROW // 2
            if goes_on:
                painter.fillRect(QRect(x, rect.top(), 1, _ROW), line)
            elif is_own:
                painter.fillRect(QRect(x, rect.top(), 1, _ROW // 2), line)
            if is_own:
                painter.fillRect(QRect(x, middle, _INDENT - _AVATAR // 2 + 2, 1), line)


class PeopleTree(QListView):
    """The list itself; `opened(id)` on Enter or double click."""

    opened = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.people: ItemModel[PersonRow] = ItemModel(_sentence, self)
        self.setModel(self.people)
        self.setItemDelegate(PeopleDelegate(self))
        self.setAccessibleName(name)
        self.setViewportMargins(0, 6, 0, 0)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.activated.connect(self._activated)

    def set_people(self, rows: Sequence[PersonRow]) -> None:
        """Show these, in the order of the tree."""
        self.people.set_items(rows)

    def _activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(ITEM_ROLE).id)
