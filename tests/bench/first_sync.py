"""How soon a new laptop can work: a first sync from hello to every record listed, and saves made meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, NamedTuple

from crmdesk.sync.engine import Progress
from crmdesk.usecases import customers
from tests.bench import peers, served, stores
from tests.bench.company import Company, Laptop, bare_rate, company, held
from tests.bench.local_save import timed
from tests.bench.rows import Row, beside, reported, within
from tests.bench.served import Owner

RECORDS: Final = 50_000
LISTED: Final = 20_000.0
SAVE_MS: Final = 150.0
LAPTOPS: Final = 3
SHAPE: Final = (("contact", 1), ("visit", 1), ("task", 1))
BARE: Final = "bare INSERT of the same bytes"


class Times(NamedTuple):
    """Seconds from hello until all was listed, and until all was searchable; how many records came.

    `cpu_listed` and `cpu_searchable` are the CPU seconds this process took for each.
    """

    listed: float
    searchable: float
    received: int
    cpu_listed: float
    cpu_searchable: float


class Measured(NamedTuple):
    """First syncs one after the other, and in turn with each the rates of its peers, in records a second."""

    times: list[Times]
    bare: list[float]
    anki: list[float]

    def listed(self, name: str) -> list[Row]:
        """The rows of what is listed, with its peers."""
        rates = [one.received / one.listed for one in self.times]
        used = [one.cpu_listed / one.received * 1e6 for one in self.times]
        rows = [
            within(name, rates, "records/s", LISTED, of="median", better="more"),
            beside(name, rates, "records/s", BARE, self.bare),
            reported(f"{name}: laptop's CPU a record", used, "µs"),
        ]
        if self.anki:
            rows.append(beside(name, rates, "records/s", "Anki's pull of notes", self.anki))
        return rows


def run() -> list[Row]:
    with filled("first_sync", SHAPE) as here:
        measured = first_syncs(here)
        saves = _saves_meanwhile(here)
    return [
        *measured.listed("first sync of 50,000 records, until listed"),
        within("save a new customer during a first sync, median", saves, "ms", SAVE_MS, of="median"),
        within("save a new customer during a first sync, p95", saves, "ms", SAVE_MS),
    ]


@contextmanager
def filled(name: str, shape: Sequence[tuple[str, int]], records: int = RECORDS) -> Iterator[Company]:
    """A company whose three reps have so many records: customers, each with so many of every other kind."""
    with company(name) as here:
        owners = []
        for number in range(len(stores.AUTHORS)):
            author = here.laptop(f"author{number}")
            identity = author.workspace.replica.identity()
            owners.append(Owner(identity.user, identity.book))
            author.close()
        family = 1 + sum(many for _, many in shape)
        served.publish(here.folder / "company", owners, served.families(-(-records // family), shape))
        yield here


def first_syncs(here: Company) -> Measured:
    """New laptops, one after the other, each with its peers."""
    found = Measured([], [], [])
    for number in range(LAPTOPS):
        laptop = here.laptop(f"new{number}")
        found.times.append(first_sync(laptop))
        came = held(laptop)
        laptop.close()
        found.bare.append(bare_rate(here.folder, came))
        found.anki.extend(peers.anki(here.folder / f"anki{number}", [state for _, state in came], "pull"))
    return found


def first_sync(laptop: Laptop) -> Times:
    """One first sync; what follows it is making words."""
    listed = (0.0, 0.0)

    def watch(step: Progress) -> None:
        nonlocal listed
        if step.phase == "pull":
            listed = (time.perf_counter(), time.process_time())

    started, used = time.perf_counter(), time.process_time()
    report = laptop.engine.sync(watch)
    ended, spent = time.perf_counter(), time.process_time()
    assert report.problem is None, report.problem
    assert report.received >= RECORDS, report
    return Times(listed[0] - started, ended - started, report.received, listed[1] - used, spent - used)


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
