"""The navigation rail: 196 px with words, 48 px with icons alone when rows are dense or the window is narrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, BOLD, MEDIUM, TINY, font
from crmdesk.ui.widgets import painting, plain
from crmdesk.ui.widgets.buttons import key_text
from crmdesk.ui.widgets.marks import SyncSign

WIDE, NARROW = 196, 48


@dataclass(frozen=True, slots=True)
class RailEntry:
    """One place to go; `number` is its Ctrl+digit, 0 for none."""

    key: str
    title: str
    icon: str
    number: int = 0


class RailItem(QAbstractButton):
    """One entry of the rail, with an optional badge."""

    def __init__(self, entry: RailEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.narrow = False
        self._badge, self._urgent = 0, False
        self.setText(entry.title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        keys = f"  {key_text(f'Ctrl+{entry.number}')}" if entry.number else ""
        plain.set_tip(self, f"{entry.title}{keys}")
        self.set_badge(0)

    def set_badge(self, count: int, *, urgent: bool = False) -> None:
        """Show how many things wait here; 0 hides it."""
        self._badge, self._urgent = count, urgent
        self.setAccessibleName(f"{self.entry.title}, {count}" if count else self.entry.title)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(NARROW - 12 if self.narrow else WIDE - 20, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        if self.isChecked():
            painting.rounded(painter, self.rect(), 7, colours.active)
        elif self.underMouse():
            painting.rounded(
                painter, self.rect(), 7, colours.hover if colours is theme.DARK else colours.active_soft
            )
        middle = self.height() // 2
        x = (self.width() - icons.SIZE) // 2 if self.narrow else 10
        colour = colours.primary if self.isChecked() else colours.text_2
        icons.paint(painter, QRect(x, middle - 9, icons.SIZE, icons.SIZE), self.entry.icon, colour)
        if self.narrow:
            if self._badge:
                tone = colours.bad if self._urgent else colours.primary
                painting.dot(painter, QRect(self.width() - 11, 8, 1, 1).topLeft(), 3.5, tone)
        else:
            self._paint_words(painter, middle)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 7)

    def _paint_words(self, painter: QPainter, middle: int) -> None:
        colours = theme.tokens()
        room = self.rect().adjusted(38, 0, -8, 0)
        if self._badge:
            text = f"{self._badge}" if self._badge < 1000 else "999+"
            face = font(TINY, BOLD)
            width = max(20, text_layout.width(text, face) + 12)
            box = QRect(self.width() - width - 7, middle - 9, width, 18)
            soft = colours.bad_soft if self._urgent else colours.hues[0].bg
            painting.rounded(painter, box, 9, soft)
            inner = box.adjusted((width - text_layout.width(text, face)) // 2, 0, 0, 0)
            text_layout.draw(painter, inner, text, face, colours.bad if self._urgent else colours.hues[0].fg)
            room.setRight(box.left() - 6)
        face = font(BODY, MEDIUM)
        text_layout.draw(
            painter, room, self.text(), face, colours.text if self.isChecked() else colours.text_2
        )


class Brand(QWidget):
    """The mark and name of the product."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.narrow = False
        self.setAccessibleName("crmdesk")

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        middle = self.height() // 2
        x = (self.width() - 26) // 2 if self.narrow else 8
        painting.avatar(painter, QRect(x, middle - 13, 26, 26), "C", "blue")
        if not self.narrow:
            text_layout.draw(
                painter, self.rect().adjusted(43, 0, 0, 0), "crmdesk", font(15, BOLD), colours.text
            )


class PersonMark(QAbstractButton):
    """Who works here; opens the settings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.narrow = False
        self._name = self._team = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()

    def set_person(self, name: str, team: str) -> None:
        """Show a name and, below, the team."""
        self._name, self._team = name, team
        self.setAccessibleName(f"{name}, {team}" if team else name)
        plain.set_tip(self, name)
        self.setVisible(bool(name))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(NARROW - 12 if self.narrow else WIDE - 20, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        x = (self.width() - 28) // 2 if self.narrow else 8
        painting.avatar(
            painter, QRect(x, 8, 28, 28), painting.person_initials(self._name), painting.hue_for(self._name)
        )
        if not self.narrow:
            top = QRect(45, 3 if self._team else 12, self.width() - 50, 20)
            text_layout.draw(painter, top, self._name, font(BODY, MEDIUM), colours.text)
            text_layout.draw(painter, top.translated(0, 18), self._team, font(TINY), colours.text_3)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 7)


class NavRail(QFrame):
    """Where to go. `chosen(key)` fires on a click or Enter; Up and Down move within the rail."""

    chosen = Signal(str)

    def __init__(
        self, entries: Sequence[RailEntry], foot: Sequence[RailEntry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("Navigation"))
        self.narrow = False
        self.brand = Brand(self)
        self._items = {entry.key: RailItem(entry, self) for entry in entries}
        self.sync = SyncSign(self)
        self._items |= {entry.key: RailItem(entry, self) for entry in foot}
        self.person = PersonMark(self)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(3)
        self._column.addWidget(self.brand)
        for entry in entries:
            self._column.addWidget(self._items[entry.key])
        self._column.addStretch(1)
        self._column.addWidget(self.sync)
        for entry in foot:
            self._column.addWidget(self._items[entry.key])
        self._column.addWidget(self.person)
        for item in self._items.values():
            item.clicked.connect(self._clicked)
        self.person.clicked.connect(self._person_clicked)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.set_narrow(narrow=False)

    def set_narrow(self, *, narrow: bool) -> None:
        """Fold to icons, or unfold to words."""
        self.narrow = narrow
        self.setFixedWidth(NARROW if narrow else WIDE)
        side = 6 if narrow else 10
        self._column.setContentsMargins(side, 0, side, 8)
        self.brand.setFixedHeight(theme.metrics().bar)
        parts: list[Brand | SyncSign | PersonMark | RailItem]
        parts = [self.brand, self.sync, self.person, *self._items.values()]
        for part in parts:
            part.narrow = narrow
            part.updateGeometry()
            part.update()

    def select(self, key: str) -> None:
        """Mark the place we are at; an unknown key marks none."""
        for name, item in self._items.items():
            item.setChecked(name == key)

    def set_badge(self, key: str, count: int, *, urgent: bool = False) -> None:
        """Show a count at an entry."""
        if item := self._items.get(key):
            item.set_badge(count, urgent=urgent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (event.key() == Qt.Key.Key_Down) - (event.key() == Qt.Key.Key_Up)
        stops: list[QAbstractButton] = list(self._items.values())
        here = next((index for index, item in enumerate(stops) if item.hasFocus()), -1)
        if step and here >= 0:
            stops[(here + step) % len(stops)].setFocus()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here >= 0:
            stops[here].click()
        else:
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        item = self.sender()
        if isinstance(item, RailItem):
            item.setChecked(True)
            self.chosen.emit(item.entry.key)

    def _person_clicked(self) -> None:
        self.chosen.emit("settings")
