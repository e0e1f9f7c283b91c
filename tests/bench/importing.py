"""One import, and its undo, in a process of its own: how long each takes and what it occupies, child included.

`python -m tests.bench.importing PROFILE FILE [undo]`. Encrypted store, every projection, searchable at the end.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from crmdesk.system.paths import Profile
from crmdesk.usecases import importing
from crmdesk.usecases.import_undo import Undoing
from crmdesk.usecases.workspace import create_workspace
from tests.bench import stores
from tests.bench.peers import PLACE
from tests.bench.rows import Row, beside, reported, within
from tests.support.foreign_tables import HEADINGS, planted, write_csv, write_xlsx

ROWS: Final = 50_000
SECONDS: Final = 15.0
UNDO_SECONDS: Final = 10.0
PEAK_MB: Final = 400.0
PEER_RATIO: Final = 4.0
PEER: Final = "sqlite-utils insert, into one plain table"


def table(kind: str, rows: int = ROWS) -> Path:
    """A file of so many rows with 15 % gaps, 10 % errors and 5 % duplicates."""
    folder = stores.OUTPUT / "work" / "importing"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{rows}.{kind}"
    made, _ = planted(rows, gaps=0.15, errors=0.10, duplicates=0.05)
    if kind == "csv":
        return write_csv(path, made)
    return write_xlsx(path, {"客户": (HEADINGS, [list(row) for row in made])})


def measured(path: Path, *, undo: bool = False) -> dict[str, Any]:
    """What the process says of an import of a file into a new profile."""
    profile = stores.OUTPUT / "work" / "importing-profile"
    shutil.rmtree(profile, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.importing", str(profile), str(path), *(["undo"] if undo else [])],
        cwd=stores.OUTPUT.parent, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    shutil.rmtree(profile)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def rows_of(kind: str) -> list[Row]:
    """An import beside its limits, and beside the peer where it is installed."""
    path = table(kind)
    said = measured(path)
    name = f"import of {ROWS:,} rows from {kind}"
    rows = [
        within(f"{name}, cleaned, judged, written, searchable", [said["seconds"]], "s", SECONDS),
        within(f"{name}, resident memory of both processes at its most", [said["peak_mb"]], "MB", PEAK_MB),
        reported(f"{name}, processor time of both", [said["processor"]], "s"),
        reported(f"{name}, of these the records made", [said["records"]], "records"),
    ]
    if kind == "csv" and (peer := _peer(path)):
        rows.append(
            beside(f"{name}, beside a plain table", [said["seconds"]], "s", PEER, [peer], limit=PEER_RATIO)
        )
    return rows


def _peer(path: Path) -> float | None:
    """Seconds that sqlite-utils takes, where it is installed (`CRMDESK_BENCH_PEERS`)."""
    peers = os.environ.get(PLACE)
    program = Path(peers) / "bin" / "sqlite-utils" if peers else None
    if program is None or not program.exists():
        return None
    database = path.with_suffix(".db")
    database.unlink(missing_ok=True)
    started = time.perf_counter()
    subprocess.run(
        [program, "insert", database, "customer", path, "--csv"], check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run([program, "enable-fts", database, "customer", HEADINGS[0], HEADINGS[3]], check=True)
    seconds = time.perf_counter() - started
    database.unlink()
    return seconds


def _import(profile: Path, path: Path, *, undo: bool) -> None:
    workspace = create_workspace(Profile(profile), stores.KEY, user_name="作者甲 A")
    started = time.perf_counter()
    _, plan = importing.look(workspace.reader, path, workspace)
    under_way = importing.begin(workspace, workspace.reader, path, plan)
    while not under_way.done:
        under_way.step()
    said = {"seconds": time.perf_counter() - started, "records": sum(under_way.run.counts.records.values())}
    assert said["records"] == workspace.reader.value("SELECT count(*) FROM p_customer"), said
    if undo:
        started = time.perf_counter()
        undoing = Undoing(workspace.replica, workspace.reader, under_way.run.id)
        while not undoing.done:
            undoing.step()
        said["undo"] = time.perf_counter() - started
        assert workspace.reader.value("SELECT count(*) FROM p_customer WHERE life = 0") == 0
    workspace.close()
    used = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    said["processor"] = used
    own, child = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    json.dump({**said, "peak_mb": own + child, "child_mb": child}, sys.stdout)


if __name__ == "__main__":
    _import(Path(sys.argv[1]), Path(sys.argv[2]), undo=sys.argv[3:] == ["undo"])
