"""How fast new records reach the server: from a laptop's outbox to accepted, and settled on the laptop."""

from __future__ import annotations

import time
from typing import Final

from tests.bench.company import bare_rate, company, held, records
from tests.bench.rows import Row, beside, within

RECORDS: Final = 20_000
RATE: Final = 5000.0


def run() -> list[Row]:
    with company("push") as here:
        laptop = here.laptop("An")
        laptop.load(records(RECORDS))
        started = time.perf_counter()
        report = laptop.sync()
        rate = report.pushed / (time.perf_counter() - started)
        assert (report.pushed, report.unsent) == (RECORDS, (0, 0))
        bare = bare_rate(here.folder, held(laptop))
        laptop.close()
    return [
        within("push of 20,000 new records", [rate], "records/s", RATE, better="more"),
        beside("push of 20,000 new records", [rate], "records/s", "bare INSERT of the same bytes", [bare]),
    ]
