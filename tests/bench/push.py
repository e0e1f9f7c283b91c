"""How fast new records reach the server: from a laptop's outbox to accepted, and settled on the laptop.

Permission check, history, checksums and audit included. Beside it, in turn, Anki's own sync where it is
installed, and bare INSERT of the same bytes.
"""

from __future__ import annotations

import time
from typing import Final

from tests.bench import peers
from tests.bench.company import Company, bare_rate, company, held, records
from tests.bench.rows import Row, beside, reported, within

RECORDS: Final = 20_000
RATE: Final = 5000.0
ROUNDS: Final = 2
NAME: Final = "push of 20,000 new records"


def run() -> list[Row]:
    rates, cpu, bare, theirs = [], [], [], []
    with company("push") as here:
        for number in range(ROUNDS):
            rate, used, written = push(here, f"An{number}")
            rates.append(rate)
            cpu.append(used)
            bare.append(bare_rate(here.folder, written))
            theirs += peers.anki(here.folder / f"anki{number}", [state for _, state in written], "push")
    rows = [
        within(NAME, rates, "records/s", RATE, of="median", better="more"),
        beside(NAME, rates, "records/s", "bare INSERT of the same bytes", bare),
        reported(f"{NAME}: laptop's CPU a record", [laptop for laptop, _ in cpu], "µs"),
        reported(f"{NAME}: server's CPU a record", [server for _, server in cpu], "µs"),
    ]
    if theirs:
        rows.append(
            beside(NAME, rates, "records/s", "Anki's push of notes", theirs, limit=1.0, better="more")
        )
    return rows


def push(here: Company, name: str) -> tuple[float, tuple[float, float], list[tuple[str, bytes]]]:
    """Records a second, the CPU time of laptop and server in microseconds a record, and what was pushed."""
    laptop = here.laptop(name)
    laptop.sync()
    laptop.load(records(RECORDS))
    started, laptops, servers = time.perf_counter(), time.process_time(), here.cpu_seconds()
    report = laptop.sync()
    rate = report.pushed / (time.perf_counter() - started)
    used = (time.process_time() - laptops, here.cpu_seconds() - servers)
    assert (report.pushed, report.unsent) == (RECORDS, (0, 0))
    written = held(laptop)[-RECORDS:]
    laptop.close()
    return rate, (used[0] / RECORDS * 1e6, used[1] / RECORDS * 1e6), written
