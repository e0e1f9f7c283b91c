"""From process start to a painted window with a customer's rows in it, beside the least that Qt can do."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from typing import Any, Final

from crmdesk.system import secrets as keys
from crmdesk.system.paths import Profile
from tests.bench import stores
from tests.bench.local_save import timed
from tests.bench.rows import Row, beside, reported

RUNS: Final = 10
CUSTOMERS: Final = 100_000
LIMIT: Final = 5.0
PAGES: Final = {"": "today", "customers": "the customers list"}
"""Where the person was, and what that is called; without a word the desktop chooses."""


def run() -> list[Row]:
    """Fresh processes, warm files, one kind after the other in turn."""
    profile = stores.copy(CUSTOMERS, "first_paint")
    bare: list[float] = []
    desktop: dict[str, list[float]] = {page: [] for page in PAGES}
    for turn in range(RUNS + 1):
        timings = {"": started("bare")[0]}
        for page in PAGES:
            milliseconds, said = started("desktop", str(profile.folder), stores.KEY.hex(), page)
            assert said["imported"] == [], f"loaded before the first paint: {said['imported']}"
            timings["page " + page] = milliseconds
        if turn:  # the first of all only warms the files
            bare.append(timings[""])
            for page in PAGES:
                desktop[page].append(timings["page " + page])
    rows = [
        beside(f"first paint of {PAGES[page]}", times, "ms", "bare Qt window", bare, limit=LIMIT)
        for page, times in desktop.items()
    ]
    return [*rows, _passphrase()]


def started(*arguments: str) -> tuple[float, dict[str, Any]]:
    """(milliseconds from before the process to its first paint, what it said)."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.started", *arguments],
        cwd=stores.OUTPUT.parent, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout)
    return (said["painted"] - started) * 1000, said


def _passphrase() -> Row:
    """What turning a passphrase into the key adds; a keychain's time is the operating system's."""
    profile = Profile(stores.OUTPUT / "work" / f"key-{secrets.token_hex(4)}")
    keys.new_key(profile, "generated")
    times = [timed(lambda: keys.existing_key(profile, lambda: "generated")) for _ in range(5)]
    return reported("a passphrase into the key (not in the figures above)", times, "ms")
