"""From what a person prefers to what Qt is told: theme, density, language."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import Language
from crmdesk.system.preferences import Preferences
from crmdesk.ui import language, theme


def look(preferences: Preferences) -> theme.Look:
    """Scheme and density; `system` follows the operating system where it says, else light."""
    return theme.Look(_scheme(preferences.theme), theme.Density.named(preferences.density))


def spoken(preferences: Preferences) -> Language:
    """The language chosen, else the system's."""
    return preferences.language or language.of_system()


def apply_look(preferences: Preferences) -> None:
    """Switch theme and density at once, if they differ."""
    app = QApplication.instance()
    if isinstance(app, QApplication) and theme.look() != look(preferences):
        theme.apply(app, look(preferences))


def _scheme(chosen: str) -> theme.Scheme:
    if chosen != "system":
        return theme.Scheme(chosen)
    app = QGuiApplication.instance()
    is_dark = isinstance(app, QGuiApplication) and app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return theme.Scheme.DARK if is_dark else theme.Scheme.LIGHT
