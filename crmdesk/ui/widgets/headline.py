"""A mark, a sentence in large letters and one below it: the answer a page gives at first sight."""

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui import icons, theme
from crmdesk.ui.widgets import painting
from crmdesk.ui.widgets.fields import label


class _Mark(QWidget):
    """An icon on a round ground."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.icon, self.hue = "info", "slate"
        self.setFixedSize(40, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hue = theme.tokens().hue(self.hue)
        painting.rounded(painter, self.rect(), 20, hue.bg)
        icons.paint(painter, QRect(10, 10, 20, 20), self.icon, hue.fg)


class Headline(QWidget):
    """Says how things stand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mark = _Mark()
        self.title = label("", "title")
        self.below = label("", "second")
        self.title.setWordWrap(True)
        self.below.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._mark)
        row.addLayout(words, 1)

    def show_state(self, icon: str, hue: str, title: str, below: str) -> None:
        """Show this."""
        self._mark.icon, self._mark.hue = icon, hue
        self._mark.update()
        self.title.setText(title)
        self.below.setText(below)
        self.setAccessibleName(f"{title}. {below}")
