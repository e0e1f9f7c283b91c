"""R32, I15: what was deleted goes for good only when everybody has heard of it, and never comes back by itself."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import deletion
from crmdesk.store import outbox, records
from crmdesk.store.replica import Write
from sync_server import keeping, moving, sweeping
from sync_server.storage import buckets, graves
from sync_server.sweeping import Swept
from tests.support.laptop import enrolled
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire

DAY = 24 * 60 * 60 * 1000


def settle(*laptops: Rep) -> None:
    for _ in range(2):
        for laptop in laptops:
            laptop.sync()


def delete(laptop: Rep, key: RecordKey) -> None:
    laptop.replica.commit([Write(key, deletion(laptop.replica.load(key), laptop.replica.below(key)))])


def sweep(server: RunningServer, days: int = 200) -> Swept:
    """As so many days later: what happened until now is that old, and who was heard of then is too."""
    now = server.clock()
    return sweeping.sweep(server.database, type(now)(now.ms + days * DAY), server.settings.away_ms)


def still_about(server: RunningServer) -> None:
    """Every laptop was heard of lately."""
    with server.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET pulled_at = ? WHERE pulled_at IS NOT NULL", (2**50,))


def history(server: RunningServer, key: RecordKey) -> int:
    with server.database.read() as connection:
        return len(records.history(connection, key.id))


def held(laptop: Rep, key: RecordKey) -> bool:
    return key in laptop.states()


@pytest.fixture
def three(server: RunningServer, hire: Hire) -> tuple[Rep, Rep, RecordKey, RecordKey]:
    """Ann's customer with a visit, deleted with all below it; Ann, Bo and Mei read her book."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    visit = ann.visit(customer, "谈价格")
    settle(ann, bo)
    delete(ann, customer)
    ann.sync()
    return ann, bo, customer, visit


def test_r32_what_moves_while_the_sweep_waits_for_its_locks_is_left_for_the_next_one(
    server: RunningServer, three: tuple[Rep, Rep, RecordKey, RecordKey], monkeypatch: pytest.MonkeyPatch
):
    """Whoever holds the new bucket may be writing to it: its edit must not go with the record."""
    _, bo, customer, _ = three
    settle(bo)
    lock = buckets.lock

    def late(connection: Connection, held: set[str]) -> None:
        lock(connection, held)
        with monkeypatch.context() as original:
            original.setattr(buckets, "lock", lock)
            stored = records.load(connection, [customer])[customer]
            book = server.people["Bo"].book
            moving.move(connection, stored, book, server.clock(), None)

    with monkeypatch.context() as patched:
        patched.setattr(buckets, "lock", late)
        assert sweep(server) == Swept(0, 1)
    assert history(server, customer) > 0
    assert sweep(server) == Swept(2, 0)


def test_r32_a_deletion_that_everybody_has_heard_of_goes_for_good_with_all_below_it(
    server: RunningServer, three: tuple[Rep, Rep, RecordKey, RecordKey]
):
    ann, bo, customer, visit = three
    settle(bo)
    still_about(server)
    assert sweep(server, 100) == Swept(0, 0), "not its time yet"
    assert sweep(server) == Swept(2, 0)
    assert history(server, customer) == history(server, visit) == 0
    with server.database.read() as connection:
        assert graves.buried(connection, [customer.id, visit.id, "0" * 32]) == {customer.id, visit.id}
        assert records.load(connection, [customer, visit]) == {}
    settle(ann, bo)
    for laptop in (ann, bo):
        assert not held(laptop, customer)
        assert not held(laptop, visit)
        with laptop.replica.database.read() as connection:
            assert records.history(connection, customer.id) == []
    assert "宏远机械".encode() not in bo.replica.database.path.read_bytes()
    assert keeping.check(server.database).problems == ()
    assert sweep(server) == Swept(0, 0)


def test_r32_it_waits_for_a_laptop_that_has_not_heard_and_not_for_one_that_was_away_too_long(
    server: RunningServer, three: tuple[Rep, Rep, RecordKey, RecordKey]
):
    _, bo, customer, _ = three
    still_about(server)
    assert sweep(server) == Swept(0, 1)
    assert history(server, customer) > 0
    with server.database.write() as connection:
        connection.exec_driver_sql(
            'UPDATE device SET pulled_at = 1, created_at = 1 WHERE "user" = ?', (server.people["Bo"].user,)
        )
    assert sweep(server) == Swept(2, 0)
    assert held(bo, customer), "it has not been told yet"


