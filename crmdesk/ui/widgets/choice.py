"""One of several values to decide between: key cap, the value, who gave it and when. Chosen by key or pointer."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, CARD, MEDIUM, SMALL, TINY, font
from crmdesk.ui.widgets import painting

_PAD, _TOP, _FOOT = 16, 44, 40
_LINES = 8


@dataclass(frozen=True, slots=True)
class ChoiceText:
    """What a choice says. `note` is a small remark at the top, e.g. that this value is displayed for now."""

    key: str
    value: str
    person: str
    moment: str
    note: str = ""


class ChoiceCard(QAbstractButton):
    """A checkable card; the page keeps one of them checked."""

    def __init__(self, said: ChoiceText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = said
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setText(said.value)
        parts = (said.key, said.value, said.person, said.moment, said.note)
        self.setAccessibleName(", ".join(part for part in parts if part))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(300))

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.heightForWidth(max(180, self.width())))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        room = max(60, width - 2 * _PAD)
        return (
            _TOP
            + text_layout.height(self.said.value, _value_font(), room, lines=_LINES, line_height=22)
            + _FOOT
            + 10
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        if self.isChecked():
            painting.rounded(painter, self.rect(), 10, colours.primary_soft, colours.primary)
        else:
            ground = colours.hover if self.underMouse() else colours.raised
            painting.rounded(painter, self.rect(), 10, ground, colours.border_strong)
        self._paint_top(painter)
        room = self.rect().adjusted(_PAD, _TOP, -_PAD, -_FOOT)
        text_layout.draw(
            painter, room, self.said.value, _value_font(), colours.text, lines=_LINES, line_height=22
        )
        self._paint_person(painter)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 10)

    def _paint_top(self, painter: QPainter) -> None:
        colours = theme.tokens()
        cap = QRect(_PAD, 12, 22, 22)
        is_on = self.isChecked()
        painting.rounded(
            painter,
            cap,
            6,
            colours.primary if is_on else colours.active_soft,
            "" if is_on else colours.border,
        )
        key = font(SMALL, MEDIUM)
        x = cap.left() + (22 - text_layout.width(self.said.key, key)) // 2
        place = QRect(x, cap.top(), 20, 22)
        text_layout.draw(painter, place, self.said.key, key, colours.on_primary if is_on else colours.text_2)
        right = self.width() - _PAD
        if is_on:
            icons.paint(painter, QRect(right - 18, 14, 18, 18), "circle-check", colours.primary)
            right -= 26
        if self.said.note:
            width = text_layout.width(self.said.note, font(TINY, MEDIUM)) + 2
            room = QRect(max(_PAD + 30, right - width), 12, min(width, right - _PAD - 30), 22)
            text_layout.draw(painter, room, self.said.note, font(TINY, MEDIUM), colours.text_3)

    def _paint_person(self, painter: QPainter) -> None:
        colours = theme.tokens()
        name = self.said.person
        mark = QRect(_PAD, self.height() - _FOOT + 6, 22, 22)
        painting.avatar(painter, mark, painting.person_initials(name), painting.hue_for(name), circle=True)
        face = font(BODY, MEDIUM)
        words = QRect(mark.right() + 9, mark.top(), self.width() - _PAD - mark.right() - 9, 22)
        text_layout.draw(painter, words, name, face, colours.text_2)
        taken = text_layout.width(name, face) + 8
        text_layout.draw(
            painter, words.adjusted(taken, 0, 0, 0), self.said.moment, font(SMALL), colours.text_3
        )


def _value_font() -> QFont:
    return font(CARD + 1, MEDIUM)
