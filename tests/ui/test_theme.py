import pytest

from crmdesk.ui import theme
from crmdesk.ui.theme import DARK, LIGHT, Density, HueName, Look, Scheme, contrast

THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


@THEMES
@pytest.mark.parametrize("text", ["text", "text_2", "text_3"])
@pytest.mark.parametrize("ground", ["bg", "rail", "surface", "raised", "hover", "selection", "active_soft"])
def test_words_are_readable_on_every_ground(colours, text, ground):
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("on_primary", "primary"),
        ("primary", "primary_soft"),
        ("primary", "surface"),
        ("ok", "ok_soft"),
        ("warn", "warn_soft"),
        ("bad", "bad_soft"),
        ("info", "info_soft"),
        ("warn", "selection"),
        ("bad", "selection"),
        ("on_toast", "toast"),
        ("text_2", "active"),
    ],
)
def test_coloured_words_are_readable(colours, text, ground):
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize("name", list(HueName))
def test_chips_are_readable(colours, name):
    hue = colours.hue(name)
    assert contrast(hue.fg, hue.bg) >= 4.5


def test_contrast_of_black_and_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_a_hue_from_a_newer_version_falls_back_to_slate():
    assert LIGHT.hue("ultraviolet") == LIGHT.hue(HueName.SLATE)


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize("density", list(Density))
def test_every_look_has_a_sheet_without_gaps(scheme, density):
    sheet = theme.style_sheet(Look(scheme, density))
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")


def test_switching_the_theme_repaints_the_window_in_its_colours(make_window, qapp):
    window = make_window()
    before = window.grab().toImage().pixelColor(700, 20)
    theme.switch(qapp, scheme=Scheme.DARK)
    assert before.name() == LIGHT.surface
    assert window.grab().toImage().pixelColor(700, 20).name() == DARK.surface
