"""How soon a new laptop can work: a first sync from hello to listed and searchable, and saves made meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from crmdesk.usecases import customers
from crmdesk.usecases.sample import SampleRecord
from tests.bench import stores
from tests.bench.company import Company, Laptop, bare_rate, company, held, records
from tests.bench.local_save import timed
from tests.bench.rows import Row, beside, reported, within

RECORDS: Final = 50_000
RATE: Final = 8000.0
LAPTOPS: Final = 3


def run() -> list[Row]:
    generated = records(RECORDS)
    with company("first_sync") as here:
        for number, author in enumerate(stores.AUTHORS):
            _fill(here, f"author{number}", [r for r in generated if r.author == author])
        rates, bare = [], []
        for number in range(LAPTOPS):
            laptop = here.laptop(f"new{number}")
            rates.append(_first_sync(laptop))
            bare.append(bare_rate(here.folder, held(laptop)))
            laptop.close()
        saves = _saves_meanwhile(here)
    return [
        within("first sync of 50,000 records", rates, "records/s", RATE, of="median", better="more"),
        beside("first sync of 50,000 records", rates, "records/s", "bare INSERT of the same bytes", bare),
        reported("save a new customer during a first sync, median", saves, "ms"),
        reported("save a new customer during a first sync, p95", saves, "ms", of="p95"),
    ]


def _fill(here: Company, name: str, written: Sequence[SampleRecord]) -> None:
    """One author's records on the server."""
    laptop = here.laptop(name)
    laptop.load(written)
    laptop.sync()
    laptop.close()


def _first_sync(laptop: Laptop) -> float:
    started = time.perf_counter()
    report = laptop.sync()
    rate = report.received / (time.perf_counter() - started)
    assert report.received >= RECORDS, report
    return rate


def _saves_meanwhile(here: Company) -> list[float]:
    """Milliseconds of saves made every so often while another thread syncs into the same store."""
    laptop = here.laptop("busy")
    saves: list[float] = []
    with ThreadPoolExecutor(1) as background:
        syncing = background.submit(laptop.sync)
        while not syncing.done():
            values = {"name": f"拜访途中新建 {len(saves)}", "city": "宁波"}
            saves.append(timed(lambda: customers.add(laptop.workspace.replica, values)))  # noqa: B023
            time.sleep(0.1)
        syncing.result()
    laptop.close()
    return saves
