"""The walls between rooms, and what must not be loaded before the first paint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SHOWN = """sys.argv = ['crmdesk']
from crmdesk import __main__, app
enter = app.Desktop._enter
def shown_and_gone(desktop):
    window = enter(desktop)
    window.repaint()
    print('\\n'.join(sys.modules), 'shown', sep='\\n')
    app.QTimer.singleShot(0, desktop.quit)
    return window
app.Desktop._enter = shown_and_gone
__main__.main()"""


def loaded_by(statement: str, **environment: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
        env=os.environ | environment,
    )  # fmt: skip
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_the_walls_stand() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import crmdesk.core.entities, crmdesk.core.wire", {"PySide6", "sqlalchemy", "httpx2", "pydantic"}),
        (
            "import crmdesk.usecases.customers, crmdesk.usecases.workspace",
            {"PySide6", "sqlalchemy", "httpx2", "keyring"},
        ),
        ("import crmdesk.store.window", {"sqlalchemy"}),
        ("import crmdesk.ui.main_window", {"sqlalchemy", "httpx2", "keyring", "pydantic", "typer"}),
        ("import sync_server.app", {"PySide6", "httpx2", "keyring", "sqlcipher3"}),
    ],
)
def test_importing_stays_light(statement: str, heavy: set[str]) -> None:
    assert loaded_by(statement) & heavy == set()


def test_the_command_without_a_word_shows_its_window_before_it_loads_what_only_commands_need(
    tmp_path: Path,
) -> None:
    places = {name: str(tmp_path) for name in ("HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA")}
    loaded = loaded_by(SHOWN, QT_QPA_PLATFORM="offscreen", **places)
    assert "shown" in loaded
    assert loaded & {"typer", "rich", "pydantic", "sqlalchemy", "httpx2", "keyring"} == set()
