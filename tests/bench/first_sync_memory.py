"""What a process occupies that reads a company of a million records for the first time, at its most."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from crmdesk.system.paths import Profile
from crmdesk.usecases.workspace import open_workspace
from tests.bench import stores
from tests.bench.first_sync import filled
from tests.bench.first_sync_mixed import SHAPE
from tests.bench.rows import Row, reported, within

RECORDS: Final = 1_000_000
LIMIT_MB: Final = 300.0


def run() -> list[Row]:
    with filled("first_sync_memory", SHAPE, RECORDS) as here:
        laptop = here.laptop("new")
        profile = laptop.workspace.profile.folder
        laptop.close()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.first_sync_memory", str(profile)],
            cwd=stores.OUTPUT.parent, stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
    said = json.loads(done.stdout)
    assert said["received"] >= RECORDS, said
    return [
        within(
            "resident memory of a first sync of 1,000,000 records, at its most",
            [said["peak_mb"]],
            "MB",
            LIMIT_MB,
        ),
        reported("the same, until listed", [said["received"] / said["listed"]], "records/s"),
        reported("the same, until searchable", [said["received"] / said["searchable"]], "records/s"),
    ]


def _sync(profile: Path) -> None:
    """One first sync, in this process; says how much memory it took."""
    from crmdesk.sync.enrolment import connect
    from tests.bench.company import Laptop
    from tests.bench.first_sync import first_sync

    gc.disable()  # as in the desktop, where only the window's thread collects
    workspace = open_workspace(Profile(profile), stores.KEY)
    laptop = Laptop(workspace, connect(workspace.replica))
    times = first_sync(laptop)
    laptop.close()
    json.dump({**times._asdict(), "peak_mb": _peak_mb(), "at": time.time()}, sys.stdout)


def _peak_mb() -> float:
    """The most this process ever had resident; of the process that started it nothing."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("This system does not say how much memory a process had at its most.")


if __name__ == "__main__":
    _sync(Path(sys.argv[1]))
