"""Icons: SVG files drawn in a colour of the theme, once for each (name, colour, size, device ratio)."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from crmdesk.system.resources import resource
from crmdesk.ui import theme

SIZE = 18


def icon(name: str, tint: str = "text_2", gap: int = 0) -> QIcon:
    """The icon `name` in the theme colour `tint`, following theme switches.

    `gap` widens it on the right, the only way to part icon and text in a QPushButton;
    give the button `QSize(size + gap, size)` then.
    """
    return QIcon(_ThemedIcon(name, tint, gap))


def swatch(hue: str) -> QIcon:
    """A dot in one of the theme's chip colours, following theme switches."""
    return QIcon(_Swatch(hue))


def paint(painter: QPainter, rect: QRect, name: str, colour: str) -> None:
    """Draw the icon into `rect`, which should be square."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(rect.topLeft(), pixmap(name, colour, rect.height(), ratio))


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """The drawn icon, `size` logical pixels square. An unknown name raises FileNotFoundError."""
    drawing = QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", colour.encode())))
    edge = round(size * ratio)
    result = QPixmap(edge, edge)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    drawing.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    result.setDevicePixelRatio(ratio)
    return result


@lru_cache(maxsize=256)
def _source(name: str) -> bytes:
    return resource("icons", f"{name}.svg").read_bytes().replace(b'stroke-width="2"', b'stroke-width="1.75"')


class _ThemedIcon(QIconEngine):
    def __init__(self, name: str, tint: str, gap: int) -> None:
        super().__init__()
        self._name, self._tint, self._gap = name, tint, gap

    def _colour(self, mode: QIcon.Mode) -> str:
        colour: str = getattr(theme.tokens(), "text_3" if mode == QIcon.Mode.Disabled else self._tint)
        return colour

    def clone(self) -> QIconEngine:
        return _ThemedIcon(self._name, self._tint, self._gap)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint(
            painter,
            QRect(rect.topLeft(), QSize(rect.height(), rect.height())),
            self._name,
            self._colour(mode),
        )

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        result = QPixmap(size * scale)
        if result.isNull():
            return result  # asked for no room, as by a button that is being laid out
        result.setDevicePixelRatio(scale)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        painter.drawPixmap(QPoint(0, 0), pixmap(self._name, self._colour(mode), size.height(), scale))
        painter.end()
        return result

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)


class _Swatch(QIconEngine):
    def __init__(self, hue: str) -> None:
        super().__init__()
        self._hue = hue

    def clone(self) -> QIconEngine:
        return _Swatch(self._hue)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        edge = min(rect.width(), rect.height()) - 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().hue(self._hue).fg))
        painter.drawEllipse(QRectF(rect.center().x() - edge / 2, rect.center().y() - edge / 2, edge, edge))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        result = QPixmap(size * scale)
        if result.isNull():
            return result
        result.setDevicePixelRatio(scale)
        result.fill(Qt.GlobalColor.transparent)
        painter = QPainter(result)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return result

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)
