"""Marks that are looked at, not worked with: avatar, pill, empty state, sync sign, progress, busy."""

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import BODY, MEDIUM, font
from crmdesk.ui.widgets import painting, plain
from crmdesk.ui.widgets.fields import label


class Avatar(QWidget):
    """Initials on a colour that belongs to the name."""

    def __init__(self, edge: int = 44, *, circle: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._circle = circle
        self._name = ""
        self.setFixedSize(edge, edge)

    def set_name(self, name: str) -> None:
        """Show this customer or person."""
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        letters = painting.person_initials(self._name) if self._circle else painting.initials(self._name)
        painter = QPainter(self)
        painting.avatar(painter, self.rect(), letters, painting.hue_for(self._name), circle=self._circle)


class StagePill(QWidget):
    """A status label with a dot, for headers; lists paint theirs in the delegate."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._hue = "", "slate"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_stage(self, text: str, hue: str) -> None:
        """Show `text` in the chip colour `hue`."""
        self._text, self._hue = text, hue
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(painting.pill_width(self._text), 22)

    def paintEvent(self, event: QPaintEvent) -> None:
        painting.pill(QPainter(self), 0, 11, self._text, self._hue)


class EmptyState(QWidget):
    """Why there is nothing here and what to do about it: an icon, a sentence, one action or a choice of two."""

    acted = Signal()
    other_acted = Signal()

    def __init__(self, icon: str, sentence: str, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        column.addSpacing(52)
        self._sentence = label(sentence, "second")
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._sentence.setWordWrap(True)
        column.addWidget(self._sentence)
        self._button, self._other = QPushButton(self), QPushButton(self)
        self._button.clicked.connect(self.acted)
        self._other.clicked.connect(self.other_acted)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in (self._button, self._other):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
        self.set_sentence(sentence, action)

    def set_sentence(self, sentence: str, action: str = "", other: str = "") -> None:
        """Say something else, and offer to do something about it."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        for button, text in ((self._button, action), (self._other, other)):
            button.setText(text)
            button.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.tokens()
        x, y = self.width() // 2 - 24, self._sentence.y() - 60
        painting.rounded(painter, QRect(x, y, 48, 48), 24, colours.active)
        icons.paint(painter, QRect(x + 13, y + 13, 22, 22), self._icon, colours.text_3)


class SyncSign(QAbstractButton):
    """The one quiet sign: what is unsent and how old the data is. Red only if a person must act."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._urgent, self._words = "cloud", False, ""
        self.narrow = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_state(unsent=0, age="", online=True)

    def show_state(
        self, *, unsent: int, age: str, online: bool, live: bool = False, urgent: str = ""
    ) -> None:
        """`age` is a ready phrase ("2 minutes ago", empty if never synced); `urgent` a short call to act.

        `live`: what others change arrives at once, so that the age of the last sync says nothing.
        """
        self._urgent = bool(urgent)
        self._icon = (
            "circle-alert" if urgent else "cloud" if unsent else "cloud-check" if online else "cloud-off"
        )
        if urgent:
            words = urgent
        elif unsent:
            words = self.tr("%n unsent", "", unsent)
        elif not age:
            words = self.tr("Not synced yet")
        elif live:
            words, age = self.tr("Live"), ""
        else:
            words = self.tr("Synced") if online else self.tr("Offline")
        self._words = words
        text = f"{words} · {age}" if age and not urgent else words
        self.setText(text)
        self.setAccessibleName(text)
        plain.set_tip(self, f"{text} (F9)")
        self.update()

    def show_alone(self) -> None:
        """There is no company to sync with, and nothing is missing for it."""
        self._icon, self._urgent = "database", False
        text = self._words = self.tr("On this laptop")
        self.setText(text)
        self.setAccessibleName(text)
        plain.set_tip(self, text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(48 if self.narrow else 176, 34)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            painting.rounded(painter, self.rect(), 7, colours.active)
        colour = colours.bad if self._urgent else colours.text_2
        middle = self.height() // 2
        icons.paint(
            painter,
            QRect(10 if not self.narrow else (self.width() - 18) // 2, middle - 9, 18, 18),
            self._icon,
            colour,
        )
        if not self.narrow:
            face = font(BODY, MEDIUM if self._urgent else 400)
            room = self.rect().adjusted(38, 0, -8, 0)
            fits = text_layout.width(self.text(), face) <= room.width()
            text_layout.draw(painter, room, self.text() if fits else self._words, face, colour)
        if self.hasFocus():
            painting.focus_ring(painter, self.rect(), 7)


class Progress(QWidget):
    """A labelled progress bar; `total` 0 means that the end is not known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._text = label("", "faint")
        self._bar = QProgressBar(textVisible=False)
        column.addWidget(self._text)
        column.addWidget(self._bar)

    def show_step(self, text: str, done: int, total: int) -> None:
        """Say what is going on and how far it is."""
        self._text.setText(text)
        self._bar.setAccessibleName(text)
        self._bar.setRange(0, total)
        self._bar.setValue(done)


class Busy(QWidget):
    """A small turning mark, visible only while `start`ed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._angle = 0
        self._timer = QTimer(self, interval=80)
        self._timer.timeout.connect(self._turn)
        self.setFixedSize(18, 18)
        self.setAccessibleName(self.tr("Working"))
        self.hide()

    def start(self) -> None:
        self._timer.start()
        self.show()

    def stop(self) -> None:
        self._timer.stop()
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(9, 9)
        painter.rotate(self._angle)
        icons.paint(painter, QRect(-9, -9, 18, 18), "loader-circle", theme.tokens().text_3)

    def _turn(self) -> None:
        self._angle = (self._angle + 30) % 360
        self.update()
