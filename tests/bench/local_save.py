"""How long "saved" takes: a visit with its promise and its next date, against one bare row made durable."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from crmdesk.core.ids import uuid7
from crmdesk.store import dialect
from crmdesk.store.window import CustomerFilter, CustomerWindow
from crmdesk.usecases import visits
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import Workspace, open_workspace
from tests.bench import stores
from tests.bench.rows import Row, beside

SAVES: Final = 200
CUSTOMERS: Final = 100_000
LIMIT: Final = 3.0
SUMMARY: Final = "谈了交期和价格，客户希望月底前给出新的报价，样品下周寄出。"


def run() -> list[Row]:
    """Interleaved, so that both meet the same moments of the same disk."""
    workspace = open_workspace(stores.copy(CUSTOMERS, "local_save"), stores.KEY)
    bare = BareTable(workspace.profile.folder / "bare.db")
    customers = [row.id for row in CustomerWindow(workspace.reader, CustomerFilter()).first(SAVES + 20)]
    for customer in customers[SAVES:]:  # both warm
        save(workspace, customer)
        bare.insert()
    saves, inserts = [], []
    for customer in customers[:SAVES]:
        saves.append(timed(partial(save, workspace, customer)))
        inserts.append(timed(bare.insert))
    workspace.close()
    one_row = "one bare row, INSERT and COMMIT"
    return [
        beside("save a visit, p95", saves, "ms", one_row, inserts, of="p95", limit=LIMIT),
        beside("save a visit, median", saves, "ms", one_row, inserts),
    ]


def save(workspace: Workspace, customer: str) -> None:
    """What Ctrl+Enter does: the visit, the customer's next date and the task, in one transaction."""
    next_on = workspace.today() + timedelta(days=7)
    note = VisitNote(customer, SUMMARY, result="considering", next_step="发送报价", next_on=next_on)
    visits.log(workspace.replica, note)


class BareTable:
    """A file of its own with the same driver, key and pragmas, and one table without an index."""

    def __init__(self, path: Path) -> None:
        dialect.initialise(path, stores.KEY, "sqlcipher")
        self._connection: Any = dialect.connect(path, stores.KEY, "sqlcipher")
        self._connection.execute(
            "CREATE TABLE visit (id TEXT PRIMARY KEY, customer TEXT, at INTEGER, summary TEXT)"
        )

    def insert(self) -> None:
        """One row, durable."""
        self._connection.execute("BEGIN IMMEDIATE")
        row = (uuid7(time.time_ns() // 1_000_000, time.time_ns().to_bytes(10, "big")), "c" * 36, 1, SUMMARY)
        self._connection.execute("INSERT INTO visit VALUES (?, ?, ?, ?)", row)
        self._connection.execute("COMMIT")


def timed(action: Callable[[], object]) -> float:
    """Milliseconds that `action` takes."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000
