"""Colours, densities and the one style sheet. Painters ask `tokens()` at each paint, so a switch needs no rebuild.

It must not know any widget: whatever Fusion draws is told by palette and sheet, the rest reads tokens.
"""

from dataclasses import dataclass, fields, replace
from enum import Enum, StrEnum
from functools import cache
from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from crmdesk.system.resources import resource


@dataclass(frozen=True, slots=True)
class Hue:
    """A soft background and the text colour that is readable on it (4.5:1 or better)."""

    bg: str
    fg: str


class HueName(StrEnum):
    """The eight chip colours; tags, stages, avatars and timeline dots share them."""

    SLATE = "slate"
    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    PINK = "pink"
    VIOLET = "violet"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every colour of one theme, named by purpose. `text_3` is the faintest that may carry words."""

    bg: str
    rail: str
    surface: str
    raised: str
    hover: str
    active: str
    active_soft: str
    border: str
    border_strong: str
    grid: str
    selection: str
    text: str
    text_2: str
    text_3: str
    primary: str
    primary_hover: str
    primary_pressed: str
    primary_soft: str
    on_primary: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    info: str
    info_soft: str
    toast: str
    on_toast: str
    hues: tuple[Hue, ...]

    def hue(self, name: str) -> Hue:
        """The chip colours called `name`; an unknown name (from a newer version) is slate."""
        return self.hues[_HUE_INDEX.get(name, 0)]


_HUE_INDEX = {hue.value: index for index, hue in enumerate(HueName)}

LIGHT = Tokens(
    bg="#f5f6f9",
    rail="#f1f2f6",
    surface="#ffffff",
    raised="#ffffff",
    hover="#f5f6f9",
    active="#e5e7ee",
    active_soft="#f1f2f6",
    border="#e4e6ec",
    border_strong="#cdd1da",
    grid="#eceef3",
    selection="#eff1f7",
    text="#14171f",
    text_2="#4b5263",
    text_3="#636a7b",
    primary="#4350d4",
    primary_hover="#3743c2",
    primary_pressed="#2e38a6",
    primary_soft="#ebedfc",
    on_primary="#ffffff",
    ok="#12734a",
    ok_soft="#e0f4e8",
    warn="#8f5000",
    warn_soft="#fdf0d8",
    bad="#bd2431",
    bad_soft="#fdeaea",
    info="#1a62a3",
    info_soft="#e4f0fb",
    toast="#1c2029",
    on_toast="#f3f4f8",
    hues=(
        Hue("#ebedf2", "#474e5e"),
        Hue("#e1effb", "#175c99"),
        Hue("#dcf3f1", "#0b665f"),
        Hue("#e0f4e6", "#166a3c"),
        Hue("#fdefd2", "#875000"),
        Hue("#fde8e8", "#b3222f"),
        Hue("#fce6f1", "#a82267"),
        Hue("#ece6fc", "#5b35bd"),
    ),
)

DARK = Tokens(
    bg="#111217",
    rail="#131419",
    surface="#17191f",
    raised="#1d2027",
    hover="#1f222a",
    active="#272b34",
    active_soft="#1e2128",
    border="#2a2d36",
    border_strong="#3c414d",
    grid="#24272f",
    selection="#212631",
    text="#eceef4",
    text_2="#b3b9c6",
    text_3="#969dac",
    primary="#818cf8",
    primary_hover="#949dfa",
    primary_pressed="#6f7bf0",
    primary_soft="#272b52",
    on_primary="#0d0f1c",
    ok="#5fd59b",
    ok_soft="#123524",
    warn="#f0b35a",
    warn_soft="#3a2a10",
    bad="#ff8a8f",
    bad_soft="#431b20",
    info="#74b9f2",
    info_soft="#14304a",
    toast="#e9ebf1",
    on_toast="#14171f",
    hues=(
        Hue("#2a2e38", "#b9c0ce"),
        Hue("#122b41", "#79bbf0"),
        Hue("#0c3432", "#5fd4ca"),
        Hue("#123420", "#6bd694"),
        Hue("#3a2a0e", "#f0b65c"),
        Hue("#43191e", "#ff9096"),
        Hue("#3f1830", "#f58fc4"),
        Hue("#2c2150", "#b8a2fb"),
    ),
)


class Scheme(StrEnum):
    """The two themes."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Metrics:
    """Heights in logical pixels for one density."""

    row: int
    bar: int
    strip: int
    head: int
    control: int


