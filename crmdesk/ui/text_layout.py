"""Text for painters: Chinese and Latin on one even rhythm, broken and elided once, then kept.

Drawing into a rectangle would give Latin and Chinese lines different heights; a fixed baseline does not.
"""

from functools import lru_cache
from math import ceil

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QTextLayout, QTextOption

# Both Inter's capitals and Noto's ideographs centre about 0.37 em above the baseline.
_CENTRE = 0.37
LINE = 20


def draw(
    painter: QPainter,
    rect: QRect,
    text: str,
    font: QFont,
    colour: str,
    *,
    lines: int = 1,
    line_height: int = 0,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """Draw `text` into `rect`, elided after `lines` lines.

    With `line_height` 0 a single line is centred vertically; otherwise lines start at the top of `rect`.
    """
    if not text or rect.width() <= 0:
        return
    layout = _laid_out(
        text, font, rect.width(), lines, line_height or LINE, align == Qt.AlignmentFlag.AlignRight
    )
    top = rect.top() if line_height else rect.top() + (rect.height() - LINE) / 2
    painter.setPen(QColor(colour))
    layout.draw(painter, QPointF(rect.left(), top))


def height(text: str, font: QFont, width: int, *, lines: int = 1, line_height: int = LINE) -> int:
    """How many logical pixels `draw` needs for this text."""
    return _laid_out(text, font, width, lines, line_height, False).lineCount() * line_height if text else 0


@lru_cache(maxsize=8192)
def width(text: str, font: QFont) -> int:
    """The advance of one line, rounded up to whole pixels."""
    return ceil(QFontMetricsF(font).horizontalAdvance(text))


@lru_cache(maxsize=4096)
def _laid_out(text: str, font: QFont, width: int, lines: int, line_height: int, right: bool) -> QTextLayout:
    layout = _broken(text, font, width, line_height, right)
    room = width
    while layout.lineCount() > lines and room > 0:
        start = layout.lineAt(lines - 1).textStart()
        rest = text[start:].replace("\n", " ")
        tail = QFontMetricsF(font).elidedText(rest, Qt.TextElideMode.ElideRight, room)
        layout = _broken(text[:start] + tail, font, width, line_height, right)
        room -= 4  # a layout measures mixed scripts a little wider than the metrics that elided them
    return layout


def _broken(text: str, font: QFont, width: int, line_height: int, right: bool) -> QTextLayout:
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption(Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    baseline = line_height / 2 + font.pixelSize() * _CENTRE
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        line.setPosition(QPointF(0, baseline - line.ascent()))
        baseline += line_height
    layout.endLayout()
    return layout
