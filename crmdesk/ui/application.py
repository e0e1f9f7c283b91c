"""Starts Qt: platform checked in words before Qt would abort, house fonts, look, language, hooks for surprises.

It must not know what the windows show.
"""

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QLibraryInfo,
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QMessageBox

from crmdesk.core.errors import CrmError, Language, sentences
from crmdesk.ui import fonts, language, theme
from crmdesk.ui.runner import Collector
from crmdesk.ui.widgets import plain

log = logging.getLogger("crmdesk.ui")

_DEBIAN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}


class NoDisplayError(RuntimeError):
    """Qt has nowhere to draw; the message says what to do, in plain words."""


def create(argv: Sequence[str], *, look: theme.Look, spoken: Language) -> QApplication:
    """The process's QApplication, ready for windows. Raises NoDisplayError where Qt would abort."""
    prepare(os.environ)
    plugins = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    if problem := display_problem(os.environ, sys.platform, plugins):
        raise NoDisplayError(problem)
    app = dressed(argv, look=look, spoken=spoken)
    Collector(app)
    Surprises(app).install()
    return app


def dressed(argv: Sequence[str], *, look: theme.Look, spoken: Language) -> QApplication:
    """A QApplication with our fonts, style, language and look, but no hooks into the process."""
    qInstallMessageHandler(_qt_message)
    app = QApplication(list(argv))
    app.setApplicationName("crmdesk")
    app.setStyle("Fusion")
    fonts.load()
    app.setFont(fonts.font())
    language.switch(app, spoken)
    theme.apply(app, look)
    return app


def prepare(environ: MutableMapping[str, str]) -> None:
    """Choose an input method Qt's wheel really has: it brings ibus, and fcitx speaks ibus' protocol too."""
    wanted = environ.get("QT_IM_MODULE", "") + environ.get("XMODIFIERS", "")
    if "fcitx" in wanted:
        environ["QT_IM_MODULE"] = "ibus"


def display_problem(environ: Mapping[str, str], system: str, plugins: Path) -> str | None:
    """Why no window can open here, or None. Only Linux with X11 is examined."""
    if not system.startswith("linux") or environ.get("QT_QPA_PLATFORM"):
        return None
    if not environ.get("DISPLAY") and not environ.get("WAYLAND_DISPLAY"):
        return (
            "No display: neither DISPLAY nor WAYLAND_DISPLAY is set, so no window can open here.\n"
            "Log in to a desktop, or run it under a virtual screen:\n"
            "  sudo apt install -y xvfb libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 && xvfb-run crmdesk\n"
            "没有可用的图形界面：请登录桌面环境，或按上面的命令使用虚拟屏幕。"
        )
    if environ.get("WAYLAND_DISPLAY"):
        return None
    missing = missing_library(plugins / "platforms" / "libqxcb.so")
    if missing is None:
        return None
    package = _DEBIAN.get(missing, missing)
    return (
        f"A system library is missing: {missing}. Install it with:\n"
        f"  sudo apt install -y {package}\n"
        f"缺少系统库 {missing}，请用上面的命令安装。"
    )


def missing_library(plugin: Path) -> str | None:
    """The first shared library that the loader cannot find for `plugin`."""
    if not plugin.exists():
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        name = str(error).split(":", 1)[0]
        return name if ".so" in name else None
    return None


class Surprises(QObject):
    """Exceptions nobody caught: logged with their traceback, told in one dialog without it."""

    happened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dialog: QMessageBox | None = None
        self.happened.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over sys.excepthook and threading.excepthook."""
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def report(self, error: BaseException) -> None:
        """For `Runner.unhandled`: log and tell."""
        self._caught(type(error), error, error.__traceback__)

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("unexpected error", exc_info=(kind, error, trace))
        self.happened.emit(error)

    def _caught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._caught(args.exc_type, args.exc_value, args.exc_traceback)

    def _tell(self, error: BaseException) -> None:
        if self._dialog is not None:
            return  # one dialog says it; the rest is in the log
        box = QMessageBox(QApplication.activeWindow())
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("crmdesk")
        if isinstance(error, CrmError):
            sentence = error.sentence(language.current())
            plain.say(box, sentence.happened, sentences(sentence.safe, sentence.next))
        else:
            plain.say(
                box,
                self.tr("Something unexpected happened."),
                self.tr(
                    "What you saved is safe. The details are in the log; please tell your administrator."
                ),
            )
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(self._closed)
        self._dialog = box
        box.open()

    def _closed(self) -> None:
        self._dialog = None


def _qt_message(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    levels = {QtMsgType.QtDebugMsg: logging.DEBUG, QtMsgType.QtInfoMsg: logging.INFO}
    logging.getLogger("qt").log(levels.get(kind, logging.WARNING), "%s", text)
