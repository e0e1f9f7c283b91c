"""The check of tests/conftest.py that runs over the whole suite: it can fail."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import canaries

ROOT = Path(__file__).resolve().parents[2]
LEAKS = {
    "a log": "import logging; logging.getLogger('crmdesk.sync').info('saved %s', '宏远机械')",
    "a log of anybody's": "import logging; logging.getLogger('elsewhere').warning('谈价格')",
    "the terminal": "import sys; print('13977718842', file=sys.stderr)",
    "nothing": "import logging; logging.getLogger('crmdesk').info('3 records')",
    "a fault": "import logging\n    try: raise ValueError('宏' + '远')\n    except ValueError: logging.getLogger('crmdesk').exception('x')",
}


def test_t48_a_test_that_leaves_a_canary_in_a_log_or_on_the_terminal_fails(tmp_path: Path) -> None:
    """A run of its own with five tests in it; the last two are discreet, for faults are written by kind and place."""
    lines = [f"def test_{number}():\n    {leak}\n" for number, leak in enumerate(LEAKS.values())]
    (tmp_path / "test_leaks.py").write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-c", str(ROOT / "pyproject.toml"),
         "--rootdir", str(ROOT), "-p", "no:cacheprovider", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "3 failed, 2 passed" in done.stdout, done.stdout
    assert done.stdout.count("T-48, in the clear") >= 3


@pytest.mark.tells_canaries
def test_t48_the_listener_hears_a_canary() -> None:
    canaries.LISTENER.taken()
    logging.getLogger("crmdesk.store").warning("%s", {"name": "宏远机械"})
    (heard,) = canaries.LISTENER.taken()
    assert heard.startswith("crmdesk.store")
    assert "宏远" in heard
