"""Real widgets without a screen. Every window a test opens is closed and deleted at its end; a Qt warning fails it."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from crmdesk.ui import language, theme
from crmdesk.ui.bus import Bus
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.runner import Runner
from tests.support.sample_pages import pages


@pytest.fixture(autouse=True)
def clean_room(qapp: QApplication) -> Iterator[None]:
    if theme.look() != theme.Look():
        theme.apply(qapp, theme.Look())
    if language.current() != "zh_CN":
        language.switch(qapp, "zh_CN")
    gc.disable()  # a cycle that dies while Qt dispatches takes live widgets with it
    gc.freeze()  # what was there before is no test's own: looking through it takes longer than most tests
    yield
    for window in QApplication.topLevelWidgets():
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    gc.enable()


@pytest.fixture
def make_window(qapp, qtbot):
    """Opens the shell on generated pages, as a person sees it."""

    def make(page: str = "customers", *, width: int = 1366, height: int = 768) -> MainWindow:
        window = MainWindow(pages(), Runner.inline(), Bus())
        window.resize(width, height)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        window.go(page)
        QApplication.processEvents()
        return window

    return make
