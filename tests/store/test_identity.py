"""A new actor for an old file: nothing typed is lost, what was deleted stays deleted, every number is new."""

import shutil
from pathlib import Path
from typing import Any

from crmdesk.core.record import RecordKey, accept
from crmdesk.core.resolve import Life, life
from crmdesk.store import outbox, records
from crmdesk.store.identity import change_actor, join
from crmdesk.store.settings import Device, Identity, Server
from crmdesk.system.paths import Profile
from crmdesk.usecases import conflicts, customers, history
from crmdesk.usecases import records as forms
from crmdesk.usecases.workspace import Workspace, open_workspace
from tests.support import dump
from tests.support.workspace import Colleague, FakeClock, commit, customer, receive, record
from tests.support.workspace import records as stored_records

KEY = RecordKey("customer", "0" * 31 + "1")
COMPANY = Server("https://crm.example.com", "server-1", "示例公司")
DEVICE = Device("device-1", "00", "refresh")


def busy(desk: Workspace) -> str:
    """A store with settled and unsent edits, a conflict, a deletion and something to undo."""
    them = Colleague()
    first = them.edit(None, {"name": "旧名"})
    receive(desk, {KEY: first})
    mine = customer(desk, "宏远", city="苏州")
    gone = customer(desk, "要删的")
    settle(desk)
    commit(desk.replica, KEY, name="我写的")
    receive(desk, {KEY: them.edit(first, {"name": "他写的"})}, seq=2)
    forms.delete(desk.replica, RecordKey("customer", gone))
    commit(desk.replica, RecordKey("customer", mine), city="无锡")
    return mine


def settle(desk: Workspace) -> None:
    """Everything written so far is accepted as it was claimed."""
    with desk.replica.database.write() as connection:
        sent = outbox.everything(connection)
        outbox.settle(connection, [entry.counter for entry in sent])
    accepted = {
        key: accept(one, {e.dot: e.at for e in one.edits}) for key, one in stored_records(desk).items()
    }
    receive(desk, accepted, seq=1)


def shown(desk: Workspace) -> dict[tuple[str, ...], Any]:
    """What is on show, without the buckets, which joining a company renames."""
    return {k: v for k, v in dump.seen(desk.reader).items() if k[-1] != "bucket"}


def unsent_counters(desk: Workspace) -> list[int]:
    return [row[0] for row in desk.reader.all("SELECT counter FROM outbox ORDER BY counter")]


def assert_sound(desk: Workspace) -> None:
    """The outbox is complete, its numbers contiguous, its edits in history and covered by their records."""
    identity = desk.identity()
    counters = unsent_counters(desk)
    assert counters == list(range(identity.counter - len(counters) + 1, identity.counter + 1))
    with desk.replica.database.read() as connection:
        edits = records.by_counter(connection, identity.actor, counters)
    assert sorted(edits) == counters
    held = stored_records(desk)
    assert all(held[key].has_seen(edit.dot) for key, edit in edits.values())
    for one in held.values():
        assert all(one.has_seen(edit.dot) for edit in one.edits)


def test_changing_the_actor_changes_nothing_anybody_can_see(desk: Workspace) -> None:
    busy(desk)
    before = shown(desk)
    change_actor(desk.replica)
    assert dump.difference(before, shown(desk)) == {}
    assert_sound(desk)


def test_unsent_edits_are_numbered_from_one_under_the_new_actor(desk: Workspace) -> None:
    busy(desk)
    old = desk.identity().actor
    waiting = len(unsent_counters(desk))
    change_actor(desk.replica)
    assert desk.identity().actor != old
    assert unsent_counters(desk) == list(range(1, waiting + 1))
    commit(desk.replica, KEY, remark="之后")
    assert_sound(desk)


def test_settled_edits_keep_their_names(desk: Workspace) -> None:
    mine = busy(desk)
    old = desk.identity().actor
    change_actor(desk.replica)
    one = record(desk, RecordKey("customer", mine))
    assert one.siblings("name")[0].dot.actor == old
    assert one.siblings("city")[0].dot.actor == desk.identity().actor


def test_a_settled_edit_whose_history_is_gone_stays_covered(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk))
    settle(desk)
    with desk.replica.database.write() as connection:
        records.remove_history(connection, [mine])  # as when a record left and came back
    commit(desk.replica, mine, city="苏州")
    change_actor(desk.replica)
    assert_sound(desk)


def test_a_deletion_still_covers_what_its_author_had_seen(desk: Workspace) -> None:
    busy(desk)
    change_actor(desk.replica)
    lives = desk.reader.all("SELECT life FROM p_customer WHERE f_name = '要删的'")
    assert lives == [(1,)]


