"""The protocol on a database whose growing tables are partitioned: by bucket, and by actor what an actor said."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.store import dialect
from sync_server import keeping
from tests.support.laptop import enrolled, fresh_id, verdicts
from tests.support.server import RunningServer
from tests.sync_server import test_commands, test_pulling, test_pushing

partitioned = pytest.mark.parametrize("url", ["partitioned"], indirect=True)
CORE = [
    test
    for module in (test_pushing, test_pulling, test_commands)
    for name, test in inspect.getmembers(module, inspect.isfunction)
    if name.startswith("test_") and list(inspect.signature(test).parameters) == ["server"]
]


@partitioned
@pytest.mark.parametrize("test", CORE, ids=lambda test: test.__name__)
def test_the_protocol_holds_there_too(server: RunningServer, test: Callable[[RunningServer], None]) -> None:
    test(server)


def test_most_of_the_protocol_is_among_these() -> None:
    assert len(CORE) > 30


@partitioned
def test_a_bucket_is_in_one_partition_and_reading_it_asks_no_other(server: RunningServer) -> None:
    laptops = [enrolled(server, name) for name in ("Ann", "Bo", "Cai", "Mei")]
    for laptop in laptops:
        for _ in range(5):
            laptop.visit(laptop.customer())
        laptop.push()
    with server.database.read() as connection:
        places = dialect.run(
            connection, "SELECT bucket, count(DISTINCT tableoid) FROM record GROUP BY bucket"
        ).fetchall()
        used = dialect.value(connection, "SELECT count(DISTINCT tableoid) FROM record")
        plan = dialect.run(
            connection,
            "EXPLAIN SELECT seq, state FROM record WHERE bucket = ? AND seq > ? ORDER BY seq, n LIMIT ?",
            (laptops[0].book, 0, 1000),
        ).fetchall()
    assert len(places) == 5, "four books and the company's settings"
    assert {count for _, count in places} == {1}
    assert used > 1
    asked = {
        word for (line,) in plan for word in line.split() if word.startswith("record_") and word[-1].isdigit()
    }
    assert len(asked) == 1
    assert keeping.check(server.database).problems == ()


@partitioned
def test_a_records_name_stays_unique_over_all_partitions(server: RunningServer) -> None:
    """Without a unique constraint over buckets: two people's books, the same record."""
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    key = RecordKey("customer", fresh_id())
    ann.write(key, {"name": "甲"})
    cai.write(key, {"name": "乙"})
    assert verdicts(ann.push()) == [("accepted", None)]
    assert verdicts(cai.push()) == [("rejected", "forbidden")]
    with server.database.read() as connection:
        assert dialect.value(connection, "SELECT count(*) FROM record WHERE id = ?", (key.id,)) == 1
        assert dialect.value(connection, "SELECT count(*) FROM record_name WHERE id = ?", (key.id,)) == 1
