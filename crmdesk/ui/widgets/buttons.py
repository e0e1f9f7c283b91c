"""Push buttons in their three ranks, small icon buttons, and the key hint that teaches a shortcut."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from crmdesk.ui import icons, text_layout, theme
from crmdesk.ui.fonts import MEDIUM, TINY, font
from crmdesk.ui.widgets import plain
from crmdesk.ui.widgets.painting import rounded

_ICON = 16
_GAP = 6
_SIGNS = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓"}


def _button(text: str, kind: str, icon: str, tint: str, clicked: Callable[[], object] | None) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("kind", kind)
    button.setAutoDefault(False)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
    if icon:
        button.setIcon(icons.icon(icon, tint, _GAP))
        button.setIconSize(QSize(_ICON + _GAP, _ICON))
    if clicked is not None:
        button.clicked.connect(clicked)
    return button


def primary(text: str, icon: str = "", clicked: Callable[[], object] | None = None) -> QPushButton:
    """The one action a screen is for. `clicked` should be a bound method of a QObject (a lambda leaks its page)."""
    return _button(text, "primary", icon, "on_primary", clicked)


def secondary(text: str, icon: str = "", clicked: Callable[[], object] | None = None) -> QPushButton:
    """Any other action."""
    return _button(text, "secondary", icon, "text_2", clicked)


def quiet(text: str, icon: str = "", clicked: Callable[[], object] | None = None) -> QPushButton:
    """An action that shows its frame on hover only: toolbars, table tools."""
    return _button(text, "quiet", icon, "text_2", clicked)


def danger(text: str, icon: str = "", clicked: Callable[[], object] | None = None) -> QPushButton:
    """An action that takes something away."""
    return _button(text, "danger", icon, "bad", clicked)


def icon_button(
    icon: str, name: str, clicked: Callable[[], object] | None = None, tint: str = "text_2"
) -> QToolButton:
    """A button with an icon only; `name` is its tooltip and what a screen reader says."""
    button = QToolButton()
    button.setIcon(icons.icon(icon, tint))
    button.setIconSize(QSize(icons.SIZE, icons.SIZE))
    plain.set_tip(button, name)
    button.setAccessibleName(name)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    if clicked is not None:
        button.clicked.connect(clicked)
    return button


def key_text(keys: str) -> str:
    """`Ctrl+K` as this system writes it, arrows as arrows and the Return key as it is labelled."""
    text = _native(keys)
    for name, sign in _SIGNS.items():
        text = text.replace(_native(name), sign)
    return text.replace("Return", "Enter")


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class KeyHint(QWidget):
    """A key cap beside an action, e.g. `F6`."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = key_text(keys)
        self.setAccessibleName(self._text)

    def sizeHint(self) -> QSize:
        return QSize(text_layout.width(self._text, font(TINY, MEDIUM)) + 12, 20)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.tokens()
        painter = QPainter(self)
        box = self.rect()
        box.setHeight(20)
        box.moveTop((self.height() - 20) // 2)
        rounded(painter, box, 5, colours.active_soft, colours.border)
        text_layout.draw(painter, box.adjusted(6, 0, 0, 0), self._text, font(TINY, MEDIUM), colours.text_2)
