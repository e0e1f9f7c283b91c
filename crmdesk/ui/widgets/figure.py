"""A key number with its label and a remark below; pressing it opens the list behind the number."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from crmdesk.ui import formats, icons, text_layout, theme
from crmdesk.ui.fonts import BOLD, FIGURE, SMALL, font
from crmdesk.ui.widgets import painting


class FigureCard(QAbstractButton):
    """Shows one figure. `tone` colours it: "", ok, warn or bad; `has_remark` leaves room for what to know about it."""

    def __init__(
        self, name: str, icon: str, hue: str, parent: QWidget | None = None, *, has_remark: bool = True
    ) -> None:
        super().__init__(parent)
        self._icon, self._hue = icon, hue
        self._foot = 18 if has_remark else 0
        self._figure, self._remark, self._tone = "", "", ""
        self.setText(name)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_number(self, number: int, remark: str = "", tone: str = "") -> None:
        """Show a number, and below it what to know about it."""
        self.show_text(formats.number(number), remark, tone)

    def show_text(self, figure: str, remark: str = "", tone: str = "") -> None:
        """Show a figure that is ready to be read, such as a rate."""
        self._figure, self._remark, self._tone = figure, remark, tone
        said = ", ".join(part for part in (self.text(), self._figure, remark) if part)
        self.setAccessibleName(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, (74 if theme.metrics().row > 40 else 62) + self._foot)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        line = colours.border_strong if self.underMouse() else colours.border
        painting.rounded(painter, self.rect(), 10, colours.raised, line)
        x, top = 16, (self.height() - 52 - self._foot) // 2
        room = self.width() - 2 * x
        text_layout.draw(painter, QRect(x, top, room - 36, 20), self.text(), font(SMALL), colours.text_2)
        tone = {"bad": colours.bad, "warn": colours.warn, "ok": colours.ok}.get(self._tone, colours.text)
        figure = QRect(x, top + 20, room, 32)
        text_layout.draw(painter, figure, self._figure, font(FIGURE, BOLD, figures=True), tone)
        text_layout.draw(painter, QRect(x, top + 52, room, 18), self._remark, font(SMALL), colours.text_3)
        hue = colours.hue(self._hue)
        mark = QRect(self.width() - x - 30, top, 30, 30)
        painting.rounded(painter, mark, 8, hue.bg)
        icons.paint(painter, mark.adjusted(7, 7, -7, -7), self._icon, hue.fg)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 10)
