"""R33: a sync that would hide much of what is here without a reason pauses, keeps a copy, and asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import deletion
from crmdesk.store import outbox, records, settings
from crmdesk.store.reading import Reader, check
from crmdesk.store.replica import Write
from crmdesk.store.settings import Pause
from crmdesk.sync import plan
from crmdesk.sync.brake import Brake, backups
from crmdesk.sync.engine import Report
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire

MANY = plan.FEWEST_DELETIONS + 10


def settle(*laptops: Rep) -> None:
    for _ in range(2):
        for laptop in laptops:
            laptop.engine.sync()


def customers(laptop: Rep, count: int) -> list[RecordKey]:
    keys = [RecordKey("customer", laptop.replica.new_id()) for _ in range(count)]
    laptop.replica.commit([Write(key, {"name": f"客户{n}"}) for n, key in enumerate(keys)])
    return keys


def delete(laptop: Rep, keys: list[RecordKey]) -> None:
    laptop.replica.commit([Write(key, deletion(laptop.replica.load(key))) for key in keys])


def paused(laptop: Rep) -> Pause | None:
    with laptop.replica.database.read() as connection:
        found = settings.read(connection, "pause", Pause)
    assert found is None or isinstance(found, Pause)
    return found


def shown(laptop: Rep) -> int:
    with laptop.replica.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM p_customer WHERE life = 0").scalar_one())


def assert_asks(report: Report, count: int) -> None:
    assert report.problem is not None
    assert (report.problem.code, report.problem.about["count"]) == ("mass_deletion", count)


@pytest.fixture
def two(hire: Hire) -> tuple[Rep, Rep, list[RecordKey]]:
    """Ann deleted all of her customers; Bo, who reads her book, has not heard of it."""
    ann, bo = hire("Ann"), hire("Bo")
    keys = customers(ann, MANY)
    settle(ann, bo)
    delete(ann, keys)
    ann.sync()
    return ann, bo, keys


def test_r33_too_many_deletions_stop_before_they_are_taken_in_and_leave_a_copy(
    two: tuple[Rep, Rep, list[RecordKey]],
):
    _, bo, _ = two
    bo.customer("写在暂停时")
    problem = bo.engine.sync().problem
    assert problem is not None
    assert (problem.code, problem.about["count"]) == ("mass_deletion", MANY)
    assert shown(bo) == MANY + 1
    assert bo.unsent() == [], "what was typed goes out all the same"
    note = paused(bo)
    assert note is not None
    assert (note.count, note.total >= MANY) == (MANY, True)
    copy = Path(note.backup)
    check(copy, bo.replica.database.key, bo.replica.database.driver)
    reader = Reader(copy, bo.replica.database.key)
    assert reader.value("SELECT count(*) FROM p_customer WHERE life = 0") == MANY + 1
    reader.close()
    assert_asks(bo.engine.sync(), MANY)
    assert len(list(backups(bo.replica.database.path).iterdir())) == 1, "one copy, however often it asks"


def test_r33_a_copy_that_somebody_removed_is_made_again(two: tuple[Rep, Rep, list[RecordKey]]):
    _, bo, _ = two
    bo.engine.sync()
    (copy,) = backups(bo.replica.database.path).iterdir()
    copy.unlink()
    assert_asks(bo.engine.sync(), MANY)
    note = paused(bo)
    assert note is not None
    assert Path(note.backup).is_file()


def test_r33_accepted_deletions_are_taken_in_and_the_pause_is_over(two: tuple[Rep, Rep, list[RecordKey]]):
    ann, bo, _ = two
    bo.engine.sync()
    report = bo.sync(deletions="accept")
    assert (report.is_complete, shown(bo), paused(bo)) == (True, 0, None)
    assert ann.states() == bo.states()


def test_r33_declined_deletions_are_taken_back_by_ordinary_edits_for_everybody(
    two: tuple[Rep, Rep, list[RecordKey]],
):
    ann, bo, _ = two
    bo.engine.sync()
    report = bo.sync(deletions="keep")
    assert (report.restored, paused(bo), shown(bo)) == (MANY, None, MANY)
    settle(bo, ann)
    assert shown(ann) == MANY
    assert bo.engine.sync().problem is None


def test_r33_what_was_kept_comes_back_though_the_sync_was_killed_in_between(
    two: tuple[Rep, Rep, list[RecordKey]], monkeypatch: pytest.MonkeyPatch
):
    ann, bo, _ = two
    bo.engine.sync()

    def killed(_: Brake) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Brake, "restore", killed)
        with pytest.raises(KeyboardInterrupt):
            bo.engine.sync(deletions="keep")
    assert shown(bo) == 0
    assert bo.sync().restored == MANY
    settle(bo, ann)
    assert shown(ann) == shown(bo) == MANY
    assert bo.sync().restored == 0


def test_r33_what_left_before_it_was_brought_back_stays_away(
    two: tuple[Rep, Rep, list[RecordKey]], monkeypatch: pytest.MonkeyPatch
):
    """I8: bringing deletions back makes no fragment of a record that went elsewhere meanwhile."""
    _, bo, keys = two
    bo.engine.sync()
    restore = Brake.restore

    def lose_and_restore(brake: Brake) -> int:
        with bo.replica.database.write() as connection:
            bo.replica.leave(connection, list(records.load(connection, keys[:3]).values()))
        return restore(brake)

    monkeypatch.setattr(Brake, "restore", lose_and_restore)
    bo.engine.sync(deletions="keep")
    assert shown(bo) == MANY - 3
    assert bo.states().keys() & set(keys[:3]) == set()


def test_r33_a_fifth_of_the_records_or_fifty_may_go_without_a_question(hire: Hire):
    assert [plan.most_deletions(total) for total in (0, 100, 250, 1000)] == [50, 50, 50, 200]
    ann, bo = hire("Ann"), hire("Bo")
    keys = customers(ann, MANY)
    settle(ann, bo)
    delete(ann, keys[: plan.FEWEST_DELETIONS])
    settle(ann)
    assert bo.sync().is_complete
    assert shown(bo) == MANY - plan.FEWEST_DELETIONS


def test_r33_what_hangs_under_a_deleted_customer_counts_too(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    for n in range(MANY):
        ann.visit(customer, f"第{n}次")
    settle(ann, bo)
    ann.replica.commit([Write(customer, deletion(ann.replica.load(customer), ann.replica.below(customer)))])
    ann.sync()
    assert_asks(bo.engine.sync(), MANY + 1)


def test_r33_ones_own_deletions_ask_nobody(two: tuple[Rep, Rep, list[RecordKey]]):
    ann, _, _ = two
    assert ann.sync().is_complete
    assert shown(ann) == 0


# -- buckets ---------------------------------------------------------------------------------------------------


def take_away(server: RunningServer, *, is_noted: bool) -> None:
    """Mei may no longer read Ann's book; without a note it is as if a restore had forgotten her."""
    if is_noted:
        server.withdraw("Ann", "Mei")
        return
    with server.database.write() as connection:
        connection.exec_driver_sql(
            'DELETE FROM reader WHERE bucket = ? AND "user" = ?',
            (server.people["Ann"].book, server.people["Mei"].user),
        )


