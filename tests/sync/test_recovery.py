"""A server restored from a backup gets back what any laptop still holds, and nothing is numbered twice.

R19 recovery epochs, R13 reconcile, R22 mismatches, R1, R3 and R7 numbers, R6 a laptop's own restore.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.record import RecordKey, decode, encode
from crmdesk.core.roles import Role
from crmdesk.core.wire import Evidence
from crmdesk.store import outbox, projection, records, settings
from crmdesk.sync import reconcile
from crmdesk.sync.engine import Progress
from sync_server import accounts, commands, keeping, orders
from sync_server.orders import Asker
from sync_server.storage import people, recoveries
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire


def settle(*laptops: Rep) -> None:
    for _ in range(3):
        for laptop in laptops:
            laptop.engine.sync()
    for laptop in laptops:
        laptop.sync()


def epoch(server: RunningServer) -> int:
    with server.database.read() as connection:
        return people.load_company(connection).epoch


def brought_back(server: RunningServer) -> set[tuple[RecordKey, str]]:
    with server.database.read() as connection:
        return {(r.key, r.verdict) for r in recoveries.recovered(connection)}


def lose(laptop: Rep, keys: list[RecordKey]) -> None:
    """Records vanish from the laptop, as by a bug that nobody knows of."""
    with laptop.replica.database.write() as connection:
        found = list(records.load(connection, keys).values())
        projection.forget(connection, found)
        records.remove(connection, [stored.n for stored in found])


def assert_no_dot_twice(server: RunningServer, *laptops: Rep) -> None:
    """R1: no two edits anywhere have one name; I4."""
    said: dict[tuple[str, int], bytes] = {}
    for laptop in laptops:
        with laptop.replica.database.read() as connection:
            rows = connection.exec_driver_sql("SELECT actor, counter, txn FROM edit").all()
        for actor, counter, txn in rows:
            assert said.setdefault((actor, counter), txn) == txn
    with server.database.read() as connection:
        for actor, counter, txn in connection.exec_driver_sql("SELECT actor, counter, txn FROM edit"):
            assert said.setdefault((actor, counter), txn) == txn


def test_r19_a_restored_server_gets_back_all_that_any_laptop_still_holds(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """R19. Another laptop pushes beyond the old head before those who hold the lost work connect."""
    ann, bo, away, mei = hire("Ann"), hire("Bo"), hire("Bo"), hire("Mei")
    old = ann.customer("宏远机械", city="苏州")
    settle(ann, bo, away, mei)
    backup = server.backup(tmp_path / "backup.db")
    ann.write(old, city="上海")
    ann.write(old, remark="改过两次")
    lost = ann.customer("恢复时丢失的")
    visit = ann.visit(lost, "谈价格")
    bo.write(old, name="宏远重工")
    settle(ann, bo, mei)
    before = mei.states()
    server.restore(backup)
    for n in range(5):
        away.write(old, stage="quote", city=f"市{n}")
        away.customer(f"之后{n}")
        away.sync()
    assert epoch(server) == 1, "nobody has shown a lost commit yet"
    settle(ann, bo, away, mei)
    assert epoch(server) == 2
    assert ann.states() == bo.states() == away.states()
    assert before.keys() <= mei.states().keys()
    assert ann.name(lost) == mei.name(lost) == "恢复时丢失的"
    assert mei.shows(visit) is not None
    assert ann.name(old) == "宏远重工"
    seen = {edit.values.get("city") for edit in decode(ann.states()[old]).edits}
    assert {"上海", "市4"} <= seen, "what was written apart is two versions, and neither is lost"
    assert {(lost, "merged"), (visit, "merged"), (old, "merged")} <= brought_back(server)
    assert keeping.check(server.database).problems == ()
    assert_no_dot_twice(server, ann, bo, away, mei)


def test_r19_one_epoch_opens_for_each_restore_however_many_laptops_prove_it(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    ann, bo, mei = hire("Ann"), hire("Bo"), hire("Mei")
    settle(ann, bo, mei)
    backup = server.backup(tmp_path / "backup.db")
    for wanted in (2, 3):
        ann.customer(f"客户{wanted}")
        settle(ann, bo, mei)
        server.restore(backup)
        settle(ann, bo, mei)
        assert ann.names() == mei.names() == {f"客户{n}" for n in range(2, wanted + 1)}
    with server.database.read() as connection:
        opened = recoveries.recoveries(connection)
    assert [o.epoch for o in opened] == [3], (
        "the second restore brought the first epoch's note back to nothing"
    )
    assert epoch(server) == 3
    assert_no_dot_twice(server, ann, bo, mei)


def test_r19_a_sync_killed_after_hearing_of_the_new_epoch_still_brings_everything_back(
    server: RunningServer, hire: Hire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ann = hire("Ann")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    ann.sync()
    server.restore(backup)

    def killed(_: reconcile.Reconciliation, __: str, **___: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(reconcile.Reconciliation, "compare", killed)
        with pytest.raises(KeyboardInterrupt):
            ann.engine.sync()
    assert epoch(server) == 2
    report = ann.sync()
    assert (report.recovered, report.unrecovered) == (1, 0)
    assert (customer, "merged") in brought_back(server)


def test_r19_a_recovery_that_somebody_stops_is_taken_up_by_the_next_sync(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """Until it was compared, nothing forgets what proves the loss: else it would be taken for a deletion."""
    ann = hire("Ann")
    ann.customer("before")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    ann.sync()
    server.restore(backup)
    report = ann.engine.sync(cancelled=lambda: True)
    assert (report.problem, report.is_complete) == (None, False)
    ann.engine.sync()
    settle(ann)
    assert ann.names() == {"before", "宏远机械"}
    assert (customer, "merged") in brought_back(server)


def test_r19_what_came_back_is_counted_without_the_rows_that_only_the_server_writes(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    ann = hire("Ann")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    with server.database.write() as connection:
        accounts.add_team(connection, "A new team", server.clock())
    ann.sync()
    server.restore(backup)
    report = ann.sync()
    assert {key.entity for key, verdict in brought_back(server) if verdict != "quarantined"} == {
        "customer",
        "team",
    }
    assert (customer, "merged") in brought_back(server)
    assert report.recovered == 1


def test_r19_a_restore_of_what_nobody_missed_opens_nothing(server: RunningServer, hire: Hire, tmp_path: Path):
    ann = hire("Ann")
    ann.customer("宏远机械")
    ann.sync()
    server.restore(server.backup(tmp_path / "backup.db"))
    ann.write(ann.customer("之后"), city="上海")
    ann.sync()
    assert epoch(server) == 1


def test_r19_unsent_work_waits_through_the_recovery_and_goes_out_once(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """I11: what is typed between the restore and the next sync is neither lost nor sent under two names."""
    ann, bo = hire("Ann"), hire("Bo")
    settle(ann, bo)
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械", city="苏州")
    settle(ann, bo)
    server.restore(backup)
    ann.write(customer, city="上海")
    visit = ann.visit(customer, "谈价格")
    settle(ann, bo)
    assert ann.unsent() == []
    assert bo.shows(customer) == {"name": "宏远机械", "city": "上海"}
    assert bo.shows(visit) is not None
    assert decode(bo.states()[customer]).siblings("city")[0].dot.actor == ann.replica.identity().actor
    assert_no_dot_twice(server, ann, bo)


def test_r7_the_servers_own_actor_hands_out_no_number_twice_after_a_restore(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    ann = hire("Ann")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    server.add_user("Dee", "rep", "East")
    ann.sync()
    server.restore(backup)
    ann.engine.sync()
    server.add_user("Eve", "rep", "East")
    ann.sync()
    named = {
        decode(state).edits[0].dot: decode(state).edits[0].values["name"]
        for key, state in ann.states().items()
        if key.entity == "user"
    }
    assert "Eve" in named.values()
    assert len(named) == sum(key.entity == "user" for key in ann.states())
    assert_no_dot_twice(server, ann)


def test_r7_what_the_server_writes_before_anybody_proved_its_restore_takes_no_number_twice(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    ann = hire("Ann")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    server.add_user("Dee", "rep", "East")
    ann.sync()
    before = {edit.dot for state in ann.states().values() for edit in decode(state).edits}
    server.restore(backup)
    user = RecordKey("user", server.add_user("Eve", "rep", "East").user)
    with server.database.read() as connection:
        eve = records.load(connection, [user])[user].record
    assert epoch(server) == 1
    assert {edit.dot for edit in eve.edits} & before == set()
    ann.sync()
    assert decode(ann.states()[user]) == eve
    assert_no_dot_twice(server, ann)


def test_r7_a_laptop_restored_together_with_its_server_gives_no_number_twice(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """R3, R7: neither side remembers that the number is taken; a third one holds the edit that has it."""
    ann, bo = hire("Ann"), hire("Bo")
    ann.customer("宏远机械")
    settle(ann, bo)
    backup = server.backup(tmp_path / "backup.db")
    old = ann.copied_to(tmp_path / "old" / "crmdesk.db")
    lost = ann.customer("恢复时丢失的")
    settle(ann, bo)
    with bo.replica.database.read() as connection:
        shown = [Evidence(bucket, *commit) for bucket, commit in outbox.heard(connection).items()]
    server.restore(backup)
    bo.http.lost(shown)  # proves the restore, and is cut off before anything is brought back
    assert epoch(server) == 2
    before = old.replica.identity().actor
    later = old.customer("恢复之后")
    settle(old, bo)
    assert old.replica.identity().actor != before
    assert (
        {bo.name(lost), bo.name(later)} == {old.name(lost), old.name(later)} == {"恢复时丢失的", "恢复之后"}
    )
    assert_no_dot_twice(server, bo, old)
    now = old.replica.identity().actor
    settle(old, bo)
    assert old.replica.identity().actor == now, "once for each epoch"
    old.close()


def test_r19_a_laptop_let_in_after_the_restore_brings_nothing_back(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    ann = hire("Ann")
    backup = server.backup(tmp_path / "backup.db")
    ann.customer("宏远机械")
    ann.sync()
    server.restore(backup)
    ann.sync()
    late = hire("Bo")
    late.sync()
    assert not late.http.lost([]).may_recover
    assert ann.http.lost([]).may_recover


def test_r19_what_was_lost_of_a_customer_that_moved_since_the_restore_comes_back(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """Its new book lost nothing and is compared first; what is missing of the customer is in the old one here."""
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("宏远机械")
    settle(ann, mei)
    backup = server.backup(tmp_path / "backup.db")
    mei.write(customer, city="上海")
    mei.sync()
    server.restore(backup)
    order = orders.ChangeOwner("1" * 32, (customer.id,), server.people["Mei"].user)
    commands.carry_out(server.database, Asker("console", Role.ADMINISTRATOR), order, server.clock)
    mei.engine.sync(compare=True)
    settle(mei, ann)
    assert mei.shows(customer) == {"name": "宏远机械", "city": "上海"}
    with server.database.read() as connection:
        held = records.load(connection, [customer])[customer].record
    assert encode(held) == mei.states()[customer]


def test_r19_a_server_restored_right_after_a_push_gets_it_again(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """What was just sent is the proof; nothing forgets it before it was shown."""
    ann = hire("Ann")
    ann.sync()
    backup = server.backup(tmp_path / "backup.db")
    push, heads = ann.http.push, ann.http.heads

    def pushed(body):
        answer = push(body)
        ann.http.push, ann.http.heads = push, restored  # type: ignore[method-assign]
        return answer

    def restored(_challenge=None):
        ann.http.heads = heads  # type: ignore[method-assign]
        server.restore(backup)
        return heads()

    ann.http.push = pushed  # type: ignore[method-assign]
    customer = ann.customer("宏远机械")
    ann.engine.sync()
    settle(ann)
    assert ann.name(customer) == "宏远机械"
    with server.database.read() as connection:
        assert customer in records.load(connection, [customer])


@pytest.mark.parametrize("asked", ["groups", "pull"])
def test_r19_a_server_restored_in_the_middle_of_a_sync_takes_nothing_away(
    server: RunningServer, hire: Hire, tmp_path: Path, asked: str
):
    """What it lost is not taken for what it removed, and its loss is proven before anything is agreed on anew."""
    ann, mei = hire("Ann"), hire("Mei")
    settle(ann, mei)
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    settle(ann, mei)
    mei.customer("Blue Harbour")
    mei.sync()
    ask = getattr(mei.http, asked)
    ann.customer("another")
    ann.sync()

    def restored(*said, **named):
        setattr(mei.http, asked, ask)
        server.restore(backup)
        return ask(*said, **named)

    setattr(mei.http, asked, restored)
    mei.engine.sync(compare=asked == "groups")
    assert mei.name(customer) == "宏远机械"
    mei.engine.sync()
    assert (customer, "merged") in brought_back(server)
    settle(mei, ann)
    assert mei.names() == ann.names() | {"Blue Harbour"} == {"宏远机械", "Blue Harbour", "another"}


def test_r19_a_server_restored_between_two_answers_of_a_comparison_takes_nothing_away(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    ann, mei = hire("Ann"), hire("Mei")
    settle(ann, mei)
    backup = server.backup(tmp_path / "backup.db")
    customer = ann.customer("宏远机械")
    beside = ann.write(RecordKey("customer", ann.replica.new_id()[:-2] + customer.id[-2:]), name="same group")
    settle(ann, mei)
    lose(mei, [beside])
    digests = mei.http.digests

    def restored(*said):
        mei.http.digests = digests  # type: ignore[method-assign]
        server.restore(backup)
        return digests(*said)

    mei.http.digests = restored  # type: ignore[method-assign]
    mei.engine.sync(compare=True)
    assert mei.name(customer) == "宏远机械"
    settle(mei, ann)
    assert mei.names() == {"宏远机械", "same group"}
    assert (customer, "merged") in brought_back(server)


def test_r1_a_profile_put_back_unnoticed_hears_of_its_later_numbers_and_takes_a_new_actor(
    hire: Hire, tmp_path: Path
):
    """R2, I11: with nothing to send no push tells it; whatever is typed is saved and lost nowhere."""
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    old = ann.copied_to(tmp_path / "old" / "crmdesk.db")
    for city in ("上海", "苏州"):
        ann.write(customer, city=city)
    ann.sync()
    before = old.replica.identity().actor
    pull = old.http.pull

    def typed_meanwhile(*said, **named):
        old.http.pull = pull  # type: ignore[method-assign]
        old.write(customer, remark="老客户")
        return pull(*said, **named)

    old.http.pull = typed_meanwhile  # type: ignore[method-assign]
    old.engine.sync()
    assert old.replica.identity().actor != before
    old.write(customer, stage="quote")
    settle(old, ann)
    whole = {"name": "宏远机械", "city": "苏州", "remark": "老客户", "stage": "quote"}
    assert old.shows(customer) == ann.shows(customer) == whole
    now = old.replica.identity().actor
    settle(old, ann)
    assert old.replica.identity().actor == now
    old.close()


# -- comparing ------------------------------------------------------------------------------------------------


def test_r22_a_record_lost_here_is_noticed_counted_and_brought_back(hire: Hire):
    ann = hire("Ann")
    customer, other = ann.customer("宏远机械"), ann.customer("另一家")
    ann.sync()
    lose(ann, [customer])
    ann.write(other, city="上海")
    report = ann.engine.sync()
    assert (report.problem, report.mismatched, report.compared, report.received) == (None, 1, 1, 1)
    assert ann.name(customer) == "宏远机械"
    assert ann.sync().compared == 0
    with ann.replica.database.read() as connection:
        assert settings.read(connection, "mismatches", int) == 1


def test_r13_a_record_the_server_does_not_have_leaves_and_unsent_work_stays(
    server: RunningServer, hire: Hire
):
    ann = hire("Ann")
    gone, kept = ann.customer("没有的"), ann.customer("有的")
    ann.sync()
    with server.database.write() as connection:
        records.remove(connection, [records.load(connection, [gone])[gone].n])
    ann.write(kept, city="上海")
    stopped = iter([True] + [False] * 40)  # the push is skipped
    report = ann.engine.sync(cancelled=lambda: next(stopped))
    assert (report.mismatched, report.left) == (1, 1)
    assert ann.shows(gone) is None
    assert ann.shows(kept) == {"name": "有的", "city": "上海"}
    assert len(ann.unsent()) == 1
    ann.sync()


def test_r13_comparing_two_equal_sides_moves_nothing_and_tells_how_far_it_is(hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    for n in range(30):
        ann.customer(f"客户{n}")
    settle(ann, bo)
    before = bo.states()
    report = bo.sync(compare=True)
    assert (report.received, report.left, report.mismatched) == (0, 0, 0)
    assert report.compared == len(bo.http.heads().heads)
    assert bo.states() == before
    with bo.replica.database.read() as connection:
        assert settings.read(connection, "compare", bool) is None


def test_r13_a_comparison_can_be_stopped_and_is_taken_up_by_the_next_sync(hire: Hire):
    ann = hire("Ann")
    customers = [ann.customer(f"客户{n}") for n in range(30)]
    ann.sync()
    lose(ann, customers)
    told: list[Progress] = []
    report = ann.engine.sync(progress=told.append, cancelled=lambda: True, compare=True)
    assert not report.is_complete
    assert ann.names() == set()
    ann.engine.sync(progress=told.append)
    assert ann.names() == {f"客户{n}" for n in range(30)}
    assert "compare" in [step.phase for step in told]


def test_r13_digests_are_asked_for_in_slices_and_only_what_differs_travels(hire: Hire, monkeypatch):
    monkeypatch.setattr(reconcile, "DIGESTS_AT_ONCE", 7)
    ann = hire("Ann")
    customers = [ann.customer(f"客户{n}") for n in range(60)]
    ann.sync()
    lose(ann, customers[:9])
    report = ann.engine.sync(compare=True)
    assert (report.problem, report.received) == (None, 9)
    ann.sync()


# -- a laptop's own restore ---------------------------------------------------------------------------------------


def test_r6_work_sent_after_the_backup_was_made_is_not_sent_again_under_another_name(
    server: RunningServer, hire: Hire, tmp_path: Path
):
    """R3, R6: an old copy of the file still holds as unsent what its successor has sent."""
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械", city="苏州")
    settle(ann, bo)
    ann.write(customer, city="上海")
    fresh = ann.customer("备份时未发送")
    old = ann.copied_to(tmp_path / "old" / "crmdesk.db")  # a backup, with two edits unsent
    ann.sync()
    bo.sync()
    bo.write(customer, city="无锡")
    settle(ann, bo)
    later = old.customer("恢复之后")
    report = old.sync()
    assert old.unsent() == []
    assert report.compared > 0
    settle(old, bo)
    assert bo.shows(customer) == {"name": "宏远机械", "city": "无锡"}
    assert len(decode(bo.states()[customer]).siblings("city")) == 1, "no conflict with one's own old words"
    assert {bo.name(fresh), bo.name(later)} == {"备份时未发送", "恢复之后"}
    assert len(decode(bo.states()[fresh]).edits) == 1
    assert old.states() == bo.states()
    assert_no_dot_twice(server, ann, bo, old)
    old.close()


def test_a_cursor_that_nothing_vouches_for_is_compared_and_deletes_nothing(server: RunningServer, hire: Hire):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    settle(ann, bo)
    book = server.people["Ann"].book
    with bo.replica.database.write() as connection:
        cursor = outbox.cursors(connection)[book]
        outbox.set_cursor(connection, cursor._replace(seq=99, salt="lost"))
        outbox.hear(connection, [(book, 1, 99, "lost")])
    report = bo.sync()
    assert report.compared == 1
    assert bo.name(customer) == "宏远机械"
    assert epoch(server) == 1, "a forged commit opens nothing"
