"""A sheet over the right edge of the window: it blocks nothing, takes its keys, and Esc puts it away."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from crmdesk.ui import theme
from crmdesk.ui.widgets.painting import rounded

_TALLEST = 600
_GAP = 12


class Sheet(QWidget):
    """Give it a layout; `open_sheet` shows it and `put_away` hides it. `left()` when Esc was pressed in it."""

    left = Signal()

    def __init__(self, home: QWidget, width: int) -> None:
        super().__init__(home)
        self._home = home
        self._before: QWidget | None = None
        self.setFixedWidth(width)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        home.installEventFilter(self)
        self.hide()

    def open_sheet(self) -> None:
        """Show it and remember who had the keyboard."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()

    def put_away(self) -> None:
        """Hide it and give the keyboard back."""
        had_keyboard = self.isAncestorOf(QApplication.focusWidget() or self._home)
        self.hide()
        if had_keyboard and self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            event.accept()  # no key of the sheet reaches the page below it

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        for step in range(1, 7):
            shade = QColor(Qt.GlobalColor.black)
            shade.setAlphaF(0.02)
            rounded(
                painter,
                self.rect().adjusted(step, step, -step, -step),
                14,
                shade.name(QColor.NameFormat.HexArgb),
            )
        rounded(painter, self.rect().adjusted(6, 4, -6, -8), 11, colours.raised, colours.border_strong)

    def place(self) -> tuple[int, int, int]:
        """Left edge, top edge and height, within the window."""
        height = min(self._home.height() - 2 * _GAP, max(self.sizeHint().height(), 120), _TALLEST)
        return self._home.width() - self.width() - _GAP, self._home.height() - height - _GAP, height

    def _place(self) -> None:
        if (layout := self.layout()) is not None:
            layout.activate()
        left, top, height = self.place()
        self.setGeometry(left, top, self.width(), height)
