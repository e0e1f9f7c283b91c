"""A short list in groups: avatar or icon, two lines, a mark at the right. One delegate paints every row.

It knows neither records nor pages; letters and Space are left to the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, BOLD, MEDIUM, SMALL, font
from crmdesk.ui.widgets import painting
from crmdesk.ui.widgets.item_model import ITEM_ROLE, Index, ItemModel

_PAD, _HEADING = 16, 32
_STEP = 26
_ONE_LINE = 44
"""Rows lower than this carry their detail beside the title instead of below it."""
_NAVIGATION = {
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a group. `tone` colours it: "", warn or bad."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, every text ready to show. With `icon`, that in `hue`; else an avatar for `avatar`.

    `depth` is how many steps it stands in, below the row that it is part of.
    """

    id: str
    title: str
    detail: str = ""
    mark: str = ""
    tone: str = ""
    avatar: str = ""
    icon: str = ""
    hue: str = "slate"
    depth: int = 0

    def sentence(self) -> str:
        """What a screen reader says."""
        return ", ".join(part for part in (self.title, self.detail, self.mark) if part)


class EntryModel(ItemModel[Heading | Entry]):
    """Headings, which cannot be chosen, and entries, in order."""

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self.items[index.row()], Heading):
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)


def _sentence(item: Heading | Entry) -> str:
    return item.text if isinstance(item, Heading) else item.sentence()


class EntryDelegate(QStyledItemDelegate):
    """Paints headings and entries."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        is_heading = isinstance(index.data(ITEM_ROLE), Heading)
        return QSize(120, _HEADING if is_heading else theme.metrics().row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM_ROLE)
        painter.save()
        if isinstance(item, Heading):
            self._paint_heading(painter, option.rect, item)
        else:
            self._paint_ground(painter, option)
            left = _PAD + _STEP * item.depth
            self._paint_entry(painter, option.rect.adjusted(left, 0, -_PAD, -1), item)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, heading: Heading) -> None:
        colours = theme.tokens()
        tone = {"warn": colours.warn, "bad": colours.bad}.get(heading.tone, colours.text_2)
        room = rect.adjusted(_PAD, 4, -_PAD, 0)
        text_layout.draw(painter, room, heading.text, font(SMALL, BOLD), tone)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = theme.tokens()
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(colours.selection if selected else colours.hover))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(colours.grid))
        if selected:
            view = option.widget
            bar = colours.primary if view.hasFocus() else colours.border_strong
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(bar))

    def _paint_entry(self, painter: QPainter, rect: QRect, entry: Entry) -> None:
        colours = theme.tokens()
        edge = min(28, rect.height() - 6)
        square = QRect(rect.left(), rect.center().y() - edge // 2 + 1, edge, edge)
        if entry.icon:
            hue = colours.hue(entry.hue)
            painting.rounded(painter, square, edge / 4, hue.bg)
            inset = max(3, edge // 4 - 1)
            icons.paint(painter, square.adjusted(inset, inset, -inset, -inset), entry.icon, hue.fg)
        else:
            name = entry.avatar or entry.title
            painting.avatar(painter, square, painting.initials(name), painting.hue_for(name))
        words = rect.adjusted(edge + 12, 0, 0, 0)
        if entry.mark:
            width = text_layout.width(entry.mark, font(SMALL, MEDIUM)) + 2
            tone = {"bad": colours.bad, "warn": colours.warn, "ok": colours.ok}.get(
                entry.tone, colours.text_2
            )
            place = QRect(words.right() - width, words.top(), width + 2, words.height())
            text_layout.draw(painter, place, entry.mark, font(SMALL, MEDIUM), tone)
            words.setRight(place.left() - 10)
        self._paint_words(painter, words, entry)

    def _paint_words(self, painter: QPainter, words: QRect, entry: Entry) -> None:
        colours = theme.tokens()
        title, detail = font(BODY, MEDIUM), font(SMALL)
        if words.height() >= _ONE_LINE and entry.detail:
            top = QRect(words.left(), words.center().y() - 20, words.width(), 20)
            text_layout.draw(painter, top, entry.title, title, colours.text)
            text_layout.draw(painter, top.translated(0, 20), entry.detail, detail, colours.text_3)
            return
        text_layout.draw(painter, words, entry.title, title, colours.text)
        taken = text_layout.width(entry.title, title) + 12
        text_layout.draw(painter, words.adjusted(taken, 0, 0, 0), entry.detail, detail, colours.text_3)


class EntryList(QListView):
    """Shows entries. `current(id)`: another one is current ("" for none); `opened(id)`: Enter or double click."""

    current = Signal(str)
    opened = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = EntryModel(_sentence, self)
        self._current_id = ""
        self.setModel(self.entries)
        self.setItemDelegate(EntryDelegate(self))
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)  # single keys work under an IME
        self.activated.connect(self._activated)
        self.selectionModel().currentRowChanged.connect(self._moved)

    @property
    def current_id(self) -> str:
        """The id of the current entry, "" for none."""
        return self._current_id

    def ids(self) -> list[str]:
        """The ids in the order shown."""
        return [item.id for item in self.entries.items if isinstance(item, Entry)]

    def set_entries(self, items: Sequence[Heading | Entry], *, current: str | None = None) -> None:
        """Show these, `current` the current one ("" for none). Without it the current id stays, else what took its place."""
        if current is not None:
            self.entries.set_items(items)
            if not current or not self.select_id(current):
                self.select_none()
            return
        before, old = self._current_id, self.ids()
        at = old.index(before) if before in old else 0
        self.entries.set_items(items)
        new = self.ids()
        wanted = before if before in new else new[min(at, len(new) - 1)] if new else ""
        if not self.select_id(wanted):
            self._tell("")

    def height_of(self, rows: int) -> int:
        """The height that shows this many entries whole."""
        return rows * theme.metrics().row + 2

    def select_id(self, entry_id: str) -> bool:
        """Make an entry current; False if it is not here."""
        for row, item in enumerate(self.entries.items):
            if isinstance(item, Entry) and item.id == entry_id:
                index = self.entries.index(row)
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
                self.scrollTo(index)
                if row == 1:
                    self.scrollToTop()  # its heading comes into view with it
                self._tell(entry_id)
                return True
        return False

    def select_none(self) -> None:
        """Have no entry current."""
        self.selectionModel().clear()
        self._tell("")

    def step(self, by: int) -> bool:
        """Make the next (1) or previous (-1) entry current; False at the end."""
        ids = self.ids()
        if not ids:
            return False
        at = (ids.index(self._current_id) if self._current_id in ids else -1) + by
        return 0 <= at < len(ids) and self.select_id(ids[at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._current_id:
                self.opened.emit(self._current_id)
            return
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not event.modifiers():
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        if event.key() in _NAVIGATION:
            super().keyPressEvent(event)
            return
        event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.scheduleDelayedItemsLayout()

    def _activated(self, index: QModelIndex) -> None:
        item = index.data(ITEM_ROLE)
        if isinstance(item, Entry):
            self.opened.emit(item.id)

    def _moved(self, index: QModelIndex) -> None:
        item = index.data(ITEM_ROLE)
        if isinstance(item, Entry):
            self._tell(item.id)

    def _tell(self, entry_id: str) -> None:
        if entry_id != self._current_id:
            self._current_id = entry_id
            self.current.emit(entry_id)
