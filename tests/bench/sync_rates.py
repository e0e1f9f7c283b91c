"""How fast edits travel: 20,000 new records up, 50,000 down, encrypted laptops, the server in its own process."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from crmdesk.sync import enrolment
from crmdesk.sync.engine import Engine, Report
from crmdesk.system.paths import Profile
from crmdesk.usecases import sample, sample_loading
from crmdesk.usecases.workspace import Workspace, create_workspace
from tests.bench import stores
from tests.bench.rows import Row, within

UP: Final = 20_000
DOWN: Final = 50_000
LEAST_UP: Final = 5_000
LEAST_DOWN: Final = 8_000


def run() -> list[Row]:
    """One person fills a book and sends it; a colleague of the same team reads it whole."""
    gc.disable()  # as in the desktop, where only the window's thread collects
    folder = stores.OUTPUT / "work" / "sync_rates"
    shutil.rmtree(folder, ignore_errors=True)
    with _served(folder / "company") as address:
        author, reader = _laptop(folder, address, "Ann"), _laptop(folder, address, "Bo")
        source = _records()
        sample_loading.load(author.replica, islice(source, UP))
        pushed = _sync(author)
        sample_loading.load(author.replica, islice(source, DOWN - UP))
        _sync(author)
        received = _sync(reader)
        author.close()
        reader.close()
    assert pushed.pushed == UP
    assert received.received >= DOWN
    up, down = UP / pushed.seconds, received.received / received.seconds
    return [
        within(f"push of {UP} new records", [up], "records/s", LEAST_UP, better="more"),
        within(f"first sync of {DOWN} records", [down], "records/s", LEAST_DOWN, better="more"),
    ]


def _records() -> Iterator[sample.SampleRecord]:
    """Customers with contacts, visits and tasks, without the tags that a rep may not make."""
    for item in stores.generated(DOWN):
        if item.entity not in ("tag", "tag_group"):
            values = {key: value for key, value in item.values.items() if not key.startswith("tag:")}
            yield sample.SampleRecord(item.entity, item.key, item.home, item.author, values)


def _laptop(folder: Path, address: str, person: str) -> Workspace:
    made = create_workspace(Profile(folder / person), stores.KEY)
    code = _administer(folder / "company", "enrol", person)["code"]
    enrolment.enrol(made.replica, address, code, "laptop")
    return made


def _sync(laptop: Workspace) -> Report:
    http = enrolment.connect(laptop.replica)
    report = Engine(laptop.replica, http).sync()
    http.close()
    assert report.problem is None, report.problem
    return report


@contextmanager
def _served(company: Path) -> Iterator[str]:
    """A company with two people who share their books, served by a process of its own."""
    _administer(company, "init", "--company", "Bench")
    _administer(company, "team", "add", "East", "--share-books")
    for person in ("Ann", "Bo"):
        _administer(company, "user", "add", person, "--role", "rep", "--team", "East")
    announced = company / "address"
    server = subprocess.Popen(
        [*_COMMAND, "serve", "--port", "0", "--announce", announced, "--dir", company],
        stdout=subprocess.DEVNULL,
    )
    try:
        while not announced.exists():
            time.sleep(0.05)
        yield announced.read_text(encoding="utf-8").strip()
    finally:
        server.terminate()
        server.wait(20)


_COMMAND: Final = (sys.executable, "-c", "from sync_server.cli import main; main()")


def _administer(company: Path, *arguments: str) -> Any:
    done = subprocess.run(
        [*_COMMAND, *arguments, "--dir", company, "--json"], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)
