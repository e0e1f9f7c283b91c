"""A process that is timed from outside: a bare window, or the real desktop with the key at hand.

Imports nothing of the product before it is asked to: that is what is measured. Prints one JSON line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

    from crmdesk.app import Desktop

KEEP_OUT: Final = ("sqlalchemy", "httpx2", "keyring", "pydantic", "typer")
"""What the first paint must not wait for."""
_PATIENCE: Final = 30.0


def main(kind: str, *arguments: str) -> None:
    """`bare`; `desktop PROFILE KEY PAGE`: to the first paint; `idle ...`: to when nothing goes on any more."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if kind == "bare":
        said = _bare()
    else:
        app, desktop = start(*arguments)
        window = first_window(app, desktop)
        said = {"painted": time.monotonic(), "imported": [name for name in KEEP_OUT if name in sys.modules]}
        if kind == "idle":
            settle(app, desktop)
            said["resident_mb"] = resident_mb()
        said["title"] = window.windowTitle()
    print(json.dumps(said), flush=True)
    os._exit(0)  # an orderly end is no part of the start


def _bare() -> dict[str, Any]:
    """The least a Qt program can do: a QApplication and an empty window of the same size."""
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication([])
    window = QWidget()
    window.resize(1366, 768)
    window.show()
    wait_until_exposed(app, window)
    return {"painted": time.monotonic()}


def start(profile: str, key: str, page: str) -> tuple[QApplication, Desktop]:
    """What the `crmdesk` command does once it has the key; `page` is where the person was."""
    from crmdesk import app as front
    from crmdesk.system import preferences
    from crmdesk.system.paths import Profile
    from crmdesk.ui import appearance, application, language
    from crmdesk.usecases.workspace import open_workspace

    chosen = preferences.load(Profile(Path(profile)).preferences)
    app = application.create(
        ["crmdesk"], look=appearance.look(chosen), spoken=chosen.language or language.of_system()
    )
    desktop = front.Desktop(Profile(Path(profile)))
    desktop._opened(open_workspace(desktop.home, bytes.fromhex(key)))
    if page and desktop.session is not None:
        desktop.session.desk.window.go(page)
    return app, desktop


def first_window(app: QApplication, desktop: Desktop) -> QMainWindow:
    """The window once it is painted with rows in it."""
    assert desktop.session is not None, "the workspace is open"
    window = desktop.session.desk.window
    wait_until_exposed(app, window)
    deadline = time.monotonic() + _PATIENCE
    while not has_rows(window):
        assert time.monotonic() < deadline, "no rows came"
        next_event(app)
    window.repaint()
    return window


def next_event(app: QApplication) -> None:
    """Sleep until something happens and answer it; a busy wait would take the workers' turns."""
    from PySide6.QtCore import QEventLoop

    app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def wait_until_exposed(app: QApplication, window: QWidget) -> None:
    """Let events run until the window is painted: an expose event is answered by painting at once."""
    while not window.windowHandle().isExposed():
        app.processEvents()


def has_rows(window: QWidget) -> bool:
    """Whether some list in view holds rows."""
    from PySide6.QtWidgets import QAbstractItemView

    lists = (view for view in window.findChildren(QAbstractItemView) if view.isVisible())
    return any(view.model().rowCount() > 0 for view in lists)


def settle(app: QApplication, desktop: Desktop) -> None:
    """Let background work finish: imports, rankings, facts."""
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 2.0:
        app.processEvents()
        if desktop.runner.pending:
            quiet_since = time.monotonic()
        time.sleep(0.005)


def resident_mb() -> float:
    """Resident memory of this process. Linux."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
