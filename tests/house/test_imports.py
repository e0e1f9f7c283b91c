"""The walls between rooms, and what must not be loaded before the first paint."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
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