def test_a_deletion_of_an_unsent_record_still_hides_it(desk: Workspace) -> None:
    mine = RecordKey("customer", customer(desk))
    forms.delete(desk.replica, mine)
    change_actor(desk.replica)
    assert life(record(desk, mine)) is Life.DELETED


def test_a_deletion_still_covers_the_unsent_records_below_it(desk: Workspace) -> None:
    mine = customer(desk)
    settle(desk)
    customers.add_contact(desk.replica, mine, {"name": "王工"})
    forms.delete(desk.replica, RecordKey("customer", mine))
    change_actor(desk.replica)
    assert desk.reader.value("SELECT life FROM p_customer WHERE id = ?", (mine,)) == 1
    assert conflicts.count(desk.reader) == 0


def test_a_conflict_stays_one_and_can_be_decided_afterwards(desk: Workspace) -> None:
    busy(desk)
    change_actor(desk.replica)
    (item,) = conflicts.listed(desk.reader, desk.replica.registry)
    conflicts.resolve(desk.replica, item, 0)
    assert conflicts.count(desk.reader) == 0


def test_undo_works_after_the_actor_changed(desk: Workspace) -> None:
    mine = busy(desk)
    change_actor(desk.replica)
    txn = history.last_transaction(desk.reader, desk.identity().user)
    assert txn is not None
    history.undo(desk.replica, txn)
    assert desk.reader.value("SELECT f_city FROM p_customer WHERE id = ?", (mine,)) == "苏州"


def test_what_the_server_refused_waits_again_because_the_numbers_are_new_to_it(desk: Workspace) -> None:
    commit(desk.replica, KEY, name="甲")
    commit(desk.replica, KEY, name="乙")
    with desk.replica.database.write() as connection:
        outbox.refuse(connection, [1], "rejected", "forbidden", None)
    change_actor(desk.replica)
    assert desk.reader.all("SELECT counter, verdict FROM outbox") == [(1, None), (2, None)]


def test_joining_a_company_keeps_edits_and_times_and_gives_them_its_person_and_book(desk: Workspace) -> None:
    key = RecordKey("customer", customer(desk, "宏远"))
    commit(desk.replica, key, city="苏州")
    before, times = shown(desk), {e.at for e in record(desk, key).edits}
    alone = desk.identity()
    joined = Identity("", 0, 0, "u-7", "林晓", "rep", "book-7", "config-1", "")
    join(desk.replica, joined, server=COMPANY, device=DEVICE)
    assert dump.difference(before, shown(desk)) == {}
    assert_sound(desk)
    one = record(desk, key)
    assert {e.at for e in one.edits} == times
    assert {e.by for e in one.edits} == {"u-7"}
    assert one.placement.bucket == "book-7"
    now = desk.identity()
    assert (now.user, now.book, now.config, now.place) == ("u-7", "book-7", "config-1", alone.place)
    assert desk.server() == COMPANY
    assert not desk.reader.all("SELECT 1 FROM edit WHERE by = ? OR actor = ?", (alone.user, alone.actor))


def test_undo_works_after_joining(desk: Workspace) -> None:
    key = RecordKey("customer", customer(desk, "宏远", city="苏州"))
    txn = commit(desk.replica, key, city="无锡")
    joined = Identity("", 0, 0, "u-7", "林晓", "rep", "book-7", "config-1", "")
    join(desk.replica, joined, server=COMPANY, device=DEVICE)
    assert history.last_transaction(desk.reader, "u-7") == txn
    history.undo(desk.replica, txn)
    assert desk.reader.value("SELECT f_city FROM p_customer") == "苏州"


def test_a_copied_profile_takes_a_new_actor_and_no_number_is_used_twice(
    desk: Workspace, tmp_path: Path
) -> None:
    """R1, R2, I4."""
    customers.add(desk.replica, {"name": "宏远"})
    desk.close()
    shutil.copytree(desk.profile.folder, tmp_path / "copy")
    here = open_workspace(desk.profile, None, FakeClock(7))
    there = open_workspace(Profile(tmp_path / "copy"), None, FakeClock(8))
    customers.add(here.replica, {"name": "甲"})
    customers.add(there.replica, {"name": "乙"})
    dots = [set(w.reader.all("SELECT actor, counter FROM edit")) for w in (here, there)]
    assert not dots[0] & dots[1]
    assert_sound(here)
    assert_sound(there)
    here.close()
    there.close()


def test_the_same_file_opened_again_keeps_its_actor(desk: Workspace) -> None:
    actor = desk.identity().actor
    desk.close()
    again = open_workspace(desk.profile, None)
    assert again.identity().actor == actor
    again.close()
