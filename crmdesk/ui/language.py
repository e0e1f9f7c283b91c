"""The language of the product: which catalogues are loaded. A window built afterwards speaks it; no widget retranslates."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import Language
from crmdesk.system.resources import resource

LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")


class _InForce:
    """A process has one QApplication, hence one language."""

    language: Language = "zh_CN"
    translators: tuple[QTranslator, ...] = ()


def current() -> Language:
    """The language in force."""
    return _InForce.language


def of_system() -> Language:
    """The language the operating system asks for; English unless it is Chinese."""
    return "zh_CN" if QLocale.system().language() == QLocale.Language.Chinese else "en"


def switch(app: QApplication, language: Language) -> None:
    """Load the catalogues of `language`; the caller then builds its windows anew (`MainWindow.rebuilt`)."""
    for old in _InForce.translators:
        app.removeTranslator(old)
    QLocale.setDefault(QLocale(language))
    ours = _loaded(app, f"crmdesk_{language}.qm", str(resource("translations")))
    theirs = _loaded(
        app, f"qtbase_{language}.qm", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    )
    _InForce.language = language
    _InForce.translators = tuple(each for each in (theirs, ours) if each is not None)
    for translator in _InForce.translators:
        app.installTranslator(translator)


def _loaded(app: QApplication, name: str, folder: str) -> QTranslator | None:
    translator = QTranslator(app)
    return translator if translator.load(name, folder) else None
