"""Shapes shared by painted controls and delegates: avatar, chip, pill, dot, focus ring."""

from zlib import crc32

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from crmdesk.ui import text_layout, theme
from crmdesk.ui.fonts import BOLD, MEDIUM, TINY, font
from crmdesk.ui.theme import HueName

CHIP_HEIGHT = 20
_CHIP_PAD = 8
_GAP = 4

# Left out of an avatar, or every customer of one city would carry the same character.
_PLACES = (
    "北京上海天津重庆深圳广州杭州宁波苏州南京合肥武汉成都长沙郑州西安青岛济南大连沈阳厦门福州东莞佛山无锡常州"
    "温州昆明贵阳南宁海口太原长春南昌兰州银川西宁珠海中山惠州绍兴嘉兴金华台州烟台潍坊徐州南通扬州镇江泰州盐城"
    "洛阳襄阳宜昌株洲泉州浙江江苏广东山东福建湖南湖北河南河北四川云南贵州安徽江西陕西山西甘肃辽宁吉林海南广西"
)
_PLACE_NAMES = frozenset(_PLACES[at : at + 2] for at in range(0, len(_PLACES), 2))
_LATIN_END = 0x250


def initials(name: str) -> str:
    """One Chinese character, the place name skipped, or up to two Latin capitals; "?" for an empty name."""
    words = name.split()
    if not words:
        return "?"
    if ord(words[0][0]) >= _LATIN_END:
        word = words[0]
        start = 2 if len(word) > 4 and word[:2] in _PLACE_NAMES else 0
        start += len(word) > 5 and word[start] in "市省"
        return word[start]
    return "".join(word[0] for word in words[:2] if word[0].isalnum()).upper() or "?"


def person_initials(name: str) -> str:
    """One character for a person: small marks have no room for two."""
    return initials(name)[:1]


def hue_for(text: str) -> HueName:
    """A hue that is always the same for the same text."""
    return tuple(HueName)[crc32(text.encode()) % len(HueName)]


def rounded(painter: QPainter, rect: QRect | QRectF, radius: float, fill: str, line: str = "") -> None:
    """A filled round rectangle; with `line`, a crisp one-pixel border inside."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(line), 1) if line else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
    shape = QRectF(rect)
    painter.drawRoundedRect(shape.adjusted(0.5, 0.5, -0.5, -0.5) if line else shape, radius, radius)


def focus_ring(painter: QPainter, rect: QRect, radius: float) -> None:
    """The mark of the control that has the keyboard."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.tokens().primary), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)


def avatar(painter: QPainter, rect: QRect, text: str, hue: str, *, circle: bool = False) -> None:
    """A coloured square (or, for people, circle) with initials in the middle."""
    colours = theme.tokens().hue(hue)
    edge = rect.height()
    rounded(painter, rect, edge / 2 if circle else max(4, edge * 0.19), colours.bg)
    letters = font(max(9, round(edge * (0.46 if len(text) == 1 else 0.38))), BOLD)
    x = rect.left() + (edge - text_layout.width(text, letters)) // 2
    text_layout.draw(painter, QRect(x, rect.top(), edge * 2, edge), text, letters, colours.fg)


def chip_width(text: str, limit: int = 140) -> int:
    """The width `chip` takes."""
    return min(limit, text_layout.width(text, font(TINY, MEDIUM)) + 2 * _CHIP_PAD)


def chip(painter: QPainter, x: int, middle: int, text: str, hue: str, limit: int = 140) -> int:
    """A tag as a small coloured label, centred on `middle`; returns its width."""
    colours = theme.tokens().hue(hue)
    width = chip_width(text, limit)
    rect = QRect(x, middle - CHIP_HEIGHT // 2, width, CHIP_HEIGHT)
    rounded(painter, rect, 5, colours.bg)
    text_layout.draw(
        painter, rect.adjusted(_CHIP_PAD, 0, -_CHIP_PAD + 1, 0), text, font(TINY, MEDIUM), colours.fg
    )
    return width


def chips(painter: QPainter, rect: QRect, items: tuple[tuple[str, str], ...]) -> None:
    """As many (text, hue) chips as fit in `rect`, then "+n" for the rest."""
    x, middle = rect.left(), rect.center().y() + 1
    small = font(TINY, MEDIUM)
    for index, (text, hue) in enumerate(items):
        left = len(items) - index - 1
        reserve = text_layout.width(f"+{left}", small) + _GAP if left else 0
        room = rect.right() - x - reserve
        if index and chip_width(text) > room:
            more = QRect(x + 2, middle - 10, 40, CHIP_HEIGHT)
            text_layout.draw(painter, more, f"+{left + 1}", small, theme.tokens().text_3)
            return
        x += chip(painter, x, middle, text, hue, max(24, min(140, room))) + _GAP


def pill_width(text: str) -> int:
    """The width `pill` takes."""
    return text_layout.width(text, font(12, MEDIUM)) + 26


def pill(painter: QPainter, x: int, middle: int, text: str, hue: str, limit: int = 160) -> int:
    """A round status label with a leading dot; returns its width."""
    colours = theme.tokens().hue(hue)
    width = min(limit, pill_width(text))
    rect = QRect(x, middle - 10, width, 20)
    rounded(painter, rect, 10, colours.bg)
    dot(painter, QPoint(x + 10, middle), 2.5, colours.fg)
    text_layout.draw(painter, rect.adjusted(17, 0, -8, 0), text, font(12, MEDIUM), colours.fg)
    return width


def dot(painter: QPainter, centre: QPoint, radius: float, colour: str) -> None:
    """A filled circle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius))
