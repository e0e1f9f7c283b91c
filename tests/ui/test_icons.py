import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor

from crmdesk.ui import icons, theme


def colours_of(image) -> set[str]:
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_icon_has_the_pixels_of_its_screen(qapp, ratio):
    drawn = icons.icon("house").pixmap(QSize(18, 18), ratio)
    assert drawn.size() == QSize(18, 18) * ratio


def test_an_icon_follows_the_theme(qapp):
    icon = icons.icon("minus", "text")
    light = colours_of(icon.pixmap(QSize(48, 48)).toImage())
    theme.switch(qapp, scheme=theme.Scheme.DARK)
    dark = colours_of(icon.pixmap(QSize(48, 48)).toImage())
    assert QColor(theme.LIGHT.text).name() in light
    assert QColor(theme.DARK.text).name() in dark


def test_a_name_that_is_not_shipped_is_an_error(qapp):
    with pytest.raises(FileNotFoundError):
        icons.pixmap("no-such-icon", "#000000", 18, 1.0)
