"""The same push into PostgreSQL, and what each kind of request costs there: the units of docs/scaling.md.

CPU is that of the server's process and of all of PostgreSQL's, user and system.
"""

from __future__ import annotations

from typing import Final

import psycopg

from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from tests.bench.company import Company, company
from tests.bench.push import NAME, RECORDS, push
from tests.bench.rows import Row, reported, within
from tests.support.postgres import Postgres, postgres

RATE: Final = 20_000.0
POLLS: Final = 500
SYNCS: Final = 100
ROUNDS: Final = 2


def run() -> list[Row]:
    with postgres() as service, service.empty() as url, company("push_postgresql", database=url) as here:
        rates, server, database = [], [], []
        for number in range(ROUNDS):
            began = service.cpu_seconds()
            rate, (_, used), _ = push(here, f"An{number}")
            rates.append(rate)
            server.append(used)
            database.append((service.cpu_seconds() - began) / RECORDS * 1e6)
        return [
            within(f"{NAME} into PostgreSQL", rates, "records/s", RATE, of="median", better="more"),
            reported("server's CPU a pushed record", server, "µs"),
            reported("PostgreSQL's CPU a pushed record", database, "µs"),
            reported("PostgreSQL's disk a record, its history and indexes", [_disk(url)], "bytes"),
            *_reading(here, service),
        ]


def _disk(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM")
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        records = connection.execute("SELECT count(*) FROM record").fetchone()
        bare = connection.execute("SELECT pg_database_size('template0')").fetchone()
    assert row is not None
    assert records is not None
    assert bare is not None
    return float((row[0] - bare[0]) / records[0])


def _reading(here: Company, service: Postgres) -> list[Row]:
    """A new laptop's first sync, then polls of an up-to-date one, then syncs that send one edit each."""
    laptop = here.laptop("Reader")
    before, began = here.cpu_seconds(), service.cpu_seconds()
    received = laptop.sync().received
    pulled = [
        (here.cpu_seconds() - before) / received * 1e6,
        (service.cpu_seconds() - began) / received * 1e6,
    ]
    before, began = here.cpu_seconds(), service.cpu_seconds()
    for _ in range(POLLS):
        laptop.http.heads()
    polled = [(here.cpu_seconds() - before) / POLLS * 1e3, (service.cpu_seconds() - began) / POLLS * 1e3]
    (found,) = laptop.workspace.reader.all(
        "SELECT id FROM record WHERE entity = 'customer' ORDER BY n LIMIT 1"
    )
    before, began = here.cpu_seconds(), service.cpu_seconds()
    for number in range(SYNCS):
        change = Write(RecordKey("customer", found[0]), {"remark": f"{number}"})
        laptop.workspace.replica.commit([change])
        assert laptop.sync().pushed == 1
    synced = [(here.cpu_seconds() - before) / SYNCS * 1e3, (service.cpu_seconds() - began) / SYNCS * 1e3]
    laptop.close()
    return [
        reported("server's CPU a pulled record", pulled[:1], "µs"),
        reported("PostgreSQL's CPU a pulled record", pulled[1:], "µs"),
        reported("server's CPU a poll", polled[:1], "ms"),
        reported("PostgreSQL's CPU a poll", polled[1:], "ms"),
        reported("server's CPU a sync that sends one edit", synced[:1], "ms"),
        reported("PostgreSQL's CPU a sync that sends one edit", synced[1:], "ms"),
    ]
