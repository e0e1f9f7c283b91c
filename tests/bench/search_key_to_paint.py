"""The real customers page under a person's hands: a key in the search box until its rows are painted; scrolling."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from tests.bench import started, stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, reported, within
from tests.bench.typed import QUERIES

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from crmdesk.ui.main_window import MainWindow
    from crmdesk.ui.pages.customers import CustomersPage

CUSTOMERS: Final = 100_000
LIMIT_MS: Final = 50.0
ROUNDS: Final = 3


def run() -> list[Row]:
    app, window, page = open_customers("search_key_to_paint")
    rows: list[Row] = []
    every: list[float] = []
    for kind, queries in QUERIES.items():
        times = [t for _ in range(ROUNDS) for text in queries for t in _typed(app, window, page, text)]
        rows.append(reported(f"a key to painted rows: {kind}", times, "ms", of="p95"))
        every += times
    return [within("a key to painted rows, p95 of all", every, "ms", LIMIT_MS), *rows]


def open_customers(name: str) -> tuple[QApplication, MainWindow, CustomersPage]:
    """The desktop on its customers page, warmed up and idle."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    profile = stores.copy(CUSTOMERS, name)
    app, desktop = started.start(str(profile.folder), stores.KEY.hex(), "customers")
    started.first_window(app, desktop)
    started.settle(app, desktop)
    assert desktop.session is not None
    window = desktop.session.desk.window
    page = window.page
    assert page is not None
    window.resize(1366, 768)  # with room for the customer beside the list
    return app, window, page  # type: ignore[return-value]


def _typed(app: QApplication, window: MainWindow, page: CustomersPage, text: str) -> list[float]:
    """Milliseconds from each key of a query, typed one after the other, to the list painted anew."""
    from PySide6.QtGui import QInputMethodEvent

    box = window.bar.search
    painted: list[object] = []
    page.feed.begun.connect(painted.append)
    page.feed.ranked.connect(painted.append)
    if box.text():
        box.clear()
        _wait(app, painted)
        page.table.viewport().repaint()
    times = []
    for key in text:
        painted.clear()
        event = QInputMethodEvent("", [])
        event.setCommitString(key)  # as an input method and a keyboard both end
        began = time.perf_counter()
        app.sendEvent(box, event)
        _wait(app, painted)
        page.table.viewport().repaint()
        times.append((time.perf_counter() - began) * 1000)
    page.feed.begun.disconnect(painted.append)
    page.feed.ranked.disconnect(painted.append)
    return times


def _wait(app: QApplication, painted: list[object]) -> None:
    while not painted:
        started.next_event(app)


def scrolled(page: CustomersPage, position: int) -> float:
    """Milliseconds to have the list painted at a position."""

    def jump() -> None:
        page.table.verticalScrollBar().setValue(position)
        page.table.viewport().repaint()

    return timed(jump)
