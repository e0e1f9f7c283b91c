"""A rate over time: what was measured as a line, what was to be expected as a straight one, the target as a mark."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.core.goals import Goal, Point
from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import SMALL, TINY, font
from crmdesk.ui.widgets import painting

_LEFT, _RIGHT, _TOP, _FOOT = 48, 64, 16, 28
_STEPS: Final = (1, 2, 5, 10, 20, 25)


class TrendChart(QWidget):
    """Draws one goal. The whole is said in words as the accessible name, which the page sets."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._goal: Goal | None = None
        self._points: tuple[Point, ...] = ()
        self._today = date.min
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_goal(self, goal: Goal, points: Sequence[Point], today: date) -> None:
        """Show a goal and what was measured since it began."""
        self._goal, self._points, self._today = goal, tuple(points), today
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        goal = self._goal
        if goal is None:
            return
        colours = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(_LEFT, _TOP, -_RIGHT, -_FOOT)
        low, high, step = self._scale(goal)
        last = max([goal.ends_on, *(point.day for point in self._points)])
        days = max(1, (last - goal.starts_on).days)

        def at(day: date, percent: float) -> QPointF:
            x = box.left() + box.width() * (day - goal.starts_on).days / days
            return QPointF(x, box.bottom() - box.height() * (percent - low) / (high - low))

        small = font(TINY)
        for percent in range(low, high + 1, step):
            y = round(at(goal.starts_on, percent).y())
            painter.fillRect(QRect(box.left(), y, box.width(), 1), QColor(colours.grid))
            place = QRect(0, y - 10, _LEFT - 8, 20)
            text_layout.draw(
                painter, place, f"{percent} %", small, colours.text_3, align=Qt.AlignmentFlag.AlignRight
            )
        self._days(painter, box, goal, last)
        painter.setPen(QPen(QColor(colours.text_3), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(at(goal.starts_on, goal.start), at(goal.ends_on, goal.target))
        end = at(goal.ends_on, goal.target)
        painting.dot(painter, end.toPoint(), 3.5, colours.text_3)
        mark = QRect(round(end.x()) + 8, round(end.y()) - 10, _RIGHT - 10, 20)
        text_layout.draw(painter, mark, f"{goal.target} %", font(SMALL), colours.text_2)
        if self._points:
            line = [at(point.day, point.percent) for point in self._points]
            painter.setPen(QPen(QColor(colours.primary), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(line))
            for point in line:
                painting.dot(painter, point.toPoint(), 3, colours.primary)

    def _scale(self, goal: Goal) -> tuple[int, int, int]:
        """The least and the most percent that are shown, and the distance between two lines."""
        said = [float(goal.start), float(goal.target), *(point.percent for point in self._points)]
        span = max(5.0, max(said) - min(said))
        step = next((one for one in _STEPS if span / one <= 5), _STEPS[-1])
        low = max(0, int(min(said) // step) * step)
        high = min(100, int(-(-max(said) // step)) * step)
        return low, max(high, low + step), step

    def _days(self, painter: QPainter, box: QRect, goal: Goal, last: date) -> None:
        colours, small = theme.tokens(), font(TINY)
        places = [(goal.starts_on, box.left() - 20), (last, box.right() - 40)]
        if (last - goal.starts_on).days > 2:
            middle = goal.starts_on + timedelta(days=(last - goal.starts_on).days // 2)
            places.insert(1, (middle, box.center().x() - 30))
        for day, x in places:
            text_layout.draw(
                painter, QRect(x, box.bottom() + 6, 90, 20), day.isoformat(), small, colours.text_3
            )