def test_i15_work_of_a_laptop_that_was_away_longer_ends_in_quarantine_and_not_as_a_new_record(
    server: RunningServer, three: tuple[Rep, Rep, RecordKey, RecordKey]
):
    """I15, R32: an edit of the buried record, one of its child, and a new child of it."""
    ann, bo, customer, visit = three
    bo.write(customer, city="上海")
    bo.write(visit, summary="改过")
    new_visit = bo.visit(customer, "走了太久")
    other = bo.customer("照常")
    with server.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET pulled_at = 1, created_at = 1")
    assert sweep(server) == Swept(2, 0)
    report = bo.engine.sync()
    assert report.problem is None
    assert report.quarantined == 3
    refused = {entry.key: (entry.verdict, entry.code) for entry in bo.unsent()}
    assert refused == dict.fromkeys((customer, visit, new_visit), ("quarantined", "grave"))
    with server.database.read() as connection:
        assert records.load(connection, [customer, visit, new_visit]) == {}
        kept = connection.exec_driver_sql("SELECT count(*) FROM refused WHERE code = 'grave'").scalar()
    assert kept == 3
    assert bo.name(other) == "照常"
    settle(ann)
    assert not held(ann, customer)


def test_r31_a_record_that_somebody_brought_back_is_not_buried(
    server: RunningServer, three: tuple[Rep, Rep, RecordKey, RecordKey]
):
    ann, bo, customer, _ = three
    bo.write(customer, city="上海")  # without having seen the deletion
    settle(bo, ann, bo)
    still_about(server)
    assert sweep(server) == Swept(0, 0)
    assert bo.shows(customer) is not None
    with server.database.read() as connection:
        assert graves.deleted_before(connection, 2**60, 10) == []


def test_r32_a_deletion_made_by_the_only_one_who_works_there_is_heard_by_its_own_push(
    server: RunningServer, hire: Hire
):
    """Whoever reads nothing back, because nobody else writes, is not waited for until the end of days."""
    cai = hire("Cai")
    cai.sync()
    customer = cai.customer("只有我")
    cai.sync()
    delete(cai, customer)
    cai.sync()
    still_about(server)
    with server.database.read() as connection:
        pulled = connection.exec_driver_sql(
            "SELECT p.seq, b.seq FROM pulled_head p JOIN bucket b ON b.id = p.bucket WHERE b.id = ?",
            (server.people["Cai"].book,),
        ).all()
    assert all(mine == newest for mine, newest in pulled)
    assert sweep(server) == Swept(1, 0)
    cai.sync()
    assert not held(cai, customer)


def test_r32_a_deleted_visit_goes_without_its_customer_but_not_before_its_review(
    server: RunningServer, hire: Hire
):
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("宏远机械")
    plain, reviewed = ann.visit(customer, "一"), ann.visit(customer, "二")
    settle(ann, mei)
    review = RecordKey("review", mei.replica.new_id())
    mei.write(review, visit=reviewed.id, outcome="reviewed")
    settle(mei, ann)
    for visit in (plain, reviewed):
        delete(ann, visit)
    settle(ann, mei)
    still_about(server)
    assert sweep(server) == Swept(1, 1)
    settle(ann, mei)
    assert not held(ann, plain)
    assert held(ann, reviewed)
    assert ann.name(customer) == "宏远机械"


def test_r32_nobody_buries_a_customer_by_deleting_something_else_of_its_id(server: RunningServer, hire: Hire):
    ann, cai = hire("Ann"), enrolled(server, "Cai")
    customer = ann.customer("宏远机械")
    visit = ann.visit(customer, "谈价格")
    ann.sync()
    task, actor = RecordKey("task", customer.id), ann.replica.identity().actor
    cai.write(task, {"title": "of the same id"})
    cai.write(task, {"deleted": {"seen": {cai.actor: 1}}, "deleted_below": {"seen": {actor: 2}}})
    cai.push()
    assert sweep(server).buried == 0
    ann.sync()
    assert held(ann, customer)
    assert held(ann, visit)


def test_r33_a_burial_asks_nobody(server: RunningServer, hire: Hire):
    """What leaves was hidden already."""
    ann = hire("Ann")
    ann.sync()
    keys = [ann.customer(f"客户{n}") for n in range(60)]
    ann.sync()
    for key in keys:
        delete(ann, key)
    ann.sync()
    still_about(server)
    assert sweep(server) == Swept(60, 0)
    report = ann.sync()
    assert report.left == 60
    with ann.replica.database.read() as connection:
        assert outbox.count(connection) == (0, 0)
