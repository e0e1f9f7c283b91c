"""Whether anything grows with history: a poll, a pull and a push of one change, before and after 10^6 more edits."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import Final, NamedTuple

from crmdesk.core.record import RecordKey
from crmdesk.store.replica import Write
from tests.bench.bytes import Counting
from tests.bench.company import Company, Laptop, company, records
from tests.bench.rows import Row, beside

RECORDS: Final = 1000
EDITS: Final = 1_000_000
ROUNDS: Final = 20
FLAT: Final = 1.1
SLOWER: Final = 2.0


class Cost(NamedTuple):
    """What one change costs: bytes of the answers to the reader's sync, server CPU in ms of both syncs."""

    bytes: list[float]
    cpu: list[float]


def run() -> list[Row]:
    with company("growth") as here:
        counting = Counting(here.address)
        writer, reader = here.laptop("An"), here.laptop("Bo", counting)
        writer.load(records(RECORDS))
        writer.sync()
        reader.sync()
        (found,) = writer.workspace.reader.all(
            "SELECT id FROM record WHERE entity = 'customer' ORDER BY n LIMIT 1"
        )
        key = RecordKey("customer", found[0])
        _changes(here, writer, reader, counting, key)
        young = _changes(here, writer, reader, counting, key)
        _age(here, key)
        _changes(here, writer, reader, counting, key)
        old = _changes(here, writer, reader, counting, key)
        writer.close()
        reader.close()
    peer = "the same before 10^6 more edits"
    return [
        beside("bytes pulled for one change", old.bytes, "B", peer, young.bytes, limit=FLAT),
        beside("server CPU of one change and two syncs", old.cpu, "ms", peer, young.cpu, limit=SLOWER),
    ]


def _changes(here: Company, writer: Laptop, reader: Laptop, counting: Counting, key: RecordKey) -> Cost:
    """The same field set again and again, each time pushed and pulled."""
    cost = Cost([], [])
    before = here.cpu_seconds()
    for number in range(ROUNDS):
        writer.workspace.replica.commit([Write(key, {"remark": f"第 {number:04} 次"})])
        writer.sync()
        counting.sizes.clear()
        assert reader.sync().received == 1
        cost.bytes.append(float(sum(answer for sizes in counting.sizes.values() for _, answer in sizes)))
    cost.cpu.append((here.cpu_seconds() - before) / ROUNDS * 1000)
    return cost


def _age(here: Company, key: RecordKey) -> None:
    """Give the bucket's records a million more edits in their history, each in a commit of its own."""
    now = time.time_ns() // 1_000_000
    numbers = "WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ?)"
    with closing(sqlite3.connect(here.database, timeout=60, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        (bucket,) = connection.execute("SELECT bucket FROM record WHERE id = ?", (key.id,)).fetchone()
        (first,) = connection.execute("SELECT min(n) FROM record WHERE bucket = ?", (bucket,)).fetchone()
        connection.execute(
            f"{numbers} INSERT INTO edit (actor, counter, entity, id, part, by, at, eff, txn, body)"
            " SELECT ?, i, r.entity, r.id, r.part, ?, ?, NULL, ?, ?"
            " FROM number JOIN record r ON r.n = ? + i % ?",
            (
                EDITS,
                "f" * 32,
                "e" * 32,
                now << 16,
                "d" * 32,
                b'{"remark":"' + b"x" * 200 + b'"}',
                first,
                RECORDS,
            ),
        )
        connection.execute(
            f"{numbers} INSERT INTO bucket_commit (bucket, seq, salt, at)"
            " SELECT b.id, b.seq + i, b.salt, ? FROM number JOIN bucket b ON b.id = ?",
            (EDITS, now, bucket),
        )
        connection.execute("UPDATE bucket SET seq = seq + ? WHERE id = ?", (EDITS, bucket))
        connection.execute("COMMIT")
