"""A row of pill buttons of which one is chosen: stage filters, quick ranges. Arrow keys move the choice."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import BODY, MEDIUM, font
from crmdesk.ui.widgets.painting import focus_ring, rounded

_BACK = {Qt.Key.Key_Left, Qt.Key.Key_Up}
_FORTH = {Qt.Key.Key_Right, Qt.Key.Key_Down}


class Pill(QAbstractButton):
    """One checkable pill."""

    def __init__(self, key: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        return QSize(
            text_layout.width(self.text(), font(BODY, MEDIUM)) + 24, min(27, theme.metrics().control)
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        radius = self.height() / 2
        if self.isChecked():
            rounded(painter, self.rect(), radius, colours.primary_soft)
        else:
            rounded(painter, self.rect(), radius, colours.hover if self.underMouse() else "", colours.border)
        colour = colours.primary if self.isChecked() else colours.text_2
        face = font(BODY, MEDIUM if self.isChecked() else 400)
        x = (self.width() - text_layout.width(self.text(), face)) // 2
        text_layout.draw(painter, self.rect().adjusted(x, 0, 0, 0), self.text(), face, colour)
        if self.hasFocus():
            focus_ring(painter, self.rect(), radius)


class PillGroup(QWidget):
    """Pills side by side; `chosen(key)` fires when a person changes the choice."""

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._pills = [Pill(key, text, self) for key, text in options]
        for pill in self._pills:
            row.addWidget(pill)
            pill.clicked.connect(self._clicked)
        if self._pills:
            self.select(self._pills[0].key)

    @property
    def key(self) -> str:
        """The chosen key."""
        return next((pill.key for pill in self._pills if pill.isChecked()), "")

    def select(self, key: str) -> None:
        """Choose without a signal."""
        for pill in self._pills:
            if pill.key == key:
                pill.setChecked(True)
                self.setFocusProxy(pill)
            pill.setFocusPolicy(Qt.FocusPolicy.StrongFocus if pill.key == key else Qt.FocusPolicy.ClickFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (event.key() in _FORTH) - (event.key() in _BACK)
        if not step or not self._pills:
            super().keyPressEvent(event)
            return
        now = next((index for index, pill in enumerate(self._pills) if pill.isChecked()), 0)
        pill = self._pills[(now + step) % len(self._pills)]
        pill.setFocus()
        pill.click()

    def _clicked(self) -> None:
        self.select(self.key)
        self.chosen.emit(self.key)
