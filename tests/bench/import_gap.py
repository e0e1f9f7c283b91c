"""How long the window goes without answering while a file of 50,000 rows is rehearsed and imported behind it.

The real desktop, offscreen, through the page's own buttons; a timer of 10 ms notes the time between two of its turns. Beside
the clock's time stands the processor time that the whole program took in between: a program that got no turn because
others had the machine used none.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import create_workspace
from tests.bench import started, stores
from tests.bench.importing import ROWS, table
from tests.bench.rows import Row, reported, within

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

GAP_MS: Final = 50.0
_TICK_MS: Final = 10
_PATIENCE: Final = 600.0


def run() -> list[Row]:
    return measured(ROWS)


def measured(rows: int) -> list[Row]:
    """The gaps of a rehearsal and of an import of so many rows."""
    from crmdesk.ui.pages.import_studio import ImportStudio

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    path = table("csv", rows)
    folder = stores.OUTPUT / "work" / "import-gap"
    shutil.rmtree(folder, ignore_errors=True)
    create_workspace(Profile(folder), stores.KEY, user_name="作者甲 A").close()
    app, desktop = started.start(str(folder), stores.KEY.hex(), "import")
    assert desktop.session is not None
    window = desktop.session.desk.window
    window.resize(1366, 768)
    started.wait_until_exposed(app, window)
    started.settle(app, desktop)
    page = window.page
    assert isinstance(page, ImportStudio)
    page.open_file(path)
    _until(app, page.columns.isVisible)
    watch = _Watch()
    page.columns.next_button.click()
    _until(app, page.all_button.isVisible)
    rehearsed = watch.gaps()
    page.all_button.click()
    _until(app, page.undo_button.isVisible)
    imported = watch.gaps()
    watch.timer.stop()
    desktop.session.desk.window.close()
    return [
        row
        for name, gaps in (("rehearsal", rehearsed), ("import", imported))
        for row in (
            within(f"{name} of {rows:,} rows, the window's longest gap", [max(g for g, _ in gaps)], "ms", GAP_MS),
            reported(f"{name} of {rows:,} rows, its gaps, p95", [g for g, _ in gaps], "ms", of="p95"),
            reported(f"{name} of {rows:,} rows, most processor time within one", [max(c for _, c in gaps)], "ms"),
        )
    ]  # fmt: skip


class _Watch:
    """A timer that notes how long it had to wait for each turn, in milliseconds: (by the clock, processor time of the program)."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._gaps: list[tuple[float, float]] = []
        self._last = (time.perf_counter(), time.process_time())
        self.timer = QTimer(interval=_TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self._tick)
        self.timer.start()

    def _tick(self) -> None:
        now = (time.perf_counter(), time.process_time())
        self._gaps.append(((now[0] - self._last[0]) * 1000, (now[1] - self._last[1]) * 1000))
        self._last = now

    def gaps(self) -> list[tuple[float, float]]:
        """What was noted since this was asked last."""
        noted, self._gaps = self._gaps, []
        return noted


def _until(app: QApplication, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "the page came to no end"
        started.next_event(app)
