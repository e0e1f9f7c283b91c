"""What just happened, said quietly at the foot of the window, with Undo where there is one. Never a dialog."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QComboBox, QHBoxLayout, QLineEdit, QWidget

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, BOLD, MEDIUM, TINY, font
from crmdesk.ui.widgets.buttons import key_text
from crmdesk.ui.widgets.painting import rounded

_FOOT, _GAP, _SIDE = 20, 8, 16
"""Pixels below a notice at the foot, between it and what it stands above, and beside it."""
_LINE, _LINES = 20, 2
_LOOK_MS = 200
_ICONS = {"done": "circle-check", "info": "info", "warn": "triangle-alert", "bad": "circle-alert"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence; `action` with its label is offered while it shows (Ctrl+Z when `undo`)."""

    text: str
    kind: str = "done"
    action_label: str = ""
    action: Callable[[], object] | None = None
    undo: bool = False
    seconds: float = 6.0


class _ToastButton(QAbstractButton):
    """The action of a notice, painted on the toast's own colours."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hint = ""
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        hint = text_layout.width(self.hint, font(TINY)) + 8 if self.hint else 0
        return QSize(text_layout.width(self.text(), font(BODY, BOLD)) + hint + 20, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.tokens()
        if self.underMouse() or self.hasFocus():
            rounded(painter, self.rect(), 6, "", colours.on_toast)
        words = self.rect().adjusted(10, 0, 0, 0)
        text_layout.draw(painter, words, self.text(), font(BODY, BOLD), colours.on_toast)
        offset = text_layout.width(self.text(), font(BODY, BOLD)) + 8
        text_layout.draw(painter, words.adjusted(offset, 0, 0, 0), self.hint, font(TINY), colours.on_toast)


def standing(place: QRect, highest: int, taken: Sequence[QRect]) -> QRect:
    """`place`, moved up until it lies on nothing that is taken; where that would be above `highest`, as it is."""
    moved = QRect(place)
    while below := [one for one in taken if one.adjusted(0, -_GAP, 0, _GAP).intersects(moved)]:
        moved.moveBottom(min(one.top() for one in below) - _GAP - 1)
        if moved.top() < highest:
            return place
    return moved


class NoticeBar(QWidget):
    """Shows notices one after another over the foot of `over`, a part of `parent`; the pointer resting on it keeps it.

    It stands above the buttons and fields at that foot, which people look for while they read it.
    """

    def __init__(self, parent: QWidget, over: QWidget) -> None:
        super().__init__(parent)
        self._home, self._over = parent, over
        self._queue: deque[Notice] = deque()
        self._notice: Notice | None = None
        self._button = _ToastButton(self)
        self._button.clicked.connect(self.act)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 5, 6, 5)
        row.addStretch(1)
        row.addWidget(self._button)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._next)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._step_aside)
        parent.installEventFilter(self)
        self.hide()

    @property
    def showing(self) -> Notice | None:
        """The notice in view."""
        return self._notice

    def post(self, notice: Notice) -> None:
        """Show a notice, after those that wait. A notice that offers something is not kept waiting for one that doesn't.

        One that offers to take back what was done last stands for those before it: Ctrl+Z takes back from the end.
        """
        if notice.undo and self._notice is not None and self._notice.undo:
            self._queue = deque(one for one in self._queue if not one.undo)
            self._queue.appendleft(notice)
            self._next()
            return
        self._queue.append(notice)
        if self._notice is None or self._notice.action is None:
            self._next()

    def act(self) -> None:
        """Do what the notice offers."""
        notice = self._notice
        self._next()
        if notice is not None and notice.action is not None:
            notice.action()

    def offers_undo(self) -> bool:
        """Whether Ctrl+Z belongs to the notice in view."""
        return self._notice is not None and self._notice.undo

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._notice is not None:
            self._place()
        return False

    def enterEvent(self, event: QEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(2000)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._notice is None:
            return
        colours = theme.tokens()
        painter = QPainter(self)
        rounded(painter, self.rect(), 9, colours.toast)
        icons.paint(
            painter, QRect(14, self.height() // 2 - 8, 16, 16), _ICONS[self._notice.kind], colours.on_toast
        )
        room = QRect(40, 0, self._room(self.width()), self.height())
        lines = self._lines(self.width())
        if lines > 1:
            room.adjust(0, (self.height() - lines * _LINE) // 2, 0, 0)
            text_layout.draw(
                painter, room, self._notice.text, font(BODY, MEDIUM), colours.on_toast, lines=lines, line_height=_LINE
            )  # fmt: skip
        else:
            text_layout.draw(painter, room, self._notice.text, font(BODY, MEDIUM), colours.on_toast)

    def _next(self) -> None:
        self._timer.stop()
        self._notice = self._queue.popleft() if self._queue else None
        if self._notice is None:
            self._look.stop()
            self.hide()
            return
        self._button.setText(self._notice.action_label)
        self._button.hint = key_text("Ctrl+Z") if self._notice.undo else ""
        self._button.setVisible(self._notice.action is not None)
        self._button.setAccessibleName(self._notice.action_label)
        self.setAccessibleName(self._notice.text)
        self._place()
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.start(round(self._notice.seconds * 1000))
        self._look.start()

    def _offered(self) -> int:
        """The room that the action takes, with what is left free at the right end."""
        return (
            self._button.sizeHint().width() + 14 if self._notice and self._notice.action is not None else 16
        )

    def _room(self, width: int) -> int:
        return max(0, width - 40 - self._offered())

    def _lines(self, width: int) -> int:
        """How many lines the sentence takes in a notice this wide."""
        if self._notice is None:
            return 1
        face, room = font(BODY, MEDIUM), self._room(width)
        if text_layout.width(self._notice.text, face) <= room:
            return 1
        return text_layout.height(self._notice.text, face, room, lines=_LINES, line_height=_LINE) // _LINE

    def _place(self) -> None:
        if self._notice is None:
            return
        over = QRect(self._over.mapTo(self._home, QPoint()), self._over.size())
        wanted = text_layout.width(self._notice.text, font(BODY, MEDIUM)) + 44 + self._offered()
        width = min(wanted, over.width() - 2 * _SIDE)
        height = 20 + _LINE * self._lines(width)
        left, top = over.left() + (over.width() - width) // 2, over.bottom() + 1 - height - _FOOT
        self.setGeometry(
            standing(QRect(left, top, width, height), over.center().y(), self._taken(over.center().y()))
        )

    def _taken(self, highest: int) -> list[QRect]:
        """Where the buttons and fields in view stand, from `highest` down, but for those that can be scrolled."""
        found: list[QRect] = []
        for kind in (QAbstractButton, QComboBox, QLineEdit):
            for control in self._over.findChildren(kind):
                if control.isVisible() and not (seen := control.visibleRegion()).isEmpty():
                    place = seen.boundingRect().translated(control.mapTo(self._home, QPoint()))
                    if place.bottom() >= highest and not self._is_scrolled(control):
                        found.append(place)
        return found

    def _is_scrolled(self, control: QWidget) -> bool:
        above = control.parentWidget()
        while above is not None and above is not self._over:
            if isinstance(above, QAbstractScrollArea):
                return True
            above = above.parentWidget()
        return False

    def _step_aside(self) -> None:
        """What stands at the foot may have come after the notice; one that is pointed at stays where it is."""
        if not self.underMouse():
            self._place()
