"""How fast changes of records that exist reach the server: one field of each of 10,000 among 100,000, at random."""

from __future__ import annotations

import random
import time
from itertools import islice
from typing import Final

from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from tests.bench.company import Company, Laptop, company, records
from tests.bench.rows import Row, reported, within

RECORDS: Final = 100_000
EDITS: Final = 10_000
RATE: Final = 8000.0
FIELDS: Final = {"customer": "remark", "contact": "remark", "visit": "summary", "task": "title"}
_TRANSACTION: Final = 500


def run() -> list[Row]:
    with company("push_edits") as here:
        laptop = here.laptop("An")
        laptop.load(records(RECORDS))
        laptop.sync()
        found = [_changed(here, laptop, seed) for seed in range(3)]
        laptop.close()
    name = "push of changes of 10,000 records among 100,000"
    rates, laptops, servers = zip(*found, strict=True)
    return [
        within(name, rates, "records/s", RATE, of="median", better="more"),
        reported(f"{name}: laptop's CPU a record", laptops, "µs"),
        reported(f"{name}: server's CPU a record", servers, "µs"),
    ]


def _changed(here: Company, laptop: Laptop, seed: int) -> tuple[float, float, float]:
    """Records a second, and the CPU time of laptop and server in microseconds a record."""
    rows = laptop.workspace.reader.all("SELECT entity, id FROM record WHERE entity <> 'user' ORDER BY n")
    keys = random.Random(seed).sample([RecordKey(entity, name) for entity, name in rows], EDITS)
    changes = (Write(key, {FIELDS[key.entity]: f"改动 {seed} {n}"}) for n, key in enumerate(keys))
    while writes := list(islice(changes, _TRANSACTION)):
        laptop.workspace.replica.commit(writes, kind="bulk")
    started, laptops, servers = time.perf_counter(), time.process_time(), here.cpu_seconds()
    report = laptop.sync()
    rate = report.pushed / (time.perf_counter() - started)
    used = (time.process_time() - laptops, here.cpu_seconds() - servers)
    assert (report.pushed, report.unsent) == (EDITS, (0, 0))
    return rate, used[0] / EDITS * 1e6, used[1] / EDITS * 1e6
