"""How long it takes to verify a million rows of the audit, five hundred signed roots among them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Final

from crmdesk.store import dialect
from sync_server import accounts, audit, roots
from sync_server.clock import Moment
from sync_server.sealing import opener_of
from sync_server.settings import Settings
from sync_server.signing import signer_of
from sync_server.storage.audits import Entry
from tests.bench import stores
from tests.bench.rows import Row, reported, within
from tests.support.postgres import Postgres, postgres

ROWS: Final = 1_000_000
CHAINS: Final = 200
A_ROOT: Final = 2000
LIMIT_SECONDS: Final = 10.0
START_MS: Final = 1_790_000_000_000
_COMMAND: Final = (sys.executable, "-c", "from sync_server.cli import main; main()")


def run() -> list[Row]:
    rows = []
    with postgres() as service, service.empty() as url:
        for name, address in (("a file", None), ("PostgreSQL", url)):
            cpu, took = measured(name, address, service)
            said = f"verifying 1,000,000 rows of the audit, {name}"
            rows.append(within(f"{said}: CPU", [cpu], "s", LIMIT_SECONDS))
            rows.append(reported(f"{said}: until it is said", [took], "s"))
    return rows


def measured(name: str, url: str | None, service: Postgres) -> tuple[float, float]:
    """CPU seconds of the administrator's command and of the database's server, and seconds as a clock counts them."""
    folder = stores.OUTPUT / "work" / f"audit_verify {name}"
    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(folder, url=url)
    accounts.create_company(settings, "Bench", Moment(START_MS))
    fill(settings)
    beside, started, used = service.cpu_seconds(), time.perf_counter(), os.times()
    done = subprocess.run(
        [*_COMMAND, "audit", "verify", "--dir", str(folder), "--json"],
        env=os.environ | ({"CRMDESK_DATABASE": url} if url else {}), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    after, took = os.times(), time.perf_counter() - started
    own = after.children_user + after.children_system - used.children_user - used.children_system
    found = json.loads(done.stdout)
    assert found["rows"] >= ROWS, found
    assert found["roots"] >= ROWS // A_ROOT, found
    assert found["problems"] == [], found
    shutil.rmtree(folder)
    return own + (service.cpu_seconds() - beside if url else 0.0), took


def fill(settings: Settings) -> None:
    """Rows as pushes leave them, in the chains of many buckets, with a root after each two thousand."""
    opener_of(settings)  # as a served company has
    database, signer = accounts.open_company(settings), signer_of(settings)
    try:
        every = entries()
        while rows := list(islice(every, A_ROOT)):
            with database.write() as connection:
                dialect.insert_rows(connection, "audit", Entry._fields, rows)
                roots.make(connection, signer, Moment(rows[-1].at), is_asked=True)
    finally:
        database.close()


def entries() -> Iterator[Entry]:
    chains = [hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest() for number in range(CHAINS)]
    seals = dict.fromkeys(chains, audit.FIRST)
    for number in range(ROWS):
        chain = chains[number % CHAINS]
        counter = 3 * number
        said = (
            f'{{"counters":[[{counter},{counter + 2}]],"edits":"{number:064x}","seq":{number // CHAINS + 1}}}'
        )
        entry = Entry(
            chain, number // CHAINS + 1, START_MS + 500 * number, audit.PUSH, chain, chain, chain, counter + 2, said
        )  # fmt: skip
        seals[chain] = audit.seal(seals[chain], entry)
        yield entry._replace(seal=seals[chain])