def test_r33_a_bucket_that_was_withdrawn_leaves_at_once(server: RunningServer, hire: Hire):
    ann, mei = hire("Ann"), hire("Mei")
    customers(ann, MANY)
    settle(ann, mei)
    take_away(server, is_noted=True)
    report = mei.sync()
    assert (report.left, shown(mei)) == (MANY, 0)


def test_r33_a_bucket_that_is_gone_without_a_word_stays_until_somebody_answers(
    server: RunningServer, hire: Hire
):
    ann, mei = hire("Ann"), hire("Mei")
    ann.customer("宏远机械")
    settle(ann, mei)
    take_away(server, is_noted=False)
    mei.customer("写在暂停时")
    assert_asks(mei.engine.sync(), 1)
    assert mei.unsent() == []
    assert shown(mei) == 2
    assert mei.sync(deletions="keep").is_complete
    assert shown(mei) == 2
    assert mei.sync().is_complete, "said once"
    with server.database.write() as connection:
        connection.exec_driver_sql(
            'INSERT INTO reader (bucket, "user", can_write, mandates) VALUES (?, ?, ?, ?)',
            (server.people["Ann"].book, server.people["Mei"].user, True, "manager"),
        )
    assert mei.sync().is_complete, "offered again"
    take_away(server, is_noted=False)
    assert_asks(mei.engine.sync(), 1)
    assert mei.sync(deletions="accept").left == 1
    assert shown(mei) == 1


def test_copies_made_by_the_program_go_when_something_must_leave_no_trace(server: RunningServer, hire: Hire):
    ann, mei = hire("Ann"), hire("Mei")
    ann.customer("宏远机械")
    settle(ann, mei)
    take_away(server, is_noted=False)
    assert_asks(mei.engine.sync(), 1)
    assert list(backups(mei.replica.database.path).iterdir())
    mei.sync(deletions="accept")
    assert not list(backups(mei.replica.database.path).iterdir())
    folder = mei.replica.database.path.parent
    assert not [
        path for path in folder.rglob("*") if path.is_file() and "宏远机械".encode() in path.read_bytes()
    ]


def test_r33_a_comparison_that_would_remove_much_asks_too(server: RunningServer, hire: Hire):
    ann = hire("Ann")
    customers(ann, MANY)
    ann.sync()
    with server.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM record WHERE entity = 'customer'")
        connection.exec_driver_sql(
            "UPDATE checksum SET total = 0 WHERE bucket = ?", (server.people["Ann"].book,)
        )
    assert_asks(ann.engine.sync(compare=True), MANY)
    assert shown(ann) == MANY
    with ann.replica.database.read() as connection:
        assert outbox.cursors(connection)
    ann.engine.sync(deletions="accept")
    assert shown(ann) == 0
