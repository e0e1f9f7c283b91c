"""The bundled typefaces, Inter for Latin and Noto Sans SC for Chinese; fonts of the machine are never asked for."""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from crmdesk.system.resources import resource

FAMILIES = ["Inter", "Noto Sans SC"]

TINY = 11  # chips, badges
SMALL = 12  # secondary lines
BODY = 13
CARD = 14  # card titles
TITLE = 17  # page titles
FIGURE = 24  # key numbers

REGULAR, MEDIUM, BOLD = 400, 500, 600


@cache
def load() -> int:
    """Register the bundled files once and return how many were taken. Needs a QGuiApplication."""
    files = sorted(resource("fonts").glob("*.ttf"))
    return sum(QFontDatabase.addApplicationFont(str(file)) >= 0 for file in files)


@cache
def font(pixels: int = BODY, weight: int = REGULAR, *, figures: bool = False) -> QFont:
    """The house font. With `figures`, digits have one width, for columns of numbers. Do not alter the result."""
    result = QFont()
    result.setFamilies(FAMILIES)
    result.setPixelSize(pixels)
    result.setWeight(QFont.Weight(weight))
    if figures:
        result.setFeature(QFont.Tag("tnum"), 1)
    return result