class Density(Enum):
    """How much room a row takes. In DENSE, 24 rows fit a 1366x768 screen below title bar and task bar."""

    COMFORTABLE = Metrics(row=52, bar=56, strip=50, head=32, control=32)
    STANDARD = Metrics(row=36, bar=48, strip=42, head=30, control=30)
    DENSE = Metrics(row=24, bar=36, strip=34, head=26, control=26)

    @classmethod
    def named(cls, name: str) -> "Density":
        """`comfortable`, `standard` or `dense`; anything else is comfortable."""
        return cls.__members__.get(name.upper(), cls.COMFORTABLE)


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose: scheme and density."""

    scheme: Scheme = Scheme.LIGHT
    density: Density = Density.COMFORTABLE


class _InForce:
    """The one piece of state here: a process has one QApplication, hence one look."""

    look = Look()


def look() -> Look:
    """The look in force."""
    return _InForce.look


def tokens() -> Tokens:
    """The colours in force; read at each paint, never kept."""
    return DARK if _InForce.look.scheme is Scheme.DARK else LIGHT


def metrics() -> Metrics:
    """The heights in force."""
    return _InForce.look.density.value


def apply(app: QApplication, new: Look) -> None:
    """Switch scheme and density everywhere. Widgets hear it as a StyleChange event."""
    _InForce.look = new
    app.setPalette(palette(tokens()))
    app.setStyleSheet(style_sheet(new))


def switch(app: QApplication, *, scheme: Scheme | None = None, density: Density | None = None) -> None:
    """`apply` with only what changes."""
    changed = _InForce.look
    if scheme is not None:
        changed = replace(changed, scheme=scheme)
    if density is not None:
        changed = replace(changed, density=density)
    apply(app, changed)


@cache
def style_sheet(chosen: Look) -> str:
    """The sheet for one look, from `resources/styles/app.qss.in`."""
    colours = DARK if chosen.scheme is Scheme.DARK else LIGHT
    values: dict[str, object] = {
        field.name: getattr(colours, field.name) for field in fields(Tokens) if field.name != "hues"
    }
    values["control_inner"] = chosen.density.value.control - 2  # less its border
    values["control_focus"] = chosen.density.value.control - 4
    values["styles"] = resource("styles").as_posix()
    values["scheme"] = chosen.scheme.value
    return Template(resource("styles", "app.qss.in").read_text("utf-8")).substitute(values)


def palette(colours: Tokens) -> QPalette:
    """The palette Fusion draws with, so that what the sheet leaves out still fits."""
    result = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, colours.surface),
        (role.WindowText, colours.text),
        (role.Base, colours.surface),
        (role.AlternateBase, colours.bg),
        (role.Text, colours.text),
        (role.PlaceholderText, colours.text_3),
        (role.Button, colours.surface),
        (role.ButtonText, colours.text),
        (role.BrightText, colours.bad),
        (role.Highlight, colours.primary),
        (role.HighlightedText, colours.on_primary),
        (role.Link, colours.primary),
        (role.ToolTipBase, colours.toast),
        (role.ToolTipText, colours.on_toast),
        (role.Light, colours.raised),
        (role.Mid, colours.border),
        (role.Dark, colours.border_strong),
        (role.Accent, colours.primary),
    ):
        result.setColor(target, QColor(colour))
    for target in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, target, QColor(colours.text_3))
    return result


def contrast(one: str, other: str) -> float:
    """The WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
