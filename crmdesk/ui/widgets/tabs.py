"""Tabs with a count and an underline, chosen by click, arrow keys or Ctrl+Tab."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import BODY, BOLD, MEDIUM, SMALL, font
from crmdesk.ui.widgets.painting import focus_ring

_MANY = 6
"""So many tabs stand closer together."""


class Tab(QAbstractButton):
    """One tab."""

    def __init__(self, key: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.number: int | None = None
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def _number_width(self) -> int:
        return 0 if self.number is None else text_layout.width(f"{self.number}", font(SMALL, BOLD)) + 6

    def sizeHint(self) -> QSize:
        return QSize(text_layout.width(self.text(), font(BODY, MEDIUM)) + self._number_width() + 6, 38)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        face = font(BODY, MEDIUM if self.isChecked() else 400)
        colour = colours.text if self.isChecked() or self.underMouse() else colours.text_2
        text_layout.draw(painter, self.rect().adjusted(3, 0, 0, 0), self.text(), face, colour)
        if self.number is not None:
            x = 3 + text_layout.width(self.text(), face) + 6
            text_layout.draw(
                painter, self.rect().adjusted(x, 0, 0, 0), f"{self.number}", font(SMALL, BOLD), colour
            )
        if self.isChecked():
            painter.fillRect(QRect(0, self.height() - 2, self.width(), 2), QColor(colours.primary))
        if self.hasFocus():
            focus_ring(painter, self.rect().adjusted(-1, 4, 1, -4), 5)


class SegmentedTabs(QWidget):
    """A row of tabs; `chosen(key)` fires when a person changes the choice."""

    chosen = Signal(str)

    def __init__(
        self, name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None, *, indent: int = 0
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(indent, 0, indent, 0)
        row.setSpacing(20 if len(options) < _MANY else 11)
        self._tabs = [Tab(key, text, self) for key, text in options]
        for tab in self._tabs:
            row.addWidget(tab)
            tab.clicked.connect(self._clicked)
        row.addStretch(1)
        if self._tabs:
            self.select(self._tabs[0].key)

    @property
    def key(self) -> str:
        """The chosen key."""
        return next((tab.key for tab in self._tabs if tab.isChecked()), "")

    def select(self, key: str) -> None:
        """Choose without a signal."""
        for tab in self._tabs:
            if tab.key == key:
                tab.setChecked(True)
            tab.setFocusPolicy(Qt.FocusPolicy.StrongFocus if tab.key == key else Qt.FocusPolicy.ClickFocus)

    def step(self, by: int) -> None:
        """Choose the next (1) or previous (-1) tab."""
        now = next((index for index, tab in enumerate(self._tabs) if tab.isChecked()), 0)
        at = (now + by) % len(self._tabs)
        while self._tabs[at].isHidden():
            at = (at + by) % len(self._tabs)
        tab = self._tabs[at]
        if self._tabs[now].hasFocus():
            tab.setFocus()
        tab.click()

    def offer(self, key: str, *, is_offered: bool) -> None:
        """Show a tab, or take it away."""
        for tab in self._tabs:
            if tab.key == key:
                tab.setVisible(is_offered)

    def offers(self, key: str) -> bool:
        """Whether a tab is there to be chosen."""
        return any(tab.key == key and not tab.isHidden() for tab in self._tabs)

    def rename(self, key: str, text: str) -> None:
        """Call a tab something else."""
        for tab in self._tabs:
            if tab.key == key:
                tab.setText(text)
                self.set_number(key, tab.number)

    def set_number(self, key: str, number: int | None) -> None:
        """Show a count after a tab's title."""
        for tab in self._tabs:
            if tab.key == key:
                tab.number = number
                tab.setAccessibleName(tab.text() if number is None else f"{tab.text()} {number}")
                tab.updateGeometry()
                tab.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(0, self.height() - 1, self.width(), 1, QColor(theme.tokens().border))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = (event.key() == Qt.Key.Key_Right) - (event.key() == Qt.Key.Key_Left)
        if by:
            self.step(by)
        else:
            super().keyPressEvent(event)

    def _clicked(self) -> None:
        self.select(self.key)
        self.chosen.emit(self.key)
