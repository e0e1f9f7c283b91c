"""Small building blocks around text: the search field, labels by rank, the label/value grid, cards, rules."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui import icons

_WHOLE: Final = 108
"""A value of so many pixels at most, such as a telephone number, stays on one line."""
_LONG: Final = 150
"""A value of more pixels has a line of its own where there are two to a line."""
_EDGE: Final = 40
"""What stays free of a window above and below what opened over it."""


def upright(inside: QWidget) -> QScrollArea:
    """A pane that shows what is inside at its own width, and scrolls up and down where that is too high."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area


def label(text: str = "", tone: str = "") -> QLabel:
    """A label; `tone` is one of title, card, figure, strong, second, faint, ok, warn, bad."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    if tone:
        result.setProperty("tone", tone)
    return result


def wrapped(tone: str = "") -> QLabel:
    """A label for sentences, on as many lines as they take."""
    result = label("", tone)
    result.setWordWrap(True)
    return result


def menu_heading(menu: QMenu, text: str) -> QAction:
    """Say in a menu what the entries below are, below a line. (A section of Qt's is only a line in the house's style.)"""
    menu.addSeparator()
    action = menu.addAction(text)
    action.setEnabled(False)
    return action


def set_tone(target: QLabel, tone: str) -> None:
    """Change a label's tone after it was made."""
    target.setProperty("tone", tone)
    target.style().unpolish(target)
    target.style().polish(target)


def rule() -> QFrame:
    """A thin horizontal line."""
    line = QFrame()
    line.setObjectName("rule")
    return line


def centred(widget: QWidget) -> QHBoxLayout:
    """A row with `widget` in its middle. Unlike an alignment, it asks what wraps for the height at its own width."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(widget)
    row.addStretch(1)
    return row


def heading() -> QLabel:
    """A title for a name of any length: it takes the room there is and wraps."""
    result = label("", "title")
    result.setWordWrap(True)
    result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return result


def make_room(dialog: QWidget, more: int = 0) -> None:
    """Let a window that is open grow to what its words need now, and by `more`, as far as the one below it is high."""
    layout, below = dialog.layout(), dialog.parentWidget()
    assert layout is not None, "words have a layout"
    layout.activate()
    height = max(layout.totalHeightForWidth(dialog.width()), dialog.height() + more)
    if below is not None:
        height = min(height, max(below.window().height() - _EDGE, dialog.height()))
    if height > dialog.height():
        dialog.resize(dialog.width(), height)


class Card(QFrame):
    """A bordered box with an optional title row; add content to `body`, small things beside the title to `head`."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 14)
        self.body.setSpacing(8)
        self.head = QHBoxLayout()
        if title:
            self.head.addWidget(label(title, "card"))
            self.head.addStretch(1)
            self.body.addLayout(self.head)
            self.setAccessibleName(title)


class SearchField(QLineEdit):
    """A search box that says `searched(text)` once the keys typed so far are taken in. Esc empties it.

    Down arrow says `left_down()`, so that a list can take the keyboard. Pre-edit text of an input method is
    not searched.
    """

    searched = Signal(str)
    left_down = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None, pause_ms: int = 0) -> None:
        super().__init__(parent)
        self.setProperty("kind", "search")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        action = QAction(icons.icon("search", "text_3"), placeholder, self)
        self.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
        self._said = ""
        self._pause = QTimer(self, singleShot=True, interval=pause_ms)
        self._pause.timeout.connect(self._say)
        self.textChanged.connect(self._typed)
        for button in self.findChildren(QToolButton):
            button.setAccessibleName(placeholder)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        return QSize(300, super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down:
            self.left_down.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._say()
        else:
            super().keyPressEvent(event)

    def _typed(self) -> None:
        self._pause.start()

    def _say(self) -> None:
        self._pause.stop()
        if (text := self.text().strip()) != self._said:
            self._said = text
            self.searched.emit(text)


class FieldGrid(QWidget):
    """Labels and values in pairs, `columns` pairs a line, a long value on a line of its own. Values can be copied."""

    def __init__(self, columns: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._names: tuple[str, ...] = ()
        self._long: tuple[bool, ...] = ()
        self._labels: list[QLabel] = []
        self._values: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        for column in range(columns):
            self._grid.setColumnStretch(2 * column + 1, 1)

    def set_fields(self, fields: Sequence[tuple[str, str]]) -> None:
        """Show (label, value) pairs; an empty value shows a dash."""
        names = tuple(name for name, _ in fields)
        is_new = names != self._names
        if is_new:
            self._names = names
            self._make(names)
        widths = []
        for (name, value), shown in zip(fields, self._values, strict=True):
            shown.setText(value or "—")
            shown.setAccessibleName(f"{name} {value}")
            widths.append(shown.fontMetrics().horizontalAdvance(value))
            shown.setWordWrap(widths[-1] > _WHOLE)
        long = tuple(width > _LONG and self._columns > 1 for width in widths)
        if is_new or long != self._long:
            self._long = long
            self._place()

    def _make(self, names: Sequence[str]) -> None:
        """The labels, once: making them anew for each customer costs more than all the reading."""
        for widget in (*self._labels, *self._values):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._labels = [label(name, "faint") for name in names]
        self._values = [label("", "strong") for _ in names]
        for shown in self._values:
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            shown.setAlignment(Qt.AlignmentFlag.AlignTop)

    def _place(self) -> None:
        """Pairs from left to right; a long value has its line to the end."""
        line = column = 0
        for name, shown, is_long in zip(self._labels, self._values, self._long, strict=True):
            if column == self._columns or (is_long and column):
                line, column = line + 1, 0
            across = 2 * self._columns - 1 if is_long else 1
            self._grid.addWidget(name, line, 2 * column, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(shown, line, 2 * column + 1, 1, across)
            column = self._columns if is_long else column + 1
